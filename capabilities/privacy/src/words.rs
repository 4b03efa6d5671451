//! Times and lists as text.

use base::Micros;

/// A moment as RFC 3339 in UTC, to the second.
pub(crate) fn written(at: Micros) -> String {
    jiff::Timestamp::from_microsecond(at)
        .map_or_else(|_| at.to_string(), |t| t.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// A moment that was written as RFC 3339, or a day.
pub(crate) fn read(text: &str) -> Option<Micros> {
    let text = text.trim();
    let moment = text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_microsecond);
    moment.or_else(|| base::Day::parse(text).ok().map(base::Day::start_micros))
}

/// Whether one of the names stands in a text as a word or words of its own, whatever the case.
pub(crate) fn names_somebody(text: &str, names: &[String]) -> bool {
    let text = text.to_lowercase();
    let letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    names.iter().any(|name| {
        text.match_indices(name.as_str()).any(|(at, found)| {
            !letter(text[..at].chars().next_back()) && !letter(text[at + found.len()..].chars().next())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_go_there_and_back() {
        assert_eq!(written(1_704_067_200_000_000), "2024-01-01T00:00:00Z");
        assert_eq!(read("2024-01-01T01:00:00+01:00"), Some(1_704_067_200_000_000));
        assert_eq!(read("2024-01-01"), Some(1_704_067_200_000_000));
        assert_eq!(read("yesterday"), None);
    }

    #[test]
    fn names_are_whole_words() {
        let names = ["ana".to_owned(), "ana souza".to_owned()];
        assert!(names_somebody("row 7: ANA, hello", &names));
        assert!(names_somebody("by Ana Souza", &names));
        assert!(!names_somebody("banana and anabel", &names));
    }
}
