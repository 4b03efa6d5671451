-- Mails that an account wants: a digest, or a saved view. `due_at` says when the next one is put together. A view that is
-- gone, or no longer shared, sends nothing.
CREATE TABLE digest_subscriptions (
  subscription_id INTEGER PRIMARY KEY AUTOINCREMENT,
  public_id TEXT NOT NULL UNIQUE,
  account_id INTEGER NOT NULL REFERENCES accounts (account_id),
  kind TEXT NOT NULL,
  view TEXT NOT NULL,
  days TEXT NOT NULL,
  hour INTEGER NOT NULL,
  zone TEXT NOT NULL,
  due_at INTEGER NOT NULL,
  made_at INTEGER NOT NULL,
  sent_at INTEGER
) STRICT;
CREATE UNIQUE INDEX digest_subscriptions_once ON digest_subscriptions (account_id, kind, view);
CREATE INDEX digest_subscriptions_due ON digest_subscriptions (due_at);
