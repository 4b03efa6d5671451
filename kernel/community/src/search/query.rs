//! What people type into the box: words, "phrases", beginnings*, -words and filters; and how each database is asked
//! for it.

use super::tokens::{Token, tokens};
use base::{Day, Error, Result};
use store::Dialect;

/// Words and phrases in one search.
const TERMS_MAX: usize = 20;
/// Characters in one search.
const LENGTH_MAX: usize = 400;

/// What is searched for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Everything that must be in a message.
    pub(crate) words: Vec<Term>,
    /// What must not be in it.
    pub(crate) without: Vec<Term>,
    /// What else must hold.
    pub filters: Filters,
}

/// What must hold of a message beside its words. Several of one kind: any of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filters {
    /// Names, handles, e-mail addresses or ids of who wrote it.
    pub from: Vec<String>,
    /// Names or ids of channels.
    pub channels: Vec<String>,
    /// Names or ids of sources.
    pub sources: Vec<String>,
    /// Written before this day.
    pub before: Option<Day>,
    /// Written on this day or later.
    pub after: Option<Day>,
    /// Opens a conversation in which nobody else wrote.
    pub unanswered: bool,
}

/// A word, or words that follow one another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Term {
    pub words: Vec<String>,
    /// Whether the last word need only begin like this.
    pub prefix: bool,
}

/// What the index is asked for beside words: marks of which one must be there, for each list that is not empty.
#[derive(Clone, Debug, Default)]
pub(crate) struct Marks {
    pub identities: Vec<u32>,
    pub channels: Vec<i64>,
    pub sources: Vec<i64>,
    /// Only what can open a conversation.
    pub opening: bool,
}

impl Query {
    /// Reads what was typed.
    ///
    /// # Errors
    /// `Invalid`, saying what is wrong and at which character.
    pub fn parse(text: &str) -> Result<Self> {
        let mut query = Self::default();
        if text.chars().count() > LENGTH_MAX {
            return Err(Error::invalid(format!(
                "this is longer than {LENGTH_MAX} characters; search for the few words that matter most"
            )));
        }
        let mut rest = text;
        loop {
            rest = rest.trim_start();
            if rest.is_empty() {
                break;
            }
            let place = text[..text.len() - rest.len()].chars().count() + 1;
            let at = |e: Error| Error::invalid(format!("{} (at character {place})", e.message));
            let (piece, after) = piece(rest).map_err(at)?;
            query.take(&piece).map_err(at)?;
            rest = after;
        }
        if query.words.len() + query.without.len() > TERMS_MAX {
            return Err(Error::invalid(format!("more than {TERMS_MAX} words; leave some out")));
        }
        Ok(query)
    }

    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.without.is_empty() && self.filters == Filters::default()
    }

    /// The words that must be there, as they are indexed, without phrases and filters: what members and channels are
    /// looked for by.
    pub fn text(&self) -> String {
        let words: Vec<&str> = self.words.iter().flat_map(|t| &t.words).map(String::as_str).collect();
        words.join(" ")
    }

    /// The single word of a query of one word that is no beginning, for offering to look for what begins so.
    pub fn only_word(&self) -> Option<&str> {
        match (self.words.as_slice(), self.without.is_empty()) {
            ([Term { words, prefix: false }], true) if words.len() == 1 && words[0].len() > 1 => {
                Some(&words[0])
            }
            _ => None,
        }
    }

    /// The places of filters in what was typed, so that each can be taken out of it.
    pub fn typed_filters(text: &str) -> Vec<std::ops::Range<usize>> {
        let (mut out, mut rest) = (Vec::new(), text.trim_start());
        while !rest.is_empty() {
            let begun = text.len() - rest.len();
            let Ok((piece, after)) = piece(rest) else { break };
            if piece.key.is_some() {
                out.push(begun..text.len() - after.len());
            }
            rest = after.trim_start();
        }
        out
    }

    fn take(&mut self, piece: &Piece<'_>) -> Result<()> {
        match piece.key {
            Some(_) if piece.minus => {
                Err(Error::invalid("a filter cannot be left out with a minus; only words and phrases can"))
            }
            Some(key) => self.take_filter(key, piece.value),
            None => {
                let Some(term) = Term::of(piece.value, piece.star)? else { return Ok(()) };
                if piece.minus {
                    self.without.push(term)
                } else {
                    self.words.push(term)
                }
                Ok(())
            }
        }
    }

    fn take_filter(&mut self, key: &str, value: &str) -> Result<()> {
        if value.is_empty() {
            return Err(Error::invalid(format!(
                "{key}: needs something behind it, such as {}",
                example(key)
            )));
        }
        let filters = &mut self.filters;
        match key {
            "from" => filters.from.push(value.trim_start_matches('@').to_owned()),
            "in" => filters.channels.push(value.trim_start_matches('#').to_owned()),
            "source" => filters.sources.push(value.to_owned()),
            "before" => filters.before = Some(day(key, value)?),
            "after" => filters.after = Some(day(key, value)?),
            _ if value == "unanswered" => filters.unanswered = true,
            _ => {
                return Err(Error::invalid(format!("there is no is:{value}; there is is:unanswered")));
            }
        }
        Ok(())
    }

    /// The question as this database's index takes it; `None` when it would ask for everything.
    pub(crate) fn expression(&self, dialect: Dialect, marks: &Marks) -> String {
        let mut all: Vec<String> = self.words.iter().map(|t| t.expression(dialect)).collect();
        let mut any = |list: Vec<String>| {
            if !list.is_empty() {
                all.push(join(dialect, list, " OR ", " | "));
            }
        };
        any(marks.identities.iter().map(|n| mark(dialect, &format!("#i{n}"))).collect());
        any(marks.channels.iter().map(|n| mark(dialect, &format!("#c{n}"))).collect());
        any(marks.sources.iter().map(|n| mark(dialect, &format!("#s{n}"))).collect());
        if marks.opening {
            any(vec![mark(dialect, "#o")]);
        }
        if all.is_empty() {
            // Whatever else is asked, an index can only be asked for something: every entry has one of the two.
            all.push(join(dialect, vec![mark(dialect, "#o"), mark(dialect, "#r")], " OR ", " | "));
        }
        let all = join(dialect, all, " AND ", " & ");
        if self.without.is_empty() {
            return all;
        }
        let none = join(dialect, self.without.iter().map(|t| t.expression(dialect)).collect(), " OR ", " | ");
        match dialect {
            Dialect::Sqlite => format!("{all} NOT {none}"),
            Dialect::Postgres => format!("{all} & !{none}"),
        }
    }

    /// Whether a text of these words would be found: what the databases are held against in tests.
    #[cfg(test)]
    pub(crate) fn matches(&self, parts: &[Vec<String>]) -> bool {
        let found = |t: &Term| parts.iter().any(|words| t.places(words).next().is_some());
        self.words.iter().all(found) && !self.without.iter().any(found)
    }
}

