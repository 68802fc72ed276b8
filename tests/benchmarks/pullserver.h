// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include "serverstack.h"

// A server with the table tasks and perhaps others like it, tasks_2, tasks_3, ..., all of them enrolled in the server
// kit.
class PullServer
{
public:
    void start(int tables = 1);
    QUrl url() const { return m_stack.url(); }

    // Rows of the first table; the others have ten each.
    void fill(int rows);
    // Gives so many rows of the first table a new version. Answers the oldest of these.
    QString touch(int rows);

    static QStringList tableNames(int tables);

private:
    QString sql(const QString &statements);

    Tideline::ServerStack m_stack;
    int m_tables = 0;
};
