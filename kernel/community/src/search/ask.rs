//! Asking: messages by the index, members and channels by their names.

use super::index::{Doc, SEQ_MASK, first_doc};
use super::names::{Fit, Names, fit, folded};
use super::query::{Marks, Query, Term};
use super::rank::{Beside, Piece, excerpt, marked, score};
use super::state::State;
use crate::Community;
use crate::Kind;
use crate::conversations::{Opening, people_of};
use crate::graph::Graph;
use crate::people::{self, Identity};
use crate::sources::{self, Channel, Source};
use base::{Error, Micros, Result, Zone};
use std::collections::HashMap;
use std::str::FromStr;
use std::sync::Arc;
use store::{Conn, Dialect, Row};

/// Hits that are weighed against one another: the newest. Older ones follow when those are through.
pub const POOL: usize = 1_000;
/// Identities that one `from:` may mean.
const AUTHORS_MAX: usize = 200;

/// In which order hits come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// The best of the newest [`POOL`] first, then the best of those before, and so on.
    #[default]
    Best,
    /// The newest first.
    Newest,
}

/// Where a list of hits goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Only entries below it are looked at.
    top: Doc,
    /// What was shown last of them: its key and number.
    after: Option<(i64, Doc)>,
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.after {
            Some((key, doc)) => write!(f, "{}.{key}.{doc}", self.top),
            None => write!(f, "{}", self.top),
        }
    }
}

impl FromStr for Cursor {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let wrong = || Error::invalid("cursor is what an earlier answer gave as next");
        let numbers: Vec<i64> =
            text.split('.').map(|n| n.parse().map_err(|_| wrong())).collect::<Result<_>>()?;
        match numbers[..] {
            [top] => Ok(Self { top, after: None }),
            [top, key, doc] => Ok(Self { top, after: Some((key, doc)) }),
            _ => Err(wrong()),
        }
    }
}

/// A message that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// Its number in the log.
    pub seq: i64,
    /// When it was written.
    pub at: Micros,
    /// Its kind.
    pub kind: Kind,
    /// Who wrote it; `None` when nobody is named.
    pub author: Option<Identity>,
    /// The public id of the member that the author is.
    pub member: Option<String>,
    /// Its channel.
    pub channel_id: i64,
    /// Its source.
    pub source_id: i64,
    /// Its conversation; `None` where the source has none.
    pub conversation_id: Option<i64>,
    /// Its title, with what was found marked.
    pub title: Option<Vec<Piece>>,
    /// Some of its text around what was found.
    pub excerpt: Vec<Piece>,
    /// Its address at the source.
    pub permalink: Option<String>,
    /// Reactions to it.
    pub reactions: i64,
    /// How good it is, in thousandths; the same on every database.
    pub score: i64,
}

/// Some of the messages that were found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hits {
    /// In the order that was asked for.
    pub hits: Vec<Hit>,
    /// Where it goes on.
    pub next: Option<Cursor>,
    /// How many there are in all, up to [`POOL`].
    pub found: usize,
    /// Whether there are more than that.
    pub more: bool,
}

/// A member who was found.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberHit {
    /// The member's public id.
    pub id: String,
    /// The identity that fits best.
    pub identity: Identity,
    /// How many further identities of the member there are.
    pub others: usize,
}

/// One reading of the database for searching.
pub struct Search<'a, 'c> {
    conn: &'a mut Conn<'c>,
    graph: Arc<Graph>,
    names: Arc<Names>,
    sources: Vec<Source>,
    channels: Vec<Channel>,
    state: State,
}

/// A row of the pool.
struct Candidate {
    doc: Doc,
    key: i64,
    hit: Hit,
    identity: u32,
}

impl<'a, 'c> Search<'a, 'c> {
    /// Begins to search.
    ///
    /// # Errors
    /// When the database says no.
    pub fn open(community: &Community, conn: &'a mut Conn<'c>) -> Result<Self> {
        let state = State::load(conn)?;
        let graph = community.graph.get(conn)?;
        let names = community.names.get(conn, state.names)?;
        let sources = sources::list(conn)?;
        let channels = sources::channels(conn)?;
        Ok(Self { conn, graph, names, sources, channels, state })
    }

    /// The community's name.
    pub fn community(&self) -> &str {
        &self.state.community
    }

