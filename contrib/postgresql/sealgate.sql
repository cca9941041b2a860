-- The audit log of several gateways in one PostgreSQL (15 or later). Run by who owns it, into a database of its own, and again
-- after each upgrade: what is there already stays. The owner need be no superuser, and better is none (with CREATEROLE the first time).
--
--     createdb -E UTF8 -T template0 audit && psql -d audit -f sealgate.sql
--     psql -d audit -c "CREATE ROLE mx1 LOGIN PASSWORD '…'" -c "SELECT sealgate.add_gateway('mx1.example.org', 'mx1')"
--     psql -d audit -c "CREATE ROLE ann LOGIN PASSWORD '…' IN ROLE sealgate_auditor"
--
-- A gateway may append its own records, read where they end, and hear which mails of others are sensitive; it has no right on any table. An auditor
-- reads. Nobody changes or removes a record but the owner, by dropping a month (sealgate.drop_month); whatever an owner does,
-- each record's line is here octet by octet, so that its chain and its signatures prove it (sealgate audit verify).
--
-- Every name here stands in contrib/design/audit_database.md.

\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;

DO $$
BEGIN
    IF current_setting('server_encoding') <> 'UTF8' THEN
        RAISE EXCEPTION 'this database has the encoding %; make one with UTF8: createdb -E UTF8 -T template0', current_setting('server_encoding');
    END IF;
    -- What acts for the owner below looks at no table or type that a session of somebody else's could make.
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'sealgate_gateway') THEN CREATE ROLE sealgate_gateway NOLOGIN; END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'sealgate_auditor') THEN CREATE ROLE sealgate_auditor NOLOGIN; END IF;
END $$;

CREATE SCHEMA IF NOT EXISTS sealgate;
GRANT USAGE ON SCHEMA sealgate TO sealgate_gateway, sealgate_auditor;

CREATE TABLE IF NOT EXISTS sealgate.version (version int NOT NULL, since timestamptz NOT NULL DEFAULT now());
INSERT INTO sealgate.version (version) SELECT 1 WHERE NOT EXISTS (SELECT FROM sealgate.version);

-- Which login writes for which gateway.
CREATE TABLE IF NOT EXISTS sealgate.gateway (
    gateway text PRIMARY KEY,
    role name NOT NULL UNIQUE,
    since timestamptz NOT NULL DEFAULT now());

-- Where each gateway's records end. Every append moves it on, so that two writers of one name exclude each other.
CREATE TABLE IF NOT EXISTS sealgate.position (
    gateway text PRIMARY KEY REFERENCES sealgate.gateway,
    seq bigint NOT NULL,
    hash text NOT NULL,
    at timestamptz NOT NULL DEFAULT now());

-- One row a record. `line` is what the log has, without its line end; `octets` instead of it where that is no text.
CREATE TABLE IF NOT EXISTS sealgate.record (
    gateway text NOT NULL,
    seq bigint NOT NULL,
    at timestamptz NOT NULL,
    id text,
    event text,
    queue_id text,
    sender text,
    classification text,
    outcome text,
    mode text,
    policy text,
    line text,
    octets bytea,
    PRIMARY KEY (gateway, seq, at)) PARTITION BY RANGE (at);
CREATE INDEX IF NOT EXISTS record_at ON sealgate.record (at);
CREATE INDEX IF NOT EXISTS record_id ON sealgate.record (id);
CREATE INDEX IF NOT EXISTS record_event ON sealgate.record (gateway, seq) WHERE event IS NOT NULL;
-- Letters' case does not matter in a question. The last two are of lines that count in every answer.
CREATE INDEX IF NOT EXISTS record_sender_name ON sealgate.record (lower(sender COLLATE "C"), at);
CREATE INDEX IF NOT EXISTS record_start ON sealgate.record (at) WHERE event = 'start';
CREATE INDEX IF NOT EXISTS record_odd ON sealgate.record (at) WHERE line IS NULL OR (id IS NULL AND event IS NULL);
DROP INDEX IF EXISTS sealgate.record_sender;

-- Copies of each gateway's checkpoints, which its administrators cannot take back.
CREATE TABLE IF NOT EXISTS sealgate.checkpoint (
    gateway text NOT NULL,
    seq bigint NOT NULL,
    line text NOT NULL,
    arrived timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (gateway, seq, line));

-- Records that never came: their gateway lost them before, or pruned them. And months that the owner dropped.
CREATE TABLE IF NOT EXISTS sealgate.gap (
    gateway text NOT NULL,
    first_record bigint NOT NULL,
    last_record bigint NOT NULL,
    why text NOT NULL,
    at timestamptz NOT NULL DEFAULT now());

