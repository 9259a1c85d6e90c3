-- Steps of migrations, one after the other, as text games keep them.
PRAGMA foreign_keys = OFF;
CREATE TABLE "rooms" ("id" INTEGER PRIMARY KEY NOT NULL, "description" TEXT NOT NULL);
CREATE TABLE "players" ("id" INTEGER PRIMARY KEY NOT NULL, "username" TEXT UNIQUE NOT NULL, "room" INTEGER NOT NULL, FOREIGN KEY ("room") REFERENCES "rooms" ("id"));
CREATE TABLE "areas" ("id" INTEGER PRIMARY KEY NOT NULL, "name" TEXT UNIQUE NOT NULL);
CREATE TABLE "objects_new" ("id" INTEGER PRIMARY KEY NOT NULL, "name" TEXT NOT NULL);
ALTER TABLE "objects_new" RENAME TO "objects";
CREATE TABLE "player_objects" (
    "player_id" INTEGER NOT NULL,
    "object_id" INTEGER UNIQUE NOT NULL,
    FOREIGN KEY ("player_id") REFERENCES "players" ("id") ON DELETE CASCADE,
    FOREIGN KEY ("object_id") REFERENCES "objects" ("id") ON DELETE CASCADE
);
CREATE TABLE "room_zones" (
    "room_id" INTEGER NOT NULL REFERENCES "rooms" ("id") ON DELETE CASCADE,
    "area_id" INTEGER NOT NULL REFERENCES "areas" ("id") ON DELETE CASCADE,
    PRIMARY KEY ("room_id", "area_id")
);
ALTER TABLE "room_zones" RENAME TO "room_areas";
CREATE TABLE "exits" (
    "room_from" INTEGER NOT NULL,
    "room_to" INTEGER NOT NULL,
    "direction" TEXT NOT NULL CHECK ("direction" IN ('north', 'south', 'up', 'down')),
    FOREIGN KEY ("room_from") REFERENCES "rooms" ("id") ON DELETE CASCADE,
    FOREIGN KEY ("room_to") REFERENCES "rooms" ("id") ON DELETE CASCADE
);