    /// The community's zone.
    pub fn zone(&self) -> &Zone {
        &self.state.zone
    }

    /// How far the index is.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Every source.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// Every channel.
    pub fn channels(&self) -> &[Channel] {
        &self.channels
    }

    /// Messages that fit, from a place in the list on.
    ///
    /// # Errors
    /// `NotFound` when a filter names nobody or nothing, `Invalid` when it names too many.
    pub fn messages(
        &mut self,
        query: &Query,
        sort: Sort,
        from: Option<Cursor>,
        limit: usize,
    ) -> Result<Hits> {
        let marks = self.marks(query)?;
        let from = from.unwrap_or(Cursor { top: Doc::MAX, after: None });
        let (mut pool, lowest) = self.pool(query, &marks, sort, from.top)?;
        let full = lowest.is_some();
        let found = pool.len();
        pool.sort_unstable_by_key(|r| std::cmp::Reverse((r.key, r.doc)));
        if let Some(after) = from.after {
            pool.retain(|r| (r.key, r.doc) < after);
        }
        let rest = pool.len() > limit;
        pool.truncate(limit);
        let next = match pool.last() {
            Some(last) if rest => Some(Cursor { after: Some((last.key, last.doc)), ..from }),
            _ => lowest.map(|top| Cursor { top, after: None }),
        };
        Ok(Hits { hits: self.finish(query, pool)?, next, found, more: full })
    }

    /// The newest entries below a number that fit, and where the next ones begin if there may be any.
    fn pool(
        &mut self,
        query: &Query,
        marks: &Marks,
        sort: Sort,
        top: Doc,
    ) -> Result<(Vec<Candidate>, Option<Doc>)> {
        let expression = query.expression(self.conn.dialect(), marks);
        let (from, to) = self.span(query);
        let newest = self.channels.iter().filter_map(|c| c.span).map(|s| s.1).max().unwrap_or_default();
        let sql = pool_sql(self.conn.dialect(), query.filters.unanswered);
        let params = [
            expression.as_str().into(),
            first_doc(from).into(),
            top.into(),
            from.into(),
            to.into(),
            (POOL as i64).into(),
        ];
        let (graph, terms) = (&self.graph, &query.words);
        let (mut out, mut rows, mut lowest) = (Vec::new(), 0, top);
        self.conn.for_each(&sql, &params, |r| {
            rows += 1;
            lowest = r.int(0)?;
            if query.filters.unanswered && answered(graph, r)? {
                return Ok(());
            }
            out.push(read_row(r, terms, sort, newest)?);
            Ok(())
        })?;
        Ok((out, (rows == POOL).then_some(lowest)))
    }

    /// The first and the last moment of what is asked.
    fn span(&self, query: &Query) -> (Micros, Micros) {
        let zone = &self.state.zone;
        let start = |day| zone.start_of(day);
        (
            query.filters.after.map_or(Micros::MIN, start),
            query.filters.before.map_or(Micros::MAX, |d| start(d) - 1),
        )
    }

    /// Authors and whole texts of what is shown.
    fn finish(&mut self, query: &Query, pool: Vec<Candidate>) -> Result<Vec<Hit>> {
        if pool.is_empty() {
            return Ok(Vec::new());
        }
        let seqs: Vec<String> = pool.iter().map(|r| r.hit.seq.to_string()).collect();
        let mut texts: HashMap<i64, String> = HashMap::with_capacity(pool.len());
        let list = list_sql(self.conn.dialect());
        self.conn.for_each(
            &format!("SELECT seq, text FROM messages WHERE seq IN ({list})"),
            &[format!("[{}]", seqs.join(",")).as_str().into()],
            |r| {
                texts.insert(r.int(0)?, r.opt_text(1)?.unwrap_or_default());
                Ok(())
            },
        )?;
        let authors = self.known(pool.iter().map(|r| r.identity))?;
        let graph = Arc::clone(&self.graph);
        let member = |identity: u32| authors.get(&graph.member_of(identity)).map(|i| i.public_id.clone());
        Ok(pool
            .into_iter()
            .map(|r| Hit {
                excerpt: excerpt(&query.words, texts.get(&r.hit.seq).map_or("", String::as_str)),
                author: authors.get(&r.identity).cloned(),
                member: member(r.identity),
                ..r.hit
            })
            .collect())
    }

