//! What is asked for, as an address holds it, and what was found.

use base::{Day, Error, Result, Zone};
use capability::App;
use community::search::{Cursor, Hits, MemberHit, Query, Search, Sort, State};
use community::sources::{Channel, Source};

/// Hits on one page.
pub(crate) const PAGE: usize = 25;
/// Members and channels on one page.
pub(crate) const NAMES: usize = 50;

/// What is looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Type {
    /// Messages.
    #[default]
    Messages,
    /// Members.
    Members,
    /// Channels.
    Channels,
}

impl Type {
    /// All of them, in the order of the tabs.
    pub const ALL: [Self; 3] = [Self::Messages, Self::Members, Self::Channels];

    /// Its word in addresses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Messages => "messages",
            Self::Members => "members",
            Self::Channels => "channels",
        }
    }

    /// As people read it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Messages => "Messages",
            Self::Members => "Members",
            Self::Channels => "Channels",
        }
    }
}

/// What is asked for. Filters may be typed into the text or be fields of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// What was typed.
    pub q: String,
    /// What is looked for.
    pub kind: Type,
    /// Newest first instead of best first.
    pub newest: bool,
    /// Who wrote it.
    pub from: String,
    /// The channel.
    pub channel: String,
    /// The source.
    pub source: String,
    /// The first day.
    pub after: String,
    /// The day after the last.
    pub before: String,
    /// Only openings in whose conversation nobody else wrote.
    pub unanswered: bool,
    /// Where the list goes on: `next` of the answer before.
    pub cursor: String,
}

impl Asked {
    /// Reads an address; what belongs to no field is left alone.
    ///
    /// # Errors
    /// `Invalid` for a word that a field does not know.
    pub fn read(pairs: &[(String, String)]) -> Result<Self> {
        let mut asked = Self::default();
        for (name, value) in pairs {
            let value = value.trim();
            match name.as_str() {
                "q" => asked.q = value.to_owned(),
                "type" => {
                    asked.kind = Type::ALL
                        .into_iter()
                        .find(|t| t.word() == value)
                        .ok_or_else(|| Error::invalid("type is messages, members or channels"))?;
                }
                "sort" => {
                    asked.newest = match value {
                        "best" | "" => false,
                        "newest" => true,
                        _ => return Err(Error::invalid("sort is best or newest")),
                    }
                }
                "from" => asked.from = value.to_owned(),
                "in" => asked.channel = value.to_owned(),
                "source" => asked.source = value.to_owned(),
                "after" => asked.after = value.to_owned(),
                "before" => asked.before = value.to_owned(),
                "unanswered" => asked.unanswered = matches!(value, "1" | "true" | "on"),
                "cursor" => asked.cursor = value.to_owned(),
                _ => {}
            }
        }
        Ok(asked)
    }

    /// The address that asks for it, from its `?` on; empty fields are left out.
    pub fn address(&self) -> String {
        let pairs = [
            ("q", self.q.as_str()),
            ("type", if self.kind == Type::Messages { "" } else { self.kind.word() }),
            ("sort", if self.newest { "newest" } else { "" }),
            ("from", &self.from),
            ("in", &self.channel),
            ("source", &self.source),
            ("after", &self.after),
            ("before", &self.before),
            ("unanswered", if self.unanswered { "1" } else { "" }),
            ("cursor", &self.cursor),
        ];
        let given: Vec<_> = pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        ui::query(&given)
    }

    /// The same on another tab, from its beginning.
    pub fn on(&self, kind: Type) -> Self {
        Self { kind, cursor: String::new(), ..self.clone() }
    }

    /// The question.
    ///
    /// # Errors
    /// `Invalid`, saying where what was typed is wrong.
    pub fn query(&self) -> Result<Query> {
        let mut query = Query::parse(&self.q)?;
        let filters = &mut query.filters;
        for (field, list) in [
            (&self.from, &mut filters.from),
            (&self.channel, &mut filters.channels),
            (&self.source, &mut filters.sources),
        ] {
            if !field.is_empty() {
                list.push(field.trim_start_matches(['@', '#']).to_owned());
            }
        }
        for (name, field, day) in
            [("after", &self.after, &mut filters.after), ("before", &self.before, &mut filters.before)]
        {
            if !field.is_empty() {
                *day = Some(Day::parse(field).map_err(|e| e.at(name))?);
            }
        }
        filters.unanswered |= self.unanswered;
        Ok(query)
    }

