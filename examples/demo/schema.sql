-- SPDX-FileCopyrightText: 2026 Tideline contributors
-- SPDX-License-Identifier: MIT
--
-- Three plain tables with the data of Debian's iso-codes. What sync needs of them is a key and an updated_at column that
-- the server sets; see docs/plain-mode.md.

create table languages (
    code text primary key check (code ~ '^[a-z]{3}$'),
    name text not null,
    inverted_name text,
    scope text not null,
    type text not null,
    note text,
    updated_at timestamptz not null default clock_timestamp()
);

create table countries (
    code text primary key check (code ~ '^[A-Z]{2}$'),
    alpha_3 text not null unique,
    numeric_code text not null constraint numeric_code_is_three_digits check (numeric_code ~ '^[0-9]{3}$'),
    name text not null,
    official_name text,
    flag text,
    note text,
    updated_at timestamptz not null default clock_timestamp()
);

create table subdivisions (
    code text primary key,
    country text not null references countries (code),
    parent text references subdivisions (code) deferrable initially deferred,
    name text not null,
    type text not null,
    note text,
    updated_at timestamptz not null default clock_timestamp()
);

\set languages `cat "${ISO_CODES:-/usr/share/iso-codes/json}/iso_639-3.json"`
\set countries `cat "${ISO_CODES:-/usr/share/iso-codes/json}/iso_3166-1.json"`
\set subdivisions `cat "${ISO_CODES:-/usr/share/iso-codes/json}/iso_3166-2.json"`

-- As if they had been there since yesterday, and all written in one moment: thousands of rows with one timestamp.
insert into languages (code, name, inverted_name, scope, type, updated_at)
select alpha_3, name, inverted_name, scope, type, now() - interval '1 day'
from jsonb_to_recordset(:'languages'::jsonb -> '639-3')
    as x (alpha_3 text, name text, inverted_name text, scope text, type text);

insert into countries (code, alpha_3, numeric_code, name, official_name, flag, updated_at)
select alpha_2, alpha_3, "numeric", name, official_name, flag, now() - interval '1 day'
from jsonb_to_recordset(:'countries'::jsonb -> '3166-1')
    as x (alpha_2 text, alpha_3 text, "numeric" text, name text, official_name text, flag text);

-- A parent is named with or without its country.
insert into subdivisions (code, country, parent, name, type, updated_at)
select code, left(code, 2), case when parent not like '%-%' then left(code, 3) || parent else parent end,
    name, type, now() - interval '1 day'
from jsonb_to_recordset(:'subdivisions'::jsonb -> '3166-2')
    as x (code text, parent text, name text, type text);

create function stamp_updated_at() returns trigger language plpgsql as $$
begin
    new.updated_at := clock_timestamp();
    return new;
end
$$;

create trigger stamp before insert or update on languages for each row execute function stamp_updated_at();
create trigger stamp before insert or update on countries for each row execute function stamp_updated_at();
create trigger stamp before insert or update on subdivisions for each row execute function stamp_updated_at();

create index on languages (updated_at, code);
create index on countries (updated_at, code);
create index on subdivisions (updated_at, code);

grant select, insert, update, delete on languages, countries, subdivisions to web_anon;
