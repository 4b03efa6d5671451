-- Roles. What the seven of an installation hold at first is written at each permission; here stands only what was
-- changed, so that a new version's permissions find their way to the roles that they are meant for.
CREATE TABLE roles (
  role_id INTEGER PRIMARY KEY AUTOINCREMENT,
  slug TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  sentence TEXT NOT NULL,
  made_at INTEGER,
  made_by_account INTEGER REFERENCES accounts (account_id)
) STRICT;
INSERT INTO roles (slug, title, sentence) VALUES
  ('owner', 'Owner', 'May do everything, and alone makes owners.'),
  ('admin', 'Admin', 'Runs the installation: sources, accounts, roles, settings.'),
  ('manager', 'Manager', 'Leads the community: everything of its daily work.'),
  ('moderator', 'Moderator', 'Keeps conversations in order and looks after members.'),
  ('analyst', 'Analyst', 'Reads figures and the rows behind them; changes nothing but notes on charts.'),
  ('author', 'Author', 'Writes for the community and reads what is said.'),
  ('volunteer', 'Volunteer', 'Helps out: reads, answers, greets.');

CREATE TABLE role_changes (
  role_id INTEGER NOT NULL REFERENCES roles (role_id),
  permission TEXT NOT NULL,
  held INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  changed_by_account INTEGER REFERENCES accounts (account_id),
  PRIMARY KEY (role_id, permission)
) STRICT;

-- A role of an account, everywhere or in one place. An ended grant stays, as what was allowed when is asked later.
CREATE TABLE grants (
  grant_id INTEGER PRIMARY KEY AUTOINCREMENT,
  public_id TEXT NOT NULL UNIQUE,
  account_id INTEGER NOT NULL REFERENCES accounts (account_id),
  role_id INTEGER NOT NULL REFERENCES roles (role_id),
  scope_kind TEXT NOT NULL,
  scope_id INTEGER NOT NULL DEFAULT 0,
  granted_at INTEGER NOT NULL,
  granted_by_account INTEGER REFERENCES accounts (account_id),
  ended_at INTEGER,
  ended_by_account INTEGER REFERENCES accounts (account_id)
) STRICT;
CREATE INDEX grants_by_account ON grants (account_id);
-- Until now every account might do everything.
INSERT INTO grants (public_id, account_id, role_id, scope_kind, granted_at)
  SELECT 'grt_first_' || a.public_id, a.account_id, r.role_id, 'everything', a.created_at
  FROM accounts a JOIN roles r ON r.slug = 'owner' WHERE a.removed_at IS NULL;

-- API tokens may be allowed less than their account, and end by themselves.
ALTER TABLE api_tokens ADD COLUMN permissions TEXT;
ALTER TABLE api_tokens ADD COLUMN expires_at INTEGER;

-- The audit log. Each entry's `chain` is a hash over the entry before it and over itself; of the details, which can
-- be personal and may have to be erased, it takes in only a salted hash.
CREATE TABLE audit_entries (
  entry_id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  account_id INTEGER,
  via TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  details_hash TEXT NOT NULL,
  chain TEXT NOT NULL
) STRICT;
CREATE INDEX audit_entries_by_subject ON audit_entries (subject, entry_id);

CREATE TABLE audit_details (
  entry_id INTEGER PRIMARY KEY REFERENCES audit_entries (entry_id),
  salt TEXT NOT NULL,
  who TEXT NOT NULL,
  address TEXT NOT NULL,
  title TEXT NOT NULL,
  before_value TEXT NOT NULL,
  after_value TEXT NOT NULL
) STRICT;
