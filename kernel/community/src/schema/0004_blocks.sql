-- What figures ask of conversations, in blocks of 4,096 by number, so that a question about all of them reads a
-- few megabytes instead of one wide row each. Written when batches are folded; a block goes in the transaction
-- that changes one of its conversations, and while it is missing the rows themselves are read.
CREATE TABLE conversation_blocks (
  block INTEGER NOT NULL PRIMARY KEY,
  first_at INTEGER NOT NULL,
  last_at INTEGER NOT NULL,
  body BLOB NOT NULL
) STRICT;
CREATE INDEX conversation_blocks_time ON conversation_blocks (block, first_at, last_at);
