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
alter table tideline.tables add column if not exists id integer generated always as identity unique;
alter table tideline.tables add column if not exists shape text;             -- of the table, as the log of its changes knows it
alter table tideline.tables add column if not exists forgotten_by xid8;      -- the highest of the changes that the log has lost
alter table tideline.tables add column if not exists forgotten_at pg_snapshot; -- what could be seen when it lost the last ones

-- The transactions that changed a table as a whole, so that the log does not tell which rows.
create table if not exists tideline.upheavals (
    id integer not null,
    changed_by xid8 not null,
    primary key (id, changed_by)
);

-- The ledger: which entries of which caller have had their effect. A caller writes it through tideline.claim() only.
create table if not exists tideline.applied (
    owner text collate "C" not null,
    entry text collate "C" not null,
    applied_at timestamptz not null default now(),
    primary key (entry, owner)
);
create index if not exists applied_at on tideline.applied (applied_at);

revoke all on tideline.kit, tideline.tables, tideline.upheavals, tideline.applied from public;
grant select on tideline.tables, tideline.upheavals to public;

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

-- The columns by which the table's policies tell who may see a row; all where one looks at the row as a whole.
create or replace function tideline.policy_columns(target regclass) returns name[]
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select coalesce(array_agg(distinct a.attname order by a.attname), '{}')
    from pg_policy as p
    join pg_class as c on c.oid = p.polrelid
    join pg_attribute as a on a.attrelid = p.polrelid and a.attnum > 0 and not a.attisdropped
    where p.polrelid = target and p.polcmd in ('r', '*')
      and (position(quote_ident(c.relname) || '.*' in pg_get_expr(p.polqual, p.polrelid)) > 0
           or exists (select from pg_depend as d
                      where d.classid = 'pg_policy'::regclass and d.objid = p.oid
                        and d.refclassid = 'pg_class'::regclass and d.refobjid = target and d.refobjsubid = a.attnum))
$$;

-- What the log of a table's changes relies on: its name, its key, each column with its type and with what compares it, and
-- the columns of its policies. A log of another shape is not the table's any more.
create or replace function tideline.shape(target regclass) returns text
language sql stable
set search_path = pg_catalog, pg_temp
as $$
    select json_build_object('table', target, 'guards', case when c.relrowsecurity then tideline.policy_columns(target) end,
                             'key', (select json_agg(json_build_array(a.attname, format_type(a.atttypid, -1),
                                                                      format('operator(%I.%s)', s.nspname, r.oprname))
                                                     order by k.n)
                                     from pg_index as i
                                     cross join unnest(i.indkey::smallint[], i.indclass::oid[]) with ordinality as k (attnum, class, n)
                                     join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = k.attnum
                                     join pg_opclass as o on o.oid = k.class
                                     join pg_amop as p on p.amopfamily = o.opcfamily and p.amopstrategy = 3
                                                          and p.amoplefttype = o.opcintype and p.amoprighttype = o.opcintype
                                     join pg_operator as r on r.oid = p.amopopr
                                     join pg_namespace as s on s.oid = r.oprnamespace
                                     where i.indrelid = c.oid and i.indisprimary and k.n <= i.indnkeyatts))::text
    from pg_class as c where c.oid = target
$$;

-- Removes the oldest changes from a table's log, as far as they are from before that time, and answers how many. A cursor
-- that has not seen them all begins anew.
create or replace function tideline.forget(number integer, before timestamptz, most bigint) returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    log constant text := 'tideline.changes_' || number;
    is_due boolean;
    last xid8;
    removed bigint;
begin
    execute format('select changed_at < $1 from %s order by changed_by, n limit 1', log) into is_due using before;
    if is_due is not true then
        return 0;
    end if;
    -- One at a time; nobody waits for it.
    perform from tideline.tables as t where t.id = number for update skip locked;
    if not found then
        return 0;
    end if;
    execute format('with oldest as (select changed_by, n, changed_at from %s order by changed_by, n limit $2),'
                   ' removed as (delete from %s as l using oldest as o'
                   ' where l.changed_by = o.changed_by and l.n = o.n and o.changed_at < $1 returning l.changed_by)'
                   ' select count(*), (array_agg(changed_by order by changed_by desc))[1] from removed', log, log)
        into removed, last using before, most;
    if removed > 0 then
        update tideline.tables as t
        set forgotten_by = greatest(t.forgotten_by, last), forgotten_at = pg_current_snapshot() where t.id = number;
        delete from tideline.upheavals as u where u.id = number and u.changed_by <= last;
    end if;
    return removed;
