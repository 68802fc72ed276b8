// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "commands.h"
#include "help.h"
#include "options.h"

#include <QtTest/QTest>

using namespace Tideline;
using namespace Tideline::Cli;

namespace {

Result<Options> parse(const QString &line)
{
    return Options::parse(QStringList{QStringLiteral("tideline")} + line.split(QLatin1Char(' '), Qt::SkipEmptyParts));
}

} // namespace

class TestOptions : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void takesOptionsBeforeAndBehindTheCommand();
    void endsOptionsAtTwoDashes();
    void takesADashAlone();
    void readsTimesAndNumbers();
    void refuses_data();
    void refuses();
    void helpNamesEveryCommand();
};

void TestOptions::takesOptionsBeforeAndBehindTheCommand()
{
    const Result<Options> options = parse(QStringLiteral("--json --config a.json drain --now --events --wait 30s"));
    QVERIFY2(options.ok(), qPrintable(options.failure().detail));
    QCOMPARE(options->command, QStringLiteral("drain"));
    QCOMPARE(options->configPath, QStringLiteral("a.json"));
    QVERIFY(options->isJson && options->isNow && options->wantsEvents);
    QVERIFY(!options->isVerbose && !options->isUnmasked);
    QCOMPARE(options->wait->count(), 30'000);

    const Result<Options> behind = parse(QStringLiteral("discard x y --revert --config a.json --unmask"));
    QVERIFY(behind.ok());
    QCOMPARE(behind->arguments, (QStringList{QStringLiteral("x"), QStringLiteral("y")}));
    QVERIFY(behind->isReverting && behind->isUnmasked);
}

void TestOptions::endsOptionsAtTwoDashes()
{
    const Result<Options> options = parse(QStringLiteral("--config a.json write -- tasks -5 --json"));
    QVERIFY2(options.ok(), qPrintable(options.failure().detail));
    QCOMPARE(options->arguments,
             (QStringList{QStringLiteral("tasks"), QStringLiteral("-5"), QStringLiteral("--json")}));
    QVERIFY(!options->isJson);
}

void TestOptions::takesADashAlone()
{
    const Result<Options> options = parse(QStringLiteral("--config a.json write -"));
    QVERIFY2(options.ok(), qPrintable(options.failure().detail));
    QCOMPARE(options->arguments, QStringList{QStringLiteral("-")});
}

void TestOptions::readsTimesAndNumbers()
{
    QCOMPARE(parse(QStringLiteral("--config a watch --for 2min"))->watchTime->count(), 120'000);
    QCOMPARE(parse(QStringLiteral("--config a watch --for 5ms"))->watchTime->count(), 5);
    QCOMPARE(parse(QStringLiteral("--config a queue --limit 0"))->limit, 0);
    QCOMPARE(parse(QStringLiteral("--config a queue"))->limit, -1);
    QCOMPARE(parse(QStringLiteral("--config a push t 1 {} --operation patch"))->operation, SyncOperation::Patch);
}

void TestOptions::refuses_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("word");
    QTest::newRow("no command") << "--config a"
                                << "No command";
    QTest::newRow("unknown command") << "--config a drian"
                                     << "\"drain\"";
    QTest::newRow("no configuration") << "status"
                                      << "--config";
    QTest::newRow("unknown option") << "--config a status --jsno"
                                    << "jsno";
    QTest::newRow("another command's option") << "--config a status --now"
                                              << "--now";
    QTest::newRow("too few") << "--config a get tasks"
                             << "get TABLE ID";
    QTest::newRow("too many") << "--config a status now"
                              << "Usage";
    QTest::newRow("limit") << "--config a queue --limit many"
                           << "--limit";
    QTest::newRow("negative limit") << "--config a queue --limit=-1"
                                    << "--limit";
    QTest::newRow("time without a unit") << "--config a drain --wait 30"
                                         << "--wait";
    QTest::newRow("endless time") << "--config a watch --for 99d"
                                  << "--for";
    QTest::newRow("operation") << "--config a push t 1 {} --operation insert"
                               << "--operation";
    QTest::newRow("id like an option") << "--config a remove tasks -5"
                                       << "--,";
    QTest::newRow("diagnose") << "--config a diagnose"
                              << "later version";
    QTest::newRow("bundle") << "--config a bundle out"
                            << "later version";
}

void TestOptions::refuses()
{
    QFETCH(QString, line);
    QFETCH(QString, word);
    const Result<Options> options = parse(line);
    QVERIFY(!options.ok());
    QVERIFY2(options.failure().detail.contains(word), qPrintable(options.failure().detail));
}

void TestOptions::helpNamesEveryCommand()
{
    QVERIFY(parse(QStringLiteral("--help"))->wantsHelp);
    QVERIFY(parse(QStringLiteral("--version"))->wantsVersion);
    const QStringList names = commandNames();
    QCOMPARE(names.size(), 22);
    for (const QString &name : names) {
        QVERIFY2(helpText(QString()).contains(QStringLiteral("\n  %1 ").arg(name)), qPrintable(name));
        QVERIFY2(helpText(name).contains(QStringLiteral("FILE %1").arg(name)), qPrintable(name));
    }
}

QTEST_GUILESS_MAIN(TestOptions)
#include "tst_options.moc"
