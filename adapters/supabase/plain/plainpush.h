// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include "http/restclient.h"
#include "plain/plainchange.h"
#include "plain/rowreader.h"

#include <QtCore/QSet>

namespace Tideline::Rest {

// One push to a server without the kit: every change is conditional on the version that it was made on, so that a
// request that reaches the server twice, or late, overwrites nothing. Neighbours that one request does justice to
// share one; the order of the items is never changed, because a row may need the one before it.
class PlainPush
{
public:
    PlainPush(RestClient &client, const QList<PushItem> &items, bool stopOnFirstError);

    Task<PushReply> run();

private:
    using Changes = QList<PlainChange>;
    using Outcomes = QList<PushOutcome>;

    qsizetype runLength(qsizetype first) const;
    Task<Outcomes> apply(Changes run);
    Task<Outcomes> applyHalves(Changes run);
    Task<Outcomes> settle(Changes run, QHash<QString, QVariantMap> done);
    Task<RestReply> send(RestRequest request);

    bool isShared(const Failure &failure) const;
    bool isUndone(const Failure &failure) const;
    Outcomes refused(qsizetype count, const Failure &failure) const;
    void take(const PlainChange &change, const PushOutcome &outcome, qsizetype index);

    RestClient &m_client;
    RowReader m_reader;
    Changes m_changes;
    bool m_stopOnFirstError;
    PushReply m_reply;
    QSet<QString> m_heldTables;
    bool m_isOver = false;
    bool m_hasNoToken = false;
};

} // namespace Tideline::Rest
