-- SPDX-FileCopyrightText: 2026 Tideline contributors
-- SPDX-License-Identifier: MIT
--
-- Takes Tideline's server kit away: its functions, its ledger, and the triggers on the tables that were enrolled. The
-- tables keep their rows and columns; nothing sets their updated_at any more, unless they have a trigger of their own.

begin;

set local client_min_messages = warning;

drop function if exists public.tideline_push(json), public.tideline_pull(json);
drop schema if exists tideline cascade;

notify pgrst, 'reload schema';

commit;
