// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include "faultproxy.h"
#include "serverstack.h"

#include <tideline/supabase/supabaseremotestore.h>

#include <QtCore/QStringList>

namespace Tideline {

// PostgreSQL with the server kit, and PostgREST behind a FaultProxy, for tests of what is pulled from it. Each of the
// tables gets a trigger that stamps updated_at, unless a statement before has set test.stamp to 'off'.
class PullServer
{
public:
    class Options
    {
    public:
        QString schema;
        QStringList tables;
        int maxRows = 0; // 0: no page cap
    };

    // False: error() says why.
    bool start(const Options &options);
    QString error() const { return m_error; }

    FaultProxy &proxy() { return m_proxy; }
    QString makeToken(const QVariantMap &claims) const { return m_stack.makeToken(claims); }
    // The output; whatever fails ends the test.
    QString sql(const QString &text);
    // Empty tables, no faults, no records; the tables are enrolled in the kit or not.
    void begin(SupabaseOptions::Mode mode);

    // A transaction that stays open, and has done that much when this returns.
    std::unique_ptr<SqlSession> beginTransaction(const QString &sql);

    // The n-th page of a pull from now on, in either mode, stays in the proxy until letGo(): its reply, or already the
    // request. What compares ids, counts, or probes is no page.
    void holdPage(const QString &table, int ordinal = 1, HttpFault::HangAt at = HttpFault::HangAt::Reply);
    bool isHolding();
    void letGo();
    // Of the bodies of all replies since the records were forgotten.
    qint64 replyBytes();
    QByteArray replies();

private:
    ServerStack m_stack;
    FaultProxy m_proxy;
    QStringList m_tables;
    QString m_error;
    int m_transactions = 0;
};

} // namespace Tideline