end
$$;

-- Forgets old changes of all tables. A device that has been away for longer than that pulls the tables as a whole. The kit
-- does the same by itself for those of 90 days ago, a few at a time, with the changes of a table. For administrators.
create or replace function tideline.forget_changes(older_than interval default '90 days') returns bigint
language plpgsql volatile
set search_path = pg_catalog, pg_temp
as $$
declare
    number integer;
    removed bigint := 0;
begin
    for number in select t.id from tideline.tables as t where t.shape is not null loop
        removed := removed + tideline.forget(number, now() - older_than, 9223372036854775807);
    end loop;
    return removed;
end
$$;

-- Takes away what capture() has made for a table, which may be gone.
create or replace function tideline.release(number integer, target regclass) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
    event text;
begin
    if exists (select from pg_class as c where c.oid = target) then
        foreach event in array array['insert', 'update', 'delete', 'truncate'] loop
            execute format('drop trigger if exists tideline_%s on %s', event, target);
        end loop;
    end if;
    execute format('drop view if exists tideline.due_%s', number);
    execute format('drop table if exists tideline.changes_%s', number);
    execute format('drop function if exists tideline.sees_%s', number);
    execute format('drop function if exists tideline.note_%s', number);
    delete from tideline.upheavals as u where u.id = number;
    delete from tideline.tables as t where t.id = number;
end
$$;

-- Makes what notes the changes of a table, in place of what is there already:
--
--   tideline.changes_<id>  the log. A record that a transaction has changed is one row in it: changed_by is the transaction,
--                          k1, k2, … the key, n the order of what a transaction did. image is what the columns of the
--                          policies held before, where that is not what they hold now; JSON null where the record was not
--                          there before. Without row-level security there are no images.
--   tideline.note_<id>     fills it, called by a trigger for each statement, not for each row
--   tideline.sees_<id>     whether the caller sees the record of this key
--   tideline.due_<id>      a view: what the caller may know of the log. It shows the key of a record only to who can see it
--                          now or could see it when it was like one of the images
--
-- The log stays when nothing has changed in the table's shape. A cursor holds the log's oid.
create or replace function tideline.capture(target regclass) returns void
language plpgsql volatile
set search_path = pg_catalog, pg_temp
set client_min_messages = warning
as $$
declare
    number integer;
    known_shape text;
    present_shape constant text := tideline.shape(target);
    log text;
    guards name[]; -- null without row-level security
    keys text;         -- k1, k2
    definitions text;  -- k1 uuid not null, k2 integer not null
    types text;        -- uuid, integer
    new_keys text;     -- n.id, n.part
    old_keys text;     -- o.id, o.part
    any_keys text;     -- coalesce(n.id, o.id), coalesce(n.part, o.part)
    first_key text;    -- id
    is_same_row text;  -- o.id = n.id and o.part = n.part
    is_same_key text;  -- l.k1 = c.k1 and l.k2 = c.k2
    is_named text;     -- t.id = $1 and t.part = $2
    shown_keys text;   -- case when c.is_told then c.k1 end as k1, …
    key_columns text[];
    sought text;       -- ('id', 2950), ('part', 23), ('owner', 25): columns and their types
    sought_count integer;
    old_image text := 'null::jsonb';
    is_moved text := 'false'; -- whether an update changed who may see the row
    birth text := 'null::jsonb';
    on_conflict text := 'on conflict do nothing';
    event text;
