// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "configreader.h"

#include "duration.h"
#include "nearest.h"

namespace Tideline::Cli {

ConfigReader::ConfigReader(const QVariantMap &object, const QString &prefix)
    : m_object(object)
    , m_prefix(prefix)
{
}

bool ConfigReader::take(const QString &key)
{
    if (!m_known.contains(key))
        m_known.append(key);
    return m_object.contains(key);
}

bool ConfigReader::has(const QString &key)
{
    return take(key);
}

QVariant ConfigReader::any(const QString &key)
{
    take(key);
    return m_object.value(key);
}

void ConfigReader::text(const QString &key, QString *value)
{
    if (!take(key))
        return;
    const QVariant found = m_object.value(key);
    if (found.typeId() != QMetaType::QString || found.toString().isEmpty())
        refuse(key, QStringLiteral("must be a text that is not empty"));
    else if (found.toString().contains(QChar::Null))
        refuse(key, QStringLiteral("holds a NUL character"));
    else
        *value = found.toString();
}

void ConfigReader::optionalText(const QString &key, QString *value)
{
    if (take(key) && !m_object.value(key).isValid())
        value->clear();
    else
        text(key, value);
}

void ConfigReader::texts(const QString &key, QStringList *values)
{
    if (!take(key))
        return;
    const QVariant found = m_object.value(key);
    QStringList read;
    for (const QVariant &element : found.toList()) {
        if (element.typeId() == QMetaType::QString && !element.toString().isEmpty()
            && !read.contains(element.toString()))
            read.append(element.toString());
    }
    if (found.typeId() != QMetaType::QVariantList || read.size() != found.toList().size())
        refuse(key, QStringLiteral("must be a list of different texts"));
    else
        *values = read;
}

void ConfigReader::flag(const QString &key, bool *value)
{
    if (!take(key))
        return;
    if (m_object.value(key).typeId() != QMetaType::Bool)
        refuse(key, QStringLiteral("must be true or false"));
    else
        *value = m_object.value(key).toBool();
}

void ConfigReader::number(const QString &key, qint64 *value, qint64 least, qint64 most)
{
    if (!take(key))
        return;
    const QVariant found = m_object.value(key);
    if (found.typeId() != QMetaType::LongLong || found.toLongLong() < least || found.toLongLong() > most)
        refuse(key, QStringLiteral("must be a whole number from %1 to %2").arg(least).arg(most));
    else
        *value = found.toLongLong();
}

void ConfigReader::number(const QString &key, int *value, int least, int most)
{
    qint64 wide = *value;
    number(key, &wide, qint64(least), qint64(most));
    *value = static_cast<int>(wide);
}

void ConfigReader::duration(const QString &key, std::chrono::milliseconds *value, std::chrono::milliseconds least,
                            std::chrono::milliseconds most)
{
    if (!take(key))
        return;
    const QVariant found = m_object.value(key);
    const auto read = found.typeId() == QMetaType::QString ? parsedDuration(found.toString()) : std::nullopt;
    if (!read || *read < least || *read > most) {
        refuse(key,
               QStringLiteral("must be a text of a whole number and a unit (ms, s, min, h or d), from \"%1\" to \"%2\"")
                   .arg(durationText(least), durationText(most)));
    } else {
        *value = *read;
    }
}

QString ConfigReader::choiceName(const QString &key, const QStringList &names)
{
    if (!take(key))
        return {};
    const QVariant found = m_object.value(key);
    if (found.typeId() == QMetaType::QString && names.contains(found.toString()))
        return found.toString();
    refuse(key, QStringLiteral("must be one of \"%1\"").arg(names.join(QStringLiteral("\", \""))));
    return {};
}

void ConfigReader::requireKey(const QString &key)
{
    if (!take(key))
        refuse(key, QStringLiteral("is missing; it is required"));
}

void ConfigReader::refuse(const QString &key, const QString &why)
{
    refuse(Failure(Failure::Code::Invalid, QStringLiteral("\"%1%2\" %3.").arg(m_prefix, key, why)));
}

void ConfigReader::refuse(const Failure &failure)
{
    if (!m_failure.isFailure())
        m_failure = failure;
}

Result<void> ConfigReader::finish() const
{
    for (auto it = m_object.cbegin(); it != m_object.cend(); ++it) {
        if (m_known.contains(it.key()))
            continue;
        return Failure(Failure::Code::Invalid,
                       QStringLiteral("\"%1%2\" is not a known key. Did you mean \"%3\"? Allowed are: %4.")
                           .arg(m_prefix, it.key(), nearestTo(it.key(), m_known), m_known.join(QStringLiteral(", "))));
    }
    if (m_failure.isFailure())
        return m_failure;
    return {};
}

} // namespace Tideline::Cli
