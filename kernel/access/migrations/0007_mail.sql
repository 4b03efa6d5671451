-- Addresses that an account is to have once somebody who reads mail there has opened a link. Of the link only the hash
-- is kept.
CREATE TABLE email_changes (
  token_hash TEXT PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES accounts (account_id),
  email TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT;
CREATE INDEX email_changes_by_account ON email_changes (account_id);
