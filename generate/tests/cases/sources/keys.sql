-- What keys can be.
CREATE TABLE base (id INT PRIMARY KEY, code VARCHAR(8) NOT NULL, x INT, y INT, UNIQUE KEY code (code), UNIQUE KEY place (x, y)) ENGINE=InnoDB;
CREATE TABLE shared (id INT PRIMARY KEY, note TEXT, FOREIGN KEY (id) REFERENCES base (id) ON DELETE CASCADE);
CREATE TABLE chained (id INT PRIMARY KEY REFERENCES shared (id), of_shared INT REFERENCES shared (id));
CREATE TABLE ring_a (id INT PRIMARY KEY REFERENCES ring_b (id));
CREATE TABLE ring_b (id INT PRIMARY KEY REFERENCES ring_a (id));
CREATE TABLE texts (name VARCHAR(20) PRIMARY KEY, gamedb_id INT);
CREATE TABLE none (a INT, b INT NOT NULL DEFAULT 7);
CREATE TABLE pairs (a INT NOT NULL, b TINYINT UNSIGNED, n INT AUTO_INCREMENT, PRIMARY KEY (a, b), KEY n (n));
CREATE TABLE tiny (id TINYINT(1) UNSIGNED PRIMARY KEY);
CREATE TABLE arrows (
  id BIGINT UNSIGNED PRIMARY KEY,
  to_base INT UNSIGNED NOT NULL, to_code VARCHAR(8), at_x INT, at_y INT, gone INT, twice INT, nulled INT NOT NULL, defaulted INT DEFAULT 1,
  tiny_id TINYINT(1) UNSIGNED, text_id INT, none_id INT, base_id SMALLINT, mixed VARCHAR(3),
  FOREIGN KEY (to_base) REFERENCES base (id) ON DELETE CASCADE ON UPDATE CASCADE,
  FOREIGN KEY (to_code) REFERENCES base (code),
  FOREIGN KEY (at_x, at_y) REFERENCES base (x, y),
  FOREIGN KEY (gone) REFERENCES nowhere (id),
  FOREIGN KEY (twice) REFERENCES base (id),
  FOREIGN KEY (twice) REFERENCES tiny (id),
  FOREIGN KEY (nulled) REFERENCES base (id) ON DELETE SET NULL,
  FOREIGN KEY (defaulted) REFERENCES base (id) ON DELETE SET DEFAULT,
  FOREIGN KEY (tiny_id) REFERENCES tiny (id),
  FOREIGN KEY (mixed) REFERENCES base (id),
  FOREIGN KEY (id) REFERENCES elsewhere (id)
);
