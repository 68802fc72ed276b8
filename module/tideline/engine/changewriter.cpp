// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/core/json.h>
#include <tideline/engine/attempt.h>
#include <tideline/engine/changewriter.h>

#include <QtCore/QRandomGenerator>
#include <QtCore/QUuid>

namespace Tideline {

namespace {

Failure invalid(const QString &detail)
{
    return {Failure::Code::Invalid, detail};
}

Failure noSuchRecord(const Change &change)
{
    return invalid(QStringLiteral("Table %1 has no record with this id here. Pull first, or use write to make it.")
                       .arg(change.table.name));
}

// A UUID that is ordered by time (version 7 of RFC 9562): the index of the ids grows at its end only. In a long queue a
// random one would cost each write a page of its own.
QString newEntryId(const QDateTime &now)
{
    const auto milliseconds = static_cast<quint64>(now.toMSecsSinceEpoch());
    const quint64 random = QRandomGenerator::system()->generate64();
    const quint32 more = QRandomGenerator::system()->generate();
    const auto byte = [random](int index) { return static_cast<uchar>(random >> (8 * index)); };
    const QUuid id(static_cast<uint>(milliseconds >> 16), static_cast<ushort>(milliseconds),
                   static_cast<ushort>(0x7000 | (more & 0x0fff)), static_cast<uchar>(0x80 | (byte(0) & 0x3f)), byte(1),
                   byte(2), byte(3), byte(4), byte(5), byte(6), byte(7));
    return id.toString(QUuid::WithoutBraces);
}

// Neither NUL nor half a surrogate pair, which JSON and the server cannot hold.
bool isPlain(const QString &text)
{
    return !text.contains(QChar::Null) && text.isValidUtf16();
}

// How long the JSON of these values can be at most; nothing where only writing it tells, or whether it can be written.
std::optional<qsizetype> boundOfJson(const QVariantMap &values)
{
    constexpr qsizetype longestEscape = 6; // \u001f
    constexpr qsizetype longestNumber = 24;
    qsizetype bound = 2;
    for (auto it = values.cbegin(); it != values.cend(); ++it) {
        if (!isPlain(it.key()))
            return {};
        bound += longestEscape * it.key().size() + 4; // quotes, colon, comma
        switch (it->typeId()) {
        case QMetaType::UnknownType:
        case QMetaType::Bool:
        case QMetaType::Int:
        case QMetaType::LongLong:
            bound += longestNumber;
            break;
        case QMetaType::QString: {
            const QString text = it->toString();
            if (!isPlain(text))
                return {};
            bound += longestEscape * text.size() + 2;
            break;
        }
        default:
            return {};
        }
    }
    return bound;
}

// A key column in the values must say the same as the record id.
Result<void> checkKey(const Change &change)
{
    const Result<QStringList> parts = change.table.keyParts(change.recordId);
    if (!parts)
        return parts.failure();
    for (qsizetype i = 0; i < parts->size(); ++i) {
        const QString &column = change.table.key.at(i);
        if (!change.values.contains(column))
            continue;
        TableConfig single = change.table;
        single.key = {column};
        if (single.recordIdOf(change.values) != parts->at(i))
            return invalid(QStringLiteral("Column %1 of table %2 is the key, but differs from the record's id.")
                               .arg(column, change.table.name));
    }
    return {};
}

} // namespace

ChangeWriter::ChangeWriter(Storage &storage, const SyncConfig &config, const QString &userId)
    : m_storage(storage)
    , m_config(config)
    , m_userId(userId)
{
}

Result<void> ChangeWriter::checkOwner(const TableConfig &table, const QVariantMap &values) const
{
    const QVariant owner = values.value(table.owner);
    if (m_userId.isEmpty() || table.owner.isEmpty() || owner.isNull() || owner.toString() == m_userId)
        return {};
    return Failure(Failure::Code::RlsViolation,
                   QStringLiteral("The record of table %1 belongs to another user (column %2). Sign in as that user.")
                       .arg(table.name, table.owner));
}

Result<void> ChangeWriter::checkPayload(const QVariantMap &values) const
{
    if (const auto bound = boundOfJson(values); bound && *bound <= m_config.maxPayloadBytes)
        return {};
    const Result<QByteArray> text = Json::serialize(values);
    if (!text)
        return text.failure();
    if (text->size() <= m_config.maxPayloadBytes)
        return {};
    return Failure(Failure::Code::PayloadTooLarge,
                   QStringLiteral("The change has %1 bytes, but at most %2 are sent (maxPayloadBytes). Store less in "
                                  "one record, or raise the limit on client and server.")
                       .arg(text->size())
                       .arg(m_config.maxPayloadBytes));
}

Result<Change> ChangeWriter::checked(Change change) const
{
    const Result<QString> id = change.table.canonicalRecordId(change.recordId);
    if (!id)
        return id.failure();
    change.recordId = *id;
    if (change.operation == SyncOperation::Delete)
        change.values.clear();
    if (m_config.sensitiveFieldPolicy == SensitiveFieldPolicy::MaskEverywhere)
        change.values = masked(change.values, m_config.sensitiveFields);
    if (!isPlain(change.recordId))
        TIDELINE_TRY(Json::serialize(change.recordId));
    TIDELINE_TRY(checkPayload(change.values));
    TIDELINE_TRY(checkKey(change));
    TIDELINE_TRY(checkOwner(change.table, change.values));
    return change;
}

Result<void> ChangeWriter::writeRow(UnitOfWork &work, const Change &change, const TableSchema &schema,
                                    const std::optional<QVariantMap> &row) const
{
    const QString &deletedAt = change.table.deletedAt;
    if (change.operation == SyncOperation::Delete) {
        if (deletedAt.isEmpty() || !schema.hasColumn(deletedAt))
            return m_storage.local().removeRow(work.transaction(), change.table, change.recordId);
        return m_storage.local().upsertRow(work.transaction(), change.table, change.recordId,
                                           {{deletedAt, toText(work.now())}});
    }
    if (change.operation == SyncOperation::Patch && !row)
        return noSuchRecord(change);
    for (auto it = change.values.cbegin(); it != change.values.cend(); ++it) {
        if (!schema.hasColumn(it.key()))
            return invalid(QStringLiteral("Table %1 has no column %2 here.").arg(change.table.name, it.key()));
    }
    return m_storage.local().upsertRow(work.transaction(), change.table, change.recordId, change.values);
}

Result<SyncEntry> ChangeWriter::apply(UnitOfWork &work, const Change &change) const
{
    const TableConfig &table = change.table;
    const Result<TableSchema> schema = m_storage.local().schema(table.name);
    const bool isMissing = !schema && schema.failure().code == Failure::Code::Invalid;
    if (!schema && !(isMissing && change.isQueuedOnly))
        return schema.failure();
    std::optional<QVariantMap> row;
    if (schema) {
        const Result<std::optional<QVariantMap>> found = m_storage.local().row(table, change.recordId);
        if (!found)
            return found.failure();
        row = *found;
    }
    TIDELINE_TRY(checkOwner(table, row.value_or(QVariantMap())));
    const Result<QList<SyncEntry>> open = m_storage.queue().openEntries(table.name, change.recordId);
    if (!open)
        return open.failure();

    SyncEntry entry;
    entry.id = newEntryId(work.now());
    entry.table = table.name;
    entry.recordId = change.recordId;
    entry.operation = change.operation;
    entry.payload = change.values;
    entry.createdAt = work.now();
    if (change.operation == SyncOperation::Upsert && !table.deletedAt.isEmpty()
        && !entry.payload.contains(table.deletedAt))
        entry.payload.insert(table.deletedAt, QVariant()); // writing a removed record brings it back
    if (open->isEmpty()) {
        entry.base = row; // nothing is pending: the row is what the server had when it was last seen
    } else {
        entry.base = open->constLast().base;
        if (open->constLast().isUnsynced())
            entry.heldBy = open->constLast().heldBy; // what waits for a person goes on waiting, whole
    }
    if (!change.isQueuedOnly) {
        if (change.operation == SyncOperation::Delete && !row && open->isEmpty())
            return noSuchRecord(change);
        Change stored = change;
        if (schema->hasColumn(table.deletedAt))
            stored.values = entry.payload;
        if (const Result<void> written = writeRow(work, stored, *schema, row); !written) {
            // What is a bad row in a pull is a bad argument here.
            Failure failure = written.failure();
            if (failure.code == Failure::Code::Deserialization)
                failure.code = Failure::Code::Invalid;
            return failure;
        }
    }
    work.touch(table.name);
    return m_storage.queue().enqueue(work.transaction(), entry);
}

} // namespace Tideline
