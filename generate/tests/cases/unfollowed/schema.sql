CREATE TABLE items (
    id   INTEGER PRIMARY KEY,
    code TEXT    NOT NULL UNIQUE,
    kind INTEGER NOT NULL,
    size INTEGER NOT NULL,
    UNIQUE (kind, size)
) STRICT;

-- Keys that memory does not follow: their columns are plain.
CREATE TABLE slots (
    id         INTEGER PRIMARY KEY,
    item_code  TEXT REFERENCES items (code) ON DELETE CASCADE,
    kind       INTEGER,
    size       INTEGER,
    -- There is no such table.
    vault_id   INTEGER NOT NULL REFERENCES vaults (id),
    -- It is declared to point elsewhere, so it does not follow its name either.
    item_id    INTEGER REFERENCES vaults (id),
    word       TEXT REFERENCES items (id),
    -- Points to the same row twice, which is said once too often.
    twice      INTEGER REFERENCES items (id) REFERENCES items (id),
    both       INTEGER REFERENCES items (id) REFERENCES slots (id),
    -- By convention, and there is no table of that name either: a plain number.
    guild_id   INTEGER,
    FOREIGN KEY (kind, size) REFERENCES items (kind, size)
) STRICT;
