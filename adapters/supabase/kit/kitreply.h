// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include "kit/kitchange.h"

#include <QtCore/QVariantMap>

#include <optional>

namespace Tideline::Rest {

// What the kit says of one change.
class KitAnswer
{
public:
    bool isUntracked = false; // nothing was done; the failure of the outcome says why
    PushOutcome outcome;
};

// One answer a change; none where the reply is not one to this request.
std::optional<QList<KitAnswer>> kitAnswers(const QList<KitChange> &changes, const QVariantMap &content);

} // namespace Tideline::Rest
