// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <QtCore/QDir>
#include <QtCore/QFile>
#include <QtCore/QRegularExpression>
#include <QtTest/QTest>

using namespace Qt::Literals::StringLiterals;

namespace {

const QString root = QStringLiteral(TIDELINE_SOURCE_DIR);

QString read(const QString &path)
{
    QFile file(QDir(root).filePath(path));
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

QStringList backticked(const QString &cell)
{
    static const QRegularExpression code(QStringLiteral("`([^`]+)`"));
    QStringList words;
    for (auto match = code.globalMatch(cell); match.hasNext();)
        words.append(match.next().captured(1));
    return words;
}

// The headers that are installed, as the CMake files list them, without comments.
QStringList publicHeaders()
{
    static const QRegularExpression list(QStringLiteral("HEADERS(.*?)SOURCES"),
                                         QRegularExpression::DotMatchesEverythingOption);
    static const QRegularExpression comment(QStringLiteral("//[^\\n]*|/\\*.*?\\*/"),
                                            QRegularExpression::DotMatchesEverythingOption);
    QStringList texts;
    for (const QString &folder : {u"module/"_s, u"adapters/sqlite/"_s, u"adapters/supabase/"_s}) {
        const QStringList headers = list.match(read(folder + u"CMakeLists.txt"_s)).captured(1).simplified().split(u' ');
        for (const QString &header : headers)
            texts.append(read(folder + header).remove(comment));
    }
    return texts;
}

// From the opening to the closing brace of a class or an enum; of a using declaration, all of it.
QString definition(const QString &name, const QStringList &headers)
{
    const QRegularExpression opening(
        QStringLiteral("\\b(?:class|enum class)\\s+(?:\\w+_EXPORT\\s+)?%1\\b[^;{]*\\{").arg(name));
    const QRegularExpression alias(QStringLiteral("\\busing\\s+%1\\s*=[^;]*;").arg(name));
    for (const QString &header : headers) {
        if (const auto match = alias.match(header); match.hasMatch())
            return match.captured();
        const auto match = opening.match(header);
        if (!match.hasMatch())
            continue;
        qsizetype end = match.capturedEnd();
        for (int depth = 1; depth > 0 && end < header.size(); ++end)
            depth += header[end] == u'{' ? 1 : header[end] == u'}' ? -1 : 0;
        return header.mid(match.capturedStart(), end - match.capturedStart());
    }
    return {};
}

} // namespace

// docs/parity.md says where each word of dynos_sync is found here and which test exercises it. This keeps it true.
class tst_Parity : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void everyWordHasOneRow();
    void symbolsArePublic_data() { addRows(); }
    void symbolsArePublic();
    void testsExist_data() { addRows(); }
    void testsExist();

private:
    struct Row
    {
        QString seed;
        QStringList symbols;
        QStringList tests;
    };
    void addRows() const;

    QList<Row> m_rows;
    QStringList m_headers;
};

void tst_Parity::initTestCase()
{
    m_headers = publicHeaders();
    QVERIFY(m_headers.size() > 20);
    const QStringList lines = read(u"docs/parity.md"_s).split(u'\n');
    for (const QString &line : lines) {
        if (!line.startsWith(u"| `"_s))
            continue;
        const QStringList cells = line.split(u'|');
        QVERIFY2(cells.size() == 5, qPrintable(line));
        m_rows.append({backticked(cells[1]).value(0), backticked(cells[2]), backticked(cells[3])});
    }
}

void tst_Parity::everyWordHasOneRow()
{
    QStringList words = read(u"tests/package/seed_vocabulary.txt"_s).split(u'\n', Qt::SkipEmptyParts);
    words.removeIf([](const QString &line) { return line.startsWith(u'#'); });
    QStringList rows;
    for (const Row &row : std::as_const(m_rows))
        rows.append(row.seed);
    words.sort();
    rows.sort();
    QCOMPARE(rows, words);
}

void tst_Parity::addRows() const
{
    QTest::addColumn<QStringList>("symbols");
    QTest::addColumn<QStringList>("tests");
    for (const Row &row : m_rows)
        QTest::newRow(qPrintable(row.seed)) << row.symbols << row.tests;
}

void tst_Parity::symbolsArePublic()
{
    QFETCH(QStringList, symbols);
    QVERIFY(!symbols.isEmpty());
    for (const QString &symbol : symbols) {
        const QStringList parts = symbol.split(u"::"_s);
        const QString body = definition(parts.first(), m_headers);
        QVERIFY2(!body.isEmpty(), qPrintable(parts.first() + u" is in no public header"_s));
        for (const QString &member : parts.mid(1)) {
            const QRegularExpression word(QStringLiteral("\\b%1\\b").arg(member));
            QVERIFY2(body.contains(word), qPrintable(symbol + u" is in no public header"_s));
        }
    }
}

void tst_Parity::testsExist()
{
    QFETCH(QStringList, tests);
    QVERIFY(!tests.isEmpty());
    for (const QString &test : tests) {
        const QString file = test.section(u"::"_s, 0, 0);
        const QString function = test.section(u"::"_s, 1);
        const QRegularExpression body(
            QStringLiteral("\\bvoid (?:\\w+::)?%1\\(\\)\\s*\\{").arg(QRegularExpression::escape(function)));
        QVERIFY2(read(file).contains(body), qPrintable(test + u" does not exist"_s));
        const QString name = file.section(u'/', -1).chopped(4);
        const QString folder = QStringLiteral(TIDELINE_BINARY_DIR "/") + file.section(u'/', 0, -2);
        const QRegularExpression registered(QStringLiteral("add_test\\((?:\\[=*\\[)?%1[\\] ]").arg(name));
        QVERIFY2(read(folder + u"/CTestTestfile.cmake"_s).contains(registered),
                 qPrintable(name + u" is not run by ctest"_s));
    }
}

QTEST_GUILESS_MAIN(tst_Parity)
#include "tst_parity.moc"
