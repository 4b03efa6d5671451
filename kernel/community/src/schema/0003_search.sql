-- The index of words. Not declared like other tables, as it is another thing on each database; it holds the words
-- of messages under a number that begins with their time (search/index.rs), and goes with them.
-- sqlite: CREATE VIRTUAL TABLE search_index USING fts5 (words, content = '', contentless_delete = 1, tokenize = "ascii tokenchars '+#'");
-- Pieces of the index are put together in steps of their own (search/follow.rs), not within whatever writes to it.
-- sqlite: INSERT INTO search_index (search_index, rank) VALUES ('automerge', 0);
-- sqlite: INSERT INTO search_index (search_index, rank) VALUES ('crisismerge', 200);
-- sqlite: INSERT INTO search_index (search_index, rank) VALUES ('usermerge', 6);
-- postgres: CREATE TABLE search_index (doc BIGINT NOT NULL PRIMARY KEY, words TSVECTOR NOT NULL);
-- postgres: CREATE INDEX search_index_words ON search_index USING gin (words) WITH (gin_pending_list_limit = 16384);

-- Which parts of the log are not indexed yet: of the rows first_seq to last_seq, those whose number in the index
-- lies below before_doc, which is to say those that are older. Beside it the counter "searched" holds up to which
-- seq the log is indexed or listed here.
CREATE TABLE search_backlog (
  backlog_id INTEGER PRIMARY KEY AUTOINCREMENT,
  first_seq INTEGER NOT NULL,
  last_seq INTEGER NOT NULL,
  before_doc INTEGER NOT NULL
) STRICT;

-- Rows whose text, author, channel or time changed, and which were taken out of the index for that.
CREATE TABLE search_changes (seq INTEGER NOT NULL PRIMARY KEY) STRICT;
