//! Mentions of erased people in what others wrote: `@ana` becomes `@erased`. Only where the community wants it, and
//! only names that nobody else at the source has. They are recognised by keyed hashes, so that a text which comes again
//! from the source is treated alike without the name being kept.

use super::Key;
use crate::log::{self, Body, COLUMNS, LogRow};
use base::Result;
use std::collections::{BTreeSet, HashMap, HashSet};
use store::Conn;

/// What stands in place of a mention.
const INSTEAD: &str = "@erased";
/// The most words of a name that are looked at.
const WORDS_MAX: usize = 5;
/// Rows of the log whose texts are read at a time.
const READ: i64 = 20_000;
/// Texts that are written in one transaction.
const WRITTEN: usize = 100;

/// The names of a source's erased people.
#[derive(Debug, Default, Clone)]
pub(crate) struct Names {
    source_id: i64,
    words: BTreeSet<usize>,
    hashes: HashSet<String>,
}

impl Names {
    pub(crate) fn load(c: &mut Conn<'_>, source_id: i64) -> Result<Self> {
        let mut names = Self { source_id, ..Self::default() };
        c.for_each(
            "SELECT name_hash, words FROM erased_names WHERE source_id = $1",
            &[source_id.into()],
            |r| {
                names.hashes.insert(r.text(0)?);
                names.words.insert(r.int(1)? as usize);
                Ok(())
            },
        )?;
        Ok(names)
    }

    /// Keeps a name, hashed; one that no mention can have is passed over.
    pub(crate) fn keep(tx: &mut Conn<'_>, key: &Key, source_id: i64, name: &str) -> Result<()> {
        let ends = ends_of_words(name);
        if ends.is_empty() || ends.len() > WORDS_MAX || ends.last() != Some(&name.len()) {
            return Ok(());
        }
        tx.execute(
            "INSERT INTO erased_names (source_id, name_hash, words) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            &[
                source_id.into(),
                (&key.name(source_id, &plain(name))).into(),
                i64::try_from(ends.len()).unwrap_or(i64::MAX).into(),
            ],
        )?;
        Ok(())
    }

    /// The text without mentions; `None` when there is none in it.
    pub(crate) fn without(&self, key: &Key, text: &str) -> Option<String> {
        if self.hashes.is_empty() || !text.contains('@') {
            return None;
        }
        let mut out = String::new();
        let mut done = 0;
        for (at, _) in text.match_indices('@').filter(|(at, _)| begins_mention(text, *at)) {
            let behind = &text[at + 1..];
            let ends = ends_of_words(behind);
            // The longest name first: "@Ana Souza" is not "@Ana" and a word.
            let found = self
                .words
                .iter()
                .rev()
                .filter_map(|n| ends.get(n - 1))
                .find(|end| self.hashes.contains(&key.name(self.source_id, &plain(&behind[..**end]))));
            if let Some(end) = found.filter(|_| at >= done) {
                out.push_str(&text[done..at]);
                out.push_str(INSTEAD);
                done = at + 1 + end;
            }
        }
        (done > 0).then(|| out + &text[done..])
    }

    /// Takes mentions out of title and text; says whether there were any.
    pub(crate) fn take_out(&self, key: &Key, body: &mut Body) -> bool {
        let mut changed = false;
        for part in [&mut body.text, &mut body.title] {
            if let Some(without) = part.as_deref().and_then(|t| self.without(key, t)) {
                *part = Some(without);
                changed = true;
            }
        }
        changed
    }
}

/// Whether an `@` begins a mention and is no part of an address.
fn begins_mention(text: &str, at: usize) -> bool {
    text[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric() && c != '.' && c != '_')
}

/// As names are compared.
fn plain(name: &str) -> String {
    name.to_lowercase()
}

/// Where each of the first words ends, one blank between two of them. A full stop or a dash at the end of a word is no
/// part of it.
fn ends_of_words(text: &str) -> Vec<usize> {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '\'' | '’');
    let mut ends = Vec::new();
    let mut from = 0;
    while ends.len() < WORDS_MAX {
        let word = text[from..].split(|c| !part(c)).next().unwrap_or_default();
        let trimmed = word.trim_end_matches(['.', '-', '\'', '’']);
        if trimmed.is_empty() {
            break;
        }
        ends.push(from + trimmed.len());
        if trimmed.len() < word.len() || !text[from + word.len()..].starts_with(' ') {
            break;
        }
        from += word.len() + 1;
    }
    ends
}

/// The names of all sources, for a walk through the log.
#[derive(Debug)]
pub struct Mentions {
    key: Key,
    of: HashMap<i64, Names>,
    /// The newest row that the walk has to look at; what comes later is looked at by the door.
    last: i64,
}

