// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <tideline/core/export.h>

#include <QtCore/QObject>

#include <functional>
#include <memory>

namespace Tideline {

// Tells that this machine has a network again.
class TIDELINE_EXPORT Reachability : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;
    ~Reachability() override;

Q_SIGNALS:
    void returned();
};

// Called once, on the engine's thread; null where nothing on this machine can tell.
using ReachabilityFactory = std::function<std::unique_ptr<Reachability>()>;

} // namespace Tideline
