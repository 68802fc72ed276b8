// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "historyserver.h"

#include <QtCore/QFile>

namespace Tideline {

namespace {

const QString schema = QStringLiteral(R"sql(
create function stamp() returns trigger language plpgsql as $$
begin new.updated_at := clock_timestamp(); return new; end $$;
create table history (place bigint generated always as identity, tab text, id text, what text);
create function remember() returns trigger language plpgsql security definer as $$
begin
    if tg_op = 'DELETE' then
        insert into history (tab, id, what) values (tg_table_name, old.id, 'delete');
    else
        insert into history (tab, id, what) values (tg_table_name, new.id, lower(tg_op) || ' ' || coalesce(new.title, ''));
    end if;
    return null;
end $$;
create table notes (
    id text primary key, title text, body text, code text unique,
    updated_at timestamptz not null default clock_timestamp());
create table children (
    id text primary key, title text, note_id text not null references notes (id),
    updated_at timestamptz not null default clock_timestamp());
create table guarded (
    id text primary key, title text, code text unique,
    updated_at timestamptz not null default clock_timestamp());
alter table guarded enable row level security;
create policy seen on guarded for select using (true);
create policy made on guarded for insert with check (title <> 'forbidden');
create policy changed on guarded for update using (true) with check (title <> 'forbidden');
do $$
declare name text;
begin
    foreach name in array array['notes', 'children', 'guarded'] loop
        execute format('create trigger stamp before insert or update on %I for each row execute function stamp()', name);
        execute format('create trigger remember after insert or update or delete on %I for each row '
                       'execute function remember()', name);
    end loop;
end $$;
select tideline.track_table('notes'), tideline.track_table('children'), tideline.track_table('guarded');
)sql");

} // namespace

bool HistoryServer::start()
{
    QFile kit(QStringLiteral(TIDELINE_SQL_DIR "/tideline.sql"));
    if (!kit.open(QIODevice::ReadOnly)) {
        m_error = kit.errorString();
        return false;
    }
    ServerStack::Options options;
    options.schema = QString::fromUtf8(kit.readAll()) + schema;
    if (!m_stack.start(options)) {
        m_error = m_stack.error();
        return false;
    }
    const bool isStarted = m_proxy.start(m_stack.url());
    m_error = m_proxy.error();
    return isStarted;
}

bool HistoryServer::clear()
{
    const bool isClear = sql(QStringLiteral("truncate notes, children, guarded, history")).isEmpty() && m_proxy.clear()
                         && m_proxy.accept();
    m_proxy.forget();
    return isClear;
}

QString HistoryServer::sql(const QString &text)
{
    const ServerStack::SqlResult result = m_stack.runSql(text);
    return result.ok ? result.output : QStringLiteral("FAILED: ") + result.output;
}

QMap<QString, QStringList> HistoryServer::history()
{
    const QString lines = sql(QStringLiteral("select tab || ' ' || id || '|' || what from history order by place"));
    QMap<QString, QStringList> history;
    for (const QString &line : lines.split(QLatin1Char('\n'), Qt::SkipEmptyParts))
        history[line.section(QLatin1Char('|'), 0, 0)].append(line.section(QLatin1Char('|'), 1));
    return history;
}

QMap<QString, QString> HistoryServer::titles()
{
    const QString lines = sql(QStringLiteral("select 'notes ' || id || '|' || coalesce(title, '') from notes union all "
                                             "select 'children ' || id || '|' || coalesce(title, '') from children "
                                             "union all "
                                             "select 'guarded ' || id || '|' || coalesce(title, '') from guarded"));
    QMap<QString, QString> titles;
    for (const QString &line : lines.split(QLatin1Char('\n'), Qt::SkipEmptyParts))
        titles.insert(line.section(QLatin1Char('|'), 0, 0), line.section(QLatin1Char('|'), 1));
    return titles;
}

} // namespace Tideline