-- What gateways of a fleet agree on: certificates, bindings, pins, who was told; encrypted with a key that only they have. Each
-- item has a revision, one more with each change, and the version of the whole table at which it was written.
CREATE TABLE IF NOT EXISTS sealgate.shared (
    name text COLLATE "C" PRIMARY KEY,
    revision bigint NOT NULL,
    version bigint NOT NULL UNIQUE,
    sealed bytea NOT NULL,
    gateway text NOT NULL REFERENCES sealgate.gateway,
    at timestamptz NOT NULL DEFAULT now(),
    until timestamptz);
CREATE INDEX IF NOT EXISTS shared_until ON sealgate.shared (until) WHERE until IS NOT NULL;
CREATE TABLE IF NOT EXISTS sealgate.shared_clock (version bigint NOT NULL);
INSERT INTO sealgate.shared_clock (version) SELECT 0 WHERE NOT EXISTS (SELECT FROM sealgate.shared_clock);

CREATE OR REPLACE FUNCTION sealgate.add_gateway(p_gateway text, p_role name) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sealgate.gateway (gateway, role) VALUES (p_gateway, p_role)
        ON CONFLICT (gateway) DO UPDATE SET role = excluded.role;
    EXECUTE format('GRANT sealgate_gateway TO %I', p_role);
END $$;

-- The gateway that the login of this session writes for.
CREATE OR REPLACE FUNCTION sealgate.own_gateway() RETURNS text LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found text;
BEGIN
    SELECT gateway INTO found FROM sealgate.gateway WHERE role = session_user;
    IF found IS NULL THEN
        RAISE EXCEPTION 'the role % writes for no gateway; its owner has to call sealgate.add_gateway', session_user
            USING ERRCODE = '42501';
    END IF;
    RETURN found;
END $$;

-- Where this gateway's records end; 0 where it has none.
CREATE OR REPLACE FUNCTION sealgate.own_position(OUT gateway text, OUT seq bigint, OUT hash text, OUT checkpoint bigint)
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    gateway := sealgate.own_gateway();
    SELECT p.seq, p.hash INTO seq, hash FROM sealgate.position p WHERE p.gateway = own_position.gateway;
    SELECT max(c.seq) INTO checkpoint FROM sealgate.checkpoint c WHERE c.gateway = own_position.gateway;
    seq := coalesce(seq, 0);
    hash := coalesce(hash, repeat('0', 64));
    checkpoint := coalesce(checkpoint, 0);
END $$;

-- Readers go on meanwhile: a table is made by itself, and attached.
CREATE OR REPLACE FUNCTION sealgate.ensure_month(p_at timestamptz) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    month timestamptz := date_trunc('month', p_at);
    name text := 'record_' || to_char(month, 'YYYY_MM');