    /// Every filter that is set, in words, and what is asked for without it; the last one last.
    pub fn filters(&self) -> Vec<(String, Self)> {
        let first = Self { cursor: String::new(), ..self.clone() };
        let mut out: Vec<(String, Self)> = Query::typed_filters(&self.q)
            .into_iter()
            .map(|r| {
                let rest = format!("{} {}", self.q[..r.start].trim_end(), self.q[r.end..].trim_start());
                (self.q[r].to_owned(), Self { q: rest.trim().to_owned(), ..first.clone() })
            })
            .collect();
        let mut field = |words: String, value: &str, without: Self| {
            if !value.is_empty() {
                out.push((words, without));
            }
        };
        let none = String::new;
        field(format!("by {}", self.from), &self.from, Self { from: none(), ..first.clone() });
        field(format!("in {}", self.channel), &self.channel, Self { channel: none(), ..first.clone() });
        field(format!("at {}", self.source), &self.source, Self { source: none(), ..first.clone() });
        field(format!("from {}", self.after), &self.after, Self { after: none(), ..first.clone() });
        field(format!("before {}", self.before), &self.before, Self { before: none(), ..first.clone() });
        let unanswered = if self.unanswered { "1" } else { "" };
        field("unanswered".into(), unanswered, Self { unanswered: false, ..first.clone() });
        out
    }

    /// How many names were shown before this page.
    pub(crate) fn skip(&self) -> Result<usize> {
        match self.cursor.as_str() {
            "" => Ok(0),
            text => text.parse().map_err(|_| Error::invalid("cursor is what an earlier answer gave as next")),
        }
    }
}

/// One page of what was found.
#[derive(Clone, Debug)]
pub enum Page {
    /// Messages.
    Messages(Hits),
    /// Members, and how many there are.
    Members(Vec<MemberHit>, usize),
    /// Channels, and how many there are.
    Channels(Vec<Channel>, usize),
}

/// What was found, and what a page about it needs to know.
#[derive(Clone, Debug)]
pub struct Found {
    /// The page that was asked for; an error when what was typed cannot be answered.
    pub page: Result<Page>,
    /// How many messages, members and channels there are; `None` where it was not counted. The flag says that there
    /// are more.
    pub counts: [Option<(usize, bool)>; 3],
    /// How far the index is.
    pub state: State,
    /// Every source.
    pub sources: Vec<Source>,
    /// Every channel.
    pub channels: Vec<Channel>,
    /// Where the page after this one begins; empty when there is none.
    pub next: String,
}

impl Found {
    /// The community's zone.
    pub fn zone(&self) -> &Zone {
        &self.state.zone
    }

    /// A source by number.
    pub fn source(&self, id: i64) -> Option<&Source> {
        self.sources.iter().find(|s| s.source_id == id)
    }

    /// A channel by number.
    pub fn channel(&self, id: i64) -> Option<&Channel> {
        self.channels.iter().find(|c| c.channel_id == id)
    }
}

/// Finds what is asked for. Blocks.
///
/// # Errors
/// When the database says no. What is wrong with the question is in [`Found::page`].
pub fn find(app: &App, asked: &Asked, limit: Option<usize>) -> Result<Found> {
    let query = asked.query();
    app.db.read(|c| {
        let mut search = Search::open(&app.community, c)?;
        let (page, counts) = match &query {
            Ok(query) => answer(&mut search, asked, query, limit)?,
            Err(e) => (Err(e.clone()), [None; 3]),
        };
        let next = match &page {
            Ok(Page::Messages(hits)) => hits.next.map(|n| n.to_string()),
            Ok(Page::Members(some, all)) => more(asked, some.len(), *all)?,
            Ok(Page::Channels(some, all)) => more(asked, some.len(), *all)?,
            Err(_) => None,
        };
        Ok(Found {
            page,
            counts,
            state: search.state().clone(),
            sources: search.sources().to_vec(),
            channels: search.channels().to_vec(),
            next: next.unwrap_or_default(),
        })
    })
}

