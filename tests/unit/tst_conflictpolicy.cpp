// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/engine/conflictpolicy.h>

#include <QtTest/QTest>

using namespace Tideline;

class tst_ConflictPolicy : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void lastWriteWins_data();
    void lastWriteWins();
    void clockOffsetCorrectsTheClient();
    void editWinsOverHardDelete();
    void editBringsSoftDeletedRowBack();
    void serverAndClientWin();
    void fieldMergeOfDisjointEdits();
    void fieldMergeOfAClash();
    void fieldMergeOfNullsAndNestedValues();
    void fieldMergeOfColumnsThatWereAdded();
    void fieldMergeAsksOnlyAboutAClash();
    void deletionMarkOfTheApplicationStays();
    void choiceIsCompleted();
    void choiceBringsAMarkedRowBack();
    void laterWritesAreNotShown();
    void manualAndCustomPark();
    void fulfilledIsAnEcho();
    void sameVersion();
    void localViewOfPendingAndDead();
    void differenceLeavesKeyAndVersionOut();
};

namespace {

const QString version = QStringLiteral("updated_at");

TableConfig notes()
{
    return TableConfig(QStringLiteral("notes"));
}

QVariantMap row(const QString &title, const QString &body, const QString &time)
{
    return {{QStringLiteral("id"), QStringLiteral("1")},
            {QStringLiteral("title"), title},
            {QStringLiteral("body"), body},
            {version, time}};
}

const QString t0 = QStringLiteral("2026-01-01T00:00:00.000001+00:00");
const QString t1 = QStringLiteral("2026-01-01T10:00:00.000001+00:00");

SyncEntry patch(const QVariantMap &payload, const QString &createdAt)
{
    SyncEntry entry;
    entry.table = QStringLiteral("notes");
    entry.recordId = QStringLiteral("1");
    entry.operation = SyncOperation::Patch;
    entry.payload = payload;
    entry.base = row(QStringLiteral("t"), QStringLiteral("b"), t0);
    entry.createdAt = QDateTime::fromString(createdAt, Qt::ISODate);
    return entry;
}

ConflictCase titleAgainst(const QVariantMap &remote, const QString &createdAt)
{
    ConflictCase conflict;
    conflict.table = notes();
    conflict.pending = {patch({{QStringLiteral("title"), QStringLiteral("mine")}}, createdAt)};
    conflict.remote = remote;
    return conflict;
}

QString titleOf(const Decision &decision)
{
    return decision.resolved ? decision.resolved->value(QStringLiteral("title")).toString() : QStringLiteral("(none)");
}

} // namespace

void tst_ConflictPolicy::lastWriteWins_data()
{
    QTest::addColumn<QString>("createdAt");
    QTest::addColumn<QString>("winner");
    QTest::newRow("client earlier") << QStringLiteral("2026-01-01T09:00:00Z") << QStringLiteral("theirs");
    QTest::newRow("client later") << QStringLiteral("2026-01-01T11:00:00Z") << QStringLiteral("mine");
}

void tst_ConflictPolicy::lastWriteWins()
{
    QFETCH(QString, createdAt);
    const ConflictCase conflict = titleAgainst(row(QStringLiteral("theirs"), QStringLiteral("b2"), t1), createdAt);
    const Decision decision = decide(conflict, ConflictStrategy::LastWriteWins, ConflictStrategy::LastWriteWins);
    QVERIFY(!decision.isParked);
    QTEST(titleOf(decision), "winner");
    // A patch is a set of columns: the other client's body stays in either case.
    QCOMPARE(decision.resolved->value(QStringLiteral("body")).toString(), QStringLiteral("b2"));
}

void tst_ConflictPolicy::clockOffsetCorrectsTheClient()
{
    ConflictCase conflict =
        titleAgainst(row(QStringLiteral("theirs"), QStringLiteral("b"), t1), QStringLiteral("2027-01-01T09:00:00Z"));
    conflict.clockOffset = -365LL * 24 * 3600 * 1000; // this machine is a year ahead
    QCOMPARE(titleOf(decide(conflict, ConflictStrategy::LastWriteWins, ConflictStrategy::LastWriteWins)),
             QStringLiteral("theirs"));
}

void tst_ConflictPolicy::editWinsOverHardDelete()
{
    ConflictCase conflict = titleAgainst({}, QStringLiteral("2026-01-01T09:00:00Z"));
    conflict.remote.reset();
    conflict.local = row(QStringLiteral("mine"), QStringLiteral("b"), t0);
    const Decision decision = decide(conflict, ConflictStrategy::LastWriteWins, ConflictStrategy::LastWriteWins);
    QCOMPARE(titleOf(decision), QStringLiteral("mine"));
    // The row is made again whole, not from the patched column only.
    QCOMPARE(decision.resolved->value(QStringLiteral("body")).toString(), QStringLiteral("b"));
    QVERIFY(!decide(conflict, ConflictStrategy::ServerWins, ConflictStrategy::LastWriteWins).resolved);
}

