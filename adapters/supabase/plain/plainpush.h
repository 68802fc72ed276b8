// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include "http/restclient.h"
#include "plain/rowreader.h"

#include <QtCore/QSet>

namespace Tideline::Rest {

// One push to a server without the kit: every change is conditional on the version that it was made on, so that a
// request that reaches the server twice, or late, overwrites nothing.
class PlainPush
{
public:
    PlainPush(RestClient &client, const QList<PushItem> &items, bool stopOnFirstError);

    Task<PushReply> run();

private:
    // What one item comes to on the wire.
    struct Change
    {
        SyncEntry entry;
        TableConfig table;
        QStringList keyParts;
        QVariantMap sent; // the payload less what is never sent, as the server will read it
        Failure failure;  // why it cannot be sent
    };
    struct Found
    {
        Failure failure;
        std::optional<QVariantMap> row;
    };

    static Change prepared(const PushItem &item);
    qsizetype insertCount(qsizetype first) const;
    static bool isInsert(const Change &change);

    Task<QList<PushOutcome>> insert(QList<Change> changes);
    Task<QList<PushOutcome>> insertOneByOne(QList<Change> changes);
    Task<PushOutcome> settleIgnored(Change change, Found found);
    Task<PushOutcome> apply(Change change);
    Task<PushOutcome> update(Change change);
    Task<PushOutcome> remove(Change change);
    Task<Found> readRow(Change change);
    Task<RestReply> send(RestRequest request);

    bool endsInsert(const Failure &failure) const;
    void settle(const Change &change, const PushOutcome &outcome, qsizetype index);

    RestClient &m_client;
    RowReader m_reader;
    QList<Change> m_changes;
    bool m_stopOnFirstError;
    PushReply m_reply;
    QSet<QString> m_heldTables;
    bool m_isOver = false;
    bool m_hasNoToken = false;
};

} // namespace Tideline::Rest
