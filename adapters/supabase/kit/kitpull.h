// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include "http/restclient.h"
#include "kit/kitprotocol.h"
#include "pagesizes.h"

namespace Tideline::Rest {

// One page of what has changed in many tables, from a server that may have the kit: one request for all of them. What
// the kit does not serve is left to plain pulls.
class KitPull
{
public:
    KitPull(RestClient &client, KitKnowledge &knowledge, PageSizes &sizes, SupabaseOptions::Mode mode,
            const QList<TableCursor> &tables, int pageSize);

    Task<Result<ChangesPage>> run();

private:
    // Tables that share a request, by their places in the pull.
    class Part
    {
    public:
        QList<qsizetype> places;
        int limit = 0; // records
    };

    bool isForKit(const QString &table) const;
    RestRequest request(const Part &part) const;
    // These answer what ends the whole pull, if anything.
    Failure take(const Part &part, const RestReply &reply);
    Failure takeFailure(const Part &part, const RestReply &reply);
    Failure takeAnswers(const Part &part, const QVariantList &answers);
    Failure withoutKit(const Failure &failure);
    void takeUntracked(qsizetype place, const QString &reason);
    void fail(qsizetype place, const Failure &failure);
    void split(const Part &part);
    void postpone(const Part &part);
    ChangesPage page() const;

    RestClient &m_client;
    KitKnowledge &m_knowledge;
    PageSizes &m_sizes;
    SupabaseOptions::Mode m_mode;
    QList<TableCursor> m_tables;
    int m_pageSize;
    QList<QByteArray> m_wishes; // what is asked about each table
    QList<Part> m_parts;        // what is left
    QHash<qsizetype, TableChanges> m_changes;
    RemoteReply m_account;
    int m_records = 0; // so far
    int m_timeouts = 0;
};

} // namespace Tideline::Rest
