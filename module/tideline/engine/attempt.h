// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

// Hands the failure of a store call on to the caller; for functions that answer a Result.
#define TIDELINE_TRY(call) \
    do { \
        if (const auto &tideline_outcome = (call); !tideline_outcome) \
            return tideline_outcome.failure(); \
    } while (false)
