// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/engine/retrypolicy.h>
#include <tideline/engine/whenfinished.h>
#include <tideline/sync/pullround.h>

namespace Tideline {

PullRound::PullRound(SyncContext &context, const QStringList &tables, bool ignoresBackoff, QObject *parent)
    : QObject(parent)
    , m_context(context)
    , m_tables(tables)
    , m_ignoresBackoff(ignoresBackoff)
{
}

void PullRound::start()
{
    pullTogether();
}

QList<TableConfig> PullRound::configs() const
{
    QList<TableConfig> configs;
    for (const QString &name : m_tables) {
        if (m_context.tables.contains(name)) // else it was removed meanwhile
            configs.append(m_context.tables.value(name));
    }
    return configs;
}

bool PullRound::isPaused()
{
    if (m_ignoresBackoff)
        return false;
    const Result<QDateTime> until = m_context.pausedUntil();
    if (!until)
        m_report.addError(until.failure());
    m_isCutShort = until && until->isValid();
    return !until || m_isCutShort;
}

void PullRound::pullTogether()
{
    const QList<TableConfig> tables = configs();
    if (tables.isEmpty() || isPaused())
        return end();
    auto *pull = m_together = new ChangesPull(m_context, tables, this);
    connect(pull, &ChangesPull::progressed, this, &PullRound::progressed);
    connect(pull, &ChangesPull::tableFinished, this,
            [this](const TableConfig &table, const SyncReport &report, const std::optional<Failure> &failure) {
                m_report.add(report);
                if (!failure)
                    return;
                m_report.addError(*failure);
                if (const Result<void> noted = noteFailure(table.name, *failure); !noted)
                    m_report.addError(noted.failure());
            });
    connect(pull, &ChangesPull::finished, this, [this, pull](const std::optional<Failure> &failure) {
        disconnect(pull, nullptr, this, nullptr); // its page in flight may fail after its end
        pull->deleteLater();
        m_report.add(pull->report());
        m_together = nullptr;
        m_tables = pull->unserved();
        if (!failure)
            return askTimestamps();
        m_tables += pull->unfinished();
        fail({}, *failure, &PullRound::pullTogether, &PullRound::end);
    });
    pull->start();
}

void PullRound::askTimestamps()
{
    const QList<TableConfig> tables = configs();
    if (tables.isEmpty() || isPaused())
        return end();
    const auto goOn = [this](const Result<QHash<QString, QString>> &timestamps) {
        if (!timestamps)
            return fail({}, timestamps.failure(), &PullRound::askTimestamps, &PullRound::pullNext);
        m_timestamps = *timestamps;
        pullNext();
    };
    whenFinished(m_context.remote->remoteTimestamps(tables), this, goOn, [this] {
        fail({}, Failure(Failure::Code::Cancelled, QStringLiteral("The pull was stopped.")), nullptr, nullptr);
    });
}

void PullRound::pullNext()
{
    if (m_tables.isEmpty() || isPaused())
        return end();
    const QString name = m_tables.takeFirst();
    const TableConfig table = m_context.tables.value(name);
    if (table.name.isEmpty())
        return pullNext(); // removed meanwhile
    auto *pull = m_single = new TablePull(m_context, table, this);
    connect(pull, &TablePull::progressed, this, &PullRound::progressed);
    connect(pull, &TablePull::finished, this, [this, pull, name](const std::optional<Failure> &failure) {
        disconnect(pull, nullptr, this, nullptr); // its page in flight may fail after its end
        pull->deleteLater();
        m_report.add(pull->report());
        m_single = nullptr;
        if (!failure)
            return pullNext();
        m_tables.prepend(name);
        fail(name, *failure, &PullRound::pullNext, &PullRound::pullNext);
    });
    pull->start(m_timestamps.value(name));
}

void PullRound::fail(const QString &table, const Failure &failure, Step again, Step next)
{
    if (failure.code == Failure::Code::AuthExpired && !m_hasReauthenticated) {
        m_hasReauthenticated = true;
        const auto giveUp = [this, table, failure, again, next] { fail(table, failure, again, next); };
        const auto goOn = [this, again, giveUp](const Result<bool> &refreshed) {
            if (!refreshed || !*refreshed)
                return giveUp();
            (this->*again)();
        };
        return whenFinished(m_context.remote->refreshAuthentication(), this, goOn, giveUp);
    }
    m_report.addError(failure);
    const Result<void> noted = noteFailure(table, failure);
    if (!noted)
        m_report.addError(noted.failure());
    if (!noted || endsRound(failure))
        return end();
    m_tables.removeAll(table);
    (this->*next)();
}

Result<void> PullRound::noteFailure(const QString &table, const Failure &failure)
{
    if (failure.code == Failure::Code::AuthExpired)
        return m_context.noteAuthRequired(failure);
    if (isServerWide(failure)) {
        const Result<QDateTime> until = m_context.pause(failure, std::nullopt);
        return until ? Result<void>() : until.failure();
    }
    if (endsRound(failure))
        return {};
    return m_context.inTransaction([&](UnitOfWork &work) -> Result<void> {
        work.report(SyncError{failure, QStringLiteral("pull"), table, QString()});
        return {};
    });
}

SyncReport PullRound::report() const
{
    SyncReport report = m_report;
    if (m_together)
        report.add(m_together->report());
    if (m_single)
        report.add(m_single->report());
    return report;
}

void PullRound::end()
{
    Q_EMIT finished();
}

} // namespace Tideline
