//! Where a conversation stands, from what the log shows and what people said. Pure.

use crate::hours::{Hours, MINUTE};
use base::Micros;
use community::marks::{Family, Mark, MarkRow};
use community::read::{Echo, Thread};

/// Where a conversation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Somebody else wrote in it, or a person said that it is answered.
    Answered,
    /// In a chat, somebody else wrote in the channel soon after, or reacted.
    Probably,
    /// Nobody did.
    Unanswered,
    /// The asker owes a reply.
    WaitsForAsker,
    /// Something must be built or mended first.
    WaitsForEngineering,
}

impl State {
    /// Every state, in the order of filters.
    pub const ALL: [Self; 5] =
        [Self::Unanswered, Self::Probably, Self::Answered, Self::WaitsForAsker, Self::WaitsForEngineering];

    /// Its word in addresses and in the API.
    pub fn word(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Probably => "probably_answered",
            Self::Unanswered => "unanswered",
            Self::WaitsForAsker => "waits_for_asker",
            Self::WaitsForEngineering => "waits_for_engineering",
        }
    }

    /// As people read it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Answered => "Answered",
            Self::Probably => "Probably answered",
            Self::Unanswered => "Unanswered",
            Self::WaitsForAsker => "Waits for asker",
            Self::WaitsForEngineering => "Waits for engineering",
        }
    }

    /// The state of this word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.word() == word)
    }
}

/// What is known of a conversation.
#[derive(Clone, Copy, Debug, Default)]
pub struct Facts<'a> {
    /// When it was opened.
    pub at: Micros,
    /// The first later row by another human member.
    pub answered_at: Option<Micros>,
    /// What speaks for an answer beside it; only chats have that.
    pub echo: Option<Echo>,
    /// What people said, oldest first.
    pub marks: &'a [MarkRow],
    /// Rows after the opening by human members, by time: whether by the opener, and when. Needed only where it
    /// waits for the asker.
    pub later: &'a [(bool, Micros)],
}

/// The state, its reason, and how the clock ran.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Where it stands.
    pub state: State,
    /// Why, in a sentence.
    pub why: String,
    /// When the asker owed a reply, or something had to be built first.
    pub pauses: Vec<(Micros, Micros)>,
}

/// Judges a conversation.
pub fn stand(f: &Facts<'_>) -> Standing {
    let mut pauses = Vec::new();
    let mut held: Option<(&MarkRow, Option<Micros>)> = None;
    for mark in f.marks.iter().filter(|m| m.mark.family() == Family::Standing && m.mark != Mark::Answered) {
        // The asker's next words end the waiting, whether or not anybody took the mark back.
        let wrote = match mark.mark {
            Mark::WaitsForAsker => f.later.iter().find(|l| l.0 && l.1 > mark.seen_at).map(|l| l.1),
            _ => None,
        };
        let end = [wrote, mark.ended_at].into_iter().flatten().min().unwrap_or(Micros::MAX);
        pauses.push((mark.set_at.min(end), end));
        if mark.ended_at.is_none() {
            held = Some((mark, wrote));
        }
    }
    let answered_mark = f.marks.iter().rev().find(|m| m.ended_at.is_none() && m.mark == Mark::Answered);
    let (state, why) = match (answered_mark, held) {
        (Some(m), _) => (State::Answered, said(m)),
        (None, Some((m, None))) if m.mark == Mark::WaitsForAsker => (State::WaitsForAsker, said(m)),
        (None, Some((m, None))) => (State::WaitsForEngineering, said(m)),
        (None, Some((_, Some(wrote)))) => match f.later.iter().find(|l| !l.0 && l.1 > wrote) {
            Some(_) => (State::Answered, "Somebody answered what the asker added.".to_owned()),
            None => (State::Unanswered, "The asker has written again; nobody answered that yet.".to_owned()),
        },
        (None, None) => by_log(f),
    };
    Standing { state, why, pauses }
}

fn said(m: &MarkRow) -> String {
    let reason = if m.reason.is_empty() { String::new() } else { format!(": {}", m.reason) };
    format!("{} said so{reason}.", m.set_by)
}

fn by_log(f: &Facts<'_>) -> (State, String) {
    if f.answered_at.is_some() {
        return (State::Answered, "Somebody else wrote in the thread.".to_owned());
    }
    match f.echo {
        Some(Echo { followed_at: Some(at), reacted }) => {
            let after = ui::format::duration(((at - f.at).max(0) / 1_000_000) as f64);
            let more = if reacted { ", and somebody reacted" } else { "" };
            (State::Probably, format!("Somebody else wrote in the channel {after} later{more}."))
        }
        Some(Echo { followed_at: None, reacted: true }) => {
            (State::Probably, "Somebody reacted to it.".to_owned())
        }
        _ => (State::Unanswered, "Nobody else wrote in the thread.".to_owned()),
    }
}

/// Within what time a channel's questions are to be answered, and when somebody is there.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Minutes of somebody being there; 0 for no target.
    pub minutes: i64,
    /// When somebody is there.
    pub hours: Hours,
}

impl Target {
    /// Until when a conversation is to be answered; `None` while it waits for somebody else, once it is answered,
    /// or where there is no target.
    pub fn due(&self, at: Micros, standing: &Standing) -> Option<Micros> {
        if standing.state != State::Unanswered || self.minutes == 0 {
            return None;
        }
        self.hours.due(at, self.minutes * MINUTE, &standing.pauses)
    }

