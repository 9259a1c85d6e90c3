-- Whoever may log in.
CREATE TABLE accounts (
    id        INTEGER PRIMARY KEY,
    token     BLOB    NOT NULL UNIQUE, -- What the account is called outside of this world.
    name      TEXT    NOT NULL,
    last_seen TEXT,                    -- When it was last online, if it ever was.
    balance   REAL    NOT NULL
) STRICT;
CREATE INDEX accounts_last_seen ON accounts (last_seen);

-- One time that somebody was online.
CREATE TABLE sessions (
    id         INTEGER PRIMARY KEY,
    account_id INTEGER NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    started_at TEXT    NOT NULL,
    device     BLOB,                   -- From where, if the device says so.
    length     INTEGER NOT NULL,       -- How long it was, in milliseconds.
    UNIQUE (account_id, started_at)
) STRICT;

-- Words to an account, which is known by its token.
CREATE TABLE letters (
    id    INTEGER PRIMARY KEY,
    token BLOB    REFERENCES accounts (token) ON DELETE CASCADE,
    words TEXT    NOT NULL
) STRICT;