begin
    select t.id, t.shape into number, known_shape from tideline.tables as t where t.relation = target for update;
    log := 'tideline.changes_' || number;
    select string_agg('k' || k.n, ', ' order by k.n),
           string_agg(format('k%s %s%s not null', k.n, k.type, k.collation), ', ' order by k.n),
           string_agg(k.type, ', ' order by k.n),
           string_agg('n.' || k.name, ', ' order by k.n), string_agg('o.' || k.name, ', ' order by k.n),
           string_agg(format('coalesce(n.%s, o.%s)', k.name, k.name), ', ' order by k.n),
           min(k.name) filter (where k.n = 1),
           string_agg(format('o.%s %s n.%s', k.name, k.equals, k.name), ' and ' order by k.n),
           string_agg(format('l.k%s %s c.k%s', k.n, k.equals, k.n), ' and ' order by k.n),
           string_agg(format('t.%s %s $%s', k.name, k.equals, k.n), ' and ' order by k.n),
           string_agg(format('case when c.is_told then c.k%s end as k%s', k.n, k.n), ', ' order by k.n),
           array_agg(k.column_name)
    into keys, definitions, types, new_keys, old_keys, any_keys, first_key, is_same_row, is_same_key, is_named,
         shown_keys, key_columns
    from (select j.n, j.item ->> 0 as column_name, quote_ident(j.item ->> 0) as name, j.item ->> 1 as type, j.item ->> 2 as equals,
                 case when a.attcollation <> y.typcollation then ' collate ' || a.attcollation::regcollation else '' end as collation
          from json_array_elements(present_shape::json -> 'key') with ordinality as j (item, n)
          join pg_attribute as a on a.attrelid = target and a.attname = j.item ->> 0
          join pg_type as y on y.oid = a.atttypid) as k;
    if (select c.relrowsecurity from pg_class as c where c.oid = target) then
        guards := tideline.policy_columns(target);
        birth := '''null''::jsonb';
        old_image := '''{}''::jsonb';
    end if;
    if cardinality(guards) > 0 then
        select format('(select to_jsonb(r.*) from (select %s) as r)', string_agg(format('o.%I', u.name), ', ' order by u.n)),
               format('record_image_ne(row(%s), row(%s))', string_agg(format('o.%I', u.name), ', ' order by u.n),
                      string_agg(format('n.%I', u.name), ', ' order by u.n))
        into old_image, is_moved
        from unnest(guards) with ordinality as u (name, n);
    end if;
    select string_agg(format('(%L, %s)', a.attname, a.atttypid), ', ' order by a.attnum), count(*) into sought, sought_count
    from pg_attribute as a
    where a.attrelid = target and (a.attname = any (key_columns) or a.attname = any (guards));
    if guards is not null then
        -- Only what was there before the transaction has been seen by others: its first image counts.
        on_conflict := format('on conflict (%s, changed_by) do update set image = excluded.image'
                              ' where c.image is null and excluded.image is not null', keys);
    end if;

    execute format('drop view if exists tideline.due_%s', number);
    execute format('drop function if exists tideline.sees_%s', number);
    if known_shape is distinct from present_shape then
        execute format('drop table if exists %s', log);
    end if;
    execute format('create table if not exists %s (changed_by xid8 not null, n bigint not null generated always as identity, %s,'
                   ' image jsonb, changed_at timestamptz not null default now())', log, definitions);
    execute format('create unique index if not exists changes_%s_order on %s (changed_by, n)', number, log);
    execute format('create unique index if not exists changes_%s_key on %s (%s, changed_by)', number, log, keys);
    execute format('revoke all on %s from public', log);

    -- A write never fails because of a column that was renamed, dropped or got another type: it counts as a change of the
    -- whole table then.
    execute format($trigger$
        create or replace function tideline.note_%1$s() returns trigger language plpgsql security definer
        set search_path = pg_catalog, pg_temp as $body$
        declare
            self constant xid8 := pg_current_xact_id();
            written bigint;
        begin
            if tg_op = 'TRUNCATE' or (select count(*) from pg_attribute as a
                                      where a.attrelid = tg_relid and (a.attname, a.atttypid) in (%2$s)) <> %3$s then
                insert into tideline.upheavals (id, changed_by) values (%1$s, self) on conflict do nothing;
                return null;
            end if;
            if tg_op = 'INSERT' then
                insert into %4$s as c (changed_by, %5$s, image) select self, %6$s, %7$s from new_rows as n
                %8$s;
            elsif tg_op = 'UPDATE' then
                insert into %4$s as c (changed_by, %5$s, image)
                select self, %9$s, case when n.%10$s is null or %11$s and o.%10$s is not null then %12$s
                                        when o.%10$s is null then %7$s end
                from new_rows as n full join old_rows as o on %13$s
                %8$s;
            else
                insert into %4$s as c (changed_by, %5$s, image) select self, %14$s, %12$s from old_rows as o
                %8$s;
            end if;
            get diagnostics written = row_count;
            -- For every row that comes, about two may go. Where transactions see one moment only this could make them fail.
            if random() * 500 < written and current_setting('transaction_isolation') = 'read committed' then
                perform tideline.forget(%1$s, now() - interval '90 days', 1000 + 2 * written);
            end if;
            return null;
        end
        $body$
        $trigger$, number, sought, sought_count, log, keys, new_keys, birth, on_conflict,
        any_keys, first_key, is_moved, old_image, is_same_row, old_keys);
    execute format('revoke all on function tideline.note_%s() from public', number);
    foreach event in array array['insert', 'update', 'delete', 'truncate'] loop
        execute format('drop trigger if exists tideline_%s on %s', event, target);
        execute format('create trigger tideline_%s after %s on %s %s for each statement execute function tideline.note_%s()',
                       event, event, target,
                       case event when 'insert' then 'referencing new table as new_rows'
                                  when 'update' then 'referencing old table as old_rows new table as new_rows'
                                  when 'delete' then 'referencing old table as old_rows' else '' end, number);
    end loop;

    -- The search_path is the caller's, for the policies' sake: everything is named in full.
    execute format('create function tideline.sees_%s(%s) returns boolean language plpgsql stable'
                   ' as $body$ begin return exists (select from %s as t where %s); end $body$', number, types, target, is_named);
    execute format('grant execute on function tideline.sees_%s to public', number);
    -- What it reads, how far and from where is in settings of the transaction. With others than pull_table()'s it still shows
    -- no key to whom it is not for.
    execute format($view$
        create view tideline.due_%1$s with (security_barrier) as
        with place as materialized (
            select current_setting('tideline.since')::pg_snapshot as since, current_setting('tideline.until')::pg_snapshot as until),
        c as materialized (
            select l.changed_by, l.n, %2$s
            from %3$s as l
            where (l.changed_by, l.n) > ((select current_setting('tideline.after_xid')::xid8),
                                         (select current_setting('tideline.after_n')::bigint))
              and not pg_visible_in_snapshot(l.changed_by, (select p.since from place as p))
              and pg_visible_in_snapshot(l.changed_by, (select p.until from place as p))
            order by l.changed_by, l.n
            limit (select current_setting('tideline.most')::bigint)),
        told as materialized (
            select c.*,
                   -- the newest change of the record in this window
                   not exists (select from %3$s as l
                               where %4$s and l.changed_by > c.changed_by
                                 and not pg_visible_in_snapshot(l.changed_by, (select p.since from place as p))
                                 and pg_visible_in_snapshot(l.changed_by, (select p.until from place as p)))
                   and (tideline.sees_%1$s(%5$s)
                        or tideline.was_visible(%1$s, (select jsonb_agg(l.image) from %3$s as l
                                                       where %4$s and l.image <> 'null'
                                                         and not pg_visible_in_snapshot(l.changed_by, (select p.since from place as p)))))
                   as is_told
            from c)
        select c.changed_by, c.n, c.is_told, %6$s from told as c
        $view$, number, keys, log, is_same_key, 'c.' || replace(keys, ', ', ', c.'), shown_keys);
    execute format('revoke all on tideline.due_%s from public', number);
    execute format('grant select on tideline.due_%s to public', number);
    update tideline.tables as t set shape = present_shape where t.id = number;
