-- Block counters: seq, identity, conversation; and the version of links and masks (graph).
CREATE TABLE counters (name TEXT NOT NULL PRIMARY KEY, value INTEGER NOT NULL) STRICT;

-- What the community decides: name, zone, staff rules, bots.
CREATE TABLE settings (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT;

CREATE TABLE sources (
  source_id INTEGER PRIMARY KEY AUTOINCREMENT,
  public_id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL UNIQUE,
  network TEXT NOT NULL,
  format TEXT NOT NULL,
  id_form TEXT NOT NULL,
  zone TEXT NOT NULL,
  zoneless INTEGER NOT NULL,
  has_replies INTEGER NOT NULL,
  has_message_ids INTEGER NOT NULL,
  has_leaves INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE channels (
  channel_id INTEGER PRIMARY KEY AUTOINCREMENT,
  source_id INTEGER NOT NULL REFERENCES sources (source_id),
  external_id TEXT NOT NULL,
  name TEXT NOT NULL,
  category TEXT,
  private INTEGER NOT NULL,
  permalink TEXT,
  first_at INTEGER,
  last_at INTEGER,
  UNIQUE (source_id, external_id)
) STRICT;

CREATE TABLE identities (
  identity INTEGER NOT NULL PRIMARY KEY,
  public_id TEXT NOT NULL UNIQUE,
  source_id INTEGER NOT NULL REFERENCES sources (source_id),
  external_id TEXT NOT NULL,
  name TEXT,
  handle TEXT,
  email TEXT,
  avatar TEXT,
  bot INTEGER NOT NULL,
  marked_bot INTEGER NOT NULL,
  staff INTEGER NOT NULL,
  first_day INTEGER,
  UNIQUE (source_id, external_id)
) STRICT;
CREATE INDEX identities_masked ON identities (identity) WHERE bot = 1 OR marked_bot = 1 OR staff = 1;

-- A link says that two identities are one person; dated, reasoned, reversible.
CREATE TABLE identity_links (
  link_id INTEGER PRIMARY KEY AUTOINCREMENT,
  public_id TEXT NOT NULL UNIQUE,
  left_identity INTEGER NOT NULL REFERENCES identities (identity),
  right_identity INTEGER NOT NULL REFERENCES identities (identity),
  reason TEXT NOT NULL,
  linked_by TEXT NOT NULL,
  linked_at INTEGER NOT NULL,
  unlinked_by TEXT,
  unlinked_reason TEXT,
  unlinked_at INTEGER
) STRICT;

-- The log. The key is (place, stated_at, record, id_hash); place is channel*2, or source*2+1 where records
-- move between channels.
CREATE TABLE activities (
  seq INTEGER NOT NULL PRIMARY KEY,
  place INTEGER NOT NULL,
  stated_at INTEGER NOT NULL,
  record INTEGER NOT NULL,
  id_hash INTEGER NOT NULL,
  at INTEGER NOT NULL,
  rank INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  source_id INTEGER NOT NULL,
  channel_id INTEGER NOT NULL,
  identity INTEGER NOT NULL,
  conversation_id INTEGER NOT NULL,
  follows INTEGER NOT NULL,
  import_id INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX activities_key ON activities (place, stated_at, record, id_hash);
CREATE INDEX activities_conversation ON activities (conversation_id) WHERE follows = 1;
-- postgres: CREATE INDEX activities_at ON activities USING brin (at);

CREATE TABLE messages (
  seq INTEGER NOT NULL PRIMARY KEY,
  external_id TEXT,
  text TEXT,
  title TEXT,
  permalink TEXT,
  parent TEXT,
  reactions INTEGER NOT NULL,
  edited_at INTEGER,
  deleted INTEGER NOT NULL
) STRICT;

-- What a newer import replaced, so that taking the import back brings it back.
CREATE TABLE revisions (
  revision_id INTEGER PRIMARY KEY AUTOINCREMENT,
  import_id INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX revisions_import ON revisions (import_id);

CREATE TABLE conversations (
  conversation_id INTEGER NOT NULL PRIMARY KEY,
  place INTEGER NOT NULL,
  ordering INTEGER NOT NULL,
  key_hash INTEGER NOT NULL,
  source_id INTEGER NOT NULL,
  channel_id INTEGER NOT NULL,
  first_seq INTEGER NOT NULL,
  opened_seq INTEGER NOT NULL,
  opened_at INTEGER NOT NULL,
  opened_rank INTEGER NOT NULL,
  opened_hash INTEGER NOT NULL,
  opened_kind INTEGER NOT NULL,
  opener INTEGER NOT NULL,
  people BLOB,
  title TEXT
) STRICT;
CREATE UNIQUE INDEX conversations_key ON conversations (place, ordering, key_hash);
CREATE INDEX conversations_opened ON conversations (channel_id, opened_at);

-- The index for what needs one member's activities in order. The month is a UTC month.
CREATE TABLE member_activities (
  month INTEGER NOT NULL,
  identity INTEGER NOT NULL,
  at INTEGER NOT NULL,
  rank INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  channel_id INTEGER NOT NULL,
  PRIMARY KEY (month, identity, at, rank, seq)
) WITHOUT ROWID, STRICT;

-- Roll-ups. scope: channel*2, source*2+1, 0 for the community. kind: a kind of activity in a channel;
-- 0 = all active kinds together (source, community); -1 = identities whose first active day it is (source).
CREATE TABLE cells (
  generation INTEGER NOT NULL,
  scope INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  day INTEGER NOT NULL,
  rows INTEGER NOT NULL,
  people BLOB NOT NULL,
  counts BLOB NOT NULL,
  PRIMARY KEY (generation, scope, kind, day)
) WITHOUT ROWID, STRICT;

-- What large batches add to the unions of sources and community and to the first days, one row a batch, to be
-- folded into cells a little later: a batch of one channel touches hundreds of days, and writing each union
-- anew would cost more than the log itself.
CREATE TABLE cell_parts (
  part INTEGER NOT NULL PRIMARY KEY,
  generation INTEGER NOT NULL,
  unions BLOB NOT NULL
) STRICT;

-- What arrived in small batches and is not folded into cells yet; one row an activity.
CREATE TABLE deltas (
  seq INTEGER NOT NULL PRIMARY KEY,
  day INTEGER NOT NULL,
  source_id INTEGER NOT NULL,
  channel_id INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  identity INTEGER NOT NULL
) STRICT;

CREATE TABLE imports (
  import_id INTEGER PRIMARY KEY AUTOINCREMENT,
  public_id TEXT NOT NULL UNIQUE,
  source_id INTEGER NOT NULL REFERENCES sources (source_id),
  format TEXT NOT NULL,
  input TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  options TEXT NOT NULL,
  state TEXT NOT NULL,
  position INTEGER NOT NULL,
  tally TEXT NOT NULL,
  error TEXT,
  started_by TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  first_seq INTEGER,
  last_seq INTEGER
) STRICT;

CREATE TABLE import_skips (
  skip_id INTEGER PRIMARY KEY AUTOINCREMENT,
  import_id INTEGER NOT NULL REFERENCES imports (import_id),
  reason TEXT NOT NULL,
  place TEXT NOT NULL,
  excerpt TEXT NOT NULL
) STRICT;
CREATE INDEX import_skips_import ON import_skips (import_id, skip_id);
