-- What the team says of people. All of it stands on an identity, so that it survives links and their reversal;
-- a member shows what its identities have. Rows end with a date and an author and stay.

-- A tag given to many at once, or taken from many: one act, which can be taken back.
CREATE TABLE tag_acts (
  act_id INTEGER PRIMARY KEY AUTOINCREMENT,
  public_id TEXT NOT NULL UNIQUE,
  adds INTEGER NOT NULL,
  tag TEXT NOT NULL,
  members INTEGER NOT NULL,
  made_by TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  undone_by TEXT,
  undone_at INTEGER
) STRICT;
CREATE INDEX tag_acts_made ON tag_acts (made_by, act_id);

CREATE TABLE member_tags (
  member_tag_id INTEGER PRIMARY KEY AUTOINCREMENT,
  identity INTEGER NOT NULL REFERENCES identities (identity),
  tag TEXT NOT NULL,
  added_by TEXT NOT NULL,
  added_at INTEGER NOT NULL,
  added_act INTEGER,
  removed_by TEXT,
  removed_at INTEGER,
  removed_act INTEGER
) STRICT;
CREATE UNIQUE INDEX member_tags_held ON member_tags (identity, tag) WHERE removed_at IS NULL;
CREATE INDEX member_tags_tag ON member_tags (tag) WHERE removed_at IS NULL;
CREATE INDEX member_tags_added ON member_tags (added_act) WHERE added_act IS NOT NULL;
CREATE INDEX member_tags_removed ON member_tags (removed_act) WHERE removed_act IS NOT NULL;

CREATE TABLE member_notes (
  note_id INTEGER PRIMARY KEY AUTOINCREMENT,
  public_id TEXT NOT NULL UNIQUE,
  identity INTEGER NOT NULL REFERENCES identities (identity),
  text TEXT NOT NULL,
  written_by TEXT NOT NULL,
  written_at INTEGER NOT NULL,
  edited_at INTEGER,
  removed_by TEXT,
  removed_at INTEGER
) STRICT;
CREATE INDEX member_notes_identity ON member_notes (identity);

-- Two identities that a roster names in one row. Accepting is a link; what is linked is suggested no more.
CREATE TABLE link_suggestions (
  suggestion_id INTEGER PRIMARY KEY AUTOINCREMENT,
  left_identity INTEGER NOT NULL REFERENCES identities (identity),
  right_identity INTEGER NOT NULL REFERENCES identities (identity),
  evidence TEXT NOT NULL,
  made_by TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  UNIQUE (left_identity, right_identity, evidence)
) STRICT;

-- "Not the same": two identities that are not suggested again until it is taken back.
CREATE TABLE link_dismissals (
  dismissal_id INTEGER PRIMARY KEY AUTOINCREMENT,
  left_identity INTEGER NOT NULL REFERENCES identities (identity),
  right_identity INTEGER NOT NULL REFERENCES identities (identity),
  reason TEXT NOT NULL,
  dismissed_by TEXT NOT NULL,
  dismissed_at INTEGER NOT NULL,
  withdrawn_by TEXT,
  withdrawn_at INTEGER
) STRICT;
CREATE UNIQUE INDEX link_dismissals_held ON link_dismissals (left_identity, right_identity) WHERE withdrawn_at IS NULL;
