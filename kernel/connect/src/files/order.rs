//! Natural order of paths, and which paths are safe.

use std::cmp::Ordering;

/// Compares two paths so that runs of digits compare as numbers: `2.csv` before `10.csv`.
///
/// A path is read as text, number, text, number, …; a text that ends earlier is the lesser one, so a digit is
/// less than any other character at the same place. Equal readings (`1` and `01`) compare byte by byte.
pub fn natural_order(a: &str, b: &str) -> Ordering {
    let (x, y) = (a.as_bytes(), b.as_bytes());
    let (mut i, mut j) = (0, 0);
    while i < x.len() && j < y.len() {
        match (x[i].is_ascii_digit(), y[j].is_ascii_digit()) {
            (true, true) => {
                let (m, n) = (number(&x[i..]), number(&y[j..]));
                let (p, q) = (significant(m), significant(n));
                let order = p.len().cmp(&q.len()).then_with(|| p.cmp(q));
                if order.is_ne() {
                    return order;
                }
                i += m.len();
                j += n.len();
            }
            (true, false) => return Ordering::Less,
            (false, true) => return Ordering::Greater,
            (false, false) if x[i] != y[j] => return x[i].cmp(&y[j]),
            (false, false) => {
                i += 1;
                j += 1;
            }
        }
    }
    (x.len() - i).cmp(&(y.len() - j)).then_with(|| x.cmp(y))
}

fn number(text: &[u8]) -> &[u8] {
    let end = text.iter().position(|c| !c.is_ascii_digit()).unwrap_or(text.len());
    &text[..end]
}

fn significant(digits: &[u8]) -> &[u8] {
    let start = digits.iter().position(|c| *c != b'0').unwrap_or(digits.len());
    &digits[start..]
}

/// The path of an archive's entry without `./`; the reason when it must not be read.
pub(super) fn safe_path(raw: &str) -> Result<String, &'static str> {
    if raw.contains('\\') {
        return Err("its name holds a backslash");
    }
    if raw.contains('\0') {
        return Err("its name holds a null character");
    }
    if raw.starts_with('/') {
        return Err("its path is absolute");
    }
    let first = raw.as_bytes();
    if first.len() >= 2 && first[0].is_ascii_alphabetic() && first[1] == b':' {
        return Err("its path begins with a drive letter");
    }
    let mut path = String::with_capacity(raw.len());
    for part in raw.split('/') {
        match part {
            "" | "." => {}
            ".." => return Err("its path climbs out of the archive (\"..\")"),
            _ => {
                if !path.is_empty() {
                    path.push('/');
                }
                path.push_str(part);
            }
        }
    }
    if path.is_empty() { Err("it has no name") } else { Ok(path) }
}

/// Whether a path is the litter that operating systems leave in archives.
pub(super) fn is_litter(path: &str) -> bool {
    path.split('/').any(|part| part == "__MACOSX" || part == ".DS_Store" || part.starts_with("._"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_compare_as_numbers() {
        let mut paths = ["b/10.csv", "b/9.csv", "a-1", "a1", "a", "b/009.csv", "a10/1", "a2/3", "é"];
        paths.sort_by(|a, b| natural_order(a, b));
        assert_eq!(paths, ["a", "a1", "a2/3", "a10/1", "a-1", "b/009.csv", "b/9.csv", "b/10.csv", "é"]);
    }

    #[test]
    fn unsafe_paths_say_why() {
        for (path, word) in [
            ("../x", "climbs"),
            ("a/../../x", "climbs"),
            ("/etc/passwd", "absolute"),
            ("C:/x", "drive"),
            ("a\\b", "backslash"),
            ("./", "no name"),
        ] {
            assert!(safe_path(path).expect_err(path).contains(word), "{path}");
        }
        assert_eq!(safe_path("./a//b.json"), Ok("a/b.json".to_owned()));
        assert!(is_litter("__MACOSX/a/._b.json") && is_litter("a/.DS_Store") && !is_litter(".a/b"));
    }
}