end
$$;

-- Enrols a table: from now on clients may push into it and pull from it, as far as their rights and the table's policies
-- go; the server alone sets updated_at, a later time at every change of a row, and notes which rows change. To call again
-- after a change of the table's name, key or policies. For administrators.
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
    perform tideline.release(t.id, t.relation) from tideline.tables as t
        where not exists (select from pg_class as c where c.oid = t.relation); -- dropped since
    perform tideline.capture(target);
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
    perform tideline.release(t.id, t.relation) from tideline.tables as t where t.relation = target;
end
$$;

revoke all on function tideline.purge(), tideline.track_table(regclass, name), tideline.untrack_table(regclass),
    tideline.stamp_name(name), tideline.shape(regclass), tideline.capture(regclass), tideline.release(integer, regclass),
    tideline.forget(integer, timestamptz, bigint), tideline.forget_changes(interval) from public;
grant execute on function tideline.shape(regclass) to public;
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
    inserted constant text := ' returning pg_catalog.row_to_json(t.*) as r)'
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
    where i.indrelid = target and i.indisprimary and k.n <= i.indnkeyatts; -- the rest are columns that it includes
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
                     ' case when t.%I is not null then pg_catalog.row_to_json(t.*) end as found'
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
                         ' returning s.n, pg_catalog.row_to_json(t.*) as r)' || counted,
                         target, mark_column, key_definitions, key_aliases, is_same_key, is_same_version);
    elsif assignments is null then
        change := format('with done as (select s.n, pg_catalog.row_to_json(t.*) as r from ' || source
                         || ' join %s as t on %s and %s)' || counted,
                         key_definitions, key_aliases, target, is_same_key, is_same_version);
    else
        change := format('with done as (update %s as t set %s from ' || source || ' where %s and %s'
                         ' returning s.n, pg_catalog.row_to_json(t.*) as r)' || counted,
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

-- Whether the caller would see a record that is like one of these images in the columns of the policies. The policies are
-- asked with the caller's rights; what cannot be told is no. Names that their functions leave unqualified are those of the
-- table's schema and of public: not the caller's search_path, which could put operators of the caller's into the policies.
create or replace function tideline.was_visible(number integer, images jsonb) returns boolean
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    target constant regclass := (select t.relation from tideline.tables as t where t.id = number);
    relation_name name;
    path text;
    allowed text;
    required text;
    is_visible boolean;
begin
    if not row_security_active(target) then
        return true;
    end if;
    if images is null then
        return false;
    end if;
    select string_agg(format('(%s)', coalesce(pg_get_expr(p.polqual, p.polrelid), 'true')), ' or ') filter (where p.polpermissive),
           string_agg(format('(%s)', coalesce(pg_get_expr(p.polqual, p.polrelid), 'true')), ' and ') filter (where not p.polpermissive)
    into allowed, required
    from pg_policy as p
    where p.polrelid = target and p.polcmd in ('r', '*')
      and exists (select from unnest(p.polroles) as r (role) where r.role = 0 or pg_has_role(r.role, 'usage'));
    if allowed is null then
        return false;
    end if;
    select c.relname, format('pg_catalog, %I, public, pg_temp', n.nspname) into relation_name, path
    from pg_class as c join pg_namespace as n on n.oid = c.relnamespace where c.oid = target;
    perform set_config('search_path', path, true);
    execute format('select exists (select from pg_catalog.jsonb_populate_recordset(null::%s, $1) as %I where (%s) and (%s))',
                   target, relation_name, allowed, coalesce(required, 'true'))
        into is_visible using images;
    return is_visible;
exception when others then
    return false;
end
$$;

-- Whether anything in the table has changed that cannot be seen in this snapshot. Tells no more than that.
create or replace function tideline.has_changes(number integer, since pg_snapshot) returns boolean
language plpgsql stable security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    is_changed boolean;
begin
    execute format('select exists (select from tideline.changes_%s where changed_by >= $1 and not pg_visible_in_snapshot(changed_by, $2))',
                   number)
        into is_changed using pg_snapshot_xmin(since), since;
    return is_changed;
end
$$;

-- Reads a cursor, which clients keep as a text that they know nothing about: {"log": the log's oid, "since": a snapshot, …}.
--   since   everything that can be seen in it has been told
--   from    of a page of the table as it is: the key of its last row; the next page follows it
--   until, after   of a page of what has changed: it is about what can be seen in this snapshot, and went on to this
--                  [transaction, n] of the log
-- All null when it is not one of these.
create or replace function tideline.read_cursor(place text, out log oid, out since pg_snapshot, out "from" json,
                                                out until pg_snapshot, out after_xid xid8, out after_n bigint)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
begin
    select (c.item ->> 'log')::oid, (c.item ->> 'since')::pg_snapshot, c.item -> 'from', (c.item ->> 'until')::pg_snapshot,
           (c.item -> 'after' ->> 0)::xid8, (c.item -> 'after' ->> 1)::bigint
    into log, since, "from", until, after_xid, after_n
    from (select place::json as item) as c;
exception when others then
    log := null;
    since := null;
    "from" := null;
    until := null;
    after_xid := null;
    after_n := null;
end
$$;

-- One table's part of the answer to public.tideline_pull(), of most_rows records at most; taken tells how many. Null where
-- there is nothing to say. Whatever fails is this table's own failure.
create or replace function tideline.pull_table(path text, wish json, present pg_snapshot, most_rows integer,
                                               out answer json, out taken integer)
language plpgsql stable
set search_path = pg_catalog, pg_temp
as $$
declare
    most_read constant integer := 10 * most_rows; -- of the log, where little of it is for the caller
    table_name constant text := wish ->> 'table';
    target regclass;
    enrolled record;
    place record;
    primary_key name[];
    unknown_column text;
    is_wanted text;   -- the filter: and t.project_id = any (…)
    row_key text;     -- t.id, t.part
    is_same_row text; -- t.id = d.k1 and …
    from_key text;    -- ($1 ->> 0)::uuid, …
    key_object text;  -- 'id', d.k1, …
    is_reset boolean;
    is_continued boolean;
    is_old boolean; -- the cursor
    is_counted boolean;
    rows json[] := '{}';
    removed json[] := '{}';
    more_rows json[];
    more_removed json[];
    last json;
    next json;
    asked integer;
    found_count integer;
    told_count integer;
    read_count integer := 0;
    row_count bigint;
    message text;
begin
    taken := 0;
    perform set_config('search_path', path, true);
    target := to_regclass(quote_ident(table_name));
    perform set_config('search_path', 'pg_catalog, pg_temp', true);
    select t.id, t.updated_at, t.shape, t.forgotten_by, t.forgotten_at, to_regclass('tideline.changes_' || t.id)::oid as log
    into enrolled from tideline.tables as t where t.relation = target;
    select array_agg(a.attname order by k.n) into primary_key
    from pg_index as i
    cross join unnest(i.indkey::smallint[]) with ordinality as k (attnum, n)
    join pg_attribute as a on a.attrelid = i.indrelid and a.attnum = k.attnum
    where i.indrelid = target and i.indisprimary and k.n <= i.indnkeyatts;
    answer := json_build_object('table', table_name, 'untracked', case
        when enrolled.log is null then 'enrolment'
        when primary_key is null or array(select k collate "C" from json_array_elements_text(wish -> 'key') as k order by 1)
                                    <> array(select k::text collate "C" from unnest(primary_key) as k order by 1) then 'key'
        when wish ->> 'updatedAt' is distinct from enrolled.updated_at::text then 'version' end);
    if answer ->> 'untracked' is not null then
        return;
    end if;
    answer := null;

    place := tideline.read_cursor(wish ->> 'cursor');
    is_reset := wish ->> 'cursor' is not null
                and (place.since is null or place.log is distinct from enrolled.log
                     -- from a database that went on after the backup that this one was made of
                     or pg_snapshot_xmax(place.since) > pg_snapshot_xmax(present)
                     or exists (select from tideline.upheavals as u
                                where u.id = enrolled.id and not pg_visible_in_snapshot(u.changed_by, place.since))
                     or enrolled.forgotten_by >= pg_snapshot_xmin(place.since)
                        and (pg_snapshot_xmax(place.since) < pg_snapshot_xmax(enrolled.forgotten_at)
                             or exists (select from pg_snapshot_xip(place.since) as x (xid)
                                        where pg_visible_in_snapshot(x.xid, enrolled.forgotten_at))));
    is_old := pg_snapshot_xmax(present)::text::numeric - pg_snapshot_xmax(place.since)::text::numeric >= 1000;
    is_counted := coalesce((wish ->> 'count')::boolean, false);
    if place.since is not null and not is_reset and place."from" is null and place.until is null and not is_old
       and not is_counted and not tideline.has_changes(enrolled.id, place.since) then
        return; -- in short what would come out below
    end if;
    if enrolled.shape is distinct from tideline.shape(target) then
        answer := json_build_object('table', table_name, 'untracked', 'enrolment'); -- an administrator is to enrol it again
        return;
    end if;

    select coalesce(string_agg(case json_typeof(f.value)
               when 'null' then format(' and t.%I is null', f.key)
               when 'array' then format(' and t.%I = any (%L::%s[])', f.key, array(select json_array_elements_text(f.value))::text,
                                        format_type(a.atttypid, -1))
               else format(' and t.%I = %L::%s', f.key, f.value #>> '{}', format_type(a.atttypid, -1)) end, ''), ''),
           min(f.key) filter (where a.attname is null)
    into is_wanted, unknown_column
    from json_each(coalesce(wish -> 'filter', '{}')) as f
    left join pg_attribute as a on a.attrelid = target and a.attname = f.key and a.attnum > 0 and not a.attisdropped;
    if unknown_column is not null then
        raise undefined_column using message = format('column "%s" of relation "%s" does not exist', unknown_column, target);
    end if;
    select string_agg(format('t.%I', k.name), ', ' order by k.n),
           string_agg(format('t.%I = d.k%s', k.name, k.n), ' and ' order by k.n),
           string_agg(format('($1 ->> %s)::%s', k.n - 1, format_type(a.atttypid, -1)), ', ' order by k.n),
           string_agg(format('%L, d.k%s', k.name, k.n), ', ' order by k.n)
    into row_key, is_same_row, from_key, key_object
    from unnest(primary_key) with ordinality as k (name, n)
    join pg_attribute as a on a.attrelid = target and a.attname = k.name;

    if place.since is null or is_reset then
        place.since := present;
        place."from" := '[]';
        place.until := null;
    end if;

    if place."from" is not null then
        -- The table as it is, in the order of the key. What changes meanwhile is due since the first of these pages, so that
        -- some records come twice but none is missed.
        perform set_config('search_path', path, true);
        execute format('with page as materialized (select t.* from %s as t where %s%s order by %s limit %s)'
                       ' select pg_catalog.count(*), pg_catalog.array_agg(pg_catalog.row_to_json(t.*) order by %s),'
                       ' (pg_catalog.array_agg(pg_catalog.json_build_array(%s) order by %s))[pg_catalog.count(*)]'
                       ' from page as t',
                       target, case when json_array_length(place."from") = 0 then 'true' else format('(%s) > (%s)', row_key, from_key) end,
                       is_wanted, row_key, most_rows, row_key, row_key, row_key)
            into taken, rows, last using place."from";
        perform set_config('search_path', 'pg_catalog, pg_temp', true);
        next := case when taken = most_rows then json_build_object('log', enrolled.log, 'since', place.since, 'from', last)
                     else json_build_object('log', enrolled.log, 'since', place.since) end;
        answer := json_build_object('table', table_name, 'rows', coalesce(to_json(rows), '[]'), 'removed', json_build_array(),
                                    'cursor', next::text, 'reset', is_reset,
                                    'more', taken = most_rows or place.since::text <> present::text);
    else
        is_continued := place.until is not null;
        place.until := coalesce(place.until, present);
        place.after_xid := coalesce(place.after_xid,
                                    greatest(pg_snapshot_xmin(place.since)::text::numeric - 1, 0)::text::xid8);
        place.after_n := coalesce(place.after_n, 9223372036854775807);
        perform set_config('tideline.since', place.since::text, true), set_config('tideline.until', place.until::text, true);
        loop
            asked := most_rows - taken;
            perform set_config('tideline.after_xid', place.after_xid::text, true),
                    set_config('tideline.after_n', place.after_n::text, true), set_config('tideline.most', asked::text, true),
                    set_config('search_path', path, true);
            -- The limit takes nothing away; it tells the planner how many rows come.
            execute format('with d as materialized (select * from tideline.due_%s as d order by d.changed_by, d.n limit %s)'
                           ' select pg_catalog.count(*), pg_catalog.count(*) filter (where d.is_told),'
                           ' pg_catalog.array_agg(pg_catalog.row_to_json(t.*) order by d.changed_by, d.n) filter (where t.%I is not null),'
                           ' pg_catalog.array_agg(pg_catalog.json_build_object(%s) order by d.changed_by, d.n)'
                           ' filter (where d.is_told and t.%I is null),'
                           ' (pg_catalog.array_agg(d.changed_by order by d.changed_by, d.n))[pg_catalog.count(*)],'
                           ' (pg_catalog.array_agg(d.n order by d.changed_by, d.n))[pg_catalog.count(*)]'
                           ' from d left join %s as t on %s%s',
                           enrolled.id, asked, primary_key[1], key_object, primary_key[1], target, is_same_row, is_wanted)
                into found_count, told_count, more_rows, more_removed, place.after_xid, place.after_n;
            perform set_config('search_path', 'pg_catalog, pg_temp', true);
            rows := rows || more_rows;
            removed := removed || more_removed;
            taken := taken + told_count;
            read_count := read_count + found_count;
            exit when found_count < asked or taken = most_rows or read_count >= most_read;
        end loop;
        next := case when found_count = asked
                     then json_build_object('log', enrolled.log, 'since', place.since, 'until', place.until,
                                            'after', json_build_array(place.after_xid::text, place.after_n))
                     else json_build_object('log', enrolled.log, 'since', place.until) end;
        -- Where there is nothing for the caller the cursor goes on all the same now and then, so that it is not all read again.
        if taken > 0 or found_count = asked or is_continued or read_count >= 100 or is_old then
            answer := json_build_object('table', table_name, 'rows', to_json(rows), 'removed', to_json(removed),
                                        'cursor', next::text, 'reset', false, 'more', found_count = asked);
        end if;
    end if;
    if is_counted then
        perform set_config('search_path', path, true);
        execute format('select pg_catalog.count(*) from %s as t where true%s', target, is_wanted) into row_count;
        perform set_config('search_path', 'pg_catalog, pg_temp', true);
        answer := case when answer is null then json_build_object('table', table_name, 'count', row_count)
                       else (rtrim(answer::text, '}') || format(', "count" : %s}', row_count))::json end;
    end if;
exception when others then
    taken := 0;
    -- Neither DETAIL nor HINT: they quote rows.
    get stacked diagnostics message = message_text;
    answer := json_build_object('table', table_name, 'error', json_build_object('code', sqlstate, 'message', message));
end
$$;

-- What public.tideline_pull() does. All of it sees one moment: a stable function has the snapshot of the statement that
-- calls it.
create or replace function tideline.pull(request json, path text) returns json
language plpgsql stable
set search_path = pg_catalog, pg_temp
set jit = off -- compiling takes longer than reading what little is due
as $$
declare
    present constant pg_snapshot := pg_current_snapshot();
    left_over integer;
    wish json;
    part record;
    answers json[] := '{}';
begin
    if request ->> 'version' is distinct from '1' then
        return json_build_object('version', 1);
    end if;
    left_over := least(greatest(coalesce((request ->> 'limit')::bigint, 1000), 1), 10000);
    for wish in select json_array_elements(request -> 'tables') loop
        if left_over = 0 then
            answers := answers || json_build_object('table', wish ->> 'table', 'more', true);
            continue;
        end if;
        part := tideline.pull_table(path, wish, present, left_over);
        left_over := left_over - part.taken;
        if part.answer is not null then
            answers := answers || part.answer;
        end if;
    end loop;
    return json_build_object('version', 1, 'tables', to_json(answers));
end
$$;

grant execute on function tideline.policy_columns(regclass), tideline.has_changes(integer, pg_snapshot),
    tideline.was_visible(integer, jsonb), tideline.read_cursor(text),
    tideline.pull_table(text, json, pg_snapshot, integer), tideline.pull(json, text) to public;

-- Answers what has changed in enrolled tables since the cursors that earlier answers held, as the caller may see it:
--
--   request  {"version": 1, "limit": rows in all, "tables": [table, …]}
--   table    {"table", "key": [column, …], "updatedAt": column, "cursor": text or null,
--             "filter": {column: value, null or [value, …], …}, "count": bool}
--   reply    {"version": 1, "tables": [answer, …]}, without "tables" where the request is of another version. No answer for
--            a table that has nothing new.
--   answer   {"table", "rows": [row, …], "removed": [key, …], "cursor": text, "reset": bool, "more": bool, "count": n}
--              removed   the keys of records that are gone, or hidden now, or that the filter leaves out now
--              reset     the cursor could not be gone on from: what follows is all that there is
--              count     the rows that the caller sees and the filter lets through, where it was asked for
--            {"table", "count": n}: nothing new
--            {"table", "more": true}: not looked at, the limit was reached before
--            {"table", "untracked": "enrolment"|"key"|"version"}: the table is not the kit's, or has been changed since it
--            was, or is not with this key or version column
--            {"table", "error": {"code", "message"}}
--
-- A row comes as it is now, and once, however often it was changed. What has changed is told by snapshots, not by times: a
-- cursor holds the snapshot of what has been told, and due is what cannot be seen in it but can be seen now. So a
-- transaction that commits late is neither missed nor waited for.
create or replace function public.tideline_pull(json) returns json
language plpgsql stable
as $$
begin
    return tideline.pull($1, pg_catalog.current_setting('search_path'));
end
$$;

-- Tables that were enrolled with an earlier kit.
do $upgrade$
declare
    enrolled record;
begin
    perform tideline.release(t.id, t.relation) from tideline.tables as t
        where not exists (select from pg_class as c where c.oid = t.relation);
    for enrolled in select t.relation, t.updated_at from tideline.tables as t loop
        begin
            perform tideline.track_table(enrolled.relation, enrolled.updated_at);
        exception when others then
            raise warning 'Table % is to be enrolled again: %', enrolled.relation, sqlerrm;
        end;
    end loop;
end
$upgrade$;


notify pgrst, 'reload schema';

commit;
