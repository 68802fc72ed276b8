-- SPDX-FileCopyrightText: 2026 Tideline contributors
-- SPDX-License-Identifier: MIT
-- A database as Tideline made it when its schema had version 2. Never changed again.
CREATE TABLE tideline_meta (name TEXT NOT NULL PRIMARY KEY, value INTEGER NOT NULL);
CREATE TABLE tideline_entry ( seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, table_name TEXT NOT NULL, record_id TEXT NOT NULL, operation TEXT NOT NULL, payload TEXT NOT NULL, base TEXT, created_at INTEGER, retry_count INTEGER NOT NULL DEFAULT 0, next_retry_at INTEGER, state TEXT NOT NULL DEFAULT 'pending', error TEXT, sent_at INTEGER, finished_at INTEGER, held_by TEXT);
CREATE INDEX tideline_entry_open ON tideline_entry (table_name, record_id, seq) WHERE state IN ('pending', 'inFlight', 'dead');
CREATE INDEX tideline_entry_pending ON tideline_entry (seq) WHERE state = 'pending';
CREATE INDEX tideline_entry_in_flight ON tideline_entry (seq) WHERE state = 'inFlight';
CREATE INDEX tideline_entry_dead ON tideline_entry (seq) WHERE state = 'dead';
CREATE INDEX tideline_entry_retry ON tideline_entry (next_retry_at) WHERE state = 'pending' AND held_by IS NULL AND next_retry_at IS NOT NULL;
CREATE INDEX tideline_entry_held ON tideline_entry (held_by) WHERE held_by IS NOT NULL;
CREATE INDEX tideline_entry_finished ON tideline_entry (finished_at) WHERE state IN ('done', 'superseded', 'discarded');
CREATE TABLE tideline_count ( table_name TEXT NOT NULL PRIMARY KEY, pending INTEGER NOT NULL, failed INTEGER NOT NULL, dead INTEGER NOT NULL, held INTEGER NOT NULL);
CREATE TRIGGER tideline_entry_added AFTER INSERT ON tideline_entry BEGIN INSERT INTO tideline_count SELECT new.table_name, 0, 0, 0, 0 WHERE NOT EXISTS (SELECT 1 FROM tideline_count WHERE table_name = new.table_name); UPDATE tideline_count SET pending = pending + (new.state IN ('pending', 'inFlight')), failed = failed + (new.state IN ('pending', 'inFlight') AND new.error IS NOT NULL), dead = dead + (new.state = 'dead'), held = held + (new.state IN ('pending', 'inFlight') AND new.held_by IS NOT NULL) WHERE table_name = new.table_name; END;
CREATE TRIGGER tideline_entry_changed AFTER UPDATE OF state, error, held_by ON tideline_entry WHEN old.state <> new.state OR (old.error IS NULL) <> (new.error IS NULL) OR (old.held_by IS NULL) <> (new.held_by IS NULL) BEGIN UPDATE tideline_count SET pending = pending + (new.state IN ('pending', 'inFlight')) - (old.state IN ('pending', 'inFlight')), failed = failed + (new.state IN ('pending', 'inFlight') AND new.error IS NOT NULL) - (old.state IN ('pending', 'inFlight') AND old.error IS NOT NULL), dead = dead + (new.state = 'dead') - (old.state = 'dead'), held = held + (new.state IN ('pending', 'inFlight') AND new.held_by IS NOT NULL) - (old.state IN ('pending', 'inFlight') AND old.held_by IS NOT NULL) WHERE table_name = new.table_name; END;
CREATE TRIGGER tideline_entry_removed AFTER DELETE ON tideline_entry BEGIN UPDATE tideline_count SET pending = pending - (old.state IN ('pending', 'inFlight')), failed = failed - (old.state IN ('pending', 'inFlight') AND old.error IS NOT NULL), dead = dead - (old.state = 'dead'), held = held - (old.state IN ('pending', 'inFlight') AND old.held_by IS NOT NULL) WHERE table_name = old.table_name; DELETE FROM tideline_attempt WHERE entry_id = old.id; END;
CREATE TABLE tideline_attempt ( seq INTEGER PRIMARY KEY AUTOINCREMENT, entry_id TEXT NOT NULL, at INTEGER, failure TEXT);
CREATE INDEX tideline_attempt_entry ON tideline_attempt (entry_id, seq);
CREATE TABLE tideline_cursor ( table_name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL, pulled_at INTEGER, reconciled_at INTEGER);
CREATE TABLE tideline_conflict ( seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, table_name TEXT NOT NULL, record_id TEXT NOT NULL, strategy TEXT NOT NULL, is_open INTEGER NOT NULL, base TEXT, local TEXT, remote TEXT, resolved TEXT, at INTEGER);
CREATE INDEX tideline_conflict_open ON tideline_conflict (seq) WHERE is_open = 1;
CREATE INDEX tideline_conflict_record ON tideline_conflict (table_name, record_id, seq);
CREATE TABLE tideline_event ( seq INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER, name TEXT NOT NULL, table_name TEXT NOT NULL, record_id TEXT NOT NULL, detail TEXT NOT NULL);
CREATE TABLE tideline_quarantine ( table_name TEXT NOT NULL, record_id TEXT NOT NULL, row TEXT, reason TEXT, at INTEGER, PRIMARY KEY (table_name, record_id));
CREATE TABLE tideline_session (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE tideline_table (name TEXT NOT NULL PRIMARY KEY);
CREATE TABLE tideline_lease ( only INTEGER NOT NULL PRIMARY KEY CHECK (only = 1), holder TEXT NOT NULL, until INTEGER NOT NULL);
INSERT INTO tideline_meta (name, value) VALUES ('schema_version', 0);
ALTER TABLE tideline_entry ADD COLUMN merged_into TEXT;
CREATE INDEX tideline_entry_ready ON tideline_entry (table_name, seq) WHERE state = 'pending' AND held_by IS NULL AND merged_into IS NULL AND next_retry_at IS NULL;
DROP INDEX tideline_entry_retry;
CREATE INDEX tideline_entry_retry ON tideline_entry (table_name, next_retry_at) WHERE state = 'pending' AND held_by IS NULL AND merged_into IS NULL AND next_retry_at IS NOT NULL;
DROP INDEX tideline_entry_open;
CREATE INDEX tideline_entry_open ON tideline_entry (record_id, table_name, seq) WHERE state = 'pending' OR state = 'inFlight' OR state = 'dead';
DROP INDEX tideline_entry_finished;
CREATE INDEX tideline_entry_finished ON tideline_entry (finished_at) WHERE state = 'done' OR state = 'superseded' OR state = 'discarded';
DROP TRIGGER tideline_entry_added;
CREATE TRIGGER tideline_entry_added AFTER INSERT ON tideline_entry BEGIN INSERT INTO tideline_count (table_name, pending, failed, dead, held) VALUES ( new.table_name, new.state IN ('pending', 'inFlight'), new.state IN ('pending', 'inFlight') AND new.error IS NOT NULL, new.state = 'dead', new.state IN ('pending', 'inFlight') AND new.held_by IS NOT NULL) ON CONFLICT (table_name) DO UPDATE SET pending = pending + excluded.pending, failed = failed + excluded.failed, dead = dead + excluded.dead, held = held + excluded.held; END;
UPDATE tideline_meta SET value = 2 WHERE name = 'schema_version';

-- What an application has left.
CREATE TABLE notes (id TEXT PRIMARY KEY, title TEXT, body TEXT, updated_at TEXT);
INSERT INTO notes VALUES ('n1', 'patched', 'kept', '2026-01-01T00:00:00.000001+00:00');
INSERT INTO notes VALUES ('n2', 'new', NULL, NULL);
INSERT INTO notes VALUES ('n3', 'refused', NULL, NULL);
INSERT INTO notes VALUES ('n4', 'sent', NULL, '2026-01-01T00:00:00.000004+00:00');
INSERT INTO tideline_entry (id, table_name, record_id, operation, payload, base, created_at, state) VALUES ('e1', 'notes', 'n1', 'patch', '{"title":"patched"}', '{"body":"kept","id":"n1","title":"old","updated_at":"2026-01-01T00:00:00.000001+00:00"}', 1767225600000, 'pending');
INSERT INTO tideline_entry (id, table_name, record_id, operation, payload, created_at, state, sent_at) VALUES ('e2', 'notes', 'n2', 'upsert', '{"title":"new"}', 1767225601000, 'inFlight', 1767225602000);
INSERT INTO tideline_entry (id, table_name, record_id, operation, payload, created_at, state, error, retry_count) VALUES ('e3', 'notes', 'n3', 'upsert', '{"title":"refused"}', 1767225603000, 'dead', '{"code":"remote","detail":"The server refuses the row.","httpStatus":400,"serverCode":"23514"}', 1);
INSERT INTO tideline_entry (id, table_name, record_id, operation, payload, created_at, state, finished_at) VALUES ('e4', 'notes', 'n4', 'upsert', '{"title":"sent"}', 1767225604000, 'done', 1767225605000);
INSERT INTO tideline_attempt (entry_id, at, failure) VALUES ('e3', 1767225606000, '{"code":"remote","detail":"The server refuses the row.","httpStatus":400,"serverCode":"23514"}');
INSERT INTO tideline_cursor VALUES ('notes', '{"v":1}', 1767225607000, 1767225608000);
INSERT INTO tideline_conflict (id, table_name, record_id, strategy, is_open, local, remote, at) VALUES ('c1', 'notes', 'n4', 'manual', 1, '{"title":"mine"}', '{"title":"theirs"}', 1767225609000);
INSERT INTO tideline_event (at, name, table_name, record_id, detail) VALUES (1767225610000, 'SyncPullComplete', 'notes', '', '{"event":"SyncPullComplete","rowCount":4,"table":"notes","timestamp":"2026-01-01T00:00:10.000Z"}');
INSERT INTO tideline_quarantine VALUES ('notes', 'n5', '{"id":"n5"}', '{"code":"deserialization","detail":"The row does not fit."}', 1767225611000);
INSERT INTO tideline_session VALUES ('session', '"6b0d4a52-7e56-4a9b-8d57-3e0c9d3c0a01"'), ('userId', '"alice"');
INSERT INTO tideline_table VALUES ('notes'), ('once');
