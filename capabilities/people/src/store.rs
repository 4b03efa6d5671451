//! Queries over identities; those of tags, notes and suggestions stand in the modules below.

pub(crate) mod kept;
pub(crate) mod known;
pub(crate) mod notes;
pub(crate) mod pairs;
pub(crate) mod subjects;
pub(crate) mod tags;

use base::Result;
use community::people::{self, Identity};
use store::Conn;

/// Identities whose name, handle, e-mail address or external id holds a text, after a given number, by number.
/// An empty text finds everybody. The case of letters makes no difference (on SQLite: of ASCII letters).
pub(crate) fn search(c: &mut Conn<'_>, text: &str, after: i64, limit: i64) -> Result<Vec<Identity>> {
    let numbers = find(c, text, after, limit)?;
    let mut found = people::identities(c, &numbers)?;
    found.sort_unstable_by_key(|i| i.identity);
    Ok(found)
}

/// The numbers of the same.
pub(crate) fn find(c: &mut Conn<'_>, text: &str, after: i64, limit: i64) -> Result<Vec<u32>> {
    c.query(
        &format!("SELECT identity FROM identities WHERE identity > $1 AND {FITS} ORDER BY identity LIMIT $3"),
        &[after.max(0).into(), (&pattern(text)).into(), limit.into()],
        |r| Ok(r.int(0)? as u32),
    )
}

const FITS: &str = r"(lower(name) LIKE lower($2) ESCAPE '\' OR lower(handle) LIKE lower($2) ESCAPE '\'
     OR lower(email) LIKE lower($2) ESCAPE '\' OR lower(external_id) LIKE lower($2) ESCAPE '\')";

/// The identities with exactly this id at one of their sources.
pub(crate) fn with_external_id(c: &mut Conn<'_>, sources: &[i64], id: &str) -> Result<Vec<u32>> {
    let sources: Vec<String> = sources.iter().map(i64::to_string).collect();
    let sources = if sources.is_empty() { "-1".to_owned() } else { sources.join(",") };
    c.query(
        &format!("SELECT identity FROM identities WHERE source_id IN ({sources}) AND external_id = $1"),
        &[id.into()],
        |r| Ok(r.int(0)? as u32),
    )
}

/// Finds the text anywhere; what has a meaning in patterns stands for itself.
fn pattern(text: &str) -> String {
    let mut out = String::from("%");
    for c in text.trim().chars() {
        if matches!(c, '%' | '_' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('%');
    out
}

/// Numbers as the inside of an `IN (…)`; never empty.
pub(crate) fn list(numbers: &[u32]) -> String {
    let list: Vec<String> = numbers.iter().map(u32::to_string).collect();
    if list.is_empty() { "-1".to_owned() } else { list.join(",") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_stand_for_themselves() {
        assert_eq!(pattern(" 50%_a\\ "), r"%50\%\_a\\%");
    }
}
