CREATE TABLE players (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;
CREATE TABLE banks (id INTEGER PRIMARY KEY) STRICT;
CREATE TABLE guilds (id INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT;

-- A house belongs to somebody: a player, a guild, a bank, or the crown outside of the database.
CREATE TABLE houses (
    id              INTEGER PRIMARY KEY,
    owner_player_id INTEGER REFERENCES players (id) ON DELETE CASCADE,
    owner_guild_id  INTEGER UNIQUE REFERENCES guilds (id) ON DELETE CASCADE,
    owner_bank_id   INTEGER REFERENCES banks (id) ON DELETE SET NULL,
    owner_crown_id  INTEGER,
    CHECK ((owner_player_id IS NOT NULL) + (owner_guild_id IS NOT NULL)
         + (owner_bank_id IS NOT NULL) + (owner_crown_id IS NOT NULL) = 1)
) STRICT;

-- A debt between players: two arms of one table.
CREATE TABLE debts (
    id               INTEGER PRIMARY KEY,
    owner_lender_id  INTEGER REFERENCES players (id) ON DELETE SET NULL,
    owner_heir_id    INTEGER REFERENCES players (id) ON DELETE SET NULL,
    amount           INTEGER NOT NULL,
    CHECK ((owner_lender_id IS NOT NULL) + (owner_heir_id IS NOT NULL) <= 1)
) STRICT;