    /// Whether a quarter or less of the target is left, or it is over.
    pub fn is_near(&self, at: Micros, standing: &Standing, now: Micros) -> bool {
        self.minutes > 0 && self.hours.between(at, now, &standing.pauses) >= self.minutes * MINUTE / 4 * 3
    }
}

/// How much harm waiting does, 0 to 100: a question of somebody new most, one of a chat less than one of a forum
/// less late, and more the longer and the more people wait.
pub fn harm(newcomer: bool, late: Option<Micros>, waiting: u32) -> u8 {
    let base = if newcomer { 82 } else { 62 };
    let days = late.map_or(0, |l| (l / 86_400_000_000).clamp(0, 7)) as u8;
    let more = waiting.saturating_sub(1).min(5) as u8;
    (base + days + 2 * more).min(100)
}

/// The facts of a thread.
pub fn facts<'a>(
    thread: &Thread,
    echo: Option<Echo>,
    marks: &'a [MarkRow],
    later: &'a [(bool, Micros)],
) -> Facts<'a> {
    Facts { at: thread.at, answered_at: thread.answered_at, echo, marks, later }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Micros = 60 * MINUTE;

    fn mark(mark: Mark, set: i64, ended: Option<i64>) -> MarkRow {
        MarkRow {
            mark,
            reason: String::new(),
            set_by: "Ruth".into(),
            set_at: set * HOUR,
            seen_at: set * HOUR - 1,
            ended_at: ended.map(|h| h * HOUR),
        }
    }

    fn check(f: Facts<'_>, state: State, pauses: &[(i64, i64)]) {
        let s = stand(&f);
        let hours: Vec<_> =
            s.pauses.iter().map(|p| (p.0 / HOUR, if p.1 == Micros::MAX { -1 } else { p.1 / HOUR })).collect();
        assert_eq!((s.state, hours.as_slice()), (state, pauses), "{f:?}: {}", s.why);
    }

    #[test]
    fn what_people_said_goes_before_what_the_log_shows() {
        let echo =
            |followed: Option<i64>, reacted| Some(Echo { followed_at: followed.map(|h| h * HOUR), reacted });
        check(Facts::default(), State::Unanswered, &[]);
        check(Facts { answered_at: Some(HOUR), ..Facts::default() }, State::Answered, &[]);
        check(Facts { echo: echo(Some(1), false), ..Facts::default() }, State::Probably, &[]);
        check(Facts { echo: echo(None, true), ..Facts::default() }, State::Probably, &[]);
        check(Facts { echo: echo(None, false), ..Facts::default() }, State::Unanswered, &[]);
        let answered = [mark(Mark::Answered, 3, None)];
        check(Facts { marks: &answered, ..Facts::default() }, State::Answered, &[]);
        let taken_back = [mark(Mark::Answered, 3, Some(4))];
        check(Facts { marks: &taken_back, ..Facts::default() }, State::Unanswered, &[]);
        let engineering = [mark(Mark::WaitsForEngineering, 3, None)];
        let f = Facts { marks: &engineering, answered_at: Some(HOUR), ..Facts::default() };
        check(f, State::WaitsForEngineering, &[(3, -1)]);
        // Whether it is a question says nothing about where it stands.
        let question = [mark(Mark::Question, 3, None)];
        check(Facts { marks: &question, ..Facts::default() }, State::Unanswered, &[]);
    }

    #[test]
    fn the_asker_ends_the_waiting_by_writing() {
        let waits = [mark(Mark::WaitsForAsker, 3, None)];
        let at = |later: &'static [(bool, Micros)]| Facts {
            marks: &waits,
            answered_at: Some(HOUR),
            later,
            ..Facts::default()
        };
        check(at(&[(false, HOUR)]), State::WaitsForAsker, &[(3, -1)]);
        check(at(&[(true, 2 * HOUR)]), State::WaitsForAsker, &[(3, -1)]);
        check(at(&[(true, 5 * HOUR)]), State::Unanswered, &[(3, 5)]);
        check(at(&[(true, 5 * HOUR), (false, 6 * HOUR)]), State::Answered, &[(3, 5)]);
        let ended = [mark(Mark::WaitsForAsker, 3, Some(7)), mark(Mark::WaitsForEngineering, 7, Some(9))];
        check(Facts { marks: &ended, ..Facts::default() }, State::Unanswered, &[(3, 7), (7, 9)]);
        let target = Target { minutes: 240, hours: Hours::always(base::Zone::utc()) };
        let s = stand(&Facts { marks: &ended, ..Facts::default() });
        assert_eq!(target.due(0, &s), Some(10 * HOUR));
        assert!(target.is_near(0, &s, 3 * HOUR) && !target.is_near(0, &s, 2 * HOUR));
        assert_eq!(Target { minutes: 0, ..target }.due(0, &s), None);
    }

    #[test]
    fn newcomers_and_crowds_weigh_more() {
        assert!(harm(true, None, 1) > harm(false, Some(7 * 86_400_000_000), 3));
        assert!(harm(true, None, 1) >= 80 && harm(true, Some(i64::MAX), 90) <= 100);
        assert!(harm(false, Some(2 * 86_400_000_000), 1) > harm(false, None, 1));
    }
}
