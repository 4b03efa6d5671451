-- When somebody last signed in with the account; sessions themselves end and are swept.
ALTER TABLE accounts ADD COLUMN signed_in_at INTEGER;
UPDATE accounts SET signed_in_at =
  (SELECT max(s.created_at) FROM sessions s WHERE s.account_id = accounts.account_id);
