// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "app/translations.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QLibraryInfo>
#include <QtCore/QLocale>
#include <QtCore/QTranslator>

using namespace Qt::StringLiterals;

namespace Tideline::Inspector {

void installTranslations(QCoreApplication &application)
{
    const auto install = [&application](const QLocale &locale, const QString &name, const QString &directory) {
        auto *translator = new QTranslator(&application);
        if (translator->load(locale, name, u"_"_s, directory))
            QCoreApplication::installTranslator(translator);
    };
    install(QLocale(QLocale::English), u"tideline"_s, u":/i18n"_s);
    install(QLocale::system(), u"qtbase"_s, QLibraryInfo::path(QLibraryInfo::TranslationsPath));
    install(QLocale::system(), u"tideline"_s, u":/i18n"_s);
}

} // namespace Tideline::Inspector
