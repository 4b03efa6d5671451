-- Where people may sign in with an account that they have elsewhere (OpenID Connect). The issuer never changes: it is
-- half of who somebody is.
CREATE TABLE sso_providers (
  provider_id INTEGER PRIMARY KEY AUTOINCREMENT,
  public_id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  issuer TEXT NOT NULL UNIQUE,
  client_id TEXT NOT NULL,
  client_secret TEXT,
  scopes TEXT NOT NULL,
  group_claim TEXT NOT NULL,
  makes_accounts INTEGER NOT NULL,
  domains TEXT NOT NULL,
  trusts_email INTEGER NOT NULL,
  passwords INTEGER NOT NULL,
  made_at INTEGER NOT NULL,
  made_by_account INTEGER REFERENCES accounts (account_id)
) STRICT;

-- Which groups of a provider give which role; the group '*' is everybody who signs in there.
CREATE TABLE sso_group_roles (
  provider_id INTEGER NOT NULL REFERENCES sso_providers (provider_id),
  group_name TEXT NOT NULL,
  role_id INTEGER NOT NULL REFERENCES roles (role_id),
  PRIMARY KEY (provider_id, group_name, role_id)
) STRICT;

-- Who somebody is at a provider. Never the e-mail address, which may pass to somebody else.
CREATE TABLE sso_logins (
  public_id TEXT NOT NULL UNIQUE,
  provider_id INTEGER NOT NULL REFERENCES sso_providers (provider_id),
  subject TEXT NOT NULL,
  account_id INTEGER NOT NULL REFERENCES accounts (account_id),
  email TEXT NOT NULL,
  linked_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL,
  PRIMARY KEY (provider_id, subject)
) STRICT;
CREATE INDEX sso_logins_by_account ON sso_logins (account_id);

-- A grant that a provider's groups gave, and that they take away again; others are left alone.
ALTER TABLE grants ADD COLUMN granted_by_provider INTEGER;

-- Codes of an authenticator app (RFC 6238). The last step that was used, so that no code is taken twice.
CREATE TABLE totp_secrets (
  account_id INTEGER PRIMARY KEY REFERENCES accounts (account_id),
  public_id TEXT NOT NULL UNIQUE,
  secret TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  used_step INTEGER NOT NULL,
  used_at INTEGER
) STRICT;

-- Codes for whoever lost the app; each works once.
CREATE TABLE recovery_codes (
  code_hash TEXT PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES accounts (account_id),
  made_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT;
CREATE INDEX recovery_codes_by_account ON recovery_codes (account_id);

-- Passkeys (WebAuthn): only public keys.
CREATE TABLE passkeys (
  public_id TEXT PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES accounts (account_id),
  credential TEXT NOT NULL UNIQUE,
  algorithm INTEGER NOT NULL,
  public_key BLOB NOT NULL,
  sign_count INTEGER NOT NULL,
  name TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT;
CREATE INDEX passkeys_by_account ON passkeys (account_id);

-- Whether whoever has the role must prove more than a password, and whether a session did.
ALTER TABLE roles ADD COLUMN second_factor INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN strong INTEGER NOT NULL DEFAULT 0;