void tst_ConflictPolicy::editBringsSoftDeletedRowBack()
{
    QVariantMap remote = row(QStringLiteral("theirs"), QStringLiteral("b"), t1);
    remote.insert(QStringLiteral("deleted_at"), t1);
    ConflictCase conflict = titleAgainst(remote, QStringLiteral("2026-01-01T11:00:00Z"));
    conflict.table.deletedAt = QStringLiteral("deleted_at");
    const Decision decision = decide(conflict, ConflictStrategy::LastWriteWins, ConflictStrategy::LastWriteWins);
    QCOMPARE(titleOf(decision), QStringLiteral("mine"));
    QVERIFY(decision.resolved->value(QStringLiteral("deleted_at")).isNull());
}

void tst_ConflictPolicy::serverAndClientWin()
{
    const ConflictCase conflict =
        titleAgainst(row(QStringLiteral("theirs"), QStringLiteral("b"), t1), QStringLiteral("2026-01-01T09:00:00Z"));
    QCOMPARE(titleOf(decide(conflict, ConflictStrategy::ServerWins, ConflictStrategy::LastWriteWins)),
             QStringLiteral("theirs"));
    QCOMPARE(titleOf(decide(conflict, ConflictStrategy::ClientWins, ConflictStrategy::LastWriteWins)),
             QStringLiteral("mine"));
}

void tst_ConflictPolicy::fieldMergeOfDisjointEdits()
{
    // Theirs changed the body, mine the title; an old edit of mine must not lose to a newer one of another column.
    const ConflictCase conflict =
        titleAgainst(row(QStringLiteral("t"), QStringLiteral("theirs"), t1), QStringLiteral("2026-01-01T09:00:00Z"));
    const Decision decision = decide(conflict, ConflictStrategy::FieldMerge, ConflictStrategy::Manual);
    QVERIFY(!decision.isParked);
    QCOMPARE(titleOf(decision), QStringLiteral("mine"));
    QCOMPARE(decision.resolved->value(QStringLiteral("body")).toString(), QStringLiteral("theirs"));
}

void tst_ConflictPolicy::fieldMergeOfAClash()
{
    const ConflictCase conflict =
        titleAgainst(row(QStringLiteral("theirs"), QStringLiteral("b"), t1), QStringLiteral("2026-01-01T09:00:00Z"));
    const auto merged = [&](ConflictStrategy fallback) {
        return decide(conflict, ConflictStrategy::FieldMerge, fallback);
    };
    QCOMPARE(titleOf(merged(ConflictStrategy::ServerWins)), QStringLiteral("theirs"));
    QCOMPARE(titleOf(merged(ConflictStrategy::ClientWins)), QStringLiteral("mine"));
    QCOMPARE(titleOf(merged(ConflictStrategy::LastWriteWins)), QStringLiteral("theirs"));
    QVERIFY(merged(ConflictStrategy::Manual).isParked);
}

void tst_ConflictPolicy::fieldMergeOfNullsAndNestedValues()
{
    const QString body = QStringLiteral("body");
    const auto nested = [](int a, int b) { return QVariantMap{{QStringLiteral("a"), a}, {QStringLiteral("b"), b}}; };
    QVariantMap base = row(QStringLiteral("t"), QString(), t0);
    base.insert(body, nested(1, 1));
    QVariantMap remote = row(QStringLiteral("t"), QString(), t1);
    remote.insert(body, nested(1, 2));
    remote.insert(QStringLiteral("title"), QVariant());
    // Theirs made the title NULL and changed b, mine changed a: one column is one value.
    ConflictCase conflict = titleAgainst(remote, QStringLiteral("2026-01-01T09:00:00Z"));
    conflict.pending[0].base = base;
    conflict.pending[0].payload = {{body, nested(2, 1)}};
    QCOMPARE(decide(conflict, ConflictStrategy::FieldMerge, ConflictStrategy::ClientWins).resolved->value(body),
             QVariant(nested(2, 1)));
    QCOMPARE(decide(conflict, ConflictStrategy::FieldMerge, ConflictStrategy::ServerWins).resolved->value(body),
             QVariant(nested(1, 2)));
    QVERIFY(decide(conflict, ConflictStrategy::FieldMerge, ConflictStrategy::ClientWins)
                .resolved->value(QStringLiteral("title"))
                .isNull());
    // A NULL of mine stands where theirs left the column alone.
    conflict.pending[0].payload = {{body, QVariant()}};
    conflict.remote->insert(body, nested(1, 1));
    const Decision decision = decide(conflict, ConflictStrategy::FieldMerge, ConflictStrategy::Manual);
    QVERIFY(!decision.isParked);
    QVERIFY(decision.resolved->value(body).isNull());
}

