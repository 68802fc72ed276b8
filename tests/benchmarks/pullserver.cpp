// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "pullserver.h"

#include <QtCore/QFile>
#include <QtCore/QtDebug>

using namespace Tideline;

namespace {

const QString createTable = QStringLiteral(R"sql(
create table %1 (
    id uuid primary key, title text not null, notes text, state text not null, project_id uuid, due_on date,
    priority int not null, effort numeric(6, 2), done bool not null, updated_at timestamptz not null default clock_timestamp());
create index on %1 (updated_at, id);
)sql");

const QString insertRows = QStringLiteral(R"sql(
insert into %1
select md5('row ' || n)::uuid, 'Water the plants ' || n, 'The ones on the balcony need more than those indoors.',
    case when n % 3 = 0 then 'done' else 'open' end, md5('project ' || n % 50)::uuid, date '2026-03-01' + n % 300,
    n % 5, (n % 100) / 4.0, n % 3 = 0, timestamptz '2026-01-01' + n * interval '1 millisecond'
from generate_series(1, %2) n;
)sql");

} // namespace

QStringList PullServer::tableNames(int tables)
{
    QStringList names{QStringLiteral("tasks")};
    for (int i = 2; i <= tables; ++i)
        names.append(QStringLiteral("tasks_%1").arg(i));
    return names;
}

void PullServer::start(int tables)
{
    m_tables = tables;
    QFile kit(QStringLiteral(TIDELINE_SQL_DIR "/tideline.sql"));
    if (!kit.open(QIODevice::ReadOnly))
        qFatal("cannot read the server kit");
    ServerStack::Options options;
    options.schema = QString::fromUtf8(kit.readAll());
    const QStringList names = tableNames(tables);
    for (const QString &name : names)
        options.schema += createTable.arg(name);
    if (!m_stack.start(options))
        qFatal("%s", qPrintable(m_stack.error()));
}

void PullServer::fill(int rows)
{
    QString statements;
    const QStringList names = tableNames(m_tables);
    for (const QString &name : names) {
        // Enrolled when it is full, as a table of a server that runs already would be.
        statements += QStringLiteral("select tideline.untrack_table('%1'); truncate %1;").arg(name);
        statements += insertRows.arg(name).arg(name == names.constFirst() ? rows : 10);
        statements += QStringLiteral("select tideline.track_table('%1');").arg(name);
    }
    sql(statements + QStringLiteral("vacuum analyze;"));
}

QString PullServer::touch(int rows)
{
    return sql(QStringLiteral("with changed as (update tasks set title = title || '!', updated_at = clock_timestamp()"
                              " where id in (select id from tasks order by id limit %1) returning updated_at)"
                              " select to_json(min(updated_at))#>>'{}' from changed")
                   .arg(rows));
}

QString PullServer::sql(const QString &statements)
{
    const ServerStack::SqlResult result = m_stack.runSql(statements);
    if (!result.ok)
        qFatal("%s", qPrintable(result.output));
    return result.output;
}
