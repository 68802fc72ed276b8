// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "plain/plainchange.h"

#include "plain/restquery.h"
#include "plain/rowreader.h"

#include <tideline/core/json.h>

namespace Tideline::Rest {

namespace {

PushOutcome outcome(PushOutcome::Kind kind, const std::optional<QVariantMap> &row)
{
    PushOutcome outcome;
    outcome.kind = kind;
    outcome.serverRow = row;
    return outcome;
}

PushOutcome applied(const std::optional<QVariantMap> &row)
{
    return outcome(PushOutcome::Kind::Applied, row);
}

PushOutcome differs(const std::optional<QVariantMap> &row)
{
    return outcome(PushOutcome::Kind::Differs, row);
}

PushOutcome hidden(const QString &detail)
{
    return failed(Failure(Failure::Code::RlsViolation, detail));
}

bool isDeleted(const TableConfig &table, const QVariantMap &row)
{
    return !table.deletedAt.isEmpty() && !row.value(table.deletedAt).isNull();
}

} // namespace

PushOutcome failed(const Failure &failure)
{
    PushOutcome outcome;
    outcome.kind = PushOutcome::Kind::Failed;
    outcome.failure = failure;
    return outcome;
}

PlainChange::PlainChange(const PushItem &item)
    : m_entry(item.entry)
    , m_table(item.table)
    , m_sent(item.entry.payload)
{
    const Result<QStringList> parts = m_table.keyParts(m_entry.recordId);
    if (!parts) {
        m_failure = parts.failure();
        return;
    }
    m_keyParts = *parts;
    m_sent.remove(m_table.updatedAt);
    for (const QString &column : m_table.key)
        m_sent.remove(column);
    // The key is only checked: it goes as the text that it is.
    const Result<QByteArray> key = Json::serialize(m_keyParts);
    const Result<QByteArray> text = key ? Json::serialize(m_sent) : key;
    const Result<QVariantMap> sent = text ? Json::parseObject(*text) : Result<QVariantMap>(text.failure());
    if (!sent) {
        m_failure = sent.failure();
        return;
    }
    m_sent = *sent;
    m_kind = kindOf();
    if (m_kind == Kind::Update && m_entry.operation == SyncOperation::Delete) // the server reads 'now' as its own time
        m_body = Json::toText(QVariantMap{{m_table.deletedAt, QStringLiteral("now")}});
    else if (m_kind == Kind::Update)
        m_body = *text;
}

PlainChange::Kind PlainChange::kindOf() const
{
    switch (m_entry.operation) {
    case SyncOperation::Delete:
        if (!m_entry.base)
            return Kind::Read;
        return m_table.deletedAt.isEmpty() ? Kind::Remove : Kind::Update;
    case SyncOperation::Upsert:
        if (!m_entry.base)
            return Kind::Insert;
        break;
    case SyncOperation::Patch:
        if (!m_entry.base)
            return Kind::Read;
        break;
    }
    return m_sent.isEmpty() ? Kind::Read : Kind::Update;
}

bool PlainChange::isLike(const PlainChange &other) const
{
    if (m_kind != other.m_kind || m_table != other.m_table)
        return false;
    switch (m_kind) {
    case Kind::Unsendable:
        return false;
    case Kind::Insert:
        // An array whose rows lack a column would blank it, or take another row's, unless all have the same ones.
        return m_sent.keys() == other.m_sent.keys();
    case Kind::Update:
        return m_body == other.m_body;
    case Kind::Read:
    case Kind::Remove:
        return true;
    }
    return false;
}

QVariantMap PlainChange::insertedRow() const
{
    QVariantMap row = m_sent;
    for (qsizetype i = 0; i < m_table.key.size(); ++i)
        row.insert(m_table.key.at(i), m_keyParts.at(i));
    return row;
}

std::optional<QString> PlainChange::baseVersion() const
{
    return versionOf(m_table, m_entry.base.value_or(QVariantMap()));
}

QString PlainChange::condition() const
{
    if (const std::optional<QString> version = baseVersion())
        return equalTo(m_table.key + QStringList(m_table.updatedAt), m_keyParts + QStringList(*version));
    return QStringLiteral("and(%1,%2.is.null)").arg(equalTo(m_table.key, m_keyParts), columnName(m_table.updatedAt));
}

PushOutcome PlainChange::done(const QVariantMap &row) const
{
    return applied(m_kind == Kind::Remove ? std::nullopt : std::optional<QVariantMap>(row));
}

// Our own change is there already: its reply was lost. What others did to further columns does not matter.
bool PlainChange::isHeldBy(const QVariantMap &row) const
{
    if (isDeleted(m_table, row) && !m_sent.contains(m_table.deletedAt))
        return false;
    for (auto it = m_sent.cbegin(); it != m_sent.cend(); ++it) {
        if (!row.contains(it.key()) || !Json::equivalent(row.value(it.key()), it.value()))
            return false;
    }
    return true;
}

PushOutcome PlainChange::settled(const std::optional<QVariantMap> &row) const
{
    const bool isGone = !row || isDeleted(m_table, *row);
    if (m_kind == Kind::Read) {
        const bool isDone = m_entry.operation == SyncOperation::Delete ? isGone : m_entry.base && !isGone;
        return isDone ? applied(row) : differs(row);
    }
    if (m_kind == Kind::Insert) {
        if (!row)
            return hidden(QStringLiteral("The record exists on the server but is hidden from this user. Use another "
                                         "id, or check the table's policies."));
        return isHeldBy(*row) ? applied(row) : differs(row);
    }
    const bool isDone = m_entry.operation == SyncOperation::Delete ? isGone : row && isHeldBy(*row);
    if (isDone)
        return applied(row);
    const QVariant version = m_entry.base.value_or(QVariantMap()).value(m_table.updatedAt);
    if (row && Json::equivalent(row->value(m_table.updatedAt), version)) // the condition held and nothing happened
        return hidden(QStringLiteral("The server shows this record to the user but does not let the user change it. "
                                     "Check the table's policies."));
    return differs(row);
}

} // namespace Tideline::Rest
