// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/engine/syncengine.h>
#include <tideline/sqlite/sqlitestorage.h>
#include <tideline/supabase/supabaseremotestore.h>

#include <QtCore/QStringList>

namespace Tideline::Cli {

// The configuration file: what an engine and its two adapters are made of.
class SyncJson
{
public:
    SyncConfig config;
    QList<TableConfig> tables;
    QString userId;
    SqliteOptions sqlite;
    SupabaseOptions supabase;
    QStringList warnings; // for people: what is allowed but unwise

    // Failures name the file, the key and what is allowed.
    static Result<SyncJson> load(const QString &path);
    // Relative paths start at the directory.
    static Result<SyncJson> parse(const QByteArray &text, const QString &directory);

    SyncSetup setup() const;
};

} // namespace Tideline::Cli
