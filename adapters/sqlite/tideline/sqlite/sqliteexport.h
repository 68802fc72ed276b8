// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtCore/QtGlobal>

#if defined(TIDELINE_STATIC)
#    define TIDELINE_SQLITE_EXPORT
#elif defined(TIDELINE_SQLITE_LIBRARY)
#    define TIDELINE_SQLITE_EXPORT Q_DECL_EXPORT
#else
#    define TIDELINE_SQLITE_EXPORT Q_DECL_IMPORT
#endif
