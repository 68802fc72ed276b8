// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/sync/changespull.h>
#include <tideline/sync/tablepull.h>

namespace Tideline {

// The pull of a round: the tables together, as far as the server serves them so, the others one after the other. Lives
// on the worker's thread; emits finished() once.
class PullRound : public QObject
{
    Q_OBJECT

public:
    PullRound(SyncContext &context, const QStringList &tables, bool ignoresBackoff, QObject *parent);

    void start();
    // So far, or in all.
    SyncReport report() const;
    // It ended before its time without a failure.
    bool isCutShort() const { return m_isCutShort; }

Q_SIGNALS:
    void progressed(const QString &table, qint64 rows, qint64 total);
    void finished();

private:
    void pullTogether();
    void askTimestamps();
    void pullNext();
    bool isPaused();
    QList<TableConfig> configs() const;
    // again is where to go on once the sign-in is renewed; next, where this was one table's failure.
    using Step = void (PullRound::*)();
    void fail(const QString &table, const Failure &failure, Step again, Step next);
    Result<void> noteFailure(const QString &table, const Failure &failure);
    void end();

    SyncContext &m_context;
    QStringList m_tables; // that are left
    bool m_ignoresBackoff;
    bool m_hasReauthenticated = false;
    bool m_isCutShort = false;
    QHash<QString, QString> m_timestamps;
    ChangesPull *m_together = nullptr; // what runs now
    TablePull *m_single = nullptr;
    SyncReport m_report;
};

} // namespace Tideline