impl Term {
    /// The term that a text means; `None` when there is no word in it.
    fn of(text: &str, star: bool) -> Result<Option<Self>> {
        let mut found = tokens(text);
        let Some(last) = found.last() else { return Ok(None) };
        let mut prefix = star;
        if last.tail {
            if continues(&found) {
                // The pair before it says the same, and the text may go on behind it.
                found.pop();
            } else {
                prefix = true;
            }
        }
        let words: Vec<String> = found.into_iter().map(|t| t.word).collect();
        if star && words.last().is_some_and(|w| w.len() < 2) {
            return Err(Error::invalid("a beginning needs two letters or more before the *"));
        }
        Ok(Some(Self { words, prefix }))
    }

    fn expression(&self, dialect: Dialect) -> String {
        match dialect {
            Dialect::Sqlite => format!("\"{}\"{}", self.words.join(" "), if self.prefix { " *" } else { "" }),
            Dialect::Postgres => {
                let words: Vec<String> = self.words.iter().map(|w| format!("'{w}'")).collect();
                format!("({}{})", words.join(" <-> "), if self.prefix { ":*" } else { "" })
            }
        }
    }

    /// Where it begins in a row of words.
    pub(crate) fn places<'a>(&'a self, words: &'a [impl AsRef<str>]) -> impl Iterator<Item = usize> + 'a {
        let n = self.words.len();
        words.windows(n.max(1)).enumerate().filter(move |(_, window)| self.fits(window)).map(|(i, _)| i)
    }

    fn fits(&self, window: &[impl AsRef<str>]) -> bool {
        let last = self.words.len() - 1;
        self.words.iter().zip(window).enumerate().all(|(i, (word, found))| {
            let found = found.as_ref();
            found == word || (self.prefix && i == last && found.starts_with(word.as_str()))
        })
    }
}

/// Whether the last word ends the run of the one before it.
fn continues(found: &[Token]) -> bool {
    match found {
        [.., before, last] => before.range.end == last.range.end && before.range.start < last.range.start,
        _ => false,
    }
}

fn mark(dialect: Dialect, mark: &str) -> String {
    match dialect {
        Dialect::Sqlite => format!("\"{mark}\""),
        Dialect::Postgres => format!("'{mark}'"),
    }
}

fn join(dialect: Dialect, list: Vec<String>, sqlite: &str, postgres: &str) -> String {
    format!("({})", list.join(if dialect == Dialect::Sqlite { sqlite } else { postgres }))
}

/// One thing that was typed.
struct Piece<'a> {
    minus: bool,
    key: Option<&'a str>,
    value: &'a str,
    star: bool,
}

const KEYS: [&str; 6] = ["from", "in", "source", "before", "after", "is"];

