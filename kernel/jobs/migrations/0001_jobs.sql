-- The queue. A job is a row until it is done. `run_at` says when it is due; while it runs, when its lease ends, so
-- that the job of a node that died is due again by itself. A dead job has none.
CREATE TABLE jobs (
  job_id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  dedupe_key TEXT,
  urgency INTEGER NOT NULL,
  payload TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  run_at INTEGER,
  worker TEXT,
  queued_at INTEGER NOT NULL,
  began_at INTEGER,
  died_at INTEGER,
  error TEXT
) STRICT;
CREATE UNIQUE INDEX jobs_key ON jobs (kind, dedupe_key) WHERE dedupe_key IS NOT NULL;
CREATE INDEX jobs_due ON jobs (kind, urgency, run_at);

-- What workers look for, and what was done of it. Counted after the jobs' own transactions: a node that dies may
-- leave its last second uncounted.
CREATE TABLE job_kinds (
  kind TEXT NOT NULL PRIMARY KEY,
  done INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  died INTEGER NOT NULL,
  done_at INTEGER
) STRICT;

-- What happened in the product, in the order of its commits, for whoever follows it by `seq`.
CREATE TABLE outbox (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  happened_at INTEGER NOT NULL,
  payload TEXT NOT NULL
) STRICT;
