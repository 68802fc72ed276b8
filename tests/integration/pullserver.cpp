// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "pullserver.h"

#include <QtCore/QFile>
#include <QtTest/QTest>

#include <algorithm>

namespace Tideline {

namespace {

const QString stamp = QStringLiteral(R"sql(
create function stamp() returns trigger language plpgsql as $$
begin
    if current_setting('test.stamp', true) is distinct from 'off' then
        new.updated_at := clock_timestamp();
    end if;
    return new;
end $$;
)sql");

} // namespace

bool PullServer::start(const Options &options)
{
    QFile kit(QStringLiteral(TIDELINE_SQL_DIR "/tideline.sql"));
    if (!kit.open(QIODevice::ReadOnly)) {
        m_error = kit.errorString();
        return false;
    }
    m_tables = options.tables;
    QString triggers;
    for (const QString &table : m_tables) {
        triggers += QStringLiteral("create trigger a_stamp before insert or update on %1 for each row execute function "
                                   "stamp(); create index on %1 (updated_at);\n")
                        .arg(table);
    }
    ServerStack::Options stack;
    stack.maxRows = options.maxRows;
    stack.schema = QString::fromUtf8(kit.readAll()) + stamp + options.schema + triggers;
    if (!m_stack.start(stack)) {
        m_error = m_stack.error();
        return false;
    }
    const bool isStarted = m_proxy.start(m_stack.url());
    m_error = m_proxy.error();
    return isStarted;
}

QString PullServer::sql(const QString &text)
{
    const ServerStack::SqlResult result = m_stack.runSql(text);
    if (!result.ok)
        qFatal("%s", qPrintable(result.output));
    return result.output;
}

void PullServer::begin(SupabaseOptions::Mode mode)
{
    QString statements = QStringLiteral("truncate %1 cascade;").arg(m_tables.join(QStringLiteral(", ")));
    for (const QString &table : std::as_const(m_tables)) {
        statements += mode == SupabaseOptions::Mode::Plain ? QStringLiteral("select tideline.untrack_table('%1');")
                                                           : QStringLiteral("select tideline.track_table('%1');");
        statements = statements.arg(table);
    }
    sql(statements);
    if (!m_proxy.clear() || !m_proxy.accept())
        qFatal("%s", qPrintable(m_proxy.error()));
    m_proxy.forget();
}

std::unique_ptr<SqlSession> PullServer::beginTransaction(const QString &sql)
{
    const int number = ++m_transactions;
    std::unique_ptr<SqlSession> session = m_stack.openSession();
    session->run(QStringLiteral("begin; %1; select pg_advisory_xact_lock(%2);").arg(sql).arg(number));
    const QString isDone =
        QStringLiteral("select count(*) from pg_locks where locktype = 'advisory' and objid = %1").arg(number);
    if (!QTest::qWaitFor([&] { return this->sql(isDone) == QLatin1String("1"); }, 20000))
        qFatal("the transaction does not begin");
    return session;
}

void PullServer::holdPage(const QString &table, int ordinal, HttpFault::HangAt at)
{
    const QString page = QStringLiteral("^/") + table + QStringLiteral("\\?.*select=(\\*|%2A).*order=");
    if (!m_proxy.add(HttpFault::hang(at).on(QStringLiteral("GET"), page).from(ordinal).times(1))
        || !m_proxy.add(HttpFault::hang(at)
                            .on(QStringLiteral("POST"), QStringLiteral("^/rpc/tideline_pull"))
                            .from(ordinal)
                            .times(1)))
        qFatal("%s", qPrintable(m_proxy.error()));
}

bool PullServer::isHolding()
{
    const QList<FaultProxy::Request> requests = m_proxy.requests();
    return std::any_of(requests.cbegin(), requests.cend(), [](const FaultProxy::Request &one) { return one.isHeld; });
}

void PullServer::letGo()
{
    if (!m_proxy.release() || !m_proxy.clear())
        qFatal("%s", qPrintable(m_proxy.error()));
}

qint64 PullServer::replyBytes()
{
    qint64 bytes = 0;
    for (const FaultProxy::Request &request : m_proxy.requests())
        bytes += request.replyBytes;
    return bytes;
}

QByteArray PullServer::replies()
{
    QByteArray all;
    for (const FaultProxy::Request &request : m_proxy.requests())
        all += request.reply + '\n';
    return all;
}

} // namespace Tideline
