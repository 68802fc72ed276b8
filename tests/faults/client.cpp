// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

// Lives and dies as often as it is told to: each line of standard input is an order, a JSON object for a ClientRun,
// which a child process carries out. That costs a fork each time and not a program's start. The line "started <pid>"
// comes before what the child says, and "ended <exit code>" or "killed <signal>" after it.

#include "clientrun.h"

#include <tideline/core/json.h>

#include <QtCore/QCoreApplication>
#include <QtSql/QSqlDatabase>

#include <cstdio>
#include <iostream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace {

int carryOut(const std::string &line, int argc, char **argv)
{
    const Tideline::Result<QVariantMap> order = Tideline::Json::parseObject(QByteArray::fromStdString(line));
    if (!order)
        return 64;
    const QCoreApplication application(argc, argv);
    return Tideline::ClientRun(*order).run();
}

// Else every child would look for it anew.
void loadDriver(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const QString name = QStringLiteral("loader");
    (void)QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), name);
    QSqlDatabase::removeDatabase(name);
}

} // namespace

int main(int argc, char **argv)
{
    loadDriver(argc, argv);
    std::string line;
    while (std::getline(std::cin, line)) {
        const pid_t child = ::fork();
        if (child < 0)
            return 1;
        if (child == 0) {
            std::fclose(stdin);
            return carryOut(line, argc, argv);
        }
        std::cout << "started " << child << std::endl;
        int status = 0;
        if (::waitpid(child, &status, 0) != child)
            return 1;
        if (WIFSIGNALED(status))
            std::cout << "killed " << WTERMSIG(status) << std::endl;
        else
            std::cout << "ended " << WEXITSTATUS(status) << std::endl;
    }
    return 0;
}
