// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "http/replyclassifier.h"

#include <tideline/core/json.h>
#include <tideline/engine/retrypolicy.h>

#include <QtCore/QDateTime>
#include <QtCore/QLocale>
#include <QtCore/QRegularExpression>

#include <algorithm>

namespace Tideline::Rest {

namespace {

constexpr qint64 clockTolerance = 2000; // milliseconds; Date has whole seconds, and the way there and back takes time
constexpr qsizetype longestMessage = 300;

Failure networkFailure(const QString &detail)
{
    return {Failure::Code::Network, detail};
}

std::optional<qint64> httpDate(const QByteArray &text)
{
    const QDateTime parsed =
        QLocale::c().toDateTime(QString::fromLatin1(text).trimmed(), QStringLiteral("ddd, dd MMM yyyy hh:mm:ss 'GMT'"));
    if (!parsed.isValid())
        return {};
    return QDateTime(parsed.date(), parsed.time(), Qt::UTC).toMSecsSinceEpoch();
}

QString sentence(const Failure &failure)
{
    switch (failure.code) {
    case Failure::Code::AuthExpired:
        return QStringLiteral("The server does not accept the sign-in. Sign in again.");
    case Failure::Code::RlsViolation:
        return QStringLiteral("The server's access rules refuse this row. Check who owns it and the table's policies.");
    case Failure::Code::Forbidden:
        return QStringLiteral("The server forbids this to the signed-in user. Check the rights of the user's role.");
    case Failure::Code::PayloadTooLarge:
        return QStringLiteral("The server finds the request too large. Send less at once or raise the server's limit.");
    default:
        break;
    }
    const int status = failure.httpStatus;
    if (status == 408 || status == 425 || status == 429)
        return QStringLiteral("The server asks to try again later.");
    if (status == 402)
        return QStringLiteral("The server has used up what is paid for. Its owner has to settle that.");
    if (isServerWide(failure) || status >= 500)
        return QStringLiteral("The server failed. Try again later, or look at the server's log.");
    if (isUnknownTable(failure))
        return QStringLiteral(
            "The server does not know this table. Check its name, and reload the server's schema cache.");
    if (isUnknownColumn(failure))
        return QStringLiteral("The server does not know a column of the row. Add it there and reload the server's "
                              "schema cache, or correct the row.");
    if (status == 409)
        return QStringLiteral("The row breaks a constraint of the server. Correct the row.");
    return QStringLiteral("The server refuses the request. Correct the row, or compare the table's columns.");
}

Failure::Code codeOf(int status, const QString &serverCode, Identity identity)
{
    const bool isPrivilege = serverCode == QLatin1String("42501");
    // PostgREST answers 401 when the anonymous role lacks a right. Where nobody can sign in, that is no call to do so.
    if (status == 401)
        return isPrivilege && identity == Identity::Anonymous ? Failure::Code::RlsViolation
                                                              : Failure::Code::AuthExpired;
    if (isPrivilege)
        return Failure::Code::RlsViolation;
    if (status == 403)
        return Failure::Code::Forbidden;
    if (status == 413)
        return Failure::Code::PayloadTooLarge;
    return Failure::Code::Remote;
}

// The status with which PostgREST answers an error of the database's.
int statusOf(const QString &sqlState)
{
    static const QHash<QString, int> codes{
        {QStringLiteral("21000"), 500}, {QStringLiteral("23503"), 409}, {QStringLiteral("23505"), 409},
        {QStringLiteral("25006"), 405}, {QStringLiteral("42501"), 403}, {QStringLiteral("42883"), 404},
        {QStringLiteral("42P01"), 404}, {QStringLiteral("42P17"), 500}, {QStringLiteral("53400"), 500},
        {QStringLiteral("57P01"), 503}, {QStringLiteral("P0001"), 400},
    };
    static const QHash<QString, int> classes{
        {QStringLiteral("08"), 503}, {QStringLiteral("09"), 500}, {QStringLiteral("0L"), 403},
        {QStringLiteral("0P"), 403}, {QStringLiteral("25"), 500}, {QStringLiteral("28"), 403},
        {QStringLiteral("2D"), 500}, {QStringLiteral("38"), 500}, {QStringLiteral("39"), 500},
        {QStringLiteral("3B"), 500}, {QStringLiteral("40"), 500}, {QStringLiteral("53"), 503},
        {QStringLiteral("54"), 500}, {QStringLiteral("55"), 500}, {QStringLiteral("57"), 500},
        {QStringLiteral("58"), 500}, {QStringLiteral("F0"), 500}, {QStringLiteral("HV"), 500},
        {QStringLiteral("P0"), 500}, {QStringLiteral("XX"), 500},
    };
    if (const auto known = codes.constFind(sqlState); known != codes.cend())
        return *known;
    if (sqlState.startsWith(QLatin1String("PT"))) { // raised to name a status
        bool isNumber = false;
        const int status = sqlState.mid(2).toInt(&isNumber);
        return isNumber && status >= 400 && status < 600 ? status : 500;
    }
    return classes.value(sqlState.left(2), 400);
}

Failure answerFailure(int status, const QString &serverCode, const QString &message, Identity identity)
{
    Failure failure;
    failure.httpStatus = status;
    failure.serverCode = serverCode.left(16);
    failure.code = codeOf(status, failure.serverCode, identity);
    failure.detail = sentence(failure);
    const QString text = withoutValues(message, failure.serverCode);
    if (!text.isEmpty())
        failure.detail += QStringLiteral(" It says: ") + text;
    return failure;
}

} // namespace

Failure databaseFailure(const QString &sqlState, const QString &message)
{
    return answerFailure(statusOf(sqlState), sqlState, message, Identity::User);
}

Failure timeoutFailure(std::chrono::milliseconds deadline)
{
    return {Failure::Code::Timeout,
            QStringLiteral("The server did not answer within %1 s. Check the network, or raise requestTimeout.")
                .arg(QLocale::c().toString(static_cast<double>(deadline.count()) / 1000.0, 'g', 6))};
}

Failure oversizeFailure(qint64 bytes)
{
    return networkFailure(
        QStringLiteral("The server's reply is larger than %1 bytes. Ask for smaller pages, or raise maxResponseBytes.")
            .arg(bytes));
}

Failure oneRowFailure(const QString &table, const Failure &cause)
{
    Failure failure = cause;
    failure.detail.prepend(QStringLiteral("Even one record of table %1 is too much. ").arg(table));
    return failure;
}

Failure truncationFailure()
{
    return networkFailure(QStringLiteral("The connection ended in the middle of the server's reply. Try again."));
}

Failure unreadableFailure(const QString &why)
{
    return networkFailure(
        QStringLiteral("The server's reply cannot be read (%1). Check that the url is that of a PostgREST server.")
            .arg(why));
}

Failure transportFailure(QNetworkReply::NetworkError error)
{
    switch (error) {
    case QNetworkReply::ConnectionRefusedError:
        return networkFailure(
            QStringLiteral("The server refuses connections. Check that it runs, and the url's port."));
    case QNetworkReply::HostNotFoundError:
        return networkFailure(QStringLiteral("The server's name is not known. Check the network and the url."));
    case QNetworkReply::SslHandshakeFailedError:
        return networkFailure(
            QStringLiteral("No secure connection: the server's certificate or its TLS settings are not "
                           "accepted. Check the certificate, the url and this machine's clock."));
    case QNetworkReply::RemoteHostClosedError:
        return networkFailure(
            QStringLiteral("The server closed the connection before its reply was whole. Try again."));
    case QNetworkReply::TimeoutError:
        return {Failure::Code::Timeout, QStringLiteral("The connection timed out. Check the network.")};
    default:
        return networkFailure(
            QStringLiteral("The connection to the server failed (error %1). Check the network and the url.")
                .arg(error));
    }
}

QString withoutValues(const QString &message, const QString &serverCode)
{
    // Greedy, from the first mark to the last: a value may hold such marks itself.
    static const QRegularExpression quotes(QStringLiteral("\"[\\s\\S]*\"|'[\\s\\S]*'|`[\\s\\S]*`"));
    // Violated constraints and missing rights name what they are about; whatever else they quote is a value.
    static const QRegularExpression namingCodes(QStringLiteral("^(23...|42...)$"));
    // The first two alternatives are such names: they are stepped over whole, so that no match begins at their end.
    static const QRegularExpression valueQuotes(QStringLiteral(
        "(?:(?:constraint|relation|column|table|policy|schema|function|view) \"[^\"]*\"|\"[^\"]*\"(?= of "
        "relation| constraint))(*SKIP)(*FAIL)|\"[^\"]*\""));
    static const QRegularExpression details(QStringLiteral("[(=:][\\s\\S]*"));
    QString text = message;
    if (namingCodes.match(serverCode).hasMatch())
        text.replace(valueQuotes, QStringLiteral("…"));
    else if (!serverCode.startsWith(QLatin1String("PGRST2"))) // the schema cache knows names only
        text.replace(quotes, QStringLiteral("…"));
    text.replace(details, QString());
    text = text.simplified();
    if (text.size() > longestMessage)
        text = text.left(longestMessage) + QStringLiteral("…");
    return text;
}

Failure classify(const HttpReply &reply, Identity identity)
{
    if (reply.transport.isFailure())
        return reply.transport;
    if (reply.isSuccess()) {
        if (!reply.isJson())
            return unreadableFailure(QStringLiteral("it is not JSON"));
        return {};
    }
    if (reply.status < 400) {
        return networkFailure(
            QStringLiteral("The server redirected the request (HTTP %1), which is never followed. Check "
                           "the url, or sign in to the network.")
                .arg(reply.status));
    }
    if (reply.status == 407)
        return networkFailure(
            QStringLiteral("A proxy on the way wants a sign-in (HTTP 407). Check the network's settings."));
    const Result<QVariantMap> error =
        reply.isJson() ? Json::parseObject(reply.body) : Result<QVariantMap>(QVariantMap());
    const QVariantMap fields = error ? *error : QVariantMap();
    // "details" and "hint" quote rows.
    Failure failure = answerFailure(reply.status, fields.value(QStringLiteral("code")).toString(),
                                    fields.value(QStringLiteral("message")).toString(), identity);
    failure.retryAfter = retryAfter(reply);
    return failure;
}

std::optional<qint64> serverTime(const HttpReply &reply)
{
    return httpDate(reply.headers.value("date"));
}

std::optional<qint64> clockOffset(const HttpReply &reply)
{
    const std::optional<qint64> time = serverTime(reply);
    if (!time)
        return {};
    // Date drops the fraction of the second, half a second on average.
    const qint64 offset = *time + 500 - (reply.sentAt + (reply.answeredAt - reply.sentAt) / 2);
    return qAbs(offset) < clockTolerance ? 0 : offset;
}

std::optional<std::chrono::milliseconds> retryAfter(const HttpReply &reply)
{
    constexpr qint64 year = 366LL * 24 * 3600;
    const QByteArray text = reply.headers.value("retry-after").trimmed();
    const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
    if (!text.isEmpty() && std::all_of(text.cbegin(), text.cend(), isDigit)) {
        bool isInRange = false;
        const qint64 seconds = text.toLongLong(&isInRange);
        return std::chrono::seconds(isInRange ? qMin(seconds, year) : year);
    }
    const std::optional<qint64> until = httpDate(text);
    const qint64 now = serverTime(reply).value_or(QDateTime::currentMSecsSinceEpoch());
    if (!until || *until < now)
        return {};
    return std::chrono::milliseconds(qMin(*until - now, year * 1000));
}

} // namespace Tideline::Rest
