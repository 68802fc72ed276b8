// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtCore/QSet>
#include <QtCore/QString>

namespace Tideline::Rest {

// The one version of requests and replies that this client speaks.
inline constexpr int kitVersion = 1;

// What the answers of this session have told about the server. Pushing and pulling are told apart: an older kit takes
// changes only, and tables that were enrolled in it have no log.
class KitKnowledge
{
public:
    enum class Presence {
        Unknown,
        Present,
        Absent, // or not for this user, or in a version that is not understood
    };
    class Half
    {
    public:
        Presence presence = Presence::Unknown;
        QSet<QString> untracked; // tables
    };
    Half push;
    Half pull;
};

} // namespace Tideline::Rest
