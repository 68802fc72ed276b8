// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "app/commandline.h"
#include "app/mainwindow.h"
#include "app/screenshot.h"

#include <QtCore/QLibraryInfo>
#include <QtCore/QLocale>
#include <QtCore/QSettings>
#include <QtCore/QTextStream>
#include <QtCore/QTranslator>
#include <QtWidgets/QApplication>

#include <memory>

using namespace Qt::StringLiterals;
using namespace Tideline::Inspector;

namespace {

enum ExitCode { Done = 0, NotSaved = 2, NotReadable = 3, Usage = 64 };

void print(FILE *stream, const QString &text)
{
    QTextStream(stream) << text << Qt::endl;
}

bool hasDisplay()
{
#if defined(Q_OS_UNIX) && !defined(Q_OS_DARWIN)
    return !qEnvironmentVariableIsEmpty("DISPLAY") || !qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY")
           || !qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM");
#else
    return true;
#endif
}

void installTranslations(QCoreApplication &application)
{
    const auto install = [&application](const QString &name, const QString &directory) {
        auto *translator = new QTranslator(&application);
        if (translator->load(QLocale::system(), name, u"_"_s, directory))
            QCoreApplication::installTranslator(translator);
    };
    install(u"qtbase"_s, QLibraryInfo::path(QLibraryInfo::TranslationsPath));
    install(u"tideline"_s, u":/i18n"_s);
}

int showWindow(const CommandLine &commandLine)
{
    const bool isPicture = !commandLine.screenshot().isEmpty();
    QSettings settings;
    // A picture shall look the same whatever the user's last window was like.
    MainWindow window(isPicture ? nullptr : &settings);
    window.setSensitiveFields(commandLine.sensitiveFields());
    window.showView(commandLine.view());
    if (!commandLine.file().isEmpty()) {
        const Tideline::Result<void> opened = window.openFile(commandLine.file());
        if (!opened && isPicture) {
            print(stderr, opened.failure().detail);
            return NotReadable;
        }
    }
    std::unique_ptr<Screenshot> screenshot;
    if (isPicture) {
        screenshot = std::make_unique<Screenshot>(window, commandLine.screenshot());
        QObject::connect(screenshot.get(), &Screenshot::finished, &window, [&commandLine](bool isSaved) {
            if (!isSaved) {
                print(stderr,
                      QCoreApplication::translate("main", "The picture cannot be saved as %1. Use a .png file in "
                                                          "a directory that you may write to.")
                          .arg(commandLine.screenshot()));
            }
            QCoreApplication::exit(isSaved ? Done : NotSaved);
        });
    }
    window.show();
    return QApplication::exec();
}

} // namespace

int main(int argc, char *argv[])
{
    QCoreApplication::setOrganizationName(u"Tideline"_s);
    QCoreApplication::setApplicationName(u"tideline-inspector"_s);
    QCoreApplication::setApplicationVersion(QStringLiteral(TIDELINE_VERSION));

    QStringList arguments;
    for (int i = 0; i < argc; ++i)
        arguments.append(QString::fromLocal8Bit(argv[i]));
    const CommandLine asked(arguments);
    if (!asked.error().isEmpty() || asked.wantsHelp() || asked.wantsVersion()) {
        // Answered without a display.
        QCoreApplication application(argc, argv);
        installTranslations(application);
        const CommandLine translated(arguments);
        if (!translated.error().isEmpty()) {
            print(stderr, translated.error());
            return Usage;
        }
        print(stdout, translated.wantsHelp() ? translated.helpText()
                                             : u"tideline-inspector "_s + QCoreApplication::applicationVersion());
        return Done;
    }
    if (!hasDisplay()) {
        if (asked.screenshot().isEmpty()) {
            print(stderr, u"There is no display to open a window on. Use --screenshot to save a picture instead."_s);
            return NotSaved;
        }
        qputenv("QT_QPA_PLATFORM", "offscreen");
    }
    QApplication application(argc, argv);
    QApplication::setApplicationDisplayName(QString());
    QGuiApplication::setDesktopFileName(u"io.github.tideline.Inspector"_s);
    installTranslations(application);
    return showWindow(asked);
}
