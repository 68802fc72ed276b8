-- SPDX-FileCopyrightText: 2026 Tideline contributors
-- SPDX-License-Identifier: MIT
--
-- Tideline's server kit, version 1, for PostgreSQL 13 or later. An administrator runs this file, as often as they like; it
-- is one transaction. Then they enrol tables:
--
--     select tideline.track_table('public.tasks');
--
-- tideline-uninstall.sql takes everything away again. docs/server-kit.md tells what the kit does and who may do what.

begin;

set local client_min_messages = warning;

do $install$
begin
    if to_regnamespace('tideline') is null then
        create schema tideline;
        -- What stands in there is guarded one by one.
        grant usage on schema tideline to public;
        create table tideline.kit (version integer not null);
        insert into tideline.kit values (1);
    elsif to_regclass('tideline.kit') is null then
        raise exception 'There is a schema "tideline" that is not the server kit''s.'
            using hint = 'Rename or drop that schema, then run this file again.';
    elsif (select version from tideline.kit) > 1 then
        raise exception 'A newer version of the server kit is installed than that of this file.'
            using hint = 'Run the file of the newer version instead.';
    end if;
end
$install$;

-- The tables that an administrator has enrolled. Clients reach no other table through the kit.
create table if not exists tideline.tables (
    relation regclass primary key,
    updated_at name not null, -- the column that holds a row's version
    tracked_at timestamptz not null default now()
);

-- The ledger: which entries of which caller have had their effect. A caller writes it through tideline.claim() only.
create table if not exists tideline.applied (
    owner text collate "C" not null,
    entry text collate "C" not null,
    applied_at timestamptz not null default now(),
    primary key (entry, owner)
);
create index if not exists applied_at on tideline.applied (applied_at);

revoke all on tideline.kit, tideline.tables, tideline.applied from public;
grant select on tideline.tables to public;

-- Whose entries these are: the signed-in user, else the role. The setting "role" is the caller's within functions that run
-- with their owner's rights too.
create or replace function tideline.caller() returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(
        'sub:' || (nullif(current_setting('request.jwt.claims', true), '')::json ->> 'sub'),
        'sub:' || nullif(current_setting('request.jwt.claim.sub', true), ''),
        'role:' || case when current_setting('role') = 'none' then session_user else current_setting('role') end)
$$;

-- Enters the caller's entries in the ledger. An entry that another transaction is entering right now is waited for. It
-- fails with unique_violation when one of them is there already, and costs half as much as claim().
create or replace function tideline.claim_all(entries text[]) returns void
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    self constant text := tideline.caller();
begin
    insert into tideline.applied (owner, entry) select self, u.entry from unnest(entries) as u (entry);
end
$$;

-- The same for one entry: false when it is there already.
create or replace function tideline.claim(entry text) returns boolean
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    insert into tideline.applied (owner, entry) values (tideline.caller(), claim.entry) on conflict do nothing;
    return found;
end
$$;

-- Those of the caller's entries that are in the ledger.
create or replace function tideline.claimed(entries text[]) returns text[]
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(array_agg(a.entry), '{}')
    from tideline.applied as a
    where a.entry = any (entries) and a.owner = (select tideline.caller())
$$;

-- Forgets what no client will send again, a few at a time.
create or replace function tideline.purge() returns void
language sql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
    delete from tideline.applied
    where (owner, entry) in (
        select a.owner, a.entry from tideline.applied as a
        where a.applied_at < now() - interval '90 days'
        order by a.applied_at
        limit 1000
        for update skip locked)
$$;

-- The name of the trigger function that stamps this column.
create or replace function tideline.stamp_name(updated_at name) returns name
language sql immutable
set search_path = pg_catalog, pg_temp
as $$
    select (case when octet_length(updated_at::text) <= 57 then 'stamp_' || updated_at else 'stamp_' || md5(updated_at) end)::name
$$;

-- Enrols a table: from now on clients may push into it, as far as their rights and the table's policies go, and the server
-- alone sets updated_at, a later time at every change of a row. For administrators.
create or replace function tideline.track_table(target regclass, updated_at name default 'updated_at') returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
    kind "char";
    column_type oid;
    modifier integer;
    stamp constant name := tideline.stamp_name(updated_at);
