//! What is kept of each conversation: its opening, and for each identity the first row and the number of
//! rows. First answers, answered shares and the reply graph follow exactly from it under every mask and link.

use crate::Kind;
use crate::blocks;
use crate::columns;
use crate::log::{self, COLUMNS, LogRow, copy_field};
use crate::questions::Asks;
use base::{Error, Micros, Result};
use std::collections::HashMap;
use std::fmt::Write as _;
use store::{Conn, Dialect, Param, Row};

/// Somebody's part in a conversation: active rows only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Person {
    pub identity: u32,
    pub first_at: Micros,
    pub first_rank: i64,
    pub rows: u32,
}

/// The opening: the first row, of whatever kind and author.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Opening {
    pub seq: i64,
    pub at: Micros,
    pub rank: i64,
    pub hash: i64,
    pub kind: Kind,
    pub identity: u32,
    pub channel_id: i64,
}

/// A conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Conversation {
    pub id: i64,
    pub place: i64,
    pub ordering: i64,
    pub key_hash: i64,
    pub source_id: i64,
    pub first_seq: i64,
    pub opening: Option<Opening>,
    pub people: Vec<Person>,
    pub title: Option<String>,
    /// How the opening asks.
    pub asks: Asks,
}

/// (place, ordering, hash of the key).
pub(crate) type ConversationRef = (i64, i64, i64);

impl Conversation {
    pub(crate) fn empty(id: i64, key: ConversationRef, source_id: i64) -> Self {
        Self {
            id,
            place: key.0,
            ordering: key.1,
            key_hash: key.2,
            source_id,
            first_seq: 0,
            opening: None,
            people: Vec::new(),
            title: None,
            asks: Asks::No,
        }
    }

    /// Takes one more row in; `asks` is what the rule says of it as an opening.
    pub(crate) fn add(&mut self, row: &LogRow, asks: Asks) {
        if !row.follows {
            self.first_seq = row.seq;
        }
        if self.opening.is_none_or(|o| row.order() < (o.at, o.rank, o.hash)) {
            self.opening = Some(Opening {
                seq: row.seq,
                at: row.at,
                rank: row.rank,
                hash: row.id_hash,
                kind: row.kind,
                identity: row.identity,
                channel_id: row.channel_id,
            });
            self.asks = asks;
        }
        if !row.kind.is_active() || row.identity == 0 {
            return;
        }
        match self.people.binary_search_by_key(&row.identity, |p| p.identity) {
            Ok(i) => {
                let p = &mut self.people[i];
                p.rows += 1;
                if (row.at, row.rank) < (p.first_at, p.first_rank) {
                    (p.first_at, p.first_rank) = (row.at, row.rank);
                }
            }
            Err(i) => self.people.insert(
                i,
                Person { identity: row.identity, first_at: row.at, first_rank: row.rank, rows: 1 },
            ),
        }
    }

    /// The people as bytes; `None` when it is only the opening by its opener, which the row says already.
    fn people_bytes(&self) -> Option<Vec<u8>> {
        if self.people == implied(self.opening.as_ref()) {
            return None;
        }
        let mut out = Vec::with_capacity(self.people.len() * 24);
        for p in &self.people {
            out.extend_from_slice(&p.identity.to_le_bytes());
            out.extend_from_slice(&p.first_at.to_le_bytes());
            out.extend_from_slice(&p.first_rank.to_le_bytes());
            out.extend_from_slice(&p.rows.to_le_bytes());
        }
        Some(out)
    }

    fn read(r: &Row<'_>) -> Result<Self> {
        let opening = Opening {
            seq: r.int(6)?,
            at: r.int(7)?,
            rank: r.int(8)?,
            hash: r.int(9)?,
            kind: Kind(r.int(10)? as i16),
            identity: r.int(11)? as u32,
            channel_id: r.int(12)?,
        };
        let people = people_of(r.bytes(13)?, &opening)?;
        Ok(Self {
            id: r.int(0)?,
            place: r.int(1)?,
            ordering: r.int(2)?,
            key_hash: r.int(3)?,
            source_id: r.int(4)?,
            first_seq: r.int(5)?,
            opening: Some(opening),
            people,
            title: r.opt_text(14)?,
            asks: Asks::of_number(r.int(15)?),
        })
    }
}

