-- SPDX-FileCopyrightText: 2026 Tideline contributors
-- SPDX-License-Identifier: MIT
--
-- What the server kit costs the server's writes: the same statements on a table that has a trigger for updated_at only, as
-- plain mode asks for, on an enrolled table, and on an enrolled one with row-level security. Three rounds by turns, of each
-- the fastest. To run against a throw-away database:
--
--     tests/support/stack start DIR
--     tests/support/stack sql DIR --file=tests/benchmarks/kit-cost.sql
--     tests/support/stack stop DIR

\set QUIET on
\pset footer off
set client_min_messages = warning;
\ir ../../adapters/supabase/sql/tideline.sql

create function stamp() returns trigger language plpgsql as $$
begin
    new.updated_at := clock_timestamp();
    return new;
end
$$;
create table plain (
    id uuid primary key default gen_random_uuid(), title text, size int, owner text, updated_at timestamptz);
create table enrolled (like plain including all);
create table guarded (like plain including all);
create trigger stamp before insert or update on plain for each row execute function stamp();
alter table guarded enable row level security;
create policy mine on guarded using (owner = current_setting('request.jwt.claims', true)::json ->> 'sub');
select tideline.track_table('enrolled'), tideline.track_table('guarded') \g /dev/null

create table timings (round int, what text, "table" text, milliseconds numeric);

create procedure measure(round int, what text, target text, statement text, times int default 1) language plpgsql as $$
declare
    started timestamptz := clock_timestamp();
begin
    for i in 1 .. times loop
        execute format(statement, target);
        commit;
    end loop;
    insert into timings values (round, what, target, extract(epoch from clock_timestamp() - started) * 1000);
    commit;
end
$$;

create procedure measure_all() language plpgsql as $$
declare
    target text;
begin
    for round in 0 .. 3 loop
        foreach target in array array['plain', 'enrolled', 'guarded'] loop
            execute format('truncate %s', target);
            call measure(round, '1 insert of 50,000 rows', target,
                         'insert into %s (title, size, owner) select ''row '' || g, g, ''u'' || g %% 100 from generate_series(1, 50000) g');
            call measure(round, '1 update of 50,000 rows', target, 'update %s set size = size + 1');
            call measure(round, '1 update of 50,000 owners', target, 'update %s set owner = owner || ''x''');
            call measure(round, '1 delete of 50,000 rows', target, 'delete from %s');
            call measure(round, '1,000 inserts of a row', target, 'insert into %s (title, size, owner) values (''row'', 1, ''u'')', 1000);
            call measure(round, '1,000 updates of a row', target,
                         'update %1$s set size = size + 1 where id = (select id from %1$s limit 1)', 1000);
        end loop;
    end loop;
end
$$;

call measure_all();

select what, max(best) filter (where "table" = 'plain') as "plain ms", max(best) filter (where "table" = 'enrolled') as "enrolled ms",
       round(max(best) filter (where "table" = 'enrolled') / max(best) filter (where "table" = 'plain'), 2) as ratio,
       max(best) filter (where "table" = 'guarded') as "with RLS ms",
       round(max(best) filter (where "table" = 'guarded') / max(best) filter (where "table" = 'plain'), 2) as "its ratio"
from (select what, "table", round(min(milliseconds), 1) as best from timings where round > 0 group by what, "table") as t
group by what order by what;
