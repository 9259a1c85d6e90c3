-- Every type with and without NULL and DEFAULT.
CREATE TABLE samples (
    id             INTEGER PRIMARY KEY,
    bool_zero      INTEGER NOT NULL DEFAULT 0 CHECK (bool_zero IN (0, 1)),
    bool_one       INTEGER NOT NULL DEFAULT 1 CHECK (bool_one IN (0, 1)),
    bool_null      INTEGER CHECK (bool_null IN (0, 1)),
    bool_null_zero INTEGER DEFAULT 0 CHECK (bool_null_zero IN (0, 1)),
    int_zero       INTEGER NOT NULL DEFAULT 0,
    int_least      INTEGER NOT NULL DEFAULT -9223372036854775808,
    int_null       INTEGER DEFAULT NULL,
    int_null_five  INTEGER DEFAULT 5,
    real_half      REAL    NOT NULL DEFAULT 0.5,
    real_whole     REAL    NOT NULL DEFAULT -2,
    real_null      REAL,
    real_null_big  REAL    DEFAULT 1e300,
    text_empty     TEXT    NOT NULL DEFAULT '',
    text_quote     TEXT    NOT NULL DEFAULT 'a''b"c\d',
    text_null      TEXT,
    text_null_some TEXT    DEFAULT 'some',
    blob_empty     BLOB    NOT NULL DEFAULT x'',
    blob_bytes     BLOB    NOT NULL DEFAULT x'00ff',
    blob_null      BLOB,
    blob_null_some BLOB    DEFAULT x'01',
    mood_plain     TEXT    NOT NULL CHECK (mood_plain IN ('CALM', 'WILD')),
    mood_wild      TEXT    NOT NULL DEFAULT 'WILD' CHECK (mood_wild IN ('CALM', 'WILD')),
    mood_null      TEXT    CHECK (mood_null IN ('CALM', 'WILD')),
    mood_null_calm TEXT    DEFAULT 'CALM' CHECK (mood_null_calm IN ('CALM', 'WILD'))
) STRICT;
CREATE INDEX samples_int_null ON samples (int_null);
CREATE UNIQUE INDEX samples_text_null ON samples (text_null);
CREATE INDEX samples_real_null ON samples (real_null);
CREATE INDEX samples_blob_null ON samples (blob_null);
CREATE INDEX samples_mood_null ON samples (mood_null);
