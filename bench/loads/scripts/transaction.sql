\set aid random(1, 1000000)
\set bid random(1, 10)
\set tid random(1, 100)
BEGIN;
SELECT abalance FROM pgbench_accounts WHERE aid = :aid;
SELECT tbalance FROM pgbench_tellers WHERE tid = :tid;
SELECT bbalance, filler FROM pgbench_branches WHERE bid = :bid;
SELECT count(*) FROM pgbench_accounts WHERE aid BETWEEN :aid AND :aid + 10;
UPDATE pgbench_accounts SET abalance = abalance + 1 WHERE aid = :aid;
COMMIT;
