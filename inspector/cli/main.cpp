// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "help.h"
#include "session.h"

#include <QtCore/QCoreApplication>
#include <QtCore/QLoggingCategory>

#include <algorithm>
#include <clocale>
#include <cstring>
#include <langinfo.h>

namespace {

using namespace Tideline;
using namespace Tideline::Cli;

// A script often runs without a locale; Qt then warns, and reads arguments as ASCII.
void chooseUtf8()
{
    std::setlocale(LC_CTYPE, "");
    if (std::strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        qputenv("LC_ALL", "C.UTF-8");
}

// Qt would replace what is no UTF-8, and another record would be written than the one that was named.
bool isUtf8(const char *argument)
{
    const QByteArray bytes = QByteArray::fromRawData(argument, static_cast<qsizetype>(std::strlen(argument)));
    return QString::fromUtf8(bytes).toUtf8() == bytes;
}

int usageError(const QString &why, bool isJson)
{
    complain(why);
    // What cannot be printed here was told above.
    if (isJson)
        static_cast<void>(Output().document(Failure(Failure::Code::Invalid, why).toVariantMap()).ok());
    return static_cast<int>(ExitCode::Usage);
}

int printText(const QString &text)
{
    const Result<void> printed = Output().text(text.trimmed());
    if (!printed)
        complain(printed.failure().detail);
    return static_cast<int>(exitCodeOf(printed.failure()));
}

} // namespace

int main(int argc, char *argv[])
{
    chooseUtf8();
    const bool areUtf8 = std::all_of(argv, argv + argc, isUtf8);
    QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("tideline"));
    QCoreApplication::setApplicationVersion(QStringLiteral(TIDELINE_VERSION));
    if (!areUtf8)
        return usageError(QStringLiteral("An argument is not valid UTF-8."), false);

    const Result<Options> options = Options::parse(QCoreApplication::arguments());
    if (!options)
        return usageError(options.failure().detail, QCoreApplication::arguments().contains(QStringLiteral("--json")));
    if (options->wantsVersion)
        return printText(QStringLiteral("tideline %1").arg(QCoreApplication::applicationVersion()));
    if (options->wantsHelp)
        return printText(helpText(options->arguments.value(0)));

    const Result<SyncJson> config = SyncJson::load(options->configPath);
    if (!config)
        return usageError(config.failure().detail, options->isJson);
    for (const QString &warning : config->warnings)
        complain(warning);

    if (options->isVerbose)
        QLoggingCategory::setFilterRules(QStringLiteral("tideline.*.info=true"));
    Session session(*options, *config);
    QObject::connect(&session, &Session::finished, &application, &QCoreApplication::exit);
    QMetaObject::invokeMethod(&session, &Session::start, Qt::QueuedConnection);
    return QCoreApplication::exec();
}