begin
    select c.relkind into kind from pg_class as c where c.oid = target;
    if kind is null or kind not in ('r', 'p') then
        raise exception '% is no table.', target
            using errcode = 'wrong_object_type', hint = 'Enrol the table itself: a view, for example, has neither a key nor row triggers.';
    end if;
    if not exists (select from pg_index as i where i.indrelid = target and i.indisprimary) then
        raise exception 'Table % has no primary key, by which clients would name its rows.', target
            using errcode = 'invalid_table_definition', hint = format('alter table %s add primary key (…);', target);
    end if;
    select a.atttypid, a.atttypmod into column_type, modifier
    from pg_attribute as a
    where a.attrelid = target and a.attname = updated_at and a.attnum > 0 and not a.attisdropped;
    if column_type is null then
        raise exception 'Table % has no column %, which would hold the version of a row.', target, quote_ident(updated_at)
            using errcode = 'undefined_column',
                  hint = format('alter table %s add column %I timestamptz not null default clock_timestamp(); '
                                'or name another column: select tideline.track_table(%L, %L);',
                                target, updated_at, target::text, 'changed_at');
    end if;
    if column_type <> 'timestamptz'::regtype or modifier not in (-1, 6) then
        raise exception 'Column % of table % is no timestamptz with microseconds, which the version of a row needs.',
                quote_ident(updated_at), target
            using errcode = 'datatype_mismatch',
                  hint = format('alter table %s alter column %I type timestamptz;', target, updated_at);
    end if;

    execute format($stamp$
        create or replace function tideline.%I() returns trigger language plpgsql as $body$
        begin
            -- Always later than before: two changes never leave one version, whatever the clock does.
            if tg_op = 'INSERT' then
                new.%I := pg_catalog.clock_timestamp();
            else
                new.%I := greatest(pg_catalog.clock_timestamp(), old.%I + interval '1 microsecond');
            end if;
            return new;
        end
        $body$
        $stamp$, stamp, updated_at, updated_at, updated_at);
    -- The last one in the order of names: no other trigger overrules it.
    execute format('drop trigger if exists zz_tideline_stamp on %s', target);
    execute format('create trigger zz_tideline_stamp before insert or update on %s for each row execute function tideline.%I()',
                   target, stamp);
    insert into tideline.tables as t (relation, updated_at) values (target, track_table.updated_at)
        on conflict (relation) do update set updated_at = excluded.updated_at;
end
$$;

-- Takes a table out again; its rows and its column stay as they are. For administrators.
create or replace function tideline.untrack_table(target regclass) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
begin
    execute format('drop trigger if exists zz_tideline_stamp on %s', target);
    delete from tideline.tables where relation = target;
end
$$;

revoke all on function tideline.purge(), tideline.track_table(regclass, name), tideline.untrack_table(regclass),
    tideline.stamp_name(name) from public;
grant execute on function tideline.caller(), tideline.claim_all(text[]), tideline.claim(text), tideline.claimed(text[]), tideline.purge() to public;

-- The statements for a run, which is changes of one table that do the same with the same columns. $1 are the rows, $2 their
-- bases.
--   change  does it, and answers how many were done, and the rows as they are then in the order of $1. Null where there is
--           nothing that could be done. $3 is how many rows there are, here and in the others.
--   whole   the same for many, which need not be done where it cannot do all: it is cheaper
--   lookup  tells how the caller sees the rows, and how they stand to their bases
-- Where the run cannot be done, "untracked" says why the kit has nothing to do with the table, or "problem" what is wrong
-- with the run. Names come from clients: each is looked up in the catalogue, and quoted. The statements run with the
-- caller's search_path, so that they name schemas.
create or replace function tideline.plan(target regclass, operation text, is_based boolean, key_columns text[],
                                         version_column text, mark_column text, columns text[],
                                         out untracked text, out problem text, out change text, out whole text,
                                         out lookup text)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    version_name name;
    version_type text;
    primary_key name[];
    unknown_column text;
    definitions text;     -- the key and the columns as they come: id uuid, title text
    key_definitions text; -- the key alone
    aliases text;         -- how they are called here: c1, c2
    key_aliases text;
    names text;           -- how they are called in the table
    assignments text;
    is_same_key text;
    is_same_version text;
    -- The limit takes nothing away. It tells the planner how many rows come, who would else expect a hundred and, for a
    -- single one, read a whole table of some ten thousand rows instead of its index.
    source constant text := '(select * from rows from (pg_catalog.json_to_recordset($1) as (%s),'
                            ' pg_catalog.unnest($2::pg_catalog.text[])) with ordinality limit $3) as s (%s, base, n)';
    insertion text;
    inserted constant text := ' returning pg_catalog.row_to_json(t) as r)'
                              ' select pg_catalog.count(*), pg_catalog.json_agg(r) from done';
    counted constant text := ' select pg_catalog.count(*), pg_catalog.json_agg(r order by n) from done';
