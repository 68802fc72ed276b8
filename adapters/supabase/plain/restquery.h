// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtCore/QByteArray>
#include <QtCore/QStringList>
#include <QtCore/QVariant>

// PostgREST's grammar of queries: the only place that knows how names and values are written in it.
namespace Tideline::Rest {

// What a query may have in bytes; proxies commonly refuse URLs of more than 8 KB.
constexpr qsizetype longestQuery = 6000;

// A column as it stands in a query: as it is, or in double quotes.
QString columnName(const QString &name);
QString columnList(const QStringList &names);
// A value inside of parentheses.
QString quoted(const QString &value);
// "(\"a\",\"b\")"
QString quotedList(const QStringList &values);
// A column's value as text, the way a filter takes it.
QString filterText(const QVariant &value);

// Conditions inside of an or=() or and().
QString equalTo(const QStringList &columns, const QStringList &values);
// Rows that come after these values in ascending order of the columns.
QString greaterThan(const QStringList &columns, const QStringList &values);

class RestQuery
{
public:
    // Both are percent-encoded here: they must not be before. QUrlQuery would damage %41 and '+'.
    RestQuery &add(const QString &name, const QString &value);
    // column=eq.value for each of them.
    RestQuery &addEqual(const QStringList &columns, const QStringList &values);
    RestQuery &addGreater(const QStringList &columns, const QStringList &values);
    QByteArray encoded() const { return m_text; }
    static QByteArray encodedValue(const QString &value);

private:
    QByteArray m_text;
};

} // namespace Tideline::Rest
