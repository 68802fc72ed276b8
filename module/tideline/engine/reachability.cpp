// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/engine/reachability.h>

namespace Tideline {

/*!
    \class Tideline::Reachability
    \inmodule Tideline
    \inheaderfile tideline/engine/reachability.h
    \brief Tells an engine that this machine has a network again.

    An engine that was started then ends a pause which began because the server could not be reached, and syncs. Without
    one, or where it never tells, the engine's own timers do that later. Lives on the engine's thread.
*/

/*!
    \fn void Tideline::Reachability::returned()
    Emitted when the network was away, or nothing was known of it, and is there now.
*/

/*!
    \typedef Tideline::ReachabilityFactory
    Called once, on the engine's thread, by SyncEngine::start(). It may answer null.
*/

Reachability::~Reachability() = default;

} // namespace Tideline
