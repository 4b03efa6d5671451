-- Scheduled backups. A row is the claim of one node on one hour: whoever inserts it takes the backup, and another
-- node takes it over when the lease runs out without an end. A failed one is tried again after its lease.
CREATE TABLE backups (
  backup_id INTEGER PRIMARY KEY AUTOINCREMENT,
  due_at INTEGER NOT NULL UNIQUE,
  node TEXT NOT NULL,
  began_at INTEGER NOT NULL,
  lease_until INTEGER NOT NULL,
  ended_at INTEGER,
  file TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  rows INTEGER NOT NULL,
  error TEXT
) STRICT;
