// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/stores/remotestore.h>

#include <QtCore/QStringList>

#include <optional>

namespace Tideline::Rest {

// One item of a push as it goes on the wire of a server without the kit, and what the server's row says about it.
class PlainChange
{
public:
    enum class Kind {
        Unsendable, // failure() says why
        Read,       // nothing to send, or nothing to send it on top of: the server's row decides
        Insert,
        Update, // of a row that has the base's version; a deletion's mark, too
        Remove, // likewise
    };

    explicit PlainChange(const PushItem &item);

    Kind kind() const { return m_kind; }
    const Failure &failure() const { return m_failure; }
    const TableConfig &table() const { return m_table; }
    const QString &recordId() const { return m_entry.recordId; }
    const QStringList &keyParts() const { return m_keyParts; }
    // Whether one request does to both records exactly what two would do.
    bool isLike(const PlainChange &other) const;

    QVariantMap insertedRow() const;
    const QByteArray &body() const { return m_body; } // of an update
    std::optional<QString> baseVersion() const;
    // The row with its base's version, inside of an or=().
    QString condition() const;

    // The request told of the row; of a removed one it need not.
    PushOutcome done(const QVariantMap &row) const;
    // The request did not touch the record, and this is what the server has.
    PushOutcome settled(const std::optional<QVariantMap> &row) const;

private:
    Kind kindOf() const;
    bool isHeldBy(const QVariantMap &row) const;

    SyncEntry m_entry;
    TableConfig m_table;
    QStringList m_keyParts;
    QVariantMap m_sent; // the payload less what is never sent, as the server will read it
    QByteArray m_body;
    Failure m_failure;
    Kind m_kind = Kind::Unsendable;
};

PushOutcome failed(const Failure &failure);

} // namespace Tideline::Rest
