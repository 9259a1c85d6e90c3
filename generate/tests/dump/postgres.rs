//! What the texts of pg_dump say beside rows: schemas, strings, character sets.

use gamedb_generate::Dialect::Postgres;

use crate::{World, rows_of, shown};

const TABLE: &str = "CREATE TABLE public.t (id integer NOT NULL, a text);\nALTER TABLE ONLY public.t ADD CONSTRAINT t_pkey PRIMARY KEY (id);\n";

#[test]
fn the_rows_of_two_schemas_stay_apart() {
    let dump = "SELECT pg_catalog.set_config('search_path', '', false);
CREATE SCHEMA auth;
CREATE TABLE auth.account (id integer PRIMARY KEY, a text);
CREATE TABLE public.account (id integer PRIMARY KEY, a text);
COPY auth.account (id, a) FROM stdin;
1\tauth
\\.
COPY public.account (id, a) FROM stdin;
1\tpublic
\\.
SET search_path = auth, pg_catalog;
INSERT INTO account VALUES (2, 'auth');
SET search_path TO public;
INSERT INTO account VALUES (2, 'public');";
    let world = World::new(Postgres, dump);
    let report = world.import(1 << 16).unwrap();
    assert_eq!((shown(&report), &report.notes), (vec![], &vec![]));
    assert_eq!(world.rows("auth_account"), ["1, 'auth'", "2, 'auth'"]);
    assert_eq!(world.rows("account"), ["1, 'public'", "2, 'public'"]);
}

#[test]
fn standard_conforming_strings_say_what_a_backslash_is() {
    let dump = format!(
        "{TABLE}SET standard_conforming_strings = off;\nINSERT INTO t VALUES (1, 'it\\'s');
SET standard_conforming_strings = on;\nINSERT INTO t VALUES (2, 'a\\');"
    );
    assert_eq!(rows_of(Postgres, dump), ["1, 'it''s'", "2, 'a\\'"]);
}

#[test]
fn texts_are_converted_from_the_encoding_of_the_client() {
    let mut dump =
        format!("{TABLE}SET client_encoding = 'LATIN1';\nCOPY public.t (id, a) FROM stdin;\n1\t")
            .into_bytes();
    dump.extend_from_slice(b"caf\xe9\\t\x80\n\\.\nSET client_encoding TO 'WIN1251';\nINSERT INTO public.t VALUES (2, '\xcf');");
    assert_eq!(rows_of(Postgres, dump), ["1, 'café\t\u{80}'", "2, 'П'"]);
}

#[test]
fn rows_of_copy_are_listed_with_their_lines() {
    let mut dump = format!("{TABLE}\nCOPY public.t (id, a) FROM stdin;\n1\tok\n").into_bytes();
    dump.extend_from_slice(b"x\tno number\n3\t\xff\n\\.\n");
    let world = World::new(Postgres, dump);
    let report = world.import(1 << 16).unwrap();
    assert_eq!(
        shown(&report),
        [
            "t row 2 (line 6), id: \"x\" cannot be converted to a 64-bit integer",
            "t row 3 (line 7), a: the text is not valid UTF-8",
        ]
    );
    let place = report.misfits[0].place.unwrap();
    assert_eq!(place.offset, TABLE.len() as u64 + 40);
}

/// A table that inherits, and one whose rows come before those that they refer to.
#[test]
fn rows_may_come_before_those_that_they_refer_to() {
    let dump = "CREATE TABLE t (id integer PRIMARY KEY, u_id integer REFERENCES u (id));
CREATE TABLE u (id integer PRIMARY KEY);
COPY t (id, u_id) FROM stdin;
1\t5
2\t6
3\t\\N
\\.
COPY u (id) FROM stdin;
5
\\.
";
    let world = World::new(Postgres, dump);
    let report = world.import(1 << 16).unwrap();
    assert_eq!(
        shown(&report),
        ["t row 2 (line 5), u_id: refers to row 6 of u, which does not exist"]
    );
    assert_eq!(world.rows("t"), ["1, 5", "3, NULL"]);
}
