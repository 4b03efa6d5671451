//! What a list of conversations is asked: read from an address, and written into one.

use crate::model::State;
use base::{Day, Error, Micros, Result};

/// Conversations on one page of the desk.
pub(crate) const PAGE: usize = 50;
/// Days before the last activity that are listed where no day is asked for.
pub(crate) const DAYS: i32 = 30;

/// Whose conversations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Assigned {
    /// Whoever's.
    #[default]
    Any,
    /// Of whoever looks.
    Me,
    /// Of somebody.
    Somebody,
    /// Of nobody.
    Nobody,
}

impl Assigned {
    pub(crate) const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Any, "", "Anyone or nobody"),
        (Self::Me, "me", "Me"),
        (Self::Somebody, "anyone", "Anyone"),
        (Self::Nobody, "nobody", "Nobody"),
    ];

    pub(crate) fn word(&self) -> &'static str {
        Self::ALL.iter().find(|a| a.0 == *self).map_or("", |a| a.1)
    }

    pub(crate) fn title(&self) -> &'static str {
        Self::ALL.iter().find(|a| a.0 == *self).map_or("", |a| a.2)
    }
}

/// What is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filters {
    /// Where they stand; `None` for wherever.
    pub state: Option<State>,
    /// Only questions.
    pub questions: bool,
    /// Names of sources.
    pub sources: Vec<String>,
    /// Channels by number, name or id at their source.
    pub channels: Vec<String>,
    /// Whose they are.
    pub assigned: Assigned,
    /// Opened by this member (`idn_…`).
    pub member: String,
    /// Opened on this day or later.
    pub from: Option<Day>,
    /// Opened on this day or earlier.
    pub to: Option<Day>,
    /// Those that wait longest first.
    pub longest: bool,
    /// Behind this place.
    pub after: Option<(Micros, i64)>,
}

impl Filters {
    /// # Errors
    /// `Invalid`, naming the parameter.
    pub(crate) fn read(pairs: &[(String, String)]) -> Result<Self> {
        let mut f = Self::default();
        for (name, value) in pairs.iter().filter(|p| !p.1.trim().is_empty()) {
            let value = value.trim();
            let day = || Day::parse(value).map_err(|e| e.at(name));
            match name.as_str() {
                "state" => {
                    let words: Vec<&str> = State::ALL.iter().map(|s| s.word()).collect();
                    let wrong =
                        || Error::invalid(format!("state is one of {}", words.join(", "))).at("state");
                    f.state = Some(State::named(value).ok_or_else(wrong)?);
                }
                "questions" => f.questions = value != "0",
                "source" => f.sources.push(value.to_owned()),
                "channel" => f.channels.push(value.to_owned()),
                "assigned" => {
                    let found = Assigned::ALL.into_iter().find(|a| a.1 == value);
                    let wrong = || Error::invalid("assigned is me, anyone or nobody").at("assigned");
                    f.assigned = found.ok_or_else(wrong)?.0;
                }
                "member" => value.clone_into(&mut f.member),
                "from" => f.from = Some(day()?),
                "to" => f.to = Some(day()?),
                "sort" => f.longest = value == "waiting",
                "after" => {
                    let place =
                        value.split_once('-').and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
                    let wrong =
                        || Error::invalid("after is what a link of this page gave; leave it out").at("after");
                    f.after = Some(place.ok_or_else(wrong)?);
                }
                // What a form or a mail adds does no harm.
                _ => {}
            }
        }
        if let (Some(from), Some(to)) = (f.from, f.to)
            && from > to
        {
            return Err(Error::invalid(format!("from ({from}) lies after to ({to}); exchange them")));
        }
        Ok(f)
    }

    /// The pairs of an address, without the place in the list.
    pub(crate) fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs: Vec<(&'static str, String)> = Vec::new();
        pairs.extend(self.state.map(|s| ("state", s.word().to_owned())));
        if self.questions {
            pairs.push(("questions", "1".into()));
        }
        pairs.extend(self.sources.iter().map(|s| ("source", s.clone())));
        pairs.extend(self.channels.iter().map(|c| ("channel", c.clone())));
        if self.assigned != Assigned::Any {
            pairs.push(("assigned", self.assigned.word().to_owned()));
        }
        if !self.member.is_empty() {
            pairs.push(("member", self.member.clone()));
        }
        pairs.extend(self.from.map(|d| ("from", d.to_string())));
        pairs.extend(self.to.map(|d| ("to", d.to_string())));
        if self.longest {
            pairs.push(("sort", "waiting".into()));
        }
        pairs
    }

    /// Whether anything is left out beyond the usual days.
    pub(crate) fn is_narrow(&self) -> bool {
        self.pairs().iter().any(|p| p.0 != "sort")
    }

    /// The query of an address, with `?` in front, behind a place in the list.
    pub(crate) fn query_after(&self, place: Option<(Micros, i64)>) -> String {
        let mut pairs = self.pairs();
        pairs.extend(place.map(|(at, id)| ("after", format!("{at}-{id}"))));
        ui::query(&pairs)
    }

    /// The query of an address, with `?` in front.
    pub(crate) fn query(&self) -> String {
        self.query_after(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_goes_there_and_back() {
        for pairs in [
            vec![],
            vec![("state", "unanswered"), ("questions", "1"), ("sort", "waiting")],
            vec![("source", "R & friends"), ("channel", "#help"), ("assigned", "me"), ("member", "idn_1")],
            vec![("from", "2024-01-02"), ("to", "2024-02-01"), ("assigned", "nobody")],
        ] {
            let owned: Vec<_> = pairs.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect();
            let f = Filters::read(&owned).expect("filters");
            let again: Vec<_> = f.pairs().iter().map(|(n, v)| (n.to_string(), v.clone())).collect();
            assert_eq!(Filters::read(&again).expect("again"), f);
            assert_eq!(f.pairs().len(), pairs.len());
        }
        let read = |n: &str, v: &str| Filters::read(&[(n.to_owned(), v.to_owned())]);
        assert_eq!(read("after", "17-4").expect("a place").after, Some((17, 4)));
        for (name, value) in [("state", "x"), ("after", "x"), ("assigned", "x"), ("from", "x")] {
            assert!(read(name, value).is_err(), "{name}");
        }
        assert_eq!(ui::query(&[("a", "b c&d")]), "?a=b%20c%26d");
    }
}
