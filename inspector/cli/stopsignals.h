// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/result.h>

#include <QtCore/QObject>
#include <QtCore/QSocketNotifier>

#include <memory>

namespace Tideline::Cli {

// SIGINT and SIGTERM as a Qt signal. A second one ends the process as usual. One object a process.
class StopSignals : public QObject
{
    Q_OBJECT

public:
    static Result<StopSignals *> install(QObject *parent);
    ~StopSignals() override;

Q_SIGNALS:
    void received();

private:
    StopSignals(int readEnd, QObject *parent);

    QSocketNotifier m_notifier;
    int m_readEnd;
};

} // namespace Tideline::Cli