/// Takes one piece off the front of a text that begins with no space.
fn piece(text: &str) -> Result<(Piece<'_>, &str)> {
    let (minus, text) = match text.strip_prefix('-') {
        Some(rest) if !rest.starts_with(char::is_whitespace) && !rest.is_empty() => (true, rest),
        _ => (false, text),
    };
    let key = KEYS.iter().find_map(|key| {
        let head = text.get(..key.len())?;
        let rest = text[key.len()..].strip_prefix(':')?;
        head.eq_ignore_ascii_case(key).then_some((*key, rest))
    });
    let (key, rest) = match key {
        Some((key, rest)) => (Some(key), rest),
        None => (None, text),
    };
    let (value, star, after) = match rest.strip_prefix(['"', '“', '„']) {
        Some(quoted) => {
            let end = quoted.find(['"', '”', '“']).ok_or_else(|| {
                Error::invalid("a quotation mark is open: write another one where the phrase ends")
            })?;
            let after = &quoted[end..];
            (&quoted[..end], false, &after[after.chars().next().map_or(0, char::len_utf8)..])
        }
        None => {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            let word = &rest[..end];
            let star = key.is_none() && word.ends_with('*');
            (if star { word.trim_end_matches('*') } else { word }, star, &rest[end..])
        }
    };
    Ok((Piece { minus, key, value, star }, after))
}

fn example(key: &str) -> &'static str {
    match key {
        "from" => "from:ana",
        "in" => "in:general",
        "source" => "source:slack",
        "before" => "before:2026-03-01",
        "after" => "after:2026-03-01",
        _ => "is:unanswered",
    }
}

/// A day, or the first one of a month or year.
fn day(key: &str, value: &str) -> Result<Day> {
    let full = match value.len() {
        4 => format!("{value}-01-01"),
        7 => format!("{value}-01"),
        _ => value.to_owned(),
    };
    Day::parse(&full).map_err(|_| {
        Error::invalid(format!(
            "{key}:{value} is no day; write {}, a month (2026-03) or a year",
            example(key)
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, sqlite: &str, postgres: &str) {
        let query = Query::parse(text).expect(text);
        assert_eq!(query.expression(Dialect::Sqlite, &Marks::default()), sqlite, "{text}");
        assert_eq!(query.expression(Dialect::Postgres, &Marks::default()), postgres, "{text}");
    }

    #[test]
    fn words_phrases_beginnings_and_what_must_not_be_there() {
        check("Café", "(\"cafe\")", "(('cafe'))");
        check("a b", "(\"a\" AND \"b\")", "(('a') & ('b'))");
        check("\"open the door\"", "(\"open the door\")", "(('open' <-> 'the' <-> 'door'))");
        check("foo_bar gard*", "(\"foo bar\" AND \"gard\" *)", "(('foo' <-> 'bar') & ('gard':*))");
        check("a -b -\"c d\"", "(\"a\") NOT (\"b\" OR \"c d\")", "(('a')) & !(('b') | ('c' <-> 'd'))");
        check("-b", "((\"#o\" OR \"#r\")) NOT (\"b\")", "(('#o' | '#r')) & !(('b'))");
        check("日本語", "(\"日本 本語\")", "(('日本' <-> '本語'))");
        check("語", "(\"語\" *)", "(('語':*))");
        check("c++ - ?!", "(\"c++\")", "(('c++'))");
        check("https://a.example", "(\"https a example\")", "(('https' <-> 'a' <-> 'example'))");
    }

    #[test]
    fn filters_are_read_and_others_are_words() {
        let q = Query::parse("seeds from:\"Ruth Calder\" in:#garden From:@bo after:2026-03 is:unanswered")
            .expect("a query");
        assert_eq!(q.words.len(), 1);
        assert_eq!(q.filters.from, ["Ruth Calder", "bo"]);
        assert_eq!(q.filters.channels, ["garden"]);
        assert_eq!(q.filters.after.map(|d| d.to_string()).as_deref(), Some("2026-03-01"));
        assert!(q.filters.unanswered && q.filters.before.is_none());
        assert_eq!(Query::parse("note:this").expect("words").words[0].words, ["note", "this"]);
    }

    #[test]
    fn mistakes_say_where_and_what_to_do() {
        let message = |text: &str| Query::parse(text).expect_err(text).message;
        assert_eq!(
            message("say \"hello"),
            "a quotation mark is open: write another one where the phrase ends (at character 5)"
        );
        assert!(
            message("x after:yesterday").contains("2026-03-01")
                && message("x after:y").contains("character 3")
        );
        assert!(message("from:").contains("from:ana"));
        assert!(message("is:open").contains("is:unanswered"));
        assert!(message("-in:general").contains("minus"));
        assert!(message("a*").contains("two letters"));
        assert!(message(&"x ".repeat(30)).contains("20 words"));
        assert!(message(&"x".repeat(500)).contains("400"));
    }

    #[test]
    fn typed_filters_are_found_in_the_text() {
        let text = "red in:general \"in:no\" from:\"Ruth C\" door";
        let found: Vec<&str> = Query::typed_filters(text).into_iter().map(|r| &text[r]).collect();
        assert_eq!(found, ["in:general", "from:\"Ruth C\""]);
        let query = Query::parse(text).expect("a query");
        assert_eq!((query.text().as_str(), query.only_word()), ("red in no door", None));
    }

    #[test]
    fn marks_join_the_words() {
        let marks = Marks { identities: vec![3, 4], channels: vec![7], sources: vec![], opening: true };
        assert_eq!(
            Query::parse("a").expect("a query").expression(Dialect::Sqlite, &marks),
            "(\"a\" AND (\"#i3\" OR \"#i4\") AND (\"#c7\") AND (\"#o\"))"
        );
    }
}
