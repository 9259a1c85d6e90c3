-- Items in items, as servers of the Tibia kind keep them.

CREATE TABLE players (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL
) STRICT;

CREATE TABLE player_items (
    id        INTEGER PRIMARY KEY,
    player_id INTEGER NOT NULL REFERENCES players (id) ON DELETE CASCADE,
    pid       INTEGER NOT NULL, -- a place of the body, or the sid of the item that it lies in
    sid       INTEGER NOT NULL,
    item_type INTEGER NOT NULL,
    count     INTEGER NOT NULL DEFAULT 1,
    UNIQUE (player_id, sid)
) STRICT;

-- Boxes in boxes, whose numbers are counted in a column that points nowhere.
CREATE TABLE boxes (
    id      INTEGER PRIMARY KEY,
    depot   TEXT NOT NULL,
    lies_in INTEGER NOT NULL,
    number  INTEGER NOT NULL,
    UNIQUE (number, depot)
) STRICT;

-- A page lies in one page at most, and holds one at most. The game numbers them in its own way.
CREATE TABLE pages (
    id      INTEGER PRIMARY KEY,
    book    TEXT NOT NULL,
    lies_in INTEGER NOT NULL,
    number  INTEGER NOT NULL CHECK (number >= 3 AND number < 40),
    UNIQUE (book, number),
    UNIQUE (book, lies_in)
) STRICT;
