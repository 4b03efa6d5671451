-- A list's filters under a name. Everybody sees a view while it is shared; a removed account's views go with it.
CREATE TABLE saved_views (
  view_id INTEGER PRIMARY KEY AUTOINCREMENT,
  public_id TEXT NOT NULL UNIQUE,
  list TEXT NOT NULL,
  name TEXT NOT NULL,
  query TEXT NOT NULL,
  account_id INTEGER NOT NULL REFERENCES accounts (account_id) ON DELETE CASCADE,
  saved_at INTEGER NOT NULL,
  shared_at INTEGER
) STRICT;
CREATE UNIQUE INDEX saved_views_name ON saved_views (list, account_id, name);

-- What the desk tells people: finished work, and what waits for an answer. To one account or to all.
CREATE TABLE notices (
  notice_id INTEGER PRIMARY KEY AUTOINCREMENT,
  account_id INTEGER REFERENCES accounts (account_id) ON DELETE CASCADE,
  tone TEXT NOT NULL,
  text TEXT NOT NULL,
  link TEXT NOT NULL,
  told_at INTEGER NOT NULL
) STRICT;

-- Up to where an account has read them.
CREATE TABLE notice_marks (
  account_id INTEGER PRIMARY KEY REFERENCES accounts (account_id) ON DELETE CASCADE,
  read_to INTEGER NOT NULL,
  read_at INTEGER NOT NULL
) STRICT;

-- How often each topic of the event stream changed, so that a page on any node hears of it.
CREATE TABLE topics (
  name TEXT PRIMARY KEY,
  version INTEGER NOT NULL
) STRICT;
