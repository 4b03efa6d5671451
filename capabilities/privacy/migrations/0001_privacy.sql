-- Files with everything that is held about a member. Made by a job, kept for a week.
CREATE TABLE member_exports (
  export_id INTEGER PRIMARY KEY AUTOINCREMENT,
  public_id TEXT NOT NULL UNIQUE,
  identity INTEGER NOT NULL REFERENCES identities (identity),
  asked_by TEXT NOT NULL,
  asked_at INTEGER NOT NULL,
  made_at INTEGER,
  bytes INTEGER,
  rows INTEGER,
  error TEXT
) STRICT;
CREATE INDEX member_exports_identity ON member_exports (identity);

-- The files themselves, in pieces, as any node may have made them and any may hand them out.
CREATE TABLE member_export_parts (
  export_id INTEGER NOT NULL REFERENCES member_exports (export_id),
  part INTEGER NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (export_id, part)
) STRICT;

-- That a member was or will be erased: who asked, when it is due, how far it is, and what it did. `identities` are the
-- numbers of the member's identities when it began; `step` and `place` say where it goes on.
CREATE TABLE erasures (
  erasure_id INTEGER PRIMARY KEY AUTOINCREMENT,
  public_id TEXT NOT NULL UNIQUE,
  identity INTEGER NOT NULL REFERENCES identities (identity),
  identities TEXT NOT NULL,
  mentions INTEGER NOT NULL,
  reason TEXT NOT NULL,
  asked_by TEXT NOT NULL,
  asked_at INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  cancelled_by TEXT,
  cancelled_at INTEGER,
  began_at INTEGER,
  step TEXT NOT NULL,
  place TEXT NOT NULL,
  counts TEXT NOT NULL,
  done_at INTEGER,
  receipt TEXT
) STRICT;
CREATE INDEX erasures_identity ON erasures (identity);

-- "Do not drop anything of this member, or of this source": beats rules of retention and erasures while it stands.
CREATE TABLE legal_holds (
  hold_id INTEGER PRIMARY KEY AUTOINCREMENT,
  public_id TEXT NOT NULL UNIQUE,
  identity INTEGER REFERENCES identities (identity),
  source_id INTEGER REFERENCES sources (source_id),
  reason TEXT NOT NULL,
  set_by TEXT NOT NULL,
  set_at INTEGER NOT NULL,
  ended_by TEXT,
  ended_at INTEGER
) STRICT;
CREATE INDEX legal_holds_open ON legal_holds (identity) WHERE ended_at IS NULL;

-- After how many days the texts of a kind of activity (0: every kind) of a source (0: every source) are dropped, and
-- how its last run went.
CREATE TABLE retention_rules (
  rule_id INTEGER PRIMARY KEY AUTOINCREMENT,
  public_id TEXT NOT NULL UNIQUE,
  source_id INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  days INTEGER NOT NULL,
  set_by TEXT NOT NULL,
  set_at INTEGER NOT NULL,
  ended_by TEXT,
  ended_at INTEGER,
  ran_at INTEGER,
  dropped INTEGER NOT NULL DEFAULT 0,
  held INTEGER NOT NULL DEFAULT 0
) STRICT;

-- What members are asked to agree to.
CREATE TABLE consent_purposes (
  purpose_id INTEGER PRIMARY KEY AUTOINCREMENT,
  slug TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  sentence TEXT NOT NULL,
  made_by TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  ended_by TEXT,
  ended_at INTEGER
) STRICT;

-- The ledger: what somebody agreed to or took back, on which ground, and what proves it. Rows are only added; the newest
-- of a purpose and channel holds.
CREATE TABLE consents (
  consent_id INTEGER PRIMARY KEY AUTOINCREMENT,
  public_id TEXT NOT NULL UNIQUE,
  identity INTEGER NOT NULL REFERENCES identities (identity),
  purpose TEXT NOT NULL,
  channel TEXT NOT NULL,
  given INTEGER NOT NULL,
  basis TEXT NOT NULL,
  proof TEXT NOT NULL,
  said_at INTEGER NOT NULL,
  set_by TEXT NOT NULL,
  set_at INTEGER NOT NULL
) STRICT;
CREATE INDEX consents_identity ON consents (identity, purpose, channel);