begin
    select t.updated_at, format_type(a.atttypid, a.atttypmod) into version_name, version_type
    from tideline.tables as t
    join pg_attribute as a on a.attrelid = t.relation and a.attname = t.updated_at and not a.attisdropped
    where t.relation = target;
    if version_name is null then
        untracked := 'enrolment';
        return;
    end if;
    select array_agg(a.attname order by k.n) into primary_key
    from pg_index as i
    cross join unnest(i.indkey::smallint[]) with ordinality as k (attnum, n)
    join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = k.attnum
    where i.indrelid = target and i.indisprimary;
    if primary_key is null or not (primary_key::text[] @> key_columns and key_columns @> primary_key::text[]) then
        untracked := 'key';
        return;
    end if;
    if version_column is distinct from version_name::text then
        untracked := 'version';
        return;
    end if;

    select string_agg(format('%I %s', u.name, format_type(a.atttypid, a.atttypmod)), ', ' order by u.n),
           string_agg(format('%I %s', u.name, format_type(a.atttypid, a.atttypmod)), ', ' order by u.n) filter (where u.is_key),
           string_agg('c' || u.n, ', ' order by u.n),
           string_agg('c' || u.n, ', ' order by u.n) filter (where u.is_key),
           string_agg(quote_ident(u.name), ', ' order by u.n),
           string_agg(format('%I = s.c%s', u.name, u.n), ', ' order by u.n) filter (where not u.is_key),
           string_agg(format('t.%I = s.c%s', u.name, u.n), ' and ' order by u.n) filter (where u.is_key),
           min(u.name) filter (where a.attnum is null)
    into definitions, key_definitions, aliases, key_aliases, names, assignments, is_same_key, unknown_column
    from (select c.name, c.n, c.n <= cardinality(key_columns) as is_key
          from unnest(key_columns || columns) with ordinality as c (name, n)) as u
    left join pg_attribute as a on a.attrelid = target and a.attname = u.name and a.attnum > 0 and not a.attisdropped;
    if unknown_column is null and mark_column is not null
       and not exists (select from pg_attribute as a
                       where a.attrelid = target and a.attname = mark_column and a.attnum > 0 and not a.attisdropped) then
        unknown_column := mark_column;
    end if;
    if unknown_column is not null then
        problem := format('column "%s" of relation "%s" does not exist', unknown_column, target);
        return;
    end if;
    is_same_version := format('t.%I is not distinct from s.base::%s', version_name, version_type);

    lookup := format('select s.n, t.%I is not null as is_found, %s as is_same, %s as is_gone,'
                     ' case when t.%I is not null then pg_catalog.row_to_json(t) end as found'
                     ' from ' || source || ' left join %s as t on %s order by s.n',
                     primary_key[1], is_same_version,
                     case when mark_column is null then 'false' else format('t.%I is not null', mark_column) end,
                     primary_key[1], key_definitions, key_aliases, target, is_same_key);
    if operation = 'upsert' and not is_based then
        -- Rows are done and answered in their order.
        insertion := format('with done as (insert into %s as t (%s) select %s from pg_catalog.json_to_recordset($1) as s (%s)',
                            target, names, names, definitions);
        whole := insertion || inserted;
        change := insertion || format(' on conflict (%s) do nothing',
                                      (select string_agg(quote_ident(k), ', ') from unnest(primary_key) as k)) || inserted;
    elsif not is_based then
        change := null;
    elsif operation = 'delete' and mark_column is null then
        change := format('with done as (delete from %s as t using ' || source || ' where %s and %s returning 1)'
                         ' select pg_catalog.count(*), null::pg_catalog.json from done',
                         target, key_definitions, key_aliases, is_same_key, is_same_version);
    elsif operation = 'delete' then
        change := format('with done as (update %s as t set %I = pg_catalog.now() from ' || source || ' where %s and %s'
                         ' returning s.n, pg_catalog.row_to_json(t) as r)' || counted,
                         target, mark_column, key_definitions, key_aliases, is_same_key, is_same_version);
    elsif assignments is null then
        change := format('with done as (select s.n, pg_catalog.row_to_json(t) as r from ' || source
                         || ' join %s as t on %s and %s)' || counted,
                         key_definitions, key_aliases, target, is_same_key, is_same_version);
    else
        change := format('with done as (update %s as t set %s from ' || source || ' where %s and %s'
                         ' returning s.n, pg_catalog.row_to_json(t) as r)' || counted,
                         target, assignments, definitions, aliases, is_same_key, is_same_version);
    end if;
    whole := coalesce(whole, change);
