//! What a person says of a conversation, over the rule and over what the log shows: that it is a question or
//! none, that it is answered, that it waits for the asker or for engineering.
//!
//! A mark is a dated row under the conversation's own key, so that it outlives an undo and a newer import. A
//! mark ends when it is taken back or when another of its family takes its place; rows stay.

use base::{Error, Micros, Result};
use std::collections::HashMap;
use store::{Conn, Row};

/// The key of a conversation that every import of it has: place, ordering, hash.
pub type ConversationRef = (i64, i64, i64);

/// The longest reason, in bytes.
pub const REASON_MAX: usize = 500;

/// A mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mark {
    /// It is a question, whatever the rule says.
    Question,
    /// It is none, whatever the rule says.
    NotQuestion,
    /// It was answered, here or elsewhere.
    Answered,
    /// The asker owes a reply; the clock stands until they write.
    WaitsForAsker,
    /// Something must be built or mended first; the clock stands.
    WaitsForEngineering,
}

/// What a mark is about; one of each family holds at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Whether it is a question.
    Asking,
    /// Where it stands.
    Standing,
}

impl Mark {
    /// Every mark.
    pub const ALL: [Self; 5] =
        [Self::Question, Self::NotQuestion, Self::Answered, Self::WaitsForAsker, Self::WaitsForEngineering];

    /// Its word, as it is stored and as forms and programs send it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::NotQuestion => "not_question",
            Self::Answered => "answered",
            Self::WaitsForAsker => "waits_for_asker",
            Self::WaitsForEngineering => "waits_for_engineering",
        }
    }

    /// As people read it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Question => "a question",
            Self::NotQuestion => "not a question",
            Self::Answered => "answered",
            Self::WaitsForAsker => "waits for the asker",
            Self::WaitsForEngineering => "waits for engineering",
        }
    }

    /// The mark of this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|m| m.word() == word)
    }

    /// Its family.
    pub fn family(self) -> Family {
        match self {
            Self::Question | Self::NotQuestion => Family::Asking,
            Self::Answered | Self::WaitsForAsker | Self::WaitsForEngineering => Family::Standing,
        }
    }
}

/// What is done to a conversation: a mark set, or those of a family ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Sets a mark.
    Set(Mark),
    /// Ends the mark of a family.
    End(Family),
}

impl Change {
    /// The change of a word: a mark's, `open` (nothing is said of where it stands) or `by_rule` (the rule says
    /// whether it is a question).
    ///
    /// # Errors
    /// `Invalid`, naming the words.
    pub fn named(word: &str) -> Result<Self> {
        match word {
            "open" => Ok(Self::End(Family::Standing)),
            "by_rule" => Ok(Self::End(Family::Asking)),
            _ => Mark::named(word).map(Self::Set).ok_or_else(|| {
                let words: Vec<&str> = Mark::ALL.iter().map(|m| m.word()).collect();
                Error::invalid(format!(
                    "there is no mark \"{word}\"; use {}, open (ends where it stands) or by_rule (ends what was \
                     said against the rule)",
                    words.join(", ")
                ))
            }),
        }
    }
}

/// One mark of a conversation, with its dates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkRow {
    /// Which.
    pub mark: Mark,
    /// Why; may be empty.
    pub reason: String,
    /// Who of the team.
    pub set_by: String,
    /// When.
    pub set_at: Micros,
    /// The newest row of the conversation that there was then.
    pub seen_at: Micros,
    /// When it ended; `None` while it holds.
    pub ended_at: Option<Micros>,
}

impl MarkRow {
    /// A row from its stored texts and times; `None` for a word of a later version.
    pub fn of_stored(
        mark: &str,
        reason: String,
        set_by: String,
        times: (Micros, Micros, Option<Micros>),
    ) -> Option<Self> {
        let (set_at, seen_at, ended_at) = times;
        Some(Self { mark: Mark::named(mark)?, reason, set_by, set_at, seen_at, ended_at })
    }
}

const SELECT: &str = "place, ordering, key_hash, mark, reason, set_by, set_at, seen_at, ended_at";

fn read(r: &Row<'_>) -> Result<Option<(ConversationRef, MarkRow)>> {
    // A word of a later version says nothing to this one.
    let Some(mark) = Mark::named(&r.text(3)?) else { return Ok(None) };
    let row = MarkRow {
        mark,
        reason: r.text(4)?,
        set_by: r.text(5)?,
        set_at: r.int(6)?,
        seen_at: r.int(7)?,
        ended_at: r.opt_int(8)?,
    };
    Ok(Some(((r.int(0)?, r.int(1)?, r.int(2)?), row)))
}

/// The key of a conversation.
///
/// # Errors
/// `NotFound` when there is none of this number.
pub fn key_of(c: &mut Conn<'_>, conversation: i64) -> Result<ConversationRef> {
    c.query_opt(
        "SELECT place, ordering, key_hash FROM conversations WHERE conversation_id = $1",
        &[conversation.into()],
        |r| Ok((r.int(0)?, r.int(1)?, r.int(2)?)),
    )?
    .ok_or_else(|| {
        Error::not_found(format!(
            "there is no conversation {conversation}; it may have gone with an import that was taken back"
        ))
    })
}

