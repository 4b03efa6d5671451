-- What the rule of questions said of a text that was dropped since, by a rule of retention or with its author; NULL
-- while nothing was dropped. So figures about questions stay, and whoever reads knows that the text was there once.
ALTER TABLE messages ADD COLUMN asks INTEGER;

-- When an identity was erased: from then on the row holds a keyed hash in place of everything that names somebody.
ALTER TABLE identities ADD COLUMN erased_at INTEGER;

-- The key of those hashes, sealed. There is one; made by the first erasure.
CREATE TABLE erasure_keys (
  public_id TEXT NOT NULL PRIMARY KEY,
  sealed_key TEXT NOT NULL,
  made_at INTEGER NOT NULL
) STRICT;

-- By which names erased people were mentioned at a source, as keyed hashes, with how many words each has: so that
-- mentions of them are found in texts that come again. Only where an erasure replaced mentions.
CREATE TABLE erased_names (
  source_id INTEGER NOT NULL REFERENCES sources (source_id),
  name_hash TEXT NOT NULL,
  words INTEGER NOT NULL,
  PRIMARY KEY (source_id, name_hash)
) STRICT;

CREATE INDEX revisions_seq ON revisions (seq);
