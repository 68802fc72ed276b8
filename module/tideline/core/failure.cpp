// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/core/failure.h>

#include <QtCore/QMetaEnum>

namespace Tideline {

/*!
    \class Tideline::Failure
    \inmodule Tideline
    \inheaderfile tideline/core/failure.h
    \brief Why something could not be done; a value.

    Its text is written for people: it names the cause and the remedy, in English, and holds no token, key, row value or
    filter value.

    \sa Result
*/

/*!
    \enum Tideline::Failure::Code
    What kind of failure it is. The exceptions of dynos_sync are codes here.

    \value None It is no failure.
    \value Network The server was not reached, or what came was no whole answer of one: a redirect, something other than
           JSON, a body cut short or too large. Whether a push was done is not known.
    \value Timeout No answer came in time. Whether a push was done is not known.
    \value AuthExpired The server does not accept the sign-in, or the token provider has no token.
    \value Forbidden The server refuses the user (HTTP 403).
    \value PayloadTooLarge The change is larger than SyncConfig::maxPayloadBytes, or than the server (HTTP 413) or
           SQLite takes.
    \value RlsViolation Access rules refuse the row (SQLSTATE 42501), hide it, or it belongs to another user.
    \value Deserialization Something cannot be read, or not be stored as what it is: text that is no JSON, a value that
           a local column cannot hold, a row without its key.
    \value Remote Any other answer of the server; httpStatus and serverCode tell.
    \value Conflict It stands against other work: unsynced changes at a logout, a change of a record that the server
           does not have.
    \value LocalStore The database cannot be opened, read, written or locked.
    \value Invalid The call or the configuration is wrong; the same call fails again.
    \value Cancelled The session or the engine ended before it was done.
*/

/*!
    \variable Tideline::Failure::code
    The kind; None for no failure.
*/

/*!
    \variable Tideline::Failure::httpStatus
    The status of the server's answer; 0 where there was none.
*/

/*!
    \variable Tideline::Failure::serverCode
    The \c code of the server's error: a SQLSTATE of PostgreSQL's, or a code of PostgREST's (\c PGRST204). May be empty.
*/

/*!
    \variable Tideline::Failure::detail
    Cause and remedy, to be shown.
*/

/*!
    \variable Tideline::Failure::retryAfter
    How long the server asks to wait, in milliseconds, where it does (Retry-After).
*/

/*!
    \fn Tideline::Failure::Failure()
    No failure.
*/

/*!
    \fn Tideline::Failure::Failure(Code failureCode, const QString &failureDetail)
    A failure of the kind \a failureCode that \a failureDetail explains.
*/

/*!
    \fn bool Tideline::Failure::isFailure() const
    Returns false for the code None alone.
*/

/*!
    The spelling of \a code in JSON: its enumerator with a small first letter, \c rlsViolation.
*/
QString Failure::codeName(Code code)
{
    QString name = QString::fromLatin1(QMetaEnum::fromType<Code>().valueToKey(static_cast<int>(code)));
    name[0] = name[0].toLower();
    return name;
}

/*!
    The code whose codeName() is \a name; None where there is no such code.
*/
Failure::Code Failure::codeFromName(const QString &name)
{
    const QMetaEnum meta = QMetaEnum::fromType<Code>();
    for (int i = 0; i < meta.keyCount(); ++i) {
        const auto code = static_cast<Code>(meta.value(i));
        if (codeName(code) == name)
            return code;
    }
    return Code::None;
}

/*!
    The failure as the JSON object of the command line and of the database: \c code and \c detail, and, where they are
    known, \c httpStatus, \c serverCode and \c retryAfterMs.
*/
QVariantMap Failure::toVariantMap() const
{
    QVariantMap map{{QStringLiteral("code"), codeName(code)}, {QStringLiteral("detail"), detail}};
    if (httpStatus != 0)
        map.insert(QStringLiteral("httpStatus"), httpStatus);
    if (!serverCode.isEmpty())
        map.insert(QStringLiteral("serverCode"), serverCode);
    if (retryAfter)
        map.insert(QStringLiteral("retryAfterMs"), static_cast<qlonglong>(retryAfter->count()));
    return map;
}

/*!
    Reads \a map as toVariantMap() made it. What is missing stays empty.
*/
Failure Failure::fromVariantMap(const QVariantMap &map)
{
    Failure failure(codeFromName(map.value(QStringLiteral("code")).toString()),
                    map.value(QStringLiteral("detail")).toString());
    failure.httpStatus = map.value(QStringLiteral("httpStatus")).toInt();
    failure.serverCode = map.value(QStringLiteral("serverCode")).toString();
    if (const QVariant after = map.value(QStringLiteral("retryAfterMs")); after.isValid())
        failure.retryAfter = std::chrono::milliseconds(after.toLongLong());
    return failure;
}

/*!
    \class Tideline::Result
    \inmodule Tideline
    \inheaderfile tideline/core/result.h
    \brief A value, or the reason why there is none.

    Every call that can fail answers one; the compiler warns where it is ignored. \c{Result<void>} has no value:

    \code
    const Result<SyncEntry> entry = queue.entry(id);
    if (!entry)
        return entry.failure();
    use(entry->payload);
    \endcode

    A result is true where ok() is; \c{*result} and \c{result->} are the value. Where ok() is false there is none:
    value() and these operators must not be called.
*/

/*!
    \fn template <typename T> Tideline::Result<T>::Result(T value)
    Holds \a value.
*/

/*!
    \fn template <typename T> Tideline::Result<T>::Result(Failure failure)
    Holds \a failure. It is not ok() then, whatever the failure's code is; a \c{Result<void>} is ok() where the code is
    None.
*/

/*!
    \fn template <typename T> bool Tideline::Result<T>::ok() const
    Returns whether there is a value.
*/

/*!
    \fn template <typename T> Failure Tideline::Result<T>::failure() const
    The reason; a Failure with the code None where there is a value.
*/

/*!
    \fn template <typename T> const T &Tideline::Result<T>::value() const &
    The value; ok() must be true.
*/
} // namespace Tideline

#include "moc_failure.cpp"
