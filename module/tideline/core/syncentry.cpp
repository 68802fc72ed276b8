// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#include <tideline/core/syncconfig.h>
#include <tideline/core/syncentry.h>

#include "moc_syncconfig.cpp"
#include "moc_syncentry.cpp"
