// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtCore/QElapsedTimer>
#include <QtCore/QObject>

namespace Tideline {
class SyncEngine;
}

namespace Tideline::Cli {

// How far a pull or a drain is, on standard error: a bar on a terminal, else plain lines where they are wanted.
class Progress : public QObject
{
    Q_OBJECT

public:
    static void showOn(SyncEngine &engine, bool isVerbose, QObject *parent);
    ~Progress() override;

private:
    Progress(SyncEngine &engine, bool isTerminal, QObject *parent);
    void show(const QString &what, qint64 done, qint64 total);
    void clearBar();

    bool m_isTerminal;
    bool m_isBarShown = false;
    QElapsedTimer m_lastShown;
};

} // namespace Tideline::Cli
