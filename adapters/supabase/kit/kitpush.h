// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include "http/restclient.h"
#include "kit/kitchange.h"
#include "kit/kitprotocol.h"
#include "kit/kitreply.h"

#include <QtCore/QSet>

namespace Tideline::Rest {

// One push to a server that may have the kit: a request for all, conditional and once only by the ids of the entries.
// Whether it has, the first answer tells; what the kit does not take goes in plain mode, in its order.
class KitPush
{
public:
    KitPush(RestClient &client, KitKnowledge &knowledge, SupabaseOptions::Mode mode, const QList<PushItem> &items,
            bool stopOnFirstError);

    Task<PushReply> run();

private:
    // Places of items in the push.
    using Places = QList<qsizetype>;

    bool isForKit(qsizetype place) const;
    Places takeNext();
    void putBack(const Places &places);

    RestRequest request(const Places &places) const;
    void takePlain(const Places &places, const PushReply &reply);
    void takeKit(const Places &places, const RestReply &reply);
    void takeFailure(const Places &places, const RestReply &reply);
    void takeAnswers(const Places &places, const QList<KitAnswer> &answers);
    void withoutKit(const Places &places, const Failure &failure);

    void fail(qsizetype place, const Failure &failure);
    void failAll(const Places &places, const Failure &failure);
    void hold(const Places &places, const Failure &failure);

    RestClient &m_client;
    KitKnowledge &m_knowledge;
    SupabaseOptions::Mode m_mode;
    QList<PushItem> m_items;
    QList<KitChange> m_changes;
    bool m_stopOnFirstError;
    PushReply m_reply;
    QList<Places> m_parts; // what is left; no request crosses their borders
    QSet<QString> m_heldTables;
    bool m_isOver = false;
};

} // namespace Tideline::Rest
