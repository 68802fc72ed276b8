// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "tokensource.h"

#include "tokencommand.h"

#include <QtCore/QFile>

#include <algorithm>
#include <memory>

namespace Tideline::Cli {

namespace {

constexpr qint64 maximumTokenSize = 64LL * 1024;

QFuture<Result<QString>> ready(const Result<QString> &token)
{
    return QtFuture::makeReadyFuture(token);
}

Result<QString> tokenIn(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return Failure(
            Failure::Code::AuthExpired,
            QStringLiteral("The token file %1 cannot be read. Check that it exists and that you may read it.")
                .arg(path));
    const QString token = QString::fromUtf8(file.read(maximumTokenSize)).trimmed();
    if (token.isEmpty() || !isHeaderText(token))
        return Failure(
            Failure::Code::AuthExpired,
            QStringLiteral("The token file %1 holds no token. Write the bearer token, and nothing else, into it.")
                .arg(path));
    return token;
}

} // namespace

bool isHeaderText(const QString &text)
{
    return std::all_of(text.cbegin(), text.cend(),
                       [](QChar c) { return c > QLatin1Char(' ') && c <= QLatin1Char('~'); });
}

TokenProvider literalToken(const QString &token)
{
    return [token](bool) { return ready(token); };
}

TokenProvider tokenFromFile(const QString &path)
{
    return [path](bool) { return ready(tokenIn(path)); };
}

TokenProvider tokenFromCommand(const QStringList &words, std::chrono::milliseconds timeout)
{
    const auto kept = std::make_shared<QString>(); // of the one thread that asks
    return [words, timeout, kept](bool refresh) {
        if (!refresh && !kept->isEmpty())
            return ready(*kept);
        kept->clear();
        return TokenCommand::run(words, timeout, [kept](const QString &token) { *kept = token; });
    };
}

} // namespace Tideline::Cli