end
$$;

-- Does a whole run with one statement, or nothing of it: is_done when each of its entries is new and was applied.
create or replace function tideline.push_run(path text, whole text, entries text[], bases text[], items json,
                                             out is_done boolean, out result json)
language plpgsql volatile
as $$
declare
    done bigint;
begin
    set constraints all deferred;
    perform tideline.claim_all(entries);
    perform set_config('search_path', path, true);
    execute whole into done, result using items, bases, cardinality(entries);
    set constraints all immediate;
    perform set_config('search_path', 'pg_catalog, pg_temp', true);
    is_done := done = cardinality(entries);
    if not is_done then
        raise exception using errcode = 'TL001'; -- takes back what was done
    end if;
exception when others then
    is_done := false;
    result := null;
end
$$;

-- Does one entry and says what became of it. Only what is applied keeps its claim.
create or replace function tideline.push_one(path text, change text, lookup text, operation text, is_based boolean,
                                             entry text, base text, item json, out status text, out result json)
language plpgsql volatile
as $$
declare
    one constant json := json_build_array(item);
    done bigint := 0;
    rows json;
    seen record;
    message text;
begin
    -- Also what the schema defers to the commit is this entry's own, and fails it alone.
    set constraints all deferred;
    if not tideline.claim(entry) then
        status := 'duplicate';
    end if;
    perform set_config('search_path', path, true);
    if status is null and change is not null then
        execute change into done, rows using one, array[base], 1;
        set constraints all immediate;
    end if;
    if done = 1 then
        status := 'applied';
        rows := rows -> 0;
    else
        execute lookup into seen using one, array[base], 1;
        rows := seen.found;
    end if;
    perform set_config('search_path', 'pg_catalog, pg_temp', true);
    if status is null then
        if operation = 'delete' and (not seen.is_found or seen.is_gone) then
            status := 'applied';
        elsif operation = 'upsert' and not is_based and not seen.is_found then
            raise insufficient_privilege using message = 'the record exists but is hidden from this user';
        elsif is_based and seen.is_found and seen.is_same then
            raise insufficient_privilege using message = 'the record is shown to this user but not theirs to change';
        else
            raise exception using errcode = 'TL002'; -- takes the claim back
        end if;
    end if;
    result := json_build_object('status', status, 'row', rows);
exception
    when sqlstate 'TL002' then
        status := 'conflict';
        result := json_build_object('status', status, 'row', rows);
    when others then
        status := 'rejected';
        -- Neither DETAIL nor HINT: they quote rows.
        get stacked diagnostics message = message_text;
        result := json_build_object('status', status, 'code', sqlstate, 'message', message);
end
$$;

