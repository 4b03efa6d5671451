-- When a record that was sent to the API happened. Its time is part of what it is in the log: whoever sends it again
-- without one, or with another, means the same record.
CREATE TABLE pushed_records (
  source_id INTEGER NOT NULL REFERENCES sources (source_id),
  record INTEGER NOT NULL,
  id_hash INTEGER NOT NULL,
  stated_at INTEGER NOT NULL,
  PRIMARY KEY (source_id, record, id_hash)
) STRICT;
