-- What each role of the database may do (ADR 7); whatever is not here is refused. The roles must be there. Run by the owner
-- of the tables: `tally-coordinator migrate` does it each time, so that a new table never stands open or closed by chance.
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA public
    FROM changpiao_intake, changpiao_sequencer, changpiao_publisher, changpiao_board, changpiao_centre,
        changpiao_registrar;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public
    FROM changpiao_intake, changpiao_sequencer, changpiao_publisher, changpiao_board, changpiao_centre,
        changpiao_registrar;
GRANT USAGE ON SCHEMA public
    TO changpiao_intake, changpiao_sequencer, changpiao_publisher, changpiao_board, changpiao_centre,
        changpiao_registrar;
GRANT SELECT ON alembic_version, records, log, entries, lock
    TO changpiao_intake, changpiao_sequencer, changpiao_publisher, changpiao_board, changpiao_centre;
GRANT SELECT ON alembic_version, records, log, entries TO changpiao_registrar;

-- intake: the newest receipt of a chain replaces the one before, and a unit's version rises; both are made again from
-- the records, which nobody can touch
GRANT SELECT, INSERT ON records, sealed, refusals, forks TO changpiao_intake;
GRANT SELECT, INSERT, UPDATE ON receipts, unit_heads TO changpiao_intake;
GRANT USAGE ON SEQUENCE records_id_seq TO changpiao_intake;

-- access: a list that only grows; intake adds the certificates that it renews
GRANT SELECT, INSERT ON access_acts TO changpiao_intake, changpiao_registrar;

GRANT INSERT ON records, log TO changpiao_sequencer;
GRANT SELECT, INSERT ON unit_heads TO changpiao_sequencer;
GRANT USAGE ON SEQUENCE records_id_seq TO changpiao_sequencer;

GRANT SELECT, INSERT, DELETE ON staged, head TO changpiao_publisher;
GRANT UPDATE (checkpoint, time, fence) ON lock TO changpiao_publisher;

-- watch: marks are keyed, verdicts are only added; the publisher obeys what the others found
GRANT SELECT, INSERT, UPDATE ON marks, presence TO changpiao_intake;
GRANT SELECT ON presence TO changpiao_sequencer;
GRANT SELECT, INSERT ON verdicts TO changpiao_intake, changpiao_sequencer, changpiao_publisher;

-- leaders: each job moves its own number and nobody else's
GRANT SELECT ON leaders TO changpiao_sequencer, changpiao_publisher;
GRANT UPDATE (fence, holder, time) ON leaders TO changpiao_sequencer, changpiao_publisher;
ALTER TABLE leaders ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS changpiao_sequencer_leads ON leaders;
DROP POLICY IF EXISTS changpiao_publisher_leads ON leaders;
CREATE POLICY changpiao_sequencer_leads ON leaders TO changpiao_sequencer USING (name = 'sequencer');
CREATE POLICY changpiao_publisher_leads ON leaders TO changpiao_publisher USING (name = 'publisher');

-- centre: a journal that only grows; passwords are argon2id, sessions hashes of tokens. It sees when laptops were last
-- heard and what self-checks found, never a sealed part, and it can add no record
GRANT SELECT, INSERT ON centre_acts TO changpiao_centre;
GRANT SELECT, INSERT, UPDATE ON centre_secrets TO changpiao_centre;
GRANT SELECT, INSERT, UPDATE, DELETE ON centre_sessions TO changpiao_centre;
GRANT SELECT ON receipts, presence, verdicts TO changpiao_centre;