impl Mentions {
    /// What is to be taken out at this moment.
    ///
    /// # Errors
    /// When the database says no.
    pub fn load(c: &mut Conn<'_>, key: Key) -> Result<Self> {
        let sources = c.query("SELECT DISTINCT source_id FROM erased_names", &[], |r| r.int(0))?;
        let last = c.query_one("SELECT COALESCE(MAX(seq), 0) FROM activities", &[], |r| r.int(0))?;
        let mut of = HashMap::new();
        for source in sources {
            of.insert(source, Names::load(c, source)?);
        }
        Ok(Self { key, of, last })
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    /// Takes them out of a text of this source.
    pub(crate) fn take_out(&self, source_id: i64, body: &mut Body) -> bool {
        self.of.get(&source_id).is_some_and(|names| names.take_out(&self.key, body))
    }
}

/// Takes mentions out of the texts of some rows after `seq`. `None` when the log is at its end; otherwise up to where
/// it came and how many texts were changed.
///
/// # Errors
/// When the database says no.
pub fn mentions_slice(db: &store::Db, mentions: &Mentions, seq: i64) -> Result<Option<(i64, u64)>> {
    if mentions.is_empty() || seq >= mentions.last {
        return Ok(None);
    }
    let upto = seq + READ;
    let found = db.read(|c| {
        let mut found = Vec::new();
        c.for_each(
            "SELECT m.seq, a.source_id, m.text, m.title FROM messages m JOIN activities a ON a.seq = m.seq
             WHERE m.seq > $1 AND m.seq <= $2 AND (m.text LIKE '%@%' OR m.title LIKE '%@%')",
            &[seq.into(), upto.into()],
            |r| {
                let mut body = Body { text: r.opt_text(2)?, title: r.opt_text(3)?, ..Body::default() };
                if mentions.take_out(r.int(1)?, &mut body) {
                    found.push(r.int(0)?);
                }
                Ok(())
            },
        )?;
        Ok(found)
    })?;
    for some in found.chunks(WRITTEN) {
        db.write(store::Priority::Bulk, |tx| some.iter().try_for_each(|seq| rewrite(tx, mentions, *seq)))?;
    }
    Ok(Some((upto, found.len() as u64)))
}

fn rewrite(tx: &mut Conn<'_>, mentions: &Mentions, seq: i64) -> Result<()> {
    let sql = format!("SELECT {COLUMNS} FROM activities a WHERE a.seq = $1");
    let Some(row) = tx.query_opt(&sql, &[seq.into()], LogRow::read)? else { return Ok(()) };
    let Some(mut body) = log::find_body(tx, seq)? else { return Ok(()) };
    if mentions.take_out(row.source_id, &mut body) {
        crate::search::changing(tx, std::slice::from_ref(&row))?;
        log::put_body(tx, seq, &body)?;
        crate::conversations::text_changed(tx, row.conversation_id, seq)?;
        if body.title.is_some() {
            tx.execute(
                "UPDATE conversations SET title = $1 WHERE conversation_id = $2 AND opened_seq = $3 AND title IS NOT NULL",
                &[body.title.as_deref().into(), row.conversation_id.into(), seq.into()],
            )?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_end_where_a_mention_ends() {
        let words =
            |text: &str| ends_of_words(text).into_iter().map(|e| text[..e].to_owned()).collect::<Vec<_>>();
        assert_eq!(words("ana_dev, hi"), ["ana_dev"]);
        assert_eq!(words("Ana Souza."), ["Ana", "Ana Souza"]);
        assert_eq!(words("Jean-Luc  x"), ["Jean-Luc"]);
        assert_eq!(words("! x"), Vec::<String>::new());
    }

    #[test]
    fn mentions_of_the_erased_go_and_nothing_else() {
        testkit::on_both(|b| {
            let source = b.source("chat");
            let folder = tempfile::tempdir().expect("a folder");
            let sealer = seal::Sealer::of_folder(folder.path());
            let names = b.db().write(store::Priority::Bulk, |tx| {
                let key = super::super::key_or_new(tx, &sealer, testkit::START)?;
                for name in ["ana", "Ana Souza", "U123"] {
                    Names::keep(tx, &key, source, name)?;
                }
                Ok((Names::load(tx, source)?, key))
            })?;
            for (text, expect) in [
                ("hi @ana, look", Some("hi @erased, look")),
                ("@Ana Souza and @ANA!", Some("@erased and @erased!")),
                ("(@u123)", Some("(@erased)")),
                ("mail bo@ana.example or @anabel", None),
                ("no mention of ana", None),
            ] {
                assert_eq!(names.0.without(&names.1, text).as_deref(), expect, "{text}");
            }
            Ok(())
        });
    }
}
