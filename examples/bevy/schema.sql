-- What survives a restart. What else an entity has, as its velocity here, stays in the ECS.
CREATE TABLE mobiles (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    x    REAL NOT NULL DEFAULT 0,
    y    REAL NOT NULL DEFAULT 0
) STRICT;
