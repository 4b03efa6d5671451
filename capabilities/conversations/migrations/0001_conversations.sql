-- Whose a conversation is: a dated row of one of the team. The key is that of the conversation itself, so that it
-- outlives an undo and a newer import.
CREATE TABLE assignments (
  assignment_id INTEGER PRIMARY KEY AUTOINCREMENT,
  place INTEGER NOT NULL,
  ordering INTEGER NOT NULL,
  key_hash INTEGER NOT NULL,
  account_id INTEGER NOT NULL REFERENCES accounts (account_id),
  assigned_by TEXT NOT NULL,
  assigned_at INTEGER NOT NULL,
  ended_by TEXT,
  ended_at INTEGER
) STRICT;
CREATE INDEX assignments_key ON assignments (place, ordering, key_hash);
CREATE INDEX assignments_open ON assignments (account_id) WHERE ended_at IS NULL;

-- Within what time questions are to be answered. channel_id 0 holds for every channel without a row of its own;
-- minutes 0 means no target. hours and holidays are as people wrote them (hours.rs reads them).
CREATE TABLE answer_targets (
  target_id INTEGER PRIMARY KEY AUTOINCREMENT,
  channel_id INTEGER NOT NULL,
  minutes INTEGER NOT NULL,
  zone TEXT NOT NULL,
  hours TEXT NOT NULL,
  holidays TEXT NOT NULL,
  set_by TEXT NOT NULL,
  set_at INTEGER NOT NULL,
  ended_by TEXT,
  ended_at INTEGER
) STRICT;
CREATE INDEX answer_targets_open ON answer_targets (channel_id) WHERE ended_at IS NULL;
