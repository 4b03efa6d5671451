-- From which browser a session was begun, in words, so that its owner recognises it.
ALTER TABLE sessions ADD COLUMN agent TEXT NOT NULL DEFAULT '';

-- When an account was removed, and by whom. The row stays, so that what it did keeps its name.
ALTER TABLE accounts ADD COLUMN removed_at INTEGER;
ALTER TABLE accounts ADD COLUMN removed_by TEXT;