/// Reads the people of a conversation; no bytes mean the opener alone.
pub(crate) fn people_of(bytes: &[u8], opening: &Opening) -> Result<Vec<Person>> {
    if bytes.is_empty() {
        return Ok(implied(Some(opening)));
    }
    let mut out = Vec::with_capacity(bytes.len() / 24);
    for chunk in bytes.chunks(24) {
        let (Some(a), Some(b), Some(c), Some(d)) =
            (chunk.get(0..4), chunk.get(4..12), chunk.get(12..20), chunk.get(20..24))
        else {
            return Err(Error::internal("a conversation's people are damaged; run `folkmoot check`"));
        };
        out.push(Person {
            identity: u32::from_le_bytes(a.try_into().expect("four bytes")),
            first_at: i64::from_le_bytes(b.try_into().expect("eight bytes")),
            first_rank: i64::from_le_bytes(c.try_into().expect("eight bytes")),
            rows: u32::from_le_bytes(d.try_into().expect("four bytes")),
        });
    }
    Ok(out)
}

fn implied(opening: Option<&Opening>) -> Vec<Person> {
    match opening {
        Some(o) if o.kind.is_active() && o.identity != 0 => {
            vec![Person { identity: o.identity, first_at: o.at, first_rank: o.rank, rows: 1 }]
        }
        _ => Vec::new(),
    }
}

const SELECT: &str = "conversation_id, place, ordering, key_hash, source_id, first_seq, opened_seq, opened_at, \
     opened_rank, opened_hash, opened_kind, opener, channel_id, people, title, question";

/// The numbers of conversations with these keys, those that exist.
pub(crate) fn find_ids(tx: &mut Conn<'_>, keys: &[ConversationRef]) -> Result<HashMap<ConversationRef, i64>> {
    let mut out = HashMap::new();
    match tx.dialect() {
        Dialect::Sqlite => {
            tx.query_each(
                "SELECT place, ordering, key_hash, conversation_id FROM conversations
                 WHERE place = $1 AND ordering = $2 AND key_hash = $3",
                keys.iter().map(|key| [key.0.into(), key.1.into(), key.2.into()]),
                |r| {
                    out.insert((r.int(0)?, r.int(1)?, r.int(2)?), r.int(3)?);
                    Ok(())
                },
            )?;
        }
        Dialect::Postgres => {
            let list: Vec<String> = keys.iter().map(|k| format!("[{},{},{}]", k.0, k.1, k.2)).collect();
            tx.for_each(
                "SELECT c.place, c.ordering, c.key_hash, c.conversation_id
                 FROM jsonb_array_elements(CAST($1 AS text)::jsonb) k
                 JOIN conversations c ON c.place = (k->>0)::bigint AND c.ordering = (k->>1)::bigint
                                     AND c.key_hash = (k->>2)::bigint",
                &[format!("[{}]", list.join(",")).as_str().into()],
                |r| {
                    out.insert((r.int(0)?, r.int(1)?, r.int(2)?), r.int(3)?);
                    Ok(())
                },
            )?;
        }
    }
    Ok(out)
}

/// Conversations by number.
pub(crate) fn load_many(tx: &mut Conn<'_>, ids: &[i64]) -> Result<HashMap<i64, Conversation>> {
    let mut out = HashMap::with_capacity(ids.len());
    if tx.dialect() == Dialect::Sqlite {
        tx.query_each(
            &format!("SELECT {SELECT} FROM conversations WHERE conversation_id = $1"),
            ids.iter().map(|id| [(*id).into()]),
            |r| {
                let c = Conversation::read(r)?;
                out.insert(c.id, c);
                Ok(())
            },
        )?;
        return Ok(out);
    }
    for chunk in ids.chunks(1000) {
        let list: Vec<String> = chunk.iter().map(i64::to_string).collect();
        tx.for_each(
            &format!(
                "SELECT {SELECT} FROM conversations WHERE conversation_id IN
                   (SELECT v::bigint FROM jsonb_array_elements_text(CAST($1 AS text)::jsonb) v)"
            ),
            &[format!("[{}]", list.join(",")).as_str().into()],
            |r| {
                let c = Conversation::read(r)?;
                out.insert(c.id, c);
                Ok(())
            },
        )?;
    }
    Ok(out)
}

