// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "plain/restquery.h"

#include <tideline/core/json.h>

#include <QtCore/QRegularExpression>
#include <QtCore/QUrl>

#include <algorithm>
#include <iterator>

namespace Tideline::Rest {

QString quoted(const QString &value)
{
    QString text = value;
    text.replace(QLatin1Char('\\'), QStringLiteral("\\\\"));
    text.replace(QLatin1Char('"'), QStringLiteral("\\\""));
    return QLatin1Char('"') + text + QLatin1Char('"');
}

QString columnName(const QString &name)
{
    static const QRegularExpression plain(QStringLiteral("\\A[A-Za-z_][A-Za-z0-9_]*\\z"));
    static const QStringList reserved{
        QStringLiteral("and"), QStringLiteral("columns"), QStringLiteral("limit"),
        QStringLiteral("not"), QStringLiteral("offset"),  QStringLiteral("on_conflict"),
        QStringLiteral("or"),  QStringLiteral("order"),   QStringLiteral("select"),
    };
    return plain.match(name).hasMatch() && !reserved.contains(name) ? name : quoted(name);
}

QString columnList(const QStringList &names)
{
    QStringList list;
    std::transform(names.cbegin(), names.cend(), std::back_inserter(list), columnName);
    return list.join(QLatin1Char(','));
}

QString quotedList(const QStringList &values)
{
    QStringList list;
    std::transform(values.cbegin(), values.cend(), std::back_inserter(list), quoted);
    return QLatin1Char('(') + list.join(QLatin1Char(',')) + QLatin1Char(')');
}

QString filterText(const QVariant &value)
{
    return value.typeId() == QMetaType::QString ? value.toString() : QString::fromUtf8(Json::toText(value));
}

QString equalTo(const QStringList &columns, const QStringList &values)
{
    QStringList conditions;
    for (qsizetype i = 0; i < columns.size(); ++i)
        conditions.append(columnName(columns.at(i)) + QStringLiteral(".eq.") + quoted(values.at(i)));
    if (conditions.size() == 1)
        return conditions.constFirst();
    return QStringLiteral("and(") + conditions.join(QLatin1Char(',')) + QLatin1Char(')');
}

QString greaterThan(const QStringList &columns, const QStringList &values)
{
    const QString first = columnName(columns.constFirst());
    const QString value = quoted(values.constFirst());
    const QString greater = first + QStringLiteral(".gt.") + value;
    if (columns.size() == 1)
        return greater;
    return QStringLiteral("or(") + greater + QStringLiteral(",and(") + first + QStringLiteral(".eq.") + value
           + QLatin1Char(',') + greaterThan(columns.mid(1), values.mid(1)) + QStringLiteral("))");
}

RestQuery &RestQuery::add(const QString &name, const QString &value)
{
    if (!m_text.isEmpty())
        m_text += '&';
    m_text += QUrl::toPercentEncoding(name) + '=' + encodedValue(value);
    return *this;
}

// What the grammar needs again and again stays as it is, where a URL's query may hold it: lists are long.
QByteArray RestQuery::encodedValue(const QString &value)
{
    return QUrl::toPercentEncoding(value, QByteArrayLiteral("(),:"));
}

RestQuery &RestQuery::addEqual(const QStringList &columns, const QStringList &values)
{
    for (qsizetype i = 0; i < columns.size(); ++i)
        add(columnName(columns.at(i)), QStringLiteral("eq.") + values.at(i));
    return *this;
}

RestQuery &RestQuery::addGreater(const QStringList &columns, const QStringList &values)
{
    if (columns.size() == 1)
        return add(columnName(columns.constFirst()), QStringLiteral("gt.") + values.constFirst());
    return add(QStringLiteral("and"), QLatin1Char('(') + greaterThan(columns, values) + QLatin1Char(')'));
}

} // namespace Tideline::Rest
