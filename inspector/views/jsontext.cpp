// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include "views/jsontext.h"

#include <tideline/core/json.h>

using namespace Qt::StringLiterals;

namespace Tideline::Inspector {

namespace {

QString block(QChar open, const QStringList &lines, QChar close, int depth)
{
    if (lines.isEmpty())
        return QString(open) + close;
    const QString indent(2 * (depth + 1), QLatin1Char(' '));
    return open + u"\n"_s + indent + lines.join(u",\n"_s + indent) + u"\n"_s + QString(2 * depth, QLatin1Char(' '))
           + close;
}

QString indented(const QVariant &value, int depth)
{
    QStringList lines;
    if (value.typeId() == QMetaType::QVariantMap) {
        const QVariantMap map = value.toMap();
        for (auto it = map.cbegin(); it != map.cend(); ++it)
            lines.append(QString::fromUtf8(Json::toText(it.key())) + u": "_s + indented(it.value(), depth + 1));
        return block(u'{', lines, u'}', depth);
    }
    if (value.typeId() == QMetaType::QVariantList) {
        const QVariantList list = value.toList();
        for (const QVariant &element : list)
            lines.append(indented(element, depth + 1));
        return block(u'[', lines, u']', depth);
    }
    return QString::fromUtf8(Json::toText(value));
}

} // namespace

QString indentedJson(const QVariant &value)
{
    return indented(value, 0);
}

} // namespace Tideline::Inspector
