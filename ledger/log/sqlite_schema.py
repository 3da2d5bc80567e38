"""The tables of a log in SQLite, their guards, and the queries on them."""

from ledger.log.store import Queries

FORMAT = 1
APPLICATION = int.from_bytes(b"HOUR")

# An entry's tags are spread into their own table by a trigger, so that the two cannot come to differ. REPLACE does not
# fire DELETE triggers, so a position that is taken is refused before the insert.
SCHEMA = f"""
CREATE TABLE entries (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    type TEXT NOT NULL,
    tags TEXT NOT NULL,
    data BLOB NOT NULL
) STRICT;
CREATE TABLE tags (
    tag TEXT NOT NULL,
    position INTEGER NOT NULL REFERENCES entries (position),
    PRIMARY KEY (tag, position)
) STRICT, WITHOUT ROWID;
CREATE TABLE known (
    tag TEXT PRIMARY KEY,
    position INTEGER NOT NULL,
    state BLOB NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TRIGGER entries_keep_their_tags AFTER INSERT ON entries BEGIN
    INSERT OR IGNORE INTO tags (tag, position) SELECT value, NEW.position FROM json_each(NEW.tags);
END;
CREATE TRIGGER entries_are_never_replaced BEFORE INSERT ON entries
WHEN EXISTS (SELECT 1 FROM entries WHERE position = NEW.position) BEGIN
    SELECT RAISE(ABORT, 'An entry is never replaced: record a new one that corrects it.');
END;
CREATE TRIGGER entries_are_never_updated BEFORE UPDATE ON entries BEGIN
    SELECT RAISE(ABORT, 'An entry is never changed: record a new one that corrects it.');
END;
CREATE TRIGGER entries_are_never_deleted BEFORE DELETE ON entries BEGIN
    SELECT RAISE(ABORT, 'An entry is never deleted: record a new one that corrects it.');
END;
CREATE TRIGGER tags_are_never_updated BEFORE UPDATE ON tags BEGIN
    SELECT RAISE(ABORT, 'The tags of an entry are never changed.');
END;
CREATE TRIGGER tags_are_never_deleted BEFORE DELETE ON tags BEGIN
    SELECT RAISE(ABORT, 'The tags of an entry are never deleted.');
END;
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {FORMAT};
"""

# A small cache, because every reader has one. The write-ahead file goes into the main file every 16 MB, four times the
# usual: an entry touches half a dozen pages, most of them the same ones again and again.
SETTINGS = """
PRAGMA synchronous = FULL;
PRAGMA fullfsync = ON;
PRAGMA foreign_keys = ON;
PRAGMA trusted_schema = OFF;
PRAGMA cache_size = -2048;
PRAGMA journal_size_limit = 67108864;
PRAGMA wal_autocheckpoint = 4000;
"""

# CROSS JOIN keeps the order of the loops: one range of the table of tags for each tag, from its own position on.
QUERIES = Queries(
    read="""
        SELECT head.position, entries.position, type, data, tags
        FROM (SELECT coalesce(max(position), 0) AS position FROM entries) AS head
        LEFT JOIN entries ON entries.position IN (
            SELECT tags.position FROM json_each(?) AS since CROSS JOIN tags
            WHERE tags.tag = since.key AND tags.position > since.value
        )
        ORDER BY entries.position
    """,
    head="SELECT coalesce(max(position), 0) FROM entries",
    from_position="SELECT position, type, data, tags FROM entries WHERE position > ? ORDER BY position LIMIT ?",
    scan="SELECT position, data FROM entries WHERE position > ? AND position <= ? ORDER BY position LIMIT ?",
    misfiled="""
        SELECT min(position) FROM (
            SELECT entries.position FROM entries, json_each(entries.tags) AS own
            WHERE entries.position > ?1
            AND NOT EXISTS (SELECT 1 FROM tags WHERE tags.tag = own.value AND tags.position = entries.position)
            UNION ALL
            SELECT tags.position FROM tags WHERE tags.position > ?1 AND NOT EXISTS (
                SELECT 1 FROM entries, json_each(entries.tags) AS own
                WHERE entries.position = tags.position AND own.value = tags.tag
            )
        )
    """,
    snapshots="SELECT tag, position, state FROM known",
    snapshots_of="SELECT tag, position, state FROM known WHERE tag IN (SELECT value FROM json_each(?))",
)
INSERT = "INSERT INTO entries (type, tags, data) VALUES (?, ?, ?)"
INSERT_UNLESS = "INSERT INTO entries (type, tags, data) SELECT ?, ?, ? WHERE NOT EXISTS ({})"
FORGET_SNAPSHOTS = "DELETE FROM known"
SAVE_SNAPSHOT = (
    "INSERT INTO known (tag, position, state) VALUES (?, ?, ?) ON CONFLICT (tag) DO UPDATE"
    " SET position = excluded.position, state = excluded.state WHERE excluded.position > known.position"
)
# One parameter for any number of tags: the text of the statement stays the same, and so does its plan.
ANY_TAG = "SELECT position FROM tags WHERE tag IN (SELECT value FROM json_each(?)) AND position > ?"
