-- What happened on a day or between two days, for the time axis of charts. Days are those of the community's zone,
-- as numbers since 1970-01-01. A removed note stays, with who removed it.
CREATE TABLE annotations (
  annotation_id INTEGER PRIMARY KEY AUTOINCREMENT,
  public_id TEXT NOT NULL UNIQUE,
  first_day INTEGER NOT NULL,
  last_day INTEGER NOT NULL,
  kind TEXT NOT NULL,
  text TEXT NOT NULL,
  source_id INTEGER REFERENCES sources (source_id),
  written_by TEXT NOT NULL,
  written_at INTEGER NOT NULL,
  changed_by TEXT,
  changed_at INTEGER,
  removed_by TEXT,
  removed_at INTEGER
) STRICT;
CREATE INDEX annotations_first_day ON annotations (first_day);
