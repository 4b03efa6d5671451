-- Programs elsewhere that are told what happens.
CREATE TABLE webhook_endpoints (
  endpoint_id INTEGER PRIMARY KEY AUTOINCREMENT,
  public_id TEXT NOT NULL UNIQUE,
  url TEXT NOT NULL,
  description TEXT NOT NULL,
  kinds TEXT NOT NULL,
  private INTEGER NOT NULL,
  history INTEGER NOT NULL,
  made_by_account INTEGER,
  made_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  failing_since INTEGER,
  stopped_at INTEGER,
  stopped_why TEXT
) STRICT;

-- Their secrets, sealed; one that was replaced is used beside the new one until it expires.
CREATE TABLE webhook_secrets (
  secret_id INTEGER PRIMARY KEY AUTOINCREMENT,
  public_id TEXT NOT NULL UNIQUE,
  endpoint_id INTEGER NOT NULL REFERENCES webhook_endpoints (endpoint_id),
  secret TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  expires_at INTEGER
) STRICT;
CREATE INDEX webhook_secrets_endpoint ON webhook_secrets (endpoint_id);

-- What is to be sent, and what was. What a message says of an activity is read from the log when it is sent, so that no
-- text of a member is copied here. `due_at` says when it is sent next; while it is being sent, when another node may.
CREATE TABLE webhook_deliveries (
  delivery_id INTEGER PRIMARY KEY AUTOINCREMENT,
  endpoint_id INTEGER NOT NULL REFERENCES webhook_endpoints (endpoint_id),
  message TEXT NOT NULL,
  kind TEXT NOT NULL,
  happened_at INTEGER NOT NULL,
  seq INTEGER,
  payload TEXT,
  queued_at INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  due_at INTEGER,
  sender TEXT,
  tried_at INTEGER,
  status INTEGER,
  took INTEGER,
  answer TEXT,
  delivered_at INTEGER,
  died_at INTEGER
) STRICT;
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint_id, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX webhook_deliveries_of ON webhook_deliveries (endpoint_id, delivery_id);

-- How far the log and the outbox have been read.
CREATE TABLE webhook_positions (
  stream TEXT NOT NULL PRIMARY KEY,
  seq INTEGER NOT NULL
) STRICT;
