// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/engine/reachability.h>
#include <tideline/supabase/supabaseexport.h>

class QNetworkInformation;

namespace Tideline {

// What the operating system knows of the network, through QNetworkInformation.
class TIDELINE_SUPABASE_EXPORT NetworkReachability final : public Reachability
{
    Q_OBJECT

public:
    static ReachabilityFactory factory();

private:
    explicit NetworkReachability(const QNetworkInformation &information);

    bool m_isOnline;
};

} // namespace Tideline
