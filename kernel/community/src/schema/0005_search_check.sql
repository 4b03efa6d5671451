-- What the index of words holds, word by word, for `check`: on SQLite it can be read in no other way; nothing is stored.
-- sqlite: CREATE VIRTUAL TABLE search_words USING fts5vocab (search_index, instance);

-- What waits to be sorted into the index is sorted in by whoever indexes (search/follow.rs), much of it at a time, not
-- by whichever statement happens to fill the list.
-- postgres: ALTER INDEX search_index_words SET (gin_pending_list_limit = 2097151);
