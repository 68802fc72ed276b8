// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/failure.h>
#include <tideline/core/synctypes.h>

#include <QtCore/QCoreApplication>
#include <QtCore/QDateTime>
#include <QtGui/QIcon>

// How the inspector says values to a person, in the user's language and locale.
namespace Tideline::Inspector {

class Formats
{
    Q_DECLARE_TR_FUNCTIONS(Tideline::Inspector::Formats)

public:
    static QString duration(qint64 seconds);                                  // "3 d 4 h"
    static QString relativeTime(const QDateTime &time, const QDateTime &now); // "3 min ago", "in 12 s"
    static QString absoluteTime(const QDateTime &time);                       // with date, seconds and zone
    static QString number(qint64 value);
    static QString bytes(qint64 value);

    static QString entryState(const QString &state); // the arguments are the spelling of cli.md
    static QString operation(const QString &operation);
    static QString strategy(const QString &strategy);
    static QString conflictState(const QString &state);
    static QString eventName(const QString &name);
    static QString failureCode(const Failure &failure); // "forbidden, HTTP 403, 42501"

    static QIcon icon(const QString &name);
    static QIcon entryIcon(const QString &state);
    static QIcon conflictIcon(const QString &state);
    static QIcon eventIcon(const QString &name);
};

} // namespace Tideline::Inspector