    /// Identities by number, and those that give their members their ids.
    fn known(&mut self, numbers: impl Iterator<Item = u32>) -> Result<HashMap<u32, Identity>> {
        let mut all: Vec<u32> =
            numbers.flat_map(|i| [i, self.graph.member_of(i)]).filter(|i| *i != 0).collect();
        all.sort_unstable();
        all.dedup();
        Ok(people::identities(self.conn, &all)?.into_iter().map(|i| (i.identity, i)).collect())
    }

    /// What the index is asked for beside words.
    fn marks(&self, query: &Query) -> Result<Marks> {
        let mut marks = Marks { opening: query.filters.unanswered, ..Marks::default() };
        for name in &query.filters.from {
            marks.identities.extend(self.authors(name)?);
        }
        if marks.identities.len() > AUTHORS_MAX {
            return Err(Error::invalid(
                "from: fits too many people; write more of the name, a handle or an e-mail address",
            ));
        }
        for name in &query.filters.channels {
            marks.channels.extend(self.named_channels(name)?);
        }
        for name in &query.filters.sources {
            let found = self.sources.iter().find(|s| folded(&s.name) == folded(name) || s.public_id == *name);
            let found = found.ok_or_else(|| {
                let names: Vec<&str> = self.sources.iter().map(|s| s.name.as_str()).collect();
                Error::not_found(format!("there is no source \"{name}\"; there are: {}", names.join(", ")))
            })?;
            marks.sources.push(found.source_id);
        }
        Ok(marks)
    }

    /// Every identity of the members that a name means: those it fits wholly, else all that it fits.
    fn authors(&self, name: &str) -> Result<Vec<u32>> {
        let found = self.names.find(name);
        let Some((best, _)) = found.first() else {
            return Err(Error::not_found(format!(
                "from:{name} fits nobody; search for the name under Members to see how it is written"
            )));
        };
        let whole = *best == Fit::Whole;
        let fits = found.iter().filter(|(f, _)| !whole || *f == Fit::Whole);
        let mut members: Vec<u32> = fits.map(|(_, i)| self.graph.member_of(*i)).collect();
        members.sort_unstable();
        members.dedup();
        members.truncate(AUTHORS_MAX + 1);
        Ok(members.into_iter().flat_map(|m| self.graph.identities_of(m)).collect())
    }

    fn named_channels(&self, name: &str) -> Result<Vec<i64>> {
        let text = folded(name);
        let is = |c: &&Channel| {
            c.external_id == name || c.channel_id.to_string() == name || folded(&c.name) == text
        };
        let mut found: Vec<i64> = self.channels.iter().filter(is).map(|c| c.channel_id).collect();
        if found.is_empty() && !text.is_empty() {
            let fits = |c: &&Channel| fit(&folded(&c.name), &text).is_some_and(|f| f < Fit::Inside);
            found = self.channels.iter().filter(fits).map(|c| c.channel_id).collect();
        }
        if found.is_empty() {
            return Err(Error::not_found(format!(
                "in:{name} fits no channel; search for the name under Channels to see how it is written"
            )));
        }
        found.truncate(AUTHORS_MAX);
        Ok(found)
    }

    /// Members whom a text fits by name, handle or e-mail address, best first: some of them, and how many there are.
    ///
    /// # Errors
    /// When the database says no.
    pub fn members(&mut self, text: &str, skip: usize, limit: usize) -> Result<(Vec<MemberHit>, usize)> {
        let mut seen = std::collections::HashSet::new();
        let mut found = self.names.find(text);
        found.retain(|(_, identity)| seen.insert(self.graph.member_of(*identity)));
        let shown: Vec<u32> = found.iter().skip(skip).take(limit).map(|(_, i)| *i).collect();
        let known = self.known(shown.iter().copied())?;
        let hits = shown
            .iter()
            .filter_map(|i| {
                let member = self.graph.member_of(*i);
                Some(MemberHit {
                    id: known.get(&member)?.public_id.clone(),
                    identity: known.get(i)?.clone(),
                    others: self.graph.identities_of(member).len() - 1,
                })
            })
            .collect();
        Ok((hits, found.len()))
    }

