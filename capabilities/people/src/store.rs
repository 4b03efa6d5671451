//! Every query of this capability.

use base::Result;
use community::people::{self, Identity};
use store::Conn;

/// Identities whose name, handle, e-mail address or external id holds a text, after a given number, by number.
/// An empty text finds everybody. The case of letters makes no difference (on SQLite: of ASCII letters).
pub(crate) fn search(c: &mut Conn<'_>, text: &str, after: i64, limit: i64) -> Result<Vec<Identity>> {
    let pattern = pattern(text);
    let numbers = c.query(
        r"SELECT identity FROM identities WHERE identity > $1 AND (lower(name) LIKE lower($2) ESCAPE '\'
            OR lower(handle) LIKE lower($2) ESCAPE '\' OR lower(email) LIKE lower($2) ESCAPE '\'
            OR lower(external_id) LIKE lower($2) ESCAPE '\') ORDER BY identity LIMIT $3",
        &[after.max(0).into(), (&pattern).into(), limit.into()],
        |r| Ok(r.int(0)? as u32),
    )?;
    let mut found = people::identities(c, &numbers)?;
    found.sort_unstable_by_key(|i| i.identity);
    Ok(found)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_stand_for_themselves() {
        assert_eq!(pattern(" 50%_a\\ "), r"%50\%\_a\\%");
    }
}
