-- Two foreign keys to one table, self references, one-to-one.
CREATE TABLE items (
    id INTEGER PRIMARY KEY,
    parent_id INTEGER REFERENCES items (id) ON DELETE CASCADE,
    twin_id INTEGER UNIQUE REFERENCES items (id) ON DELETE SET NULL,
    trade_by_bought TEXT NOT NULL DEFAULT 'it''s'
);
CREATE TABLE trades (
    id INTEGER PRIMARY KEY,
    sold_id INTEGER NOT NULL REFERENCES items (id),
    bought_id INTEGER NOT NULL UNIQUE REFERENCES items (id) ON DELETE RESTRICT,
    day INTEGER NOT NULL,
    UNIQUE (sold_id, day)
);
CREATE INDEX trades_day ON trades (day, sold_id) WHERE day IS NOT NULL;
CREATE INDEX trades_odd ON trades (day % 2);