    /// Channels whose name or category a text fits, best first, of those the ones with the newest activity.
    pub fn channels_named(&self, text: &str) -> Vec<&Channel> {
        let text = folded(text);
        if text.is_empty() {
            return Vec::new();
        }
        let mut found: Vec<(Fit, Micros, &Channel)> = self
            .channels
            .iter()
            .filter_map(|c| {
                let name = fit(&folded(&c.name), &text);
                let category = c.category.as_ref().and_then(|k| fit(&folded(k), &text)).map(|_| Fit::Inside);
                Some((name.or(category)?, -c.span.map_or(0, |s| s.1), c))
            })
            .collect();
        found.sort_by_key(|(fit, newest, c)| (*fit, *newest, c.channel_id));
        found.into_iter().map(|(_, _, c)| c).collect()
    }
}

fn pool_sql(dialect: Dialect, unanswered: bool) -> String {
    let (doc, matches) = match dialect {
        Dialect::Sqlite => ("s.rowid", "search_index MATCH $1"),
        Dialect::Postgres => ("s.doc", "s.words @@ CAST(CAST($1 AS text) AS tsquery)"),
    };
    let (people, join) = if unanswered {
        // Of more than four people one is somebody else; fewer are looked at one by one. A mark counts as an answer.
        (
            "c.people, c.opener",
            "JOIN conversations c ON c.conversation_id = a.conversation_id AND c.opened_seq = a.seq
               AND (c.people IS NULL OR length(c.people) <= 96)
               AND NOT EXISTS (SELECT 1 FROM conversation_marks k WHERE k.place = c.place
                 AND k.ordering = c.ordering AND k.key_hash = c.key_hash AND k.mark = 'answered'
                 AND k.ended_at IS NULL)",
        )
    } else {
        ("NULL, 0", "")
    };
    format!(
        "SELECT {doc}, a.seq, a.at, a.kind, a.identity, a.channel_id, a.source_id, a.conversation_id, m.title,
           substr(m.text, 1, 2000), m.permalink, m.reactions, {people}
         FROM search_index s JOIN activities a ON a.seq = ({doc} & {SEQ_MASK}) JOIN messages m ON m.seq = a.seq {join}
         WHERE {matches} AND {doc} >= $2 AND {doc} < $3 AND a.at >= $4 AND a.at <= $5
         ORDER BY {doc} DESC LIMIT $6"
    )
}

/// The inside of an `IN (…)` over the numbers of a JSON list.
fn list_sql(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "SELECT value FROM json_each($1)",
        Dialect::Postgres => "SELECT v::bigint FROM jsonb_array_elements_text(CAST($1 AS text)::jsonb) v",
    }
}

/// Whether somebody else wrote in the conversation that a row opens; bots do not count.
fn answered(graph: &Graph, r: &Row<'_>) -> Result<bool> {
    let opener = r.int(13)? as u32;
    let opening = Opening {
        seq: 0,
        at: 0,
        rank: 0,
        hash: 0,
        kind: Kind(r.int(3)? as i16),
        identity: opener,
        channel_id: 0,
    };
    let other =
        |identity: u32| !graph.is_bot(identity) && graph.member_of(identity) != graph.member_of(opener);
    Ok(graph.is_bot(opener) || people_of(r.bytes(12)?, &opening)?.iter().any(|p| other(p.identity)))
}

fn read_row(r: &Row<'_>, terms: &[Term], sort: Sort, newest: Micros) -> Result<Candidate> {
    let (at, kind) = (r.int(2)?, Kind(r.int(3)? as i16));
    let title = r.opt_text(8)?;
    let reactions = r.int(11)?;
    let score = match sort {
        Sort::Newest => 0,
        Sort::Best => {
            let beside = Beside { age: newest - at, reactions, opens: kind.opens() };
            score(terms, title.as_deref(), &r.opt_text(9)?.unwrap_or_default(), beside)
        }
    };
    let conversation = r.int(7)?;
    Ok(Candidate {
        doc: r.int(0)?,
        key: if sort == Sort::Best { score } else { at },
        identity: r.int(4)? as u32,
        hit: Hit {
            seq: r.int(1)?,
            at,
            kind,
            author: None,
            member: None,
            channel_id: r.int(5)?,
            source_id: r.int(6)?,
            conversation_id: (conversation != 0).then_some(conversation),
            title: title.map(|t| marked(terms, &t)),
            excerpt: Vec::new(),
            permalink: r.opt_text(10)?,
            reactions,
            score,
        },
    })
}
