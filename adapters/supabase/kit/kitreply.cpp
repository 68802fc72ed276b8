// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "kit/kitreply.h"

#include "http/replyclassifier.h"
#include "kit/kitprotocol.h"

namespace Tideline::Rest {

namespace {

// As a server answers where the table is unknown.
Failure held(const QString &detail)
{
    Failure failure(Failure::Code::Remote, detail);
    failure.httpStatus = 404;
    return failure;
}

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

KitAnswer untracked(const TableConfig &table, const QString &reason)
{
    QString detail;
    if (reason == QLatin1String("key"))
        detail =
            QStringLiteral("The configured key of table %1 is not its primary key on the server, which the server kit "
                           "goes by. Configure that key.")
                .arg(table.name);
    else if (reason == QLatin1String("version"))
        detail = QStringLiteral(
                     "The configured updatedAt of table %1 is not the column that it was enrolled with. Configure "
                     "that column, or enrol the table again with yours.")
                     .arg(table.name);
    else
        detail = QStringLiteral("Table %1 is not enrolled in the server kit. An administrator has to run: "
                                "select tideline.track_table('%1');")
                     .arg(table.name);
    return {true, {PushOutcome::Kind::Failed, {}, held(detail)}};
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
        answers->resize(answers->size() + count, untracked(table, reason.toString()));
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

bool isOtherVersion(const QVariantMap &content)
{
    const QVariant version = content.value(QStringLiteral("version"));
    return version.isValid() && (version.toInt() != kitVersion || !content.contains(QStringLiteral("runs")));
}

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

Failure kitMissing()
{
    return held(
        QStringLiteral("The server has no server kit. An administrator has to run tideline.sql there, or set mode to "
                       "auto or plain."));
}

Failure kitForbidden()
{
    return held(
        QStringLiteral("The server kit is not for this user. An administrator has to run: grant execute on function "
                       "public.tideline_push(json) to the user's role; or set mode to auto or plain."));
}

Failure kitOfOtherVersion(const QVariantMap &content)
{
    return held(
        QStringLiteral("The server kit speaks version %1, this program version %2. Update the older one of the two.")
            .arg(content.value(QStringLiteral("version")).toInt())
            .arg(kitVersion));
}

} // namespace Tideline::Rest
