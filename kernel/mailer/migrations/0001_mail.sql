-- Secrets of mail, sealed: the password of each mail server by its host and port, so that it is never sent to another
-- one; and the key with which links in mails are signed.
CREATE TABLE mail_secrets (
  name TEXT NOT NULL PRIMARY KEY,
  secret TEXT NOT NULL
) STRICT;

-- Mails on their way and those that were sent. What a mail says can hold a link that signs in: it is sealed, and removed
-- as soon as the mail is sent or of no use any more. When the next attempt is due stands in the queue of jobs.
CREATE TABLE mail_messages (
  message_id INTEGER PRIMARY KEY AUTOINCREMENT,
  public_id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  account_id INTEGER,
  email TEXT NOT NULL,
  name TEXT NOT NULL,
  subject TEXT NOT NULL,
  mime_id TEXT NOT NULL,
  content TEXT,
  queued_at INTEGER NOT NULL,
  expires_at INTEGER,
  sent_at INTEGER,
  died_at INTEGER
) STRICT;
CREATE INDEX mail_messages_by_account ON mail_messages (account_id, message_id);

-- What the mail server answered to each attempt.
CREATE TABLE mail_attempts (
  attempt_id INTEGER PRIMARY KEY AUTOINCREMENT,
  message_id INTEGER NOT NULL REFERENCES mail_messages (message_id),
  at INTEGER NOT NULL,
  took INTEGER NOT NULL,
  code INTEGER,
  outcome TEXT NOT NULL,
  answer TEXT NOT NULL
) STRICT;
CREATE INDEX mail_attempts_of ON mail_attempts (message_id, attempt_id);