/// Changes what is said of a conversation. Saying again what holds changes nothing.
///
/// # Errors
/// `NotFound` when there is no such conversation, `Invalid` when the reason is too long.
pub fn change(
    tx: &mut Conn<'_>,
    conversation: i64,
    change: Change,
    reason: &str,
    by: &str,
    now: Micros,
) -> Result<()> {
    let reason = reason.trim();
    if reason.len() > REASON_MAX {
        return Err(Error::invalid(format!("a reason has at most {REASON_MAX} bytes")));
    }
    let key = key_of(tx, conversation)?;
    let seen_at = newest_row(tx, conversation)?;
    let family = match change {
        Change::Set(mark) => mark.family(),
        Change::End(family) => family,
    };
    let held = of(tx, &[key])?.remove(&key).unwrap_or_default();
    let held = held.iter().find(|m| m.ended_at.is_none() && m.mark.family() == family);
    if let (Some(held), Change::Set(mark)) = (held, change)
        && (held.mark, held.seen_at, held.reason.as_str()) == (mark, seen_at, reason)
    {
        return Ok(());
    }
    let words: Vec<String> =
        Mark::ALL.iter().filter(|m| m.family() == family).map(|m| format!("'{}'", m.word())).collect();
    tx.execute(
        &format!(
            "UPDATE conversation_marks SET ended_by = $1, ended_at = $2
             WHERE place = $3 AND ordering = $4 AND key_hash = $5 AND ended_at IS NULL AND mark IN ({})",
            words.join(",")
        ),
        &[by.into(), now.into(), key.0.into(), key.1.into(), key.2.into()],
    )?;
    let Change::Set(mark) = change else { return Ok(()) };
    tx.execute(
        "INSERT INTO conversation_marks (place, ordering, key_hash, mark, reason, set_by, set_at, seen_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            key.0.into(),
            key.1.into(),
            key.2.into(),
            mark.word().into(),
            reason.into(),
            by.into(),
            now.into(),
            seen_at.into(),
        ],
    )?;
    Ok(())
}

/// When the newest row of a conversation was written.
fn newest_row(c: &mut Conn<'_>, conversation: i64) -> Result<Micros> {
    // Each half finds its rows by an index.
    c.query_one(
        "SELECT max(at) FROM (
           SELECT max(a.at) AS at FROM activities a WHERE a.conversation_id = $1 AND a.follows = 1
           UNION ALL
           SELECT c.opened_at FROM conversations c WHERE c.conversation_id = $1) newest",
        &[conversation.into()],
        |r| Ok(r.opt_int(0)?.unwrap_or_default()),
    )
}

/// Every mark of these conversations, those that ended too, oldest first.
///
/// # Errors
/// When the database says no.
pub fn of(c: &mut Conn<'_>, keys: &[ConversationRef]) -> Result<HashMap<ConversationRef, Vec<MarkRow>>> {
    let mut out: HashMap<ConversationRef, Vec<MarkRow>> = HashMap::new();
    for chunk in keys.chunks(300) {
        let list: Vec<String> = chunk.iter().map(|k| format!("({},{},{})", k.0, k.1, k.2)).collect();
        c.for_each(
            &format!(
                "SELECT {SELECT} FROM conversation_marks
                 WHERE (place, ordering, key_hash) IN (VALUES {}) ORDER BY mark_id",
                list.join(",")
            ),
            &[],
            |r| {
                if let Some((key, row)) = read(r)? {
                    out.entry(key).or_default().push(row);
                }
                Ok(())
            },
        )?;
    }
    Ok(out)
}

/// Conversations that a mark says wait for the asker, by number, ascending.
pub(crate) fn waiting(c: &mut Conn<'_>) -> Result<Vec<i64>> {
    c.query(
        "SELECT c.conversation_id FROM conversation_marks m
         JOIN conversations c ON c.place = m.place AND c.ordering = m.ordering AND c.key_hash = m.key_hash
         WHERE m.ended_at IS NULL AND m.mark = 'waits_for_asker' ORDER BY c.conversation_id",
        &[],
        |r| r.int(0),
    )
}

/// What people said against the rule, by number of the conversation: (those that ask, those that do not).
pub(crate) fn overruled(c: &mut Conn<'_>) -> Result<(Vec<i64>, Vec<i64>)> {
    let (mut yes, mut no) = (Vec::new(), Vec::new());
    c.for_each(
        "SELECT c.conversation_id, m.mark FROM conversation_marks m
         JOIN conversations c ON c.place = m.place AND c.ordering = m.ordering AND c.key_hash = m.key_hash
         WHERE m.ended_at IS NULL AND m.mark IN ('question', 'not_question')",
        &[],
        |r| {
            let id = r.int(0)?;
            match Mark::named(&r.text(1)?) {
                Some(Mark::Question) => yes.push(id),
                _ => no.push(id),
            }
            Ok(())
        },
    )?;
    yes.sort_unstable();
    no.sort_unstable();
    Ok((yes, no))
}