fn more(asked: &Asked, shown: usize, all: usize) -> Result<Option<String>> {
    let until = asked.skip()? + shown;
    Ok((shown > 0 && until < all).then(|| until.to_string()))
}

type Counts = [Option<(usize, bool)>; 3];

fn answer(
    search: &mut Search<'_, '_>,
    asked: &Asked,
    query: &Query,
    limit: Option<usize>,
) -> Result<(Result<Page>, Counts)> {
    let text = query.text();
    let sort = if asked.newest { Sort::Newest } else { Sort::Best };
    let first = asked.cursor.is_empty();
    // Other tabs show how many messages there are, and no more of them.
    let (cursor, hits) = match asked.kind {
        Type::Messages if !first => (Some(asked.cursor.parse::<Cursor>()?), limit.unwrap_or(PAGE)),
        Type::Messages => (None, limit.unwrap_or(PAGE)),
        _ => (None, 0),
    };
    let messages = if query.is_empty() {
        Ok(Hits::default())
    } else {
        match search.messages(query, sort, cursor, hits) {
            Err(e) if e.kind != base::ErrorKind::Internal && e.kind != base::ErrorKind::Unavailable => Err(e),
            other => Ok(other?),
        }
    };
    let skip = if asked.kind == Type::Messages { 0 } else { asked.skip()? };
    let names = limit.unwrap_or(NAMES);
    let wanted = if asked.kind == Type::Members { names } else { 0 };
    let (members, all_members) = search.members(&text, skip, wanted)?;
    let channels: Vec<Channel> = search.channels_named(&text).into_iter().cloned().collect();
    let of_messages = messages.as_ref().ok().filter(|_| first || asked.kind != Type::Messages);
    let counts =
        [of_messages.map(|h| (h.found, h.more)), Some((all_members, false)), Some((channels.len(), false))];
    let page = match asked.kind {
        Type::Messages => messages.map(Page::Messages),
        Type::Members => Ok(Page::Members(members, all_members)),
        Type::Channels => {
            let all = channels.len();
            Ok(Page::Channels(channels.into_iter().skip(skip).take(names).collect(), all))
        }
    };
    Ok((page, counts))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Asked {
        let pairs: Vec<(String, String)> =
            pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        Asked::read(&pairs).expect("a question")
    }

    #[test]
    fn an_address_there_and_back() {
        let asked =
            read(&[("q", "a b&c \"d\""), ("type", "members"), ("sort", "newest"), ("in", "#général")]);
        assert_eq!(
            asked.address(),
            "?q=a%20b%26c%20%22d%22&type=members&sort=newest&in=%23g%C3%A9n%C3%A9ral"
        );
        assert_eq!(read(&[]).address(), "");
        assert!(Asked::read(&[("type".into(), "x".into())]).is_err());
    }

    #[test]
    fn fields_and_typed_filters_are_one_question() {
        let asked =
            read(&[("q", "seeds from:ana"), ("from", "@bo"), ("after", "2026-03-01"), ("unanswered", "1")]);
        let filters = asked.query().expect("a query").filters;
        assert_eq!(filters.from, ["ana", "bo"]);
        assert!(filters.unanswered && filters.after.is_some());
        let without: Vec<(String, String)> =
            asked.filters().into_iter().map(|(words, rest)| (words, rest.address())).collect();
        assert_eq!(
            without[0],
            ("from:ana".into(), "?q=seeds&from=%40bo&after=2026-03-01&unanswered=1".into())
        );
        assert_eq!(
            without[1],
            ("by @bo".into(), "?q=seeds%20from%3Aana&after=2026-03-01&unanswered=1".into())
        );
        assert_eq!(without.len(), 4);
        let wrong = read(&[("after", "soon")]);
        assert!(wrong.query().is_err());
    }
}
