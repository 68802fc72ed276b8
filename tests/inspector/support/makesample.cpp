// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

// Writes a sample database, to look at the inspector with: tideline-make-sample FILE

#include "sampledatabase.h"

#include <QtCore/QCoreApplication>

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.size() != 2) {
        qCritical("Name the file to make.");
        return 64;
    }
    Tideline::SampleDatabase database(arguments.at(1));
    return database.isOpen() && database.fillWithFieldService(Tideline::systemClock()) ? 0 : 1;
}
