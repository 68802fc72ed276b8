// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "plain/tablestatus.h"

#include "log.h"
#include "plain/restquery.h"
#include "plain/rowreader.h"

#include <tideline/engine/retrypolicy.h>

namespace Tideline::Rest {

TableStatus::TableStatus(const SupabaseOptions &options)
    : m_table(options.statusTable)
    , m_columns(options.statusColumns)
{
}

Task<Result<TableStatus::Texts>> TableStatus::read(RestClient *client, QList<TableConfig> tables)
{
    Texts texts;
    if (m_table.isEmpty() || tables.isEmpty())
        co_return Result<Texts>(texts);
    RemoteReply account;
    const RestReply reply = co_await client->send(rowsRequest(TableConfig(m_table), "select=*"), &account);
    const Failure &failure = reply.failure;
    if (reply.hasNoToken || failure.code == Failure::Code::AuthExpired || isServerWide(failure))
        co_return Result<Texts>(failure);
    if (failure.isFailure()) {
        // It saves requests, no more: what is wrong with it stops no pull.
        tell(m_table, failure.detail);
        co_return Result<Texts>(texts);
    }
    const QVariantList rows = reply.rows();
    for (const TableConfig &table : tables) {
        if (const QString text = textOf(table.name, rows); !text.isEmpty())
            texts.insert(table.name, text);
    }
    co_return Result<Texts>(texts);
}

QString TableStatus::columnOf(const QString &table) const
{
    return m_columns.value(table, table + QLatin1String("_at"));
}

// Of several rows all count: a later time in one of them may hide a change in another.
QString TableStatus::textOf(const QString &table, const QVariantList &rows)
{
    const QString column = columnOf(table);
    QStringList texts;
    for (const QVariant &row : rows) {
        const QVariantMap values = row.toMap();
        if (!values.contains(column))
            tell(column, QStringLiteral("it has no column %1 for table %2").arg(column, table));
        else if (const QVariant value = values.value(column); !value.isNull())
            texts.append(filterText(value));
    }
    texts.sort(); // the server has no order of its own
    return texts.join(QLatin1Char(' '));
}

void TableStatus::tell(const QString &about, const QString &what)
{
    if (m_told.contains(about))
        return;
    m_told.insert(about);
    qCInfo(supabaseLog, "The status table %s is of no use: %s", qUtf8Printable(m_table), qUtf8Printable(what));
}

} // namespace Tideline::Rest
