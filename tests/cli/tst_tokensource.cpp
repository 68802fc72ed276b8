// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "tokensource.h"

#include <QtCore/QFile>
#include <QtCore/QTemporaryDir>
#include <QtTest/QTest>

using namespace Tideline;
using namespace Tideline::Cli;

class TestTokenSource : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsTheFileEveryTime();
    void runsTheCommandWithoutAShell();
    void runsTheCommandAgainWhenRefused();
    void namesTheExitCodeButNotTheOutput();
    void stopsACommandThatHangs();
    void refusesWhatNoHeaderCanHold();
    void refusesFloods();

private:
    static Result<QString> token(const TokenProvider &provider, bool refresh = false);
    QString script(const QByteArray &body);

    QTemporaryDir m_directory;
};

Result<QString> TestTokenSource::token(const TokenProvider &provider, bool refresh)
{
    const QFuture<Result<QString>> future = provider(refresh);
    if (!QTest::qWaitFor([&] { return future.isFinished(); }, 30'000))
        return Failure(Failure::Code::Timeout, QStringLiteral("the provider gave no answer"));
    return future.result();
}

QString TestTokenSource::script(const QByteArray &body)
{
    const QString path = m_directory.filePath(QStringLiteral("token"));
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly | QIODevice::Truncate) || file.write("#!/bin/sh\n" + body) < 0)
        return {};
    file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    return path;
}

void TestTokenSource::readsTheFileEveryTime()
{
    const QString path = m_directory.filePath(QStringLiteral("file"));
    const TokenProvider provider = tokenFromFile(path);
    QCOMPARE(token(provider).failure().code, Failure::Code::AuthExpired);
    for (const QByteArray &content : {QByteArray("first\n"), QByteArray("second")}) {
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
        file.write(content);
        file.close();
        QCOMPARE(token(provider).value(), QString::fromLatin1(content.trimmed()));
    }
}

void TestTokenSource::runsTheCommandWithoutAShell()
{
    const Result<QString> found =
        token(tokenFromCommand({script("printf '%s\\n' \"$1\""), QStringLiteral("$HOME;ls")}));
    QVERIFY2(found.ok(), qPrintable(found.failure().detail));
    QCOMPARE(*found, QStringLiteral("$HOME;ls"));
}

void TestTokenSource::runsTheCommandAgainWhenRefused()
{
    const QString count = m_directory.filePath(QStringLiteral("count"));
    const TokenProvider provider =
        tokenFromCommand({script("echo run >>\"$1\"; test ! -e \"$1.broken\" && echo t$(wc -l <\"$1\")"), count});
    QCOMPARE(token(provider).value(), QStringLiteral("t1"));
    QCOMPARE(token(provider).value(), QStringLiteral("t1"));
    QCOMPARE(token(provider, true).value(), QStringLiteral("t2"));
    QCOMPARE(token(provider).value(), QStringLiteral("t2"));
    // What was refused is not used again, also where the command has no other.
    QFile broken(count + QStringLiteral(".broken"));
    QVERIFY(broken.open(QIODevice::WriteOnly));
    QCOMPARE(token(provider, true).failure().code, Failure::Code::AuthExpired);
    QCOMPARE(token(provider).failure().code, Failure::Code::AuthExpired);
    QVERIFY(broken.remove());
    QCOMPARE(token(provider).value(), QStringLiteral("t5"));
}

void TestTokenSource::namesTheExitCodeButNotTheOutput()
{
    const Failure failure = token(tokenFromCommand({script("echo secret; echo secret >&2; exit 7")})).failure();
    QCOMPARE(failure.code, Failure::Code::AuthExpired);
    QVERIFY2(failure.detail.contains(QLatin1String("exit code 7")), qPrintable(failure.detail));
    QVERIFY(!failure.detail.contains(QLatin1String("secret")));
    const Failure missing = token(tokenFromCommand({m_directory.filePath(QStringLiteral("none"))})).failure();
    QCOMPARE(missing.code, Failure::Code::AuthExpired);
}

void TestTokenSource::stopsACommandThatHangs()
{
    const Failure failure =
        token(tokenFromCommand({script("exec sleep 600")}, std::chrono::milliseconds(100))).failure();
    QCOMPARE(failure.code, Failure::Code::AuthExpired);
    QVERIFY2(failure.detail.contains(QLatin1String("in time")), qPrintable(failure.detail));
}

void TestTokenSource::refusesWhatNoHeaderCanHold()
{
    QCOMPARE(token(tokenFromCommand({script("printf 'a\\r\\nX-Other: b'")})).failure().code,
             Failure::Code::AuthExpired);
    QCOMPARE(token(tokenFromCommand({script("true")})).failure().code, Failure::Code::AuthExpired);
}

void TestTokenSource::refusesFloods()
{
    const Failure failure = token(tokenFromCommand({script("exec cat /dev/zero")})).failure();
    QCOMPARE(failure.code, Failure::Code::AuthExpired);
}

QTEST_GUILESS_MAIN(TestTokenSource)
#include "tst_tokensource.moc"
