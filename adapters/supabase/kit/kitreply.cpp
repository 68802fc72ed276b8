// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "kit/kitreply.h"

#include "http/replyclassifier.h"
#include "kit/kitfailure.h"

namespace Tideline::Rest {

namespace {

std::optional<QVariantMap> rowOf(const QVariant &value)
{
    if (value.typeId() != QMetaType::QVariantMap)
        return {};
    return value.toMap();
}

KitAnswer settled(PushOutcome::Kind kind, const QVariant &row = {})
{
    return {false, {kind, rowOf(row), {}}};
}

std::optional<KitAnswer> answerOf(const QVariantMap &result)
{
    const QString status = result.value(QStringLiteral("status")).toString();
    const QVariant row = result.value(QStringLiteral("row"));
    if (status == QLatin1String("applied") || status == QLatin1String("duplicate"))
        return settled(PushOutcome::Kind::Applied, row);
    if (status == QLatin1String("conflict"))
        return settled(PushOutcome::Kind::Differs, row);
    if (status == QLatin1String("skipped"))
        return settled(PushOutcome::Kind::NotSent);
    if (status != QLatin1String("rejected"))
        return {};
    KitAnswer rejected;
    rejected.outcome.kind = PushOutcome::Kind::Failed;
    rejected.outcome.failure = databaseFailure(result.value(QStringLiteral("code")).toString(),
                                               result.value(QStringLiteral("message")).toString());
    return rejected;
}

bool appendRun(const TableConfig &table, qsizetype count, const QVariantMap &run, QList<KitAnswer> *answers)
{
    if (const QVariant reason = run.value(QStringLiteral("untracked")); !reason.isNull()) {
        const Failure failure = kitUntracked(table, reason.toString());
        answers->resize(answers->size() + count, {true, {PushOutcome::Kind::Failed, {}, failure}});
        return true;
    }
    if (run.contains(QStringLiteral("rows"))) {
        const QVariant value = run.value(QStringLiteral("rows"));
        const QVariantList rows = value.toList();
        if (!value.isNull() && rows.size() != count)
            return false;
        for (qsizetype i = 0; i < count; ++i)
            answers->append(settled(PushOutcome::Kind::Applied, rows.value(i)));
        return true;
    }
    const QVariantList results = run.value(QStringLiteral("results")).toList();
    if (results.size() != count)
        return false;
    for (const QVariant &result : results) {
        const std::optional<KitAnswer> answer = answerOf(result.toMap());
        if (!answer)
            return false;
        answers->append(*answer);
    }
    return true;
}

} // namespace

std::optional<QList<KitAnswer>> kitAnswers(const QList<KitChange> &changes, const QVariantMap &content)
{
    const QVariantList runs = content.value(QStringLiteral("runs")).toList();
    QList<KitAnswer> answers;
    answers.reserve(changes.size());
    qsizetype first = 0;
    for (const QVariant &run : runs) {
        if (first >= changes.size())
            return {};
        const qsizetype count = runLength(changes, first);
        if (!appendRun(changes.at(first).table, count, run.toMap(), &answers))
            return {};
        first += count;
    }
    if (first != changes.size())
        return {};
    return answers;
}

} // namespace Tideline::Rest