void tst_ConflictPolicy::fieldMergeOfColumnsThatWereAdded()
{
    const QString added = QStringLiteral("added");
    QVariantMap remote = row(QStringLiteral("t"), QStringLiteral("b"), t1);
    remote.insert(added, QStringLiteral("default"));
    ConflictCase conflict = titleAgainst(remote, QStringLiteral("2026-01-01T09:00:00Z"));
    conflict.pending[0].payload = {{added, QStringLiteral("mine")}};
    QVERIFY(decide(conflict, ConflictStrategy::FieldMerge, ConflictStrategy::Manual).isParked);
    conflict.remote->insert(added, QVariant());
    QCOMPARE(decide(conflict, ConflictStrategy::FieldMerge, ConflictStrategy::Manual).resolved->value(added),
             QVariant(QStringLiteral("mine")));
    // What the server's row does not tell of has not changed there.
    conflict.pending[0].payload = {{QStringLiteral("body"), QStringLiteral("mine")}};
    conflict.remote->remove(QStringLiteral("body"));
    QVERIFY(!decide(conflict, ConflictStrategy::FieldMerge, ConflictStrategy::Manual).isParked);
}

void tst_ConflictPolicy::fieldMergeAsksOnlyAboutAClash()
{
    ConflictCase conflict =
        titleAgainst(row(QStringLiteral("mine"), QStringLiteral("theirs"), t1), QStringLiteral("2026-01-01T09:00:00Z"));
    for (const ConflictStrategy fallback : {ConflictStrategy::Manual, ConflictStrategy::Custom}) {
        // Both wrote the same title.
        QVERIFY(!decide(conflict, ConflictStrategy::FieldMerge, fallback).isParked);
        ConflictCase clash = conflict;
        clash.remote->insert(QStringLiteral("title"), QStringLiteral("theirs"));
        QVERIFY(decide(clash, ConflictStrategy::FieldMerge, fallback).isParked);
        clash.remote.reset();
        QVERIFY(decide(clash, ConflictStrategy::FieldMerge, fallback).isParked);
    }
}

// An application may mark rows with a patch of its own.
void tst_ConflictPolicy::deletionMarkOfTheApplicationStays()
{
    const QString mark = QStringLiteral("deleted_at");
    QVariantMap remote = row(QStringLiteral("t"), QStringLiteral("b"), t1);
    remote.insert(mark, t1);
    ConflictCase conflict = titleAgainst(remote, QStringLiteral("2026-01-01T11:00:00Z"));
    conflict.table.deletedAt = mark;
    conflict.pending[0].payload.insert(mark, t0);
    const Decision decision = decide(conflict, ConflictStrategy::ClientWins, ConflictStrategy::LastWriteWins);
    QCOMPARE(decision.resolved->value(mark).toString(), t0);
}

void tst_ConflictPolicy::choiceIsCompleted()
{
    const QString title = QStringLiteral("title");
    const QString body = QStringLiteral("body");
    ConflictCase conflict =
        titleAgainst(row(QStringLiteral("theirs"), QStringLiteral("b"), t1), QStringLiteral("2026-01-01T09:00:00Z"));
    conflict.pending[0].payload.insert(body, QStringLiteral("mine"));
    const QVariantMap choice{{title, QStringLiteral("both")}, {version, t0}};
    RowVersion whole = completed(conflict, ConflictStrategy::Custom, choice);
    QCOMPARE(whole->value(title).toString(), QStringLiteral("both"));
    QCOMPARE(whole->value(body).toString(), QStringLiteral("b"));
    QCOMPARE(whole->value(version).toString(), t1);
    // What only this side changed is not in dispute.
    whole = completed(conflict, ConflictStrategy::FieldMerge, choice);
    QCOMPARE(whole->value(body).toString(), QStringLiteral("mine"));
    // No row there: the rest is the local one's.
    conflict.remote.reset();
    conflict.local = row(QStringLiteral("mine"), QStringLiteral("local"), t0);
    for (const ConflictStrategy strategy : {ConflictStrategy::Custom, ConflictStrategy::FieldMerge}) {
        whole = completed(conflict, strategy, choice);
        QCOMPARE(whole->value(title).toString(), QStringLiteral("both"));
        QCOMPARE(whole->value(body).toString(), QStringLiteral("local"));
    }
    QVERIFY(!completed(conflict, ConflictStrategy::Custom, std::nullopt));
}