-- What public.tideline_push() does. path is the caller's search_path: it is theirs for the statements that change their
-- tables (triggers and policies may rely on it), while what stands here is safe from objects that somebody put into it.
create or replace function tideline.push(request json, path text) returns json
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    smallest_run constant integer := 5; -- below, a statement a run saves nothing
    most_passes constant integer := 5;
    member record;
    version integer;
    heads json;
    runs json[];
    rows_of json[] := '{}';
    answers json[];        -- one a run
    failed text[] := '{}'; -- the records of which an entry did not go through
    orphans json[];        -- of each run: the places of entries whose parent was not there
    left_over integer[];
    pass integer := 0;
    has_progress boolean;

    -- The run in hand.
    run_table text;
    run_operation text;
    is_based boolean;
    run_key text[];
    version_column text;
    mark_column text;
    run_columns text[];
    ids text[];
    bases text[];
    items json;
    target regclass;
    plan record;
    elements json[];
    subjects text[];
    results json[];
    attempt record;
    is_tried boolean;  -- as a whole
    known text[];
    seen record;
    one record;
    places integer[]; -- what is left to do of it
    stack integer[];  -- pairs of positions in places: parts to try
    first_place integer;
    last_place integer;
    middle integer;
    part integer[];
    place integer;
begin
    -- One look at the whole text: each function that takes json reads all of it.
    for member in select m.key, m.value from json_each(request) as m loop
        if member.key = 'version' then
            version := member.value::text::integer;
        elsif member.key = 'runs' then
            heads := member.value;
        elsif member.key ~ '^[0-9]{1,6}$' then
            rows_of[member.key::integer] := member.value;
        end if;
    end loop;
    if version is distinct from 1 then
        return json_build_object('version', 1);
    end if;
    runs := array(select json_array_elements(heads));
    answers := array_fill(null::json, array[cardinality(runs)]);
    orphans := answers;

    loop
        pass := pass + 1;
        has_progress := false;
        for r in 1 .. cardinality(runs) loop
            continue when pass > 1 and orphans[r] is null;
            select d."table", d.operation, d.based, d.key, d."updatedAt", d."deletedAt", coalesce(d.columns, '{}'),
                   coalesce(d.ids, '{}'), d.bases
            into run_table, run_operation, is_based, run_key, version_column, mark_column, run_columns, ids, bases
            from json_to_record(runs[r]) as d ("table" text, operation text, based boolean, key text[], "updatedAt" text,
                                               "deletedAt" text, columns text[], ids text[], bases text[]);
            items := rows_of[r];
            perform set_config('search_path', path, true);
            target := to_regclass(quote_ident(run_table));
            perform set_config('search_path', 'pg_catalog, pg_temp', true);
            plan := tideline.plan(target, run_operation, is_based, run_key, version_column, mark_column, run_columns);
            if plan.untracked is not null then
                answers[r] := json_build_object('untracked', plan.untracked);
                continue;
            end if;

            is_tried := pass = 1 and plan.change is not null and cardinality(failed) = 0 and cardinality(ids) >= smallest_run;
            if is_tried then
                attempt := tideline.push_run(path, plan.whole, ids, bases, items);
                if attempt.is_done then
                    answers[r] := json_build_object('rows', attempt.result);
                    continue;
                end if;
            end if;

            select array_agg(e.item order by e.n),
                   array_agg(run_table || ' ' || (select json_agg(e.item ->> k) from unnest(run_key) as k)::text order by e.n)
            into elements, subjects
            from json_array_elements(items) with ordinality as e (item, n);
            if pass = 1 then
                results := array_fill(null::json, array[cardinality(ids)]);
                places := array(select generate_series(1, cardinality(ids)));
            else
                results := array(select json_array_elements(answers[r] -> 'results'));
                places := array(select json_array_elements_text(orphans[r])::integer);
            end if;
            if plan.problem is not null then
                foreach place in array places loop
                    -- PostgREST's code for it: the column may be on its way.
                    results[place] := json_build_object('status', 'rejected', 'code', 'PGRST204', 'message', plan.problem);
                    failed := failed || subjects[place];
                end loop;
                places := '{}';
            elsif is_tried then
                -- Perhaps the reply to an earlier request was lost: what that has done is answered at once.
                known := tideline.claimed(ids);
                if cardinality(known) > 0 then
                    begin
                        perform set_config('search_path', path, true);
                        for seen in execute plan.lookup using items, bases, cardinality(ids) loop
                            if ids[seen.n] = any (known) then
                                results[seen.n] := json_build_object('status', 'duplicate', 'row', seen.found);
                            end if;
                        end loop;
                        perform set_config('search_path', 'pg_catalog, pg_temp', true);
                    exception when others then
                        results := array_fill(null::json, array[cardinality(ids)]); -- one by one then
                    end;
                    places := array(select g from generate_series(1, cardinality(ids)) as g where results[g] is null);
                end if;
            end if;

            left_over := '{}';
            stack := array[1, cardinality(places)];
            while cardinality(stack) > 0 loop
                first_place := stack[cardinality(stack) - 1];
                last_place := stack[cardinality(stack)];
                stack := stack[1:cardinality(stack) - 2];
                part := places[first_place:last_place];
                if pass = 1 and plan.change is not null and cardinality(part) >= smallest_run
                   and not (failed && array(select subjects[p] from unnest(part) as p)) then
                    if cardinality(part) < cardinality(ids) or not is_tried then
                        attempt := tideline.push_run(path, plan.whole, array(select ids[p] from unnest(part) as p),
                                                     array(select bases[p] from unnest(part) as p),
                                                     (select json_agg(elements[p]) from unnest(part) as p));
                        if attempt.is_done then
                            for i in 1 .. cardinality(part) loop
                                results[part[i]] := json_build_object('status', 'applied', 'row', attempt.result -> (i - 1));
                            end loop;
                            continue;
                        end if;
                    end if;
                    middle := (first_place + last_place) / 2;
                    stack := stack || array[middle + 1, last_place, first_place, middle];
                    continue;
                end if;
                foreach place in array part loop
                    if pass = 1 and subjects[place] = any (failed) then
                        results[place] := json_build_object('status', 'skipped');
                        continue;
                    end if;
                    one := tideline.push_one(path, plan.change, plan.lookup, run_operation, is_based, ids[place], bases[place],
                                             elements[place]);
                    results[place] := one.result;
                    if one.status in ('applied', 'duplicate') then
                        has_progress := true;
                    else
                        failed := failed || subjects[place];
                        if one.result ->> 'code' = '23503' then
                            left_over := left_over || place;
                        end if;
                    end if;
                end loop;
            end loop;
            answers[r] := json_build_object('results', to_json(results));
            orphans[r] := case when cardinality(left_over) > 0 then to_json(left_over) end;
        end loop;
        exit when pass = most_passes or pass > 1 and not has_progress
                  or not exists (select from unnest(orphans) as o (places) where o.places is not null);
    end loop;
    perform tideline.purge();
    return json_build_object('version', 1, 'runs', to_json(answers));
