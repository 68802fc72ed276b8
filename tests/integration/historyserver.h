// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include "faultproxy.h"
#include "serverstack.h"

#include <QtCore/QMap>

namespace Tideline {

// PostgreSQL with the server kit, and PostgREST behind a FaultProxy. The enrolled tables "notes" (with a unique column "code"), "children" of notes,
// and "guarded", which refuses rows with the title "forbidden"; a trigger writes down whatever happens to a row.
class HistoryServer
{
public:
    // False: error() says why.
    bool start();
    QString error() const { return m_error; }

    FaultProxy &proxy() { return m_proxy; }
    QString makeToken(const QVariantMap &claims) const { return m_stack.makeToken(claims); }
    // Empty tables, an empty history, no faults, no records.
    bool clear();
    // The output, or an error text.
    QString sql(const QString &text);

    // By "table id": "insert <title>", "update <title>" or "delete", in the order in which they happened.
    QMap<QString, QStringList> history();
    // By "table id": the title.
    QMap<QString, QString> titles();

private:
    ServerStack m_stack;
    FaultProxy m_proxy;
    QString m_error;
};

} // namespace Tideline
