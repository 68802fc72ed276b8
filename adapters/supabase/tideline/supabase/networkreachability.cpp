// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/supabase/networkreachability.h>

#include <QtNetwork/QNetworkInformation>

/*!
    \class Tideline::NetworkReachability
    \inmodule Tideline
    \inheaderfile tideline/supabase/networkreachability.h
    \brief Tells of the network's return where the operating system does.

    It needs one of Qt's plugins for network information, and what that talks to.
*/

namespace Tideline {

namespace {

bool isOnline(QNetworkInformation::Reachability reachability)
{
    return reachability == QNetworkInformation::Reachability::Online;
}

} // namespace

NetworkReachability::NetworkReachability(const QNetworkInformation &information)
    : m_isOnline(isOnline(information.reachability()))
{
    connect(&information, &QNetworkInformation::reachabilityChanged, this,
            [this](QNetworkInformation::Reachability reachability) {
                const bool wasOnline = std::exchange(m_isOnline, isOnline(reachability));
                if (m_isOnline && !wasOnline)
                    Q_EMIT returned();
            });
}

/*!
    A factory for SyncSetup::reachability. It answers null where no plugin is there that can tell.
*/
ReachabilityFactory NetworkReachability::factory()
{
    return []() -> std::unique_ptr<Reachability> {
        if (!QNetworkInformation::loadBackendByFeatures(QNetworkInformation::Feature::Reachability))
            return nullptr;
        return std::unique_ptr<Reachability>(new NetworkReachability(*QNetworkInformation::instance()));
    };
}

} // namespace Tideline
