// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/result.h>

#include <QtCore/QMap>
#include <QtCore/QStringList>
#include <QtCore/QVariantMap>

#include <chrono>

namespace Tideline::Cli {

// Reads one JSON object of the configuration key by key. Absent keys leave the value as it was; the first thing wrong
// is told by finish(), with the key's name and what is allowed, never with the value, which may be a secret.
class ConfigReader
{
public:
    // The prefix stands before keys in messages: "tables[2]."
    explicit ConfigReader(const QVariantMap &object, const QString &prefix = {});

    bool has(const QString &key); // also of a key that is null

    void text(const QString &key, QString *value);         // not empty
    void optionalText(const QString &key, QString *value); // null clears it
    void texts(const QString &key, QStringList *values);
    void flag(const QString &key, bool *value);
    void number(const QString &key, qint64 *value, qint64 least, qint64 most);
    void number(const QString &key, int *value, int least, int most);
    void duration(const QString &key, std::chrono::milliseconds *value, std::chrono::milliseconds least,
                  std::chrono::milliseconds most);
    template <typename Value>
    void choice(const QString &key, Value *value, const QMap<QString, Value> &choices)
    {
        const QString name = choiceName(key, choices.keys());
        if (choices.contains(name))
            *value = choices.value(name);
    }
    QVariant any(const QString &key); // no check

    void requireKey(const QString &key);
    void refuse(const QString &key, const QString &why);
    void refuse(const Failure &failure); // of an object within this one

    // An unknown key comes first: it often is why another one is missing.
    Result<void> finish() const;

private:
    bool take(const QString &key);
    QString choiceName(const QString &key, const QStringList &names);

    QVariantMap m_object;
    QString m_prefix;
    QStringList m_known;
    Failure m_failure;
};

} // namespace Tideline::Cli
