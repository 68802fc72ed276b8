// SPDX-FileCopyrightText: 2026 Tideline contributors
// SPDX-License-Identifier: MIT

#pragma once

#include <QtCore/QCoreApplication>

namespace Tideline {
class ConflictModel;
class CursorModel;
class EntryModel;
class EventModel;
} // namespace Tideline

namespace Tideline::Inspector {

class Page;

// The pages of the window, without a parent. The models must outlive them.
class Pages
{
    Q_DECLARE_TR_FUNCTIONS(Tideline::Inspector::Pages)

public:
    static QStringList names(); // in the order in which they stand in the window

    static Page *makeQueue(EntryModel &model);
    static Page *makeDeadLetters(EntryModel &model);
    static Page *makeConflicts(ConflictModel &model);
    static Page *makeCursors(CursorModel &model);
    static Page *makeEvents(EventModel &model);
};

} // namespace Tideline::Inspector
