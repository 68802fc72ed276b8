// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/sqlite/sqlitewipe.h>

#include <tideline/sqlite/sqliteconnection.h>

namespace Tideline {

namespace {

// A foreign key that refers to the table.
class Reference
{
public:
    QString table;
    int id = 0; // in its table
    QString action;
    QStringList columns;
    QStringList referredColumns;
};

} // namespace

SqliteWipe::SqliteWipe(SqliteConnection &connection)
    : m_connection(connection)
{
}

Result<void> SqliteWipe::clear(const QString &table)
{
    // Where foreign keys are enforced, rows that are to be deleted next must not keep these; until the commit.
    if (const auto deferred = m_connection.execute(QStringLiteral("PRAGMA defer_foreign_keys = ON")); !deferred)
        return deferred.failure();
    if (const auto followed = followForeignKeys(table, {}); !followed)
        return followed;
    if (const auto cleared = m_connection.execute(QStringLiteral("DELETE FROM ") + quoted(table)); !cleared)
        return cleared.failure();
    return removeStatistics(table);
}

Result<void> SqliteWipe::followForeignKeys(const QString &table, const QString &condition)
{
    if (m_followed.contains(table.toLower()))
        return {};
    m_followed.insert(table.toLower());
    QList<Reference> references;
    const auto listed = m_connection.select(
        QStringLiteral(
            "SELECT m.name, f.id, f.on_delete, f.\"from\","
            " coalesce(f.\"to\", (SELECT t.name FROM pragma_table_info(f.\"table\") t WHERE t.pk = f.seq + 1))"
            " FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f"
            " WHERE m.type = 'table' AND f.\"table\" = ? COLLATE NOCASE ORDER BY m.name, f.id, f.seq"),
        {table}, [&](const SqliteRow &row) {
            const QString name = row.text(0);
            const int id = static_cast<int>(row.integer(1));
            if (references.isEmpty() || references.constLast().table != name || references.constLast().id != id)
                references.append({name, id, row.text(2), {}, {}});
            references.last().columns.append(quoted(row.text(3)));
            references.last().referredColumns.append(quoted(row.text(4)));
        });
    if (!listed)
        return listed;
    const QString separator = QStringLiteral(", ");
    for (const Reference &reference : std::as_const(references)) {
        // What has a NULL in it refers to nothing.
        const QString refers =
            condition.isEmpty()
                ? reference.columns.join(QStringLiteral(" IS NOT NULL AND ")) + QStringLiteral(" IS NOT NULL")
                : QStringLiteral("(%1) IN (SELECT %2 FROM %3 WHERE %4)")
                      .arg(reference.columns.join(separator), reference.referredColumns.join(separator), quoted(table),
                           condition);
        QString change;
        if (reference.action == QStringLiteral("CASCADE")) {
            if (const auto followed = followForeignKeys(reference.table, refers); !followed)
                return followed;
            change = QStringLiteral("DELETE FROM ") + quoted(reference.table);
        } else if (reference.action == QStringLiteral("SET NULL")) {
            change = QStringLiteral("UPDATE %1 SET %2 = NULL")
                         .arg(quoted(reference.table), reference.columns.join(QStringLiteral(" = NULL, ")));
        } else {
            continue; // where they are enforced they have their say by themselves
        }
        if (const auto changed = m_connection.execute(change + QStringLiteral(" WHERE ") + refers); !changed)
            return changed.failure();
    }
    return {};
}

Result<void> SqliteWipe::removeStatistics(const QString &table)
{
    for (const QString &statistics : {QStringLiteral("sqlite_stat1"), QStringLiteral("sqlite_stat4")}) {
        const auto found =
            m_connection.selectValue(QStringLiteral("SELECT count(*) FROM sqlite_master WHERE name = ?"), {statistics});
        if (!found)
            return found.failure();
        if (found->toInt() == 0)
            continue;
        const auto removed = m_connection.execute(
            QStringLiteral("DELETE FROM %1 WHERE tbl = ? COLLATE NOCASE").arg(statistics), {table});
        if (!removed)
            return removed.failure();
    }
    return {};
}

} // namespace Tideline
