// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "changestream.h"

#include "session.h"

#include <tideline/core/json.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace Tideline::Cli {

namespace {

constexpr qsizetype blockSize = 64LL * 1024;
// Room for the table, the id and white space around a payload of the largest size.
constexpr qint64 lineOverhead = 64LL * 1024;
// Other writers of the file wait for the whole transaction.
constexpr qsizetype mostInTransaction = 500;

SyncOperation operationOf(ChangeStream::Kind kind)
{
    switch (kind) {
    case ChangeStream::Kind::Write:
        return SyncOperation::Upsert;
    case ChangeStream::Kind::Patch:
        return SyncOperation::Patch;
    case ChangeStream::Kind::Remove:
        return SyncOperation::Delete;
    }
    return SyncOperation::Upsert;
}

// The literal text of a single key, a JSON array of a composite one. Null when it is neither.
QString recordIdIn(const QVariant &value)
{
    switch (value.typeId()) {
    case QMetaType::QString:
        return value.toString();
    case QMetaType::UnknownType:
    case QMetaType::Nullptr:
    case QMetaType::Bool:
    case QMetaType::QVariantMap:
        return {};
    default:
        return QString::fromUtf8(Json::serialize(value).ok() ? Json::toText(value) : QByteArray());
    }
}

bool isBlank(const QByteArray &text)
{
    return std::all_of(text.cbegin(), text.cend(), [](char c) { return c == ' ' || c == '\t' || c == '\r'; });
}

} // namespace

void ChangeStream::run(Session &session, Kind kind)
{
    // Without a standard input a notifier would never tell.
    if (fcntl(STDIN_FILENO, F_GETFD) == -1)
        return session.finish(ExitCode::Fine);
    new ChangeStream(session, kind);
}

ChangeStream::ChangeStream(Session &session, Kind kind)
    : QObject(&session)
    , m_session(session)
    , m_kind(kind)
    , m_lines(session.engine().config().maxPayloadBytes + lineOverhead)
    , m_input(STDIN_FILENO, QSocketNotifier::Read)
{
    connect(&m_input, &QSocketNotifier::activated, this, &ChangeStream::read);
}