BEGIN
    IF to_regclass('sealgate.' || name) IS NOT NULL THEN RETURN; END IF;
    PERFORM FROM sealgate.version FOR UPDATE; -- one at a time; nobody else has a right on that table
    IF to_regclass('sealgate.' || name) IS NOT NULL THEN RETURN; END IF;
    EXECUTE format('CREATE TABLE sealgate.%I (LIKE sealgate.record INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name);
    EXECUTE format('GRANT SELECT ON sealgate.%I TO sealgate_auditor', name);
    EXECUTE format('ALTER TABLE sealgate.record ATTACH PARTITION sealgate.%I FOR VALUES FROM (%L) TO (%L)',
                   name, month, month + interval '1 month');
END $$;

-- Appends records p_first, p_first + 1, … whose first follows the record with the hash p_prev. Refused with SG001 where the
-- records here do not end there: the caller has to look where they do. What is missing before them is kept as a gap.
CREATE OR REPLACE FUNCTION sealgate.append(
    p_first bigint, p_prev text, p_last_hash text, p_at timestamptz[], p_id text[], p_event text[], p_queue_id text[],
    p_sender text[], p_classification text[], p_outcome text[], p_mode text[], p_policy text[], p_line text[], p_octets text[])
    RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET timezone = 'UTC' AS $$
DECLARE
    own text := sealgate.own_gateway();
    here record;
    last bigint := p_first + cardinality(p_line) - 1;
    month timestamptz;
    -- `at` finds records; what a clock that was wrong wrote stands in the line.
    times timestamptz[] := ARRAY(SELECT CASE WHEN a BETWEEN '2000-01-01Z' AND now() + interval '13 months' THEN a ELSE now() END
                                 FROM unnest(p_at) WITH ORDINALITY u(a, n) ORDER BY n);
BEGIN
    IF p_first IS NULL OR p_first < 1 OR p_prev IS NULL OR p_last_hash IS NULL OR coalesce(cardinality(p_line), 0) = 0 THEN
        RAISE EXCEPTION 'these are no records' USING ERRCODE = '22023';
    END IF;
    INSERT INTO sealgate.position (gateway, seq, hash) VALUES (own, 0, repeat('0', 64)) ON CONFLICT DO NOTHING;
    SELECT seq, hash INTO here FROM sealgate.position WHERE gateway = own FOR UPDATE;
    IF p_first <= here.seq OR (p_first = here.seq + 1 AND p_prev IS DISTINCT FROM here.hash) THEN
        RAISE EXCEPTION 'the records of % end with %, and not as these begin', own, here.seq USING ERRCODE = 'SG001';
    END IF;
    IF p_first > here.seq + 1 THEN
        INSERT INTO sealgate.gap (gateway, first_record, last_record, why) VALUES (own, here.seq + 1, p_first - 1, 'never came');
    END IF;
    FOR month IN SELECT DISTINCT date_trunc('month', a) FROM unnest(times || (now() + interval '7 days')) a LOOP
        PERFORM sealgate.ensure_month(month);
    END LOOP;
    INSERT INTO sealgate.record (gateway, seq, at, id, event, queue_id, sender, classification, outcome, mode, policy, line, octets)
        SELECT own, p_first + n - 1, a, i, e, q, s, c, o, m, p, l, decode(b, 'base64')
        FROM unnest(times, p_id, p_event, p_queue_id, p_sender, p_classification, p_outcome, p_mode, p_policy, p_line, p_octets)
            WITH ORDINALITY u(a, i, e, q, s, c, o, m, p, l, b, n);
    UPDATE sealgate.position SET seq = last, hash = p_last_hash, at = now() WHERE gateway = own;
    PERFORM pg_notify('sealgate', own);
    RETURN last;
END $$;

CREATE OR REPLACE FUNCTION sealgate.keep_checkpoints(p_seq bigint[], p_line text[]) RETURNS void LANGUAGE sql SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO sealgate.checkpoint (gateway, seq, line)
        SELECT p.gateway, s, l FROM unnest(p_seq, p_line) u(s, l), sealgate.position p
        WHERE p.gateway = sealgate.own_gateway() AND s <= p.seq
    ON CONFLICT DO NOTHING
$$;

-- For the owner: a month of records goes, as one step. What went is kept as gaps, so that the rest can be proved.
CREATE OR REPLACE FUNCTION sealgate.drop_month(p_month date) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    name text := 'record_' || to_char(p_month, 'YYYY_MM');
    went bigint;
BEGIN
    EXECUTE format('LOCK TABLE sealgate.%I IN ACCESS EXCLUSIVE MODE', name);
    EXECUTE format('SELECT count(*) FROM sealgate.%I', name) INTO went;
    -- A clock that went back leaves records of other months between these.
    EXECUTE format($f$INSERT INTO sealgate.gap (gateway, first_record, last_record, why)
        SELECT gateway, min(seq), max(seq), 'dropped ' || %L
        FROM (SELECT gateway, seq, seq - row_number() OVER (PARTITION BY gateway ORDER BY seq) AS run FROM sealgate.%I) r
        GROUP BY gateway, run$f$, name, name);
    EXECUTE format('DROP TABLE sealgate.%I', name);
    RETURN went;
END $$;

-- For reports and dashboards: a record's JSON, or nothing where it is none; its recipients.
CREATE OR REPLACE FUNCTION sealgate.json_of(p_line text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE PARALLEL UNSAFE AS $$
BEGIN
    RETURN p_line::jsonb;
EXCEPTION WHEN others THEN
    RETURN NULL;
END $$;

-- What the mails of other gateways are known to be, so that answers to them are known by every gateway: of each gateway's records
-- behind the one that the caller has heard last the next p_most, the decisions with a Message-ID among them, and behind them a row
-- for the last that was read, with its hash. Where that one is not here any more, it was of another log: from the beginning then.
CREATE OR REPLACE FUNCTION sealgate.threads_after(p_gateway text[], p_seq bigint[], p_hash text[], p_most int)
    RETURNS TABLE (gateway text, seq bigint, message_id text, classification text, answered text, outcome text, mode text, hash text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH scanned AS MATERIALIZED (
        SELECT g.gateway, r.seq, r.classification, r.outcome, r.mode, r.line
        FROM sealgate.gateway g
        LEFT JOIN unnest(p_gateway, p_seq, p_hash) u(name, last, hash) ON u.name = g.gateway
            AND EXISTS (SELECT FROM sealgate.record k WHERE k.gateway = g.gateway AND k.seq = u.last
                        AND (k.line IS NULL OR right(k.line, 66) = u.hash || '"}'))
        CROSS JOIN LATERAL (
            SELECT * FROM sealgate.record
            WHERE record.gateway = g.gateway AND record.seq > coalesce(u.last, 0) AND record.at > now() - interval '366 days'
            ORDER BY record.seq LIMIT least(coalesce(p_most, 1), 1000)) r
        WHERE g.gateway <> sealgate.own_gateway())
    SELECT s.gateway, s.seq, found ->> 'message_id', s.classification, found -> 'thread' ->> 'classification', s.outcome, s.mode, NULL
    FROM scanned s CROSS JOIN LATERAL (SELECT sealgate.json_of(s.line) AS found) j
    WHERE s.outcome IS NOT NULL AND found ->> 'message_id' IS NOT NULL
    UNION ALL
    (SELECT DISTINCT ON (s.gateway) s.gateway, s.seq, NULL, NULL, NULL, NULL, NULL, coalesce(left(right(s.line, 66), 64), '-')
     FROM scanned s ORDER BY s.gateway, s.seq DESC)
$$;

-- How each gateway stands, by its own log: what its last start, reload or change of keys says is in force.
CREATE OR REPLACE FUNCTION sealgate.standings()
    RETURNS TABLE (gateway text, state text, version text, mode text, policy text, certificates text, keys text, seq bigint, signed bigint,
                   arrived timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT g.gateway, life.event, started.found ->> 'version', force.found ->> 'mode', force.found ->> 'policy',
           force.found -> 'certificates' ->> 'count', force.found -> 'certificates' ->> 'digest', p.seq, c.seq, p.at
    FROM sealgate.gateway g
    LEFT JOIN sealgate.position p ON p.gateway = g.gateway
    LEFT JOIN LATERAL (SELECT max(k.seq) AS seq FROM sealgate.checkpoint k WHERE k.gateway = g.gateway) c ON true
    LEFT JOIN LATERAL (SELECT r.event FROM sealgate.record r
        WHERE r.gateway = g.gateway AND r.event IS NOT NULL AND r.event IN ('start', 'stop') ORDER BY r.seq DESC LIMIT 1) life ON true
    LEFT JOIN LATERAL (SELECT sealgate.json_of(r.line) AS found FROM sealgate.record r
        WHERE r.gateway = g.gateway AND r.event IS NOT NULL AND r.event = 'start' ORDER BY r.seq DESC LIMIT 1) started ON true
    LEFT JOIN LATERAL (SELECT sealgate.json_of(r.line) AS found FROM sealgate.record r
        WHERE r.gateway = g.gateway AND r.event IS NOT NULL AND r.event IN ('start', 'reload', 'keys-reload') ORDER BY r.seq DESC LIMIT 1) force ON true
$$;

-- Items that others may take: behind a version, in its order; by their names; and all revisions. A few, and not too many octets.
CREATE OR REPLACE FUNCTION sealgate.shared_version() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$ SELECT version FROM sealgate.shared_clock WHERE sealgate.own_gateway() IS NOT NULL $$;
CREATE OR REPLACE FUNCTION sealgate.shared_revisions() RETURNS TABLE (name text, revision bigint, seal text) LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT s.name, s.revision, encode(sha256(s.sealed), 'hex') FROM sealgate.shared s WHERE (SELECT sealgate.own_gateway()) IS NOT NULL ORDER BY s.name
$$;
CREATE OR REPLACE FUNCTION sealgate.shared_after(p_version bigint)
    RETURNS TABLE (name text, revision bigint, version bigint, sealed text) LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT t.name, t.revision, t.version, encode(t.sealed, 'base64')
    FROM (SELECT s.*, sum(length(s.sealed)) OVER (ORDER BY s.version) - length(s.sealed) AS before
          FROM (SELECT * FROM sealgate.shared a WHERE a.version > p_version ORDER BY a.version LIMIT 100) s) t
    WHERE t.before < 1000000 AND (SELECT sealgate.own_gateway()) IS NOT NULL ORDER BY t.version
$$;
CREATE OR REPLACE FUNCTION sealgate.shared_named(p_name text[])
    RETURNS TABLE (name text, revision bigint, version bigint, sealed text) LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = pg_catalog, pg_temp AS $$
    SELECT t.name, t.revision, t.version, encode(t.sealed, 'base64')
    FROM (SELECT s.*, sum(length(s.sealed)) OVER (ORDER BY s.name) - length(s.sealed) AS before
          FROM sealgate.shared s WHERE s.name = ANY (p_name)) t
    WHERE t.before < 1000000 AND (SELECT sealgate.own_gateway()) IS NOT NULL ORDER BY t.name LIMIT 100
$$;

-- Offers items: each is written where the one that is there has the revision that the caller knows. Returns those that were.
CREATE OR REPLACE FUNCTION sealgate.share(p_name text[], p_known bigint[], p_revision bigint[], p_sealed text[], p_until timestamptz[])
    RETURNS SETOF text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    own text := sealgate.own_gateway();
    clock bigint;
BEGIN
    UPDATE sealgate.shared_clock SET version = version + cardinality(p_name) RETURNING version INTO clock; -- one at a time
    DELETE FROM sealgate.shared WHERE until < now();
    RETURN QUERY
        INSERT INTO sealgate.shared AS s (name, revision, version, sealed, gateway, until)
            SELECT n, r, clock - cardinality(p_name) + i, decode(o, 'base64'), own, u
            FROM unnest(p_name, p_revision, p_sealed, p_until) WITH ORDINALITY x(n, r, o, u, i)
            WHERE n ~ '^[0-9a-f]{64}$' AND r > 0
        ON CONFLICT (name) DO UPDATE SET revision = excluded.revision, version = excluded.version, sealed = excluded.sealed,
            gateway = excluded.gateway, at = now(), until = excluded.until
            WHERE s.revision = p_known[array_position(p_name, excluded.name)] AND excluded.revision > s.revision
        RETURNING s.name;
    PERFORM pg_notify('sealgate_shared', own);
END $$;

CREATE OR REPLACE VIEW sealgate.decision WITH (security_invoker = true) AS
    SELECT gateway, seq, at, id, queue_id, sender, classification, outcome, mode, policy FROM sealgate.record
    WHERE outcome IS NOT NULL;
CREATE OR REPLACE VIEW sealgate.recipient WITH (security_invoker = true) AS
    SELECT r.gateway, r.seq, r.at, r.id, r.sender, r.classification, r.outcome, r.mode, one ->> 'address' AS address,
           CASE WHEN one ->> 'address' LIKE '%@%' THEN regexp_replace(one ->> 'address', '^.*@', '') END AS domain,
           one ->> 'tier' AS tier, one ->> 'action' AS action, one ->> 'result' AS result, one ->> 'reason' AS reason,
           one -> 'key' ->> 'state' AS key_state, one -> 'key' ->> 'fingerprint' AS key_fingerprint,
           one -> 'key' ->> 'source' AS key_source
    FROM sealgate.record r
    CROSS JOIN LATERAL (SELECT sealgate.json_of(r.line) -> 'recipients' AS list) found
    CROSS JOIN LATERAL jsonb_array_elements(CASE WHEN jsonb_typeof(found.list) = 'array' THEN found.list ELSE '[]'::jsonb END) one
    WHERE r.outcome IS NOT NULL;
CREATE OR REPLACE VIEW sealgate.event WITH (security_invoker = true) AS
    SELECT gateway, seq, at, event, sealgate.json_of(line) AS fields FROM sealgate.record WHERE event IS NOT NULL;

-- Functions are nobody's but those named here.
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA sealgate FROM PUBLIC;
GRANT EXECUTE ON FUNCTION sealgate.own_gateway(), sealgate.own_position(),
    sealgate.append(bigint, text, text, timestamptz[], text[], text[], text[], text[], text[], text[], text[], text[], text[], text[]),
    sealgate.keep_checkpoints(bigint[], text[]), sealgate.threads_after(text[], bigint[], text[], int),
    sealgate.shared_version(), sealgate.shared_revisions(), sealgate.shared_after(bigint), sealgate.shared_named(text[]),
    sealgate.share(text[], bigint[], bigint[], text[], timestamptz[]) TO sealgate_gateway;
GRANT EXECUTE ON FUNCTION sealgate.standings() TO sealgate_gateway, sealgate_auditor;
GRANT EXECUTE ON FUNCTION sealgate.json_of(text) TO sealgate_auditor;
GRANT SELECT ON ALL TABLES IN SCHEMA sealgate TO sealgate_auditor;

COMMIT;
