//! The names of everybody, folded, in memory: some 60 bytes each. Finding members and authors by what they are called
//! then costs a walk through a few megabytes, and no question to the database.

use super::tokens::each_token;
use base::Result;
use std::sync::{Arc, Mutex, PoisonError};
use store::Conn;

/// Names at one version.
#[derive(Debug, Default)]
pub(crate) struct Names {
    version: i64,
    /// Each identity as a line: `\n`, then name, handle, address and id, each between tabs, all folded.
    lines: String,
    /// (where its line begins, its number), ascending.
    begins: Vec<(usize, u32)>,
}

/// How well a name fits; the lower the better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fit {
    /// It is the whole name, handle, address or id.
    Whole,
    /// One of them begins so.
    Begins,
    /// A word in one of them begins so.
    Word,
    /// It is somewhere in one of them.
    Inside,
}

/// A text as names are kept: the plain words, a space between.
pub(crate) fn folded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    each_token(text, &mut |word, _, tail| {
        if tail && out.ends_with(word) {
            return;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    });
    out
}

/// How well a folded text fits a folded name.
pub(crate) fn fit(name: &str, text: &str) -> Option<Fit> {
    if name == text {
        Some(Fit::Whole)
    } else if name.starts_with(text) {
        Some(Fit::Begins)
    } else {
        let at = name.find(text)?;
        let word = name[..at].ends_with(' ') || name.contains(&format!(" {text}"));
        Some(if word { Fit::Word } else { Fit::Inside })
    }
}

impl Names {
    fn load(c: &mut Conn<'_>, version: i64) -> Result<Self> {
        let mut names = Self { version, ..Self::default() };
        c.for_each(
            "SELECT identity, name, handle, email, public_id FROM identities WHERE identity > 0 ORDER BY identity",
            &[],
            |r| {
                names.begins.push((names.lines.len(), r.int(0)? as u32));
                names.lines.push('\n');
                for column in 1..=4 {
                    if let Some(text) = r.opt_text(column)? {
                        names.lines.push('\t');
                        names.lines.push_str(&folded(&text));
                    }
                }
                names.lines.push('\t');
                Ok(())
            },
        )?;
        names.lines.shrink_to_fit();
        Ok(names)
    }

    /// Everybody whom a text fits, best first; the text is as people type it.
    pub(crate) fn find(&self, text: &str) -> Vec<(Fit, u32)> {
        let text = folded(text);
        if text.is_empty() {
            return Vec::new();
        }
        let mut found = Vec::new();
        let mut from = 0;
        while let Some(at) = self.lines[from..].find(&text) {
            let line = self.begins.partition_point(|(begin, _)| *begin <= from + at) - 1;
            let (begin, number) = self.begins[line];
            let end = self.begins.get(line + 1).map_or(self.lines.len(), |next| next.0);
            let best = self.lines[begin + 1..end].split('\t').filter_map(|name| fit(name, &text)).min();
            if let Some(best) = best {
                found.push((best, number));
            }
            from = end;
        }
        found.sort_unstable();
        found
    }
}

/// The newest names, kept until somebody is added or renamed.
#[derive(Debug, Default, Clone)]
pub(crate) struct NamesCache(Arc<Mutex<Option<Arc<Names>>>>);

impl NamesCache {
    pub(crate) fn get(&self, c: &mut Conn<'_>, version: i64) -> Result<Arc<Names>> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(names) = held.as_ref().filter(|n| n.version == version) {
            return Ok(Arc::clone(names));
        }
        let names = Arc::new(Names::load(c, version)?);
        *held = Some(Arc::clone(&names));
        Ok(names)
    }
}

/// Says that somebody was added or renamed.
pub(crate) fn touch(tx: &mut Conn<'_>) -> Result<()> {
    crate::log::take_numbers(tx, "names", 1).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_better_fit_comes_first() {
        let names = Names {
            version: 1,
            lines: "\n\truth calder\trcalder\t\n\tana\tana ruth\t\n\tcalder\t\n\tbo\t".into(),
            begins: vec![(0, 4), (23, 7), (38, 2), (47, 9)],
        };
        assert_eq!(names.find("Cálder"), [(Fit::Whole, 2), (Fit::Word, 4)]);
        assert_eq!(names.find("RUTH"), [(Fit::Begins, 4), (Fit::Word, 7)]);
        assert_eq!(names.find("ruth c"), [(Fit::Begins, 4)]);
        assert_eq!(names.find("lder").len(), 2);
        assert!(names.find("nobody").is_empty() && names.find("?").is_empty());
        assert_eq!(folded("Ruth_Calder <R@Lathe.example>"), "ruth calder r lathe example");
    }
}
