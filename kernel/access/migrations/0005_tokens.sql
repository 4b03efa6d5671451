-- Tokens of programs that belong to the community and to no account. A revoked one stays, as what did something keeps
-- its name.
CREATE TABLE service_tokens (
  service_token_id INTEGER PRIMARY KEY AUTOINCREMENT,
  public_id TEXT NOT NULL UNIQUE,
  token_hash TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  role_id INTEGER NOT NULL REFERENCES roles (role_id),
  made_at INTEGER NOT NULL,
  made_by_account INTEGER REFERENCES accounts (account_id),
  expires_at INTEGER,
  used_at INTEGER,
  revoked_at INTEGER,
  revoked_by_account INTEGER REFERENCES accounts (account_id)
) STRICT;
