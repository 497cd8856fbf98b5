-- Least-privilege roles of a county (ADR 7). Run once by an administrator of the server, after `tally-coordinator migrate`:
--   tally-coordinator database-roles | psql "$DATABASE"
-- It may be run again at any time. Give the roles passwords or client certificates as your server wants them. Where the
-- operator of a cluster makes the roles, nothing here is needed: `migrate` gives them their rights (grants.sql).
--
-- intake     adds records and what belongs to them; changes or deletes none, orders nothing, signs no checkpoint
-- sequencer  adds records of the county's own chain and the order of the log; changes or deletes none
-- publisher  reads records; its own are the staged files and the signed checkpoint
-- board      reads what is published
-- centre     reads what is admitted and published; its own are its acts (added only), secrets and sessions
-- registrar  a person at the enrolment desk: codes, requests, confirmations, revocations; adds to their list alone
DO $roles$
DECLARE
    wanted text;
BEGIN
    FOREACH wanted IN ARRAY ARRAY['changpiao_intake', 'changpiao_sequencer', 'changpiao_publisher', 'changpiao_board',
        'changpiao_centre', 'changpiao_registrar']
    LOOP
        IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS', wanted);
        END IF;
    END LOOP;
END
$roles$;
