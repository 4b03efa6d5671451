//! One conversation: its messages, what was said around it, where it stands and whose it is.

use crate::filters::Filters;
use crate::list::{self, Places};
use crate::model::{Standing, State, facts, stand};
use crate::store::{Assignment, Decided, TargetRow};
use base::{Micros, Result, Zone};
use capability::{Principal, require_in};
use community::contacts::{self, Contact};
use community::marks::MarkRow;
use community::read::{LogView, Staff, Thread, ThreadMessage};

/// Messages on a page; who needs more reads the rest at its source.
pub(crate) const MESSAGES: usize = 400;
/// Conversations looked at for the one before and the one after.
const NEIGHBOURS: usize = 60;
/// Messages of the channel before and after, in a chat.
const AROUND: usize = 4;

/// Everything on the page of a conversation.
#[derive(Debug)]
pub(crate) struct ThreadPage {
    pub community: String,
    pub zone: Zone,
    pub present: Micros,
    pub thread: Thread,
    pub standing: Standing,
    pub due: Option<Micros>,
    pub old: Option<Micros>,
    pub target: TargetRow,
    pub is_help: bool,
    pub messages: Vec<ThreadMessage>,
    pub before: Vec<ThreadMessage>,
    pub after: Vec<ThreadMessage>,
    pub marks: Vec<MarkRow>,
    pub assigned: Option<Assignment>,
    pub accounts: Vec<(i64, String)>,
    pub contacts: Vec<Contact>,
    pub places: Places,
}

impl ThreadPage {
    /// The title, else the beginning of what was written.
    pub(crate) fn title(&self) -> String {
        let opening = self.messages.first();
        let title = opening.and_then(|m| m.title.clone().or_else(|| m.text.clone())).unwrap_or_default();
        let title = crate::words::excerpt(&title, 90);
        if title.is_empty() { "Conversation".to_owned() } else { title }
    }
}

/// Reads a conversation.
///
/// # Errors
/// `NotFound` when there is none of this number, `Forbidden` when it is in a place that `who` may not read.
pub(crate) fn load(
    view: &mut LogView<'_, '_>,
    id: i64,
    who: &Principal,
    present: Micros,
) -> Result<ThreadPage> {
    let decided = Decided::load(view)?;
    let thread = view.thread(id, &decided.said)?;
    require_in(who, crate::READ, (thread.source_id, thread.channel_id))?;
    let messages = view.thread_messages(&thread, MESSAGES)?;
    let places = Places::of(view);
    let chat = places.is_chat(thread.source_id);
    let (before, after) = if chat { view.around(&thread, AROUND)? } else { Default::default() };
    let later: Vec<(bool, Micros)> = messages
        .iter()
        .filter(|m| m.seq != thread.opened_seq && m.kind.is_active() && !m.outside)
        .map(|m| (m.who == thread.opener, m.at))
        .collect();
    let marks = decided.said.of(thread.key).to_vec();
    let mut standing = stand(&facts(&thread, None, &marks, &later));
    if chat && standing.state == State::Unanswered {
        let echo = view.echoes(&[id])?.remove(&id).unwrap_or_default();
        standing = stand(&facts(&thread, Some(echo), &marks, &later));
    }
    let old = places.old(thread.source_id, present);
    let due = match old {
        None if thread.question => decided.target(thread.channel_id)?.due(thread.at, &standing),
        _ => None,
    };
    let of_opener = view.identities_of(thread.opener);
    let contacts = contacts::recent(view.conn(), Some(&of_opener), present - contacts::WARN_MICROS, 5)?;
    Ok(ThreadPage {
        zone: view.zone(),
        present,
        is_help: decided.said.help.contains(&thread.channel_id),
        target: decided.written(thread.channel_id),
        assigned: decided.assigned.get(&thread.key).cloned(),
        community: decided.community,
        accounts: decided.accounts,
        thread,
        standing,
        due,
        old,
        messages,
        before,
        after,
        marks,
        contacts,
        places,
    })
}

/// The conversations before and after one in the list with these filters.
///
/// # Errors
/// `NotFound` when there is none of this number.
pub(crate) fn neighbours(
    view: &mut LogView<'_, '_>,
    id: i64,
    f: &Filters,
    who: &Principal,
) -> Result<(Option<i64>, Option<i64>)> {
    let decided = Decided::load(view)?;
    let here = view.thread(id, &decided.said)?;
    require_in(who, crate::READ, (here.source_id, here.channel_id))?;
    let (mut ask, _) = list::ask_of(view, f, &decided, who)?;
    ask.after = Some((here.at, id));
    ask.scope.staff = Staff::Include;
    let mut one = |ask| -> Result<Option<i64>> {
        // One is enough where nobody has to look into channels to say where it stands.
        let most = if f.state.is_some() { NEIGHBOURS } else { 1 };
        let found = view.threads(&ask, &decided.said, most, &mut |t| list::may_fit(t, f, &decided))?;
        let standings = list::standings(view, &found, &decided)?;
        let mut fitting =
            found.iter().zip(standings).filter(|(_, s)| f.state.is_none_or(|state| state == s.state));
        Ok(fitting.next().map(|(t, _)| t.conversation))
    };
    let next = one(ask.clone())?;
    ask.oldest = !ask.oldest;
    Ok((one(ask)?, next))
}
