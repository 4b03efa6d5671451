//! What a capability puts on Today: things that need somebody now. The Today page gathers them from every
//! manifest, sorts them by harm and lateness, and keeps what people did with each (put off, dismissed).

use crate::{App, Permission, Principal};
use base::{Micros, Result};
use community::read::{LogView, Plan};
use ui::Markup;

/// What an item is about; the word beside it and the filter above the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TodayKind {
    /// A question without an answer.
    Question,
    /// Somebody who is new.
    Newcomer,
    /// A valued member who went quiet.
    Quiet,
    /// A figure outside its expected range.
    Anomaly,
    /// Work of the program itself: an import that runs or failed.
    Work,
}

impl TodayKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Question, Self::Newcomer, Self::Quiet, Self::Anomaly, Self::Work];

    /// Its word in addresses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::Newcomer => "newcomer",
            Self::Quiet => "quiet",
            Self::Anomaly => "anomaly",
            Self::Work => "work",
        }
    }

    /// As people read it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Question => "Question",
            Self::Newcomer => "Newcomer",
            Self::Quiet => "Gone quiet",
            Self::Anomaly => "Unusual",
            Self::Work => "Import",
        }
    }
}

/// One thing that needs somebody.
#[derive(Clone, Debug)]
pub struct TodayItem {
    /// Says which thing this is, the same after an undo and a newer import: made of the source's own ids
    /// (`question:PLACE:ORDERING:HASH`), never of a row's number that an undo gives anew.
    pub key: String,
    /// What it is about.
    pub kind: TodayKind,
    /// What it is, in one line.
    pub title: String,
    /// Where it leads.
    pub href: String,
    /// Why it is here, in one sentence with its figures.
    pub why: String,
    /// Since when.
    pub since: Micros,
    /// Until when it should be done; `None` where there is no clock (old data, no target).
    pub due: Option<Micros>,
    /// How much harm waiting does, 0 to 100: 90 a newcomer's question past its time, 60 somebody valued who
    /// went quiet, 30 a greeting.
    pub harm: u8,
    /// Who it is about; the name as people read it.
    pub person: String,
    /// The badge of its source (`ui::source_badge`); may be empty.
    pub badge: Markup,
    /// The place within the source ("#help"); may be empty.
    pub place: String,
    /// What was said, shortened; may be empty.
    pub quote: String,
    /// The target in words ("target 4 h") or what stands beside the time ("first message"); may be empty.
    pub target: String,
    /// Its actions in place: forms and buttons, made with [`crate::contact_panel`] and `ui::button`.
    pub actions: Markup,
}

/// What a giver of items is told.
pub struct TodayAsk<'a> {
    /// The program.
    pub app: &'a App,
    /// Somebody with the rights of whoever looks. What is given is remembered and shown to all who may see it: it
    /// must not depend on who asks; the form token is filled in for each.
    pub principal: &'a Principal,
    /// *Now* for this page: the last activity, or a day that was picked.
    pub now: Micros,
    /// The address of Today with its filters, for forms that come back to it.
    pub back: &'a str,
}

/// Gives the items of one kind within one reading of the log.
pub type GiveItems = fn(&mut LogView<'_, '_>, &TodayAsk<'_>) -> Result<Vec<TodayItem>>;

/// Says what a giver will ask the log for at a moment, so that Today reads it once for all of them.
pub type PlanItems = fn(&LogView<'_, '_>, Micros) -> Plan;

/// A giver of items behind one permission.
#[derive(Clone, Copy)]
pub struct TodayItems {
    /// Who may see them.
    pub permission: Permission,
    /// Gives them.
    pub give: GiveItems,
    /// What they will ask the log for; `None` where it is nothing that others may ask for as well.
    pub plan: Option<PlanItems>,
}
