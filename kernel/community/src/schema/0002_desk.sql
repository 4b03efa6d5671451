-- How the opening asks: 0 it does not, 1 by a question mark, 2 by its words, 3 by its kind. Rows of before are
-- gone through once, and how far that has come is noted.
ALTER TABLE conversations ADD COLUMN question INTEGER NOT NULL DEFAULT 0;
INSERT INTO settings (name, value) VALUES ('work.questions', '0');

-- What a person said of a conversation. The key is that of the conversation itself, so that a mark outlives an
-- undo and a newer import. A mark ends when it is taken back or another takes its place; rows stay.
CREATE TABLE conversation_marks (
  mark_id INTEGER PRIMARY KEY AUTOINCREMENT,
  place INTEGER NOT NULL,
  ordering INTEGER NOT NULL,
  key_hash INTEGER NOT NULL,
  mark TEXT NOT NULL,
  reason TEXT NOT NULL,
  set_by TEXT NOT NULL,
  set_at INTEGER NOT NULL,
  -- The newest row of the conversation that there was; what comes after it is news to whoever marked.
  seen_at INTEGER NOT NULL,
  ended_by TEXT,
  ended_at INTEGER
) STRICT;
CREATE INDEX conversation_marks_key ON conversation_marks (place, ordering, key_hash);
CREATE INDEX conversation_marks_open ON conversation_marks (mark, set_at) WHERE ended_at IS NULL;

-- That somebody of the team wrote to a member: whom, why, with which text.
CREATE TABLE contacts (
  contact_id INTEGER PRIMARY KEY AUTOINCREMENT,
  public_id TEXT NOT NULL UNIQUE,
  identity INTEGER NOT NULL REFERENCES identities (identity),
  place INTEGER,
  ordering INTEGER,
  key_hash INTEGER,
  why TEXT NOT NULL,
  text TEXT NOT NULL,
  made_by TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  removed_by TEXT,
  removed_at INTEGER
) STRICT;
CREATE INDEX contacts_identity ON contacts (identity, made_at);
CREATE INDEX contacts_made ON contacts (made_at);
