-- What somebody decided about an item of Today. The key is the item's own and outlives imports; a decision ends
-- when it is taken back, and stays as a row.
CREATE TABLE today_states (
  state_id INTEGER PRIMARY KEY AUTOINCREMENT,
  public_id TEXT NOT NULL UNIQUE,
  item_key TEXT NOT NULL,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  href TEXT NOT NULL,
  state TEXT NOT NULL,
  until_at INTEGER,
  reason TEXT NOT NULL,
  set_by TEXT NOT NULL,
  set_at INTEGER NOT NULL,
  ended_by TEXT,
  ended_at INTEGER
) STRICT;
CREATE INDEX today_states_open ON today_states (item_key) WHERE ended_at IS NULL;
