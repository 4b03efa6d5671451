-- Programs that have this database open, and until when each counts as alive; one without a time was never announced
-- and is not looked after (a test, a tool).
CREATE TABLE nodes (
  run TEXT NOT NULL PRIMARY KEY,
  node TEXT NOT NULL,
  name TEXT NOT NULL,
  serves INTEGER NOT NULL,
  began_at INTEGER NOT NULL,
  until_at INTEGER
) STRICT;

-- Long work that one program does at a time, with how far it is. Nobody does it when its run is not among the nodes;
-- the row stays as long as there is something to say about it.
CREATE TABLE leases (
  subject TEXT NOT NULL PRIMARY KEY,
  task TEXT NOT NULL,
  run TEXT,
  node TEXT NOT NULL,
  node_name TEXT NOT NULL,
  serves INTEGER NOT NULL,
  stop_asked INTEGER NOT NULL,
  progress TEXT NOT NULL,
  error TEXT,
  result TEXT
) STRICT;
