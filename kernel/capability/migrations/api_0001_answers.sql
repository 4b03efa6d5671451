-- What was answered to a call with an idempotency key, for a day. A call without a status is being worked on.
CREATE TABLE api_answers (
  public_id TEXT NOT NULL UNIQUE,
  caller TEXT NOT NULL,
  call_key TEXT NOT NULL,
  print INTEGER NOT NULL,
  begun_at INTEGER NOT NULL,
  status INTEGER,
  location TEXT,
  answer TEXT,
  PRIMARY KEY (caller, call_key)
) STRICT;
CREATE INDEX api_answers_by_time ON api_answers (begun_at);