/// Writes new conversations: one COPY on PostgreSQL instead of a round trip for each.
pub(crate) fn insert_many(tx: &mut Conn<'_>, new: &[&Conversation]) -> Result<()> {
    blocks::forget(tx, new.iter().map(|c| c.id))?;
    if tx.dialect() == Dialect::Sqlite {
        let rows: Vec<_> = new.iter().filter_map(|c| Some((*c, c.opening?, c.people_bytes()))).collect();
        return tx.execute_each(
            INSERT,
            rows.iter().map(|(c, o, people)| insert_params(c, o, people)),
            |_| (),
        );
    }
    let mut lines = String::with_capacity(new.len() * 120);
    for c in new {
        let Some(o) = c.opening else { continue };
        let numbers = [
            c.id,
            c.place,
            c.ordering,
            c.key_hash,
            c.source_id,
            c.first_seq,
            o.seq,
            o.at,
            o.rank,
            o.hash,
            i64::from(o.kind.0),
            i64::from(o.identity),
            o.channel_id,
        ];
        for n in numbers {
            // Writing to a String does not fail.
            let _ = write!(lines, "{n}\t");
        }
        match c.people_bytes() {
            None => lines.push_str("\\N"),
            Some(bytes) => {
                lines.push_str("\\\\x");
                for b in bytes {
                    let _ = write!(lines, "{b:02x}");
                }
            }
        }
        copy_field(&mut lines, c.title.as_deref());
        // Writing to a String does not fail.
        let _ = writeln!(lines, "\t{}", c.asks.number());
    }
    tx.copy_in(
        "COPY conversations (conversation_id, place, ordering, key_hash, source_id, first_seq, opened_seq, opened_at,
           opened_rank, opened_hash, opened_kind, opener, channel_id, people, title, question) FROM STDIN",
        lines.as_bytes(),
    )?;
    Ok(())
}

const INSERT: &str = "INSERT INTO conversations (conversation_id, place, ordering, key_hash, source_id, first_seq,
       opened_seq, opened_at, opened_rank, opened_hash, opened_kind, opener, channel_id, people, title, question)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)";

fn insert_params<'a>(c: &'a Conversation, o: &Opening, people: &'a Option<Vec<u8>>) -> [Param<'a>; 16] {
    [
        c.id.into(),
        c.place.into(),
        c.ordering.into(),
        c.key_hash.into(),
        c.source_id.into(),
        c.first_seq.into(),
        o.seq.into(),
        o.at.into(),
        o.rank.into(),
        o.hash.into(),
        i64::from(o.kind.0).into(),
        o.identity.into(),
        o.channel_id.into(),
        people.as_ref().into(),
        c.title.as_deref().into(),
        c.asks.number().into(),
    ]
}

/// Writes changed conversations; one without an opening goes.
pub(crate) fn save_many(tx: &mut Conn<'_>, changed: &[&Conversation]) -> Result<()> {
    blocks::forget(tx, changed.iter().map(|c| c.id))?;
    for gone in changed.iter().filter(|c| c.opening.is_none()) {
        tx.execute("DELETE FROM conversations WHERE conversation_id = $1", &[gone.id.into()])?;
    }
    if tx.dialect() == Dialect::Postgres {
        return update_postgres(tx, changed);
    }
    let rows: Vec<_> = changed.iter().filter_map(|c| Some((*c, c.opening?, c.people_bytes()))).collect();
    tx.execute_each(
        "UPDATE conversations SET first_seq = $1, opened_seq = $2, opened_at = $3, opened_rank = $4,
           opened_hash = $5, opened_kind = $6, opener = $7, channel_id = $8, people = $9, title = $10,
           question = $11
         WHERE conversation_id = $12",
        rows.iter().map(|(c, o, people)| {
            [
                c.first_seq.into(),
                o.seq.into(),
                o.at.into(),
                o.rank.into(),
                o.hash.into(),
                i64::from(o.kind.0).into(),
                o.identity.into(),
                o.channel_id.into(),
                people.as_ref().into(),
                c.title.as_deref().into(),
                c.asks.number().into(),
                c.id.into(),
            ]
        }),
        |_| (),
    )
}

