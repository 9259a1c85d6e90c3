-- What PostgreSQL's scripts can do to a reader.
\connect game
/* nested /* comments; */ still; */
CREATE TABLE a (id serial PRIMARY KEY, t text DEFAULT E'it\'s; \\', u text DEFAULT 'back\', v text DEFAULT $x$;'$x$, w text DEFAULT U&'\0041');
CREATE FUNCTION f() RETURNS int AS $body$ CREATE TABLE nothing (a int); $body$ LANGUAGE sql;
CREATE FUNCTION g() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END;
COPY a (t) FROM stdin WITH (FORMAT text);
'
CREATE TABLE nothing (a int);
\.
CREATE TABLE IF NOT EXISTS public.B (
    Id int4 GENERATED ALWAYS AS IDENTITY (START 5),
    "Id2" integer,
    c character varying(10)[] DEFAULT ARRAY[]::character varying[],
    d character(3) COLLATE "C" DEFAULT 'x'::bpchar NOT NULL,
    e time(3) with time zone DEFAULT '00:00:00+00'::time with time zone,
    f bit varying(5),
    g inet DEFAULT '::1'::inet,
    h numeric DEFAULT '-1.50'::numeric,
    i int8 DEFAULT ('-5'::integer)::bigint CHECK (i < 0),
    j timestamp DEFAULT (now() AT TIME ZONE 'utc'),
    k boolean DEFAULT 't'::boolean,
    l money,
    s integer[] DEFAULT ARRAY[1, 2] NOT NULL,
    u public.halfvec(3) NOT NULL,
    m interval(3) DEFAULT '1 day'::interval,
    n text CHECK (length(n) > 2 AND n <> ALL (ARRAY['a'])),
    o text CHECK (((o)::text = ANY ((ARRAY['x'::character varying, 'y'::character varying])::text[]))),
    p int REFERENCES a ON DELETE SET NULL (p) DEFERRABLE INITIALLY DEFERRED,
    q oid,
    key text, index int, type text,
    CONSTRAINT b_pkey PRIMARY KEY (Id) INCLUDE (q) WITH (fillfactor=70) USING INDEX TABLESPACE fast,
    CONSTRAINT b_uq UNIQUE NULLS NOT DISTINCT (key, type),
    CONSTRAINT sum CHECK (((q IS NOT NULL)::integer + (p IS NOT NULL)::integer) = 1),
    FOREIGN KEY ("Id2") REFERENCES public.b (id) ON DELETE CASCADE NOT VALID
) PARTITION BY LIST (type) WITH (autovacuum_enabled=false);
ALTER TABLE IF EXISTS ONLY b ALTER COLUMN index SET STATISTICS 100, ALTER COLUMN index TYPE bigint USING index::bigint, ADD COLUMN IF NOT EXISTS r smallint[] NOT NULL, ADD CHECK (index > 0), VALIDATE CONSTRAINT sum, ENABLE ROW LEVEL SECURITY, FROBNICATE;
ALTER TABLE b RENAME CONSTRAINT b_uq TO b_unique;
ALTER TABLE b DROP CONSTRAINT IF EXISTS b_unique;
ALTER TABLE b RENAME "Id2" TO parent_id;
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON ONLY b USING btree (key COLLATE "C", type DESC) INCLUDE (q) WITH (fillfactor = 90) WHERE key IS NOT NULL AND type IS NOT NULL;
CREATE INDEX ON b (index);
COMMENT ON COLUMN public.b.key IS E'It\'s\na key';
COMMENT ON TABLE a IS NULL;
CREATE TABLE c PARTITION OF b FOR VALUES IN ('x');
CREATE TABLE d AS SELECT 1;
CREATE DOMAIN small AS smallint CHECK (VALUE > 0);
CREATE DOMAIN smaller AS small DEFAULT 1 CHECK (VALUE < 9);
CREATE TABLE e (id uuid PRIMARY KEY, s smaller, t small[]);
GRANT ALL ON a TO joe