end
$$;

grant execute on function tideline.plan(regclass, text, boolean, text[], text, text, text[]),
    tideline.push_run(text, text, text[], text[], json),
    tideline.push_one(text, text, text, text, boolean, text, text, json), tideline.push(json, text) to public;

-- Applies an ordered batch of changes with the caller's rights, and answers what became of each:
--
--   request  {"version": 1, "runs": [run, …], "1": [row, …], "2": [row, …], …}: the rows of the first run, the second, …
--   run      {"table", "operation": "upsert"|"patch"|"delete", "based": bool, "key": [column, …], "updatedAt": column,
--             "deletedAt": column or null, "columns": [column beside the key, …],
--             "ids": [entry id, …], "bases": [version or null, …] or null}
--   row      {column: value, …}, the key and the columns
--   reply    {"version": 1, "runs": [one a run, …]}, without "runs" where the request is of another version:
--            {"rows": [row, …]} or {"rows": null}: all were applied
--            {"results": [{"status", "row"} or {"status", "code", "message"} or {"status"}, …]}
--            {"untracked": "enrolment"|"key"|"version"}: nothing was done, the table is not the kit's, or not with this
--            key or version column
--   status   applied, duplicate (it was applied before), conflict (the row is not what the entry was made on), rejected,
--            skipped (an earlier entry of the record did not go through)
--
-- The outcome is that of one entry after the other, each in a savepoint; those that lack a parent are tried again at the
-- end. A run is tried as one statement first, which is much cheaper: it is kept only where all of its entries are new and
-- were applied, else halves of it are tried, and in the end single entries. (One difference is left, in the client's
-- favour: within such a statement a unique value may pass from one record to another in either order.)
create or replace function public.tideline_push(json) returns json
language plpgsql volatile
as $$
begin
    return tideline.push($1, pg_catalog.current_setting('search_path'));
end
$$;

notify pgrst, 'reload schema';

commit;
