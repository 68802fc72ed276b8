// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtCore/QtGlobal>

#if defined(TIDELINE_STATIC)
#    define TIDELINE_EXPORT
#elif defined(TIDELINE_CORE_LIBRARY)
#    define TIDELINE_EXPORT Q_DECL_EXPORT
#else
#    define TIDELINE_EXPORT Q_DECL_IMPORT
#endif
