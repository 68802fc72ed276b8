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

// The kit has been asked in a version that it does not speak.
bool isOtherVersion(const QVariantMap &content);
// One answer a change; none where the reply is not one to this request.
std::optional<QList<KitAnswer>> kitAnswers(const QList<KitChange> &changes, const QVariantMap &content);

// Failures that hold a table until an administrator has done something about the server: nothing dies of them.
Failure kitMissing();
Failure kitForbidden();
Failure kitOfOtherVersion(const QVariantMap &content);

} // namespace Tideline::Rest
