// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/core/synctypes.h>

#include <QtCore/QMetaEnum>
#include <QtCore/QRandomGenerator>

namespace Tideline {

namespace {

// The published spelling is the enumerator's with a small first letter.
template <typename Enum>
QString spelled(Enum value)
{
    QString text = QString::fromLatin1(QMetaEnum::fromType<Enum>().valueToKey(static_cast<int>(value)));
    if (!text.isEmpty())
        text[0] = text[0].toLower();
    return text;
}

template <typename Enum>
bool parsed(const QString &text, Enum *value)
{
    const QMetaEnum meta = QMetaEnum::fromType<Enum>();
    for (int i = 0; i < meta.keyCount(); ++i) {
        const auto candidate = static_cast<Enum>(meta.value(i));
        if (spelled(candidate) == text) {
            *value = candidate;
            return true;
        }
    }
    return false;
}

} // namespace

QDateTime systemClock()
{
    return QDateTime::currentDateTimeUtc();
}

double systemRandom()
{
    return QRandomGenerator::global()->generateDouble();
}

QString toText(SyncOperation operation)
{
    return spelled(operation);
}

QString toText(ConflictStrategy strategy)
{
    return spelled(strategy);
}

QString toText(EntryState state)
{
    return spelled(state);
}

QString toText(RecordState state)
{
    return spelled(state);
}

QString toText(SyncState state)
{
    return spelled(state);
}

bool fromText(const QString &text, SyncOperation *operation)
{
    return parsed(text, operation);
}

bool fromText(const QString &text, ConflictStrategy *strategy)
{
    return parsed(text, strategy);
}

bool fromText(const QString &text, EntryState *state)
{
    return parsed(text, state);
}

QString toText(const QDateTime &time)
{
    return time.isValid() ? time.toUTC().toString(Qt::ISODateWithMs) : QString();
}

} // namespace Tideline

#include "moc_synctypes.cpp"
