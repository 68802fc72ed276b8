// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/engine/attempt.h>
#include <tideline/engine/retrypolicy.h>
#include <tideline/engine/whenfinished.h>
#include <tideline/sync/changespull.h>

#include <QtCore/QTimer>

#include <utility>

namespace Tideline {

namespace {

// A request leaves from this thread's event loop, piece by piece: until then nothing else may keep it busy.
constexpr std::chrono::milliseconds headStart{2};

} // namespace

using Deletions = PulledTable::Deletions;

ChangesPull::ChangesPull(SyncContext &context, const QList<TableConfig> &tables, QObject *parent)
    : QObject(parent)
    , m_context(context)
{
    for (const TableConfig &table : tables) {
        auto pulled = std::make_unique<PulledTable>(context, table, nullptr);
        connect(pulled.get(), &PulledTable::progressed, this, &ChangesPull::progressed);
        connect(pulled.get(), &PulledTable::concluded, this,
                [this, name = table.name](const std::optional<Failure> &failure) {
                    if (failure && endsRound(*failure))
                        return Q_EMIT finished(failure);
                    tableDone(name, failure);
                    concludeNext();
                });
        m_tables.emplace(table.name, std::move(pulled));
        m_open.append(table.name);
    }
}

void ChangesPull::start()
{
    const QStringList all = m_open;
    for (const QString &name : all) {
        if (const Result<void> prepared = m_tables.at(name)->prepare(); !prepared)
            tableDone(name, prepared.failure());
    }
    m_quiet = m_open;
    m_open.isEmpty() ? concludeNext() : request();
}

void ChangesPull::request()
{
    QList<TableCursor> wanted;
    for (const QString &name : std::as_const(m_open)) {
        const PulledTable &pulled = *m_tables.at(name);
        wanted.append(
            TableCursor{pulled.table(), m_cursors.value(name, pulled.cursor()), pulled.wantsRowCount(Deletions::Told)});
    }
    const auto goOn = [this](const Result<ChangesPage> &page) {
        if (!page)
            return Q_EMIT finished(page.failure());
        take(*page);
    };
    whenFinished(m_context.remote->changes(wanted, m_context.config.pageSize), this, goOn, [this] {
        Q_EMIT finished(Failure(Failure::Code::Cancelled, QStringLiteral("The pull was stopped.")));
    });
}

void ChangesPull::take(const ChangesPage &page)
{
    m_requests += page.requests;
    if (std::exchange(m_isFirstPage, false) && page.requests > 0) {
        if (const Result<void> noted = m_context.noteReply(page); !noted)
            return Q_EMIT finished(noted.failure());
    }
    if (!makesProgress(page)) {
        return Q_EMIT finished(
            Failure(Failure::Code::Deserialization,
                    QStringLiteral("The server announces changes of table %1 and does not send them. Install the "
                                   "server kit anew.")
                        .arg(m_open.constFirst())));
    }
    if (!applyWaiting())
        return;
    QStringList more;
    for (const TableChanges &changes : page.tables) {
        if (!m_open.contains(changes.table))
            continue;
        if (!changes.isServed) {
            m_unserved.append(changes.table);
            m_quiet.removeAll(changes.table);
            m_tables.erase(changes.table);
        } else if (changes.failure.isFailure()) {
            m_quiet.removeAll(changes.table);
            tableDone(changes.table, changes.failure);
        } else {
            if (changes.hasMore)
                more.append(changes.table);
            m_waiting.append(changes);
            m_cursors.insert(changes.table, changes.cursor);
        }
    }
    m_open = more;
    if (m_open.isEmpty()) {
        if (applyWaiting())
            concludeQuietOnes();
        return;
    }
    request();
    QTimer::singleShot(headStart, this, &ChangesPull::applyWaiting);
}

// False where that was the end.
bool ChangesPull::applyWaiting()
{
    for (const TableChanges &changes : std::exchange(m_waiting, {})) {
        const Result<void> applied = apply(changes);
        if (applied)
            continue;
        if (endsRound(applied.failure())) {
            Q_EMIT finished(applied.failure());
            return false;
        }
        tableDone(changes.table, applied.failure());
    }
    return true;
}

// A page without news may end a table; with more to come it must not be all there is.
bool ChangesPull::makesProgress(const ChangesPage &page) const
{
    bool isWaiting = false;
    for (const TableChanges &changes : page.tables) {
        if (!m_open.contains(changes.table))
            continue;
        const QString former = m_cursors.value(changes.table, m_tables.at(changes.table)->cursor());
        if (!changes.isServed || changes.failure.isFailure() || !changes.hasMore || changes.cursor != former)
            return true;
        isWaiting = true;
    }
    return !isWaiting;
}

Result<void> ChangesPull::apply(const TableChanges &changes)
{
    PulledTable &pulled = *m_tables.at(changes.table);
    if (changes.hasMore && changes.cursor == pulled.cursor() && changes.rows.isEmpty() && changes.removedIds.isEmpty())
        return {}; // its turn has not come
    m_quiet.removeAll(changes.table);
    return pulled.take(changes);
}

// In one transaction, however many they are.
void ChangesPull::concludeQuietOnes()
{
    m_quiet.removeIf([this](const QString &name) { return !m_tables.at(name)->isUpToDate(); });
    const Result<void> concluded = m_context.inTransaction([this](UnitOfWork &work) -> Result<void> {
        for (const QString &name : std::as_const(m_quiet))
            TIDELINE_TRY(m_tables.at(name)->concludeQuietly(work));
        return {};
    });
    if (!concluded)
        return Q_EMIT finished(concluded.failure());
    for (const QString &name : std::exchange(m_quiet, {}))
        tableDone(name, {});
    concludeNext();
}

void ChangesPull::concludeNext()
{
    if (m_tables.empty())
        return Q_EMIT finished({});
    m_tables.begin()->second->conclude(Deletions::Told);
}

void ChangesPull::tableDone(const QString &table, const std::optional<Failure> &failure)
{
    const auto done = m_tables.find(table);
    if (done == m_tables.end())
        return;
    PulledTable *pulled = done->second.release(); // perhaps it is telling that it is done
    m_tables.erase(done);
    m_open.removeAll(table);
    pulled->deleteLater();
    Q_EMIT tableFinished(pulled->table(), pulled->report(), failure);
}

SyncReport ChangesPull::report() const
{
    SyncReport report;
    report.requests = m_requests;
    for (const auto &[name, pulled] : m_tables)
        report.add(pulled->report());
    return report;
}

QStringList ChangesPull::unfinished() const
{
    QStringList names;
    for (const auto &[name, pulled] : m_tables)
        names.append(name);
    return names;
}

} // namespace Tideline
