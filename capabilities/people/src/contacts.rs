//! Contacts: what came of them, as the log says by now.

use crate::members::{self, Line};
use base::{Micros, Result};
use community::contacts::{self, Contact};
use community::read::LogView;
use std::collections::HashMap;

/// What the log says of a contact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The conversation that it was about was answered: by whom, when.
    Answered(u32, Micros),
    /// The person was active again.
    Back(Micros),
    /// Neither, up to the last activity of the log.
    Nothing,
}

/// A contact with its outcome.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub contact: Contact,
    /// The member that was written to.
    pub member: u32,
    pub outcome: Outcome,
    /// The conversation that it was about, where it is still there.
    pub conversation: Option<i64>,
}

/// Contacts with their outcomes, and what is shown of everybody in them.
pub(crate) struct Entries {
    pub entries: Vec<Entry>,
    pub people: HashMap<u32, Line>,
}

/// The newest contacts, of these identities or of everybody.
pub(crate) fn load(
    view: &mut LogView<'_, '_>,
    identities: Option<&[u32]>,
    since: Micros,
    limit: i64,
) -> Result<Entries> {
    let roster = view.roster()?;
    let found = contacts::recent(view.conn(), identities, since, limit)?;
    let keys: Vec<_> = found.iter().filter_map(|c| c.conversation).collect();
    let conversations = if keys.is_empty() { HashMap::new() } else { view.participants(&keys)? };
    let zone = view.zone();
    // Who was not active on the day of the contact or later has not come back.
    let asked: Vec<(i64, Vec<u32>, Micros)> = found
        .iter()
        .enumerate()
        .filter(|(_, c)| {
            let last = roster.get(roster.member_of(c.identity)).and_then(|g| g.last());
            last.is_some_and(|last| last >= zone.day_of(c.made_at))
        })
        .map(|(at, c)| (at as i64, roster.identities_of(roster.member_of(c.identity)), c.made_at))
        .collect();
    let back = view.first_after(&asked)?;
    let entries: Vec<Entry> = found
        .into_iter()
        .enumerate()
        .map(|(at, contact)| {
            let member = roster.member_of(contact.identity);
            let about = contact.conversation.and_then(|key| conversations.get(&key));
            let answer = about.and_then(|(_, people)| {
                let others = people.iter().filter(|p| p.0 != member && p.1 > contact.made_at);
                others.min_by_key(|p| p.1).copied()
            });
            let outcome = match (answer, back.get(&(at as i64))) {
                (Some((who, when)), back) if back.is_none_or(|b| when <= *b) => Outcome::Answered(who, when),
                (_, Some(when)) => Outcome::Back(*when),
                (Some((who, when)), None) => Outcome::Answered(who, when),
                (None, None) => Outcome::Nothing,
            };
            Entry { member, outcome, conversation: about.map(|a| a.0), contact }
        })
        .collect();
    let mut members: Vec<u32> = entries.iter().map(|e| e.member).collect();
    members.extend(entries.iter().filter_map(|e| match e.outcome {
        Outcome::Answered(who, _) => Some(who),
        _ => None,
    }));
    members.sort_unstable();
    members.dedup();
    let glances: Vec<_> = members.iter().filter_map(|m| roster.get(*m)).copied().collect();
    let people = members::lines(view, &roster, &glances)?;
    Ok(Entries { entries, people: people.into_iter().map(|l| (l.glance.member, l)).collect() })
}