void tst_ConflictPolicy::choiceBringsAMarkedRowBack()
{
    const QString mark = QStringLiteral("deleted_at");
    QVariantMap remote = row(QStringLiteral("theirs"), QStringLiteral("b"), t1);
    remote.insert(mark, t1);
    ConflictCase conflict = titleAgainst(remote, QStringLiteral("2026-01-01T09:00:00Z"));
    conflict.table.deletedAt = mark;
    const QVariantMap choice{{QStringLiteral("title"), QStringLiteral("both")}};
    QVERIFY(!isDeleted(conflict.table, completed(conflict, ConflictStrategy::Manual, choice)));
    QVERIFY(isDeleted(conflict.table, completed(conflict, ConflictStrategy::Manual, remote)));
}

void tst_ConflictPolicy::laterWritesAreNotShown()
{
    const SyncEntry first = patch({{QStringLiteral("title"), QStringLiteral("mine")}}, QString());
    const SyncEntry later = patch({{QStringLiteral("body"), QStringLiteral("later")}}, QString());
    SyncEntry removal = first;
    removal.operation = SyncOperation::Delete;
    const RowVersion shown = localView(notes(), first.base, {first});
    QCOMPARE(shownCount(notes(), {first}, shown), 1);
    QCOMPARE(shownCount(notes(), {first, later}, shown), 1);
    QCOMPARE(shownCount(notes(), {first, removal}, shown), 1);
    QCOMPARE(shownCount(notes(), {first, removal}, std::nullopt), 2);
    QCOMPARE(shownCount(notes(), {removal, first}, std::nullopt), 1);
    QCOMPARE(shownCount(notes(), {first, later}, localView(notes(), first.base, {first, later})), 2);
}

void tst_ConflictPolicy::manualAndCustomPark()
{
    const ConflictCase conflict =
        titleAgainst(row(QStringLiteral("theirs"), QStringLiteral("b"), t1), QStringLiteral("2026-01-01T09:00:00Z"));
    QVERIFY(decide(conflict, ConflictStrategy::Manual, ConflictStrategy::LastWriteWins).isParked);
    QVERIFY(decide(conflict, ConflictStrategy::Custom, ConflictStrategy::LastWriteWins).isParked);
}

void tst_ConflictPolicy::fulfilledIsAnEcho()
{
    SyncEntry entry = patch({{QStringLiteral("title"), QStringLiteral("mine")}, {version, t0}}, QString());
    QVERIFY(isFulfilled(notes(), entry, row(QStringLiteral("mine"), QStringLiteral("other"), t1)));
    QVERIFY(!isFulfilled(notes(), entry, row(QStringLiteral("theirs"), QStringLiteral("other"), t1)));
    QVERIFY(!isFulfilled(notes(), entry, std::nullopt));
    entry.operation = SyncOperation::Delete;
    QVERIFY(isFulfilled(notes(), entry, std::nullopt));
    QVERIFY(!isFulfilled(notes(), entry, row(QStringLiteral("mine"), QStringLiteral("b"), t1)));
}

void tst_ConflictPolicy::sameVersion()
{
    const RowVersion old = row(QStringLiteral("a"), QStringLiteral("b"), t0);
    QVERIFY(isSameVersion(notes(), old, row(QStringLiteral("c"), QStringLiteral("d"), t0)));
    // Microseconds count: QDateTime would drop them.
    QVERIFY(!isSameVersion(
        notes(), old,
        row(QStringLiteral("a"), QStringLiteral("b"), QStringLiteral("2026-01-01T00:00:00.000002+00:00"))));
    QVERIFY(!isSameVersion(notes(), old, std::nullopt));
}

void tst_ConflictPolicy::localViewOfPendingAndDead()
{
    SyncEntry dead = patch({{QStringLiteral("title"), QStringLiteral("refused")}}, QString());
    dead.state = EntryState::Dead;
    const SyncEntry pending = patch({{QStringLiteral("body"), QStringLiteral("waiting")}}, QString());
    // What the server did not change since keeps the refused edit in sight; what it changed shows the server's.
    RowVersion view = localView(notes(), row(QStringLiteral("t"), QStringLiteral("theirs"), t1), {dead, pending});
    QCOMPARE(view->value(QStringLiteral("title")).toString(), QStringLiteral("refused"));
    QCOMPARE(view->value(QStringLiteral("body")).toString(), QStringLiteral("waiting"));
    view = localView(notes(), row(QStringLiteral("theirs"), QStringLiteral("b"), t1), {dead});
    QCOMPARE(view->value(QStringLiteral("title")).toString(), QStringLiteral("theirs"));
}

void tst_ConflictPolicy::differenceLeavesKeyAndVersionOut()
{
    const QVariantMap wanted = row(QStringLiteral("mine"), QStringLiteral("b"), t0);
    const QVariantMap columns = difference(notes(), wanted, row(QStringLiteral("t"), QStringLiteral("b"), t1));
    QCOMPARE(columns, (QVariantMap{{QStringLiteral("title"), QStringLiteral("mine")}}));
}

QTEST_GUILESS_MAIN(tst_ConflictPolicy)

#include "tst_conflictpolicy.moc"