void ChangeStream::read()
{
    QByteArray block(blockSize, Qt::Uninitialized);
    const ssize_t count = ::read(STDIN_FILENO, block.data(), static_cast<size_t>(block.size()));
    if (count < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (count < 0) {
        m_input.setEnabled(false);
        return m_session.fail(Failure(
            Failure::Code::Invalid, QStringLiteral("Standard input cannot be read: %1.").arg(qt_error_string(errno))));
    }
    if (count == 0)
        return end();
    block.truncate(count);
    m_lines.add(block);
    while (const std::optional<LineSplitter::Line> line = m_lines.next()) {
        add(*line);
        if (m_items.size() == mostInTransaction && !flush())
            return;
    }
    flush();
}

void ChangeStream::end()
{
    m_input.setEnabled(false);
    if (const std::optional<LineSplitter::Line> line = m_lines.last())
        add(*line);
    if (flush())
        m_session.finish(m_isAnyRefused ? ExitCode::Refused : ExitCode::Fine);
}

void ChangeStream::add(const LineSplitter::Line &line)
{
    if (line.isTooLong || !isBlank(line.text))
        m_items.append(parsed(line));
}

bool ChangeStream::flush()
{
    store();
    for (Item &item : m_items) {
        if (!answer(&item))
            return false;
    }
    m_items.clear();
    return true;
}

void ChangeStream::store()
{
    QList<RecordChange> changes;
    for (const Item &item : std::as_const(m_items)) {
        if (item.result)
            changes.append(item.change);
    }
    Result<QList<SyncEntry>> entries = QList<SyncEntry>();
    if (changes.size() > 1)
        entries = m_session.engine().writeAll(changes);
    const bool isStored = entries && entries->size() == changes.size();
    qsizetype next = 0;
    for (Item &item : m_items) {
        if (!item.result)
            continue;
        if (isStored)
            item.result.entry = entries->at(next++);
        else // one that is refused takes the others with it
            item.result = storeAlone(item.change);
    }
}

WriteResult ChangeStream::storeAlone(const RecordChange &change)
{
    switch (m_kind) {
    case Kind::Write:
        return m_session.engine().write(change.table, change.recordId, change.data);
    case Kind::Patch:
        return m_session.engine().patch(change.table, change.recordId, change.data);
    case Kind::Remove:
        return m_session.engine().remove(change.table, change.recordId);
    }
    return {};
}

bool ChangeStream::answer(Item *item)
{
    QVariantMap &answer = item->answer;
    answer.insert(QStringLiteral("ok"), item->result.ok());
    if (item->result) {
        answer.insert(QStringLiteral("entry"), toVariantMap(masked(item->result.entry, m_session.maskedFields())));
    } else {
        answer.insert(QStringLiteral("error"), item->result.failure.toVariantMap());
        m_isAnyRefused = true;
    }
    Result<void> printed = m_session.output().json(answer);
    if (!printed && printed.failure().code == Failure::Code::LocalStore) {
        // A table or id that no JSON can hold was refused; the answer goes without it.
        answer.insert(QStringLiteral("table"), QVariant());
        answer.insert(QStringLiteral("id"), QVariant());
        printed = m_session.output().json(answer);
    }
    if (printed)
        return true;
    m_input.setEnabled(false);
    m_session.fail(printed.failure());
    return false;
}

ChangeStream::Item ChangeStream::parsed(const LineSplitter::Line &line) const
{
    Item item;
    item.answer = {{QStringLiteral("table"), QVariant()}, {QStringLiteral("id"), QVariant()}};
    const auto refuse = [&item](Failure::Code code, const QString &why) {
        item.result.failure = Failure(code, why);
        return item;
    };
    if (line.isTooLong)
        return refuse(
            Failure::Code::PayloadTooLarge,
            QStringLiteral("The line is longer than maxPayloadBytes allows. Raise maxPayloadBytes or split the row."));
    const Result<QVariantMap> change = Json::parseObject(line.text, Json::DuplicateKeys::Refused);
    if (!change)
        return refuse(Failure::Code::Invalid, QStringLiteral("The line is %1.").arg(change.failure().detail));
    const QVariant table = change->value(QStringLiteral("table"));
    const QVariant id = change->value(QStringLiteral("id"));
    const QVariant data = change->value(QStringLiteral("data"));
    item.answer.insert(QStringLiteral("table"), table);
    item.answer.insert(QStringLiteral("id"), id);

    const QStringList keys = change->keys();
    const auto isForeign = [](const QString &key) {
        return key != QLatin1String("table") && key != QLatin1String("id") && key != QLatin1String("data");
    };
    item.change.recordId = recordIdIn(id);
    if (std::any_of(keys.cbegin(), keys.cend(), isForeign))
        return refuse(Failure::Code::Invalid,
                      QStringLiteral("The line has a key other than table, id and data. Remove it."));
    if (table.typeId() != QMetaType::QString)
        return refuse(Failure::Code::Invalid, QStringLiteral("\"table\" must be the name of a table."));
    if (item.change.recordId.isNull())
        return refuse(Failure::Code::Invalid,
                      QStringLiteral("\"id\" must be a text, a number, or an array for a composite key."));
    if (m_kind != Kind::Remove && data.typeId() != QMetaType::QVariantMap)
        return refuse(Failure::Code::Invalid, QStringLiteral("\"data\" must be an object of columns and values."));
    item.change.operation = operationOf(m_kind);
    item.change.table = table.toString();
    if (m_kind != Kind::Remove)
        item.change.data = data.toMap();
    return item;
}

} // namespace Tideline::Cli