/// PostgreSQL: writes changed conversations that have an opening in one round trip.
fn update_postgres(tx: &mut Conn<'_>, kept: &[&Conversation]) -> Result<()> {
    let all: Vec<(&Conversation, Opening)> = kept.iter().filter_map(|c| Some((*c, c.opening?))).collect();
    if all.is_empty() {
        return Ok(());
    }
    let column = |of: fn(&Conversation, &Opening) -> i64| columns::numbers(all.iter().map(|(c, o)| of(c, o)));
    let people: Vec<Option<Vec<u8>>> = all.iter().map(|(c, _)| c.people_bytes()).collect();
    // PostgreSQL has no zero byte in text.
    let titles: Vec<Option<String>> =
        all.iter().map(|(c, _)| c.title.as_ref().map(|t| t.replace('\0', ""))).collect();
    tx.execute(
        "UPDATE conversations c SET first_seq = e.first_seq, opened_seq = e.opened_seq, opened_at = e.opened_at,
           opened_rank = e.opened_rank, opened_hash = e.opened_hash, opened_kind = e.opened_kind,
           opener = e.opener, channel_id = e.channel_id, question = e.question,
           people = CAST(e.people AS bytea), title = convert_from(CAST(e.title AS bytea), 'UTF8')
         FROM unnest(CAST(string_to_array($1, ',') AS bigint[]), CAST(string_to_array($2, ',') AS bigint[]),
           CAST(string_to_array($3, ',') AS bigint[]), CAST(string_to_array($4, ',') AS bigint[]),
           CAST(string_to_array($5, ',') AS bigint[]), CAST(string_to_array($6, ',') AS bigint[]),
           CAST(string_to_array($7, ',') AS bigint[]), CAST(string_to_array($8, ',') AS bigint[]),
           CAST(string_to_array($9, ',') AS bigint[]), CAST(string_to_array($10, ',') AS bigint[]),
           string_to_array($11, ',', 'N'), string_to_array($12, ',', 'N'))
           AS e (id, first_seq, opened_seq, opened_at, opened_rank, opened_hash, opened_kind, opener, channel_id,
             question, people, title)
         WHERE c.conversation_id = e.id",
        &[
            (&column(|c, _| c.id)).into(),
            (&column(|c, _| c.first_seq)).into(),
            (&column(|_, o| o.seq)).into(),
            (&column(|_, o| o.at)).into(),
            (&column(|_, o| o.rank)).into(),
            (&column(|_, o| o.hash)).into(),
            (&column(|_, o| i64::from(o.kind.0))).into(),
            (&column(|_, o| i64::from(o.identity))).into(),
            (&column(|_, o| o.channel_id)).into(),
            (&column(|c, _| c.asks.number())).into(),
            (&columns::bytes(people.iter().map(Option::as_deref))).into(),
            (&columns::bytes(titles.iter().map(|t| t.as_ref().map(String::as_bytes)))).into(),
        ],
    )
    .map(|_| ())
}

/// Every row of a conversation, in log order.
pub(crate) fn rows_of(tx: &mut Conn<'_>, id: i64, first_seq: i64) -> Result<Vec<LogRow>> {
    let mut rows = tx.query(
        &format!("SELECT {COLUMNS} FROM activities a WHERE a.conversation_id = $1 AND a.follows = 1"),
        &[id.into()],
        LogRow::read,
    )?;
    rows.extend(tx.query_opt(
        &format!(
            "SELECT {COLUMNS} FROM activities a WHERE a.seq = $1 AND a.conversation_id = $2 AND a.follows = 0"
        ),
        &[first_seq.into(), id.into()],
        LogRow::read,
    )?);
    rows.sort_unstable_by_key(LogRow::order);
    Ok(rows)
}

/// What the rule says of an opening, by its stored text.
fn asks_of(tx: &mut Conn<'_>, opening: &Opening) -> Result<Asks> {
    if !opening.kind.opens() {
        return Ok(Asks::No);
    }
    Ok(log::find_body(tx, opening.seq)?.unwrap_or_default().asks_by_rule(opening.kind))
}

/// Applies the rule anew after the text of a row changed, if it is the opening.
pub(crate) fn text_changed(tx: &mut Conn<'_>, id: i64, seq: i64) -> Result<()> {
    let Some(mut conversation) = load_many(tx, &[id])?.remove(&id) else { return Ok(()) };
    let Some(opening) = conversation.opening.filter(|o| o.seq == seq) else { return Ok(()) };
    let asks = asks_of(tx, &opening)?;
    if std::mem::replace(&mut conversation.asks, asks) == asks {
        return Ok(());
    }
    save_many(tx, &[&conversation])
}

/// Makes conversations anew from the log.
pub(crate) fn recompute(tx: &mut Conn<'_>, ids: &[i64]) -> Result<()> {
    let mut changed = Vec::with_capacity(ids.len());
    for (_, old) in load_many(tx, ids)? {
        let rows = rows_of(tx, old.id, old.first_seq)?;
        let mut fresh = Conversation::empty(old.id, (old.place, old.ordering, old.key_hash), old.source_id);
        fresh.first_seq = old.first_seq;
        fresh.title.clone_from(&old.title);
        for row in &rows {
            fresh.add(row, Asks::No);
        }
        let same = |f: &Opening| old.opening.is_some_and(|o| (o.seq, o.kind) == (f.seq, f.kind));
        fresh.asks = match &fresh.opening {
            Some(opening) if same(opening) => old.asks,
            Some(opening) => asks_of(tx, opening)?,
            None => Asks::No,
        };
        changed.push(fresh);
    }
    save_many(tx, &changed.iter().collect::<Vec<_>>())
}
