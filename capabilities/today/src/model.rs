//! Order, groups and decisions; no I/O.

use base::{Error, Micros, Result};
use capability::today::{TodayItem, TodayKind};
use capability::views;

const DAY: Micros = 86_400 * 1_000_000;

/// How much lateness adds to an item's harm at most; half of it is reached after a day and a half.
const LATE_WEIGHT: f64 = 30.0;
/// After so many days over, waiting counts less again: whoever asked has mostly gone elsewhere.
const STALE_AFTER: f64 = 7.0;
/// Days in which what lateness adds falls to a third.
const STALE_BY: f64 = 21.0;

/// The longest reason, in bytes.
const REASON_MAX: usize = 500;

/// What somebody decided about an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Not before a moment.
    PutOff,
    /// Not any more, for a reason.
    Dismissed,
}

impl Decision {
    /// Its word in the store and in forms.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::PutOff => "put_off",
            Self::Dismissed => "dismissed",
        }
    }

    /// # Errors
    /// `Invalid` for another word.
    pub(crate) fn of(word: &str) -> Result<Self> {
        [Self::PutOff, Self::Dismissed]
            .into_iter()
            .find(|d| d.word() == word)
            .ok_or_else(|| Error::invalid("state is put_off or dismissed"))
    }
}

/// A decision as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StateRow {
    pub public_id: String,
    pub key: String,
    pub kind: String,
    pub title: String,
    pub href: String,
    pub decision: Decision,
    pub until_at: Option<Micros>,
    pub reason: String,
    pub set_by: String,
    pub set_at: Micros,
}

impl StateRow {
    /// Whether it keeps its item away at this moment.
    pub(crate) fn holds(&self, now: Micros) -> bool {
        match self.decision {
            Decision::Dismissed => true,
            Decision::PutOff => self.until_at.is_some_and(|until| until > now),
        }
    }
}

/// A decision that is to be kept.
#[derive(Clone, Debug)]
pub(crate) struct NewState {
    pub key: String,
    pub kind: TodayKind,
    pub title: String,
    pub href: String,
    pub decision: Decision,
    pub until_at: Option<Micros>,
    pub reason: String,
}

/// What a form or a program sends.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    pub key: String,
    pub kind: String,
    pub title: String,
    pub href: String,
    pub state: String,
    /// For how many days it is put off.
    pub days: Option<i64>,
    pub reason: String,
}

impl Asked {
    /// Checks it.
    ///
    /// # Errors
    /// `Invalid`, saying which field.
    pub(crate) fn checked(self, now: Micros) -> Result<NewState> {
        if self.key.is_empty() || self.key.len() > 300 {
            return Err(Error::invalid("key is that of an item of Today").at("key"));
        }
        let kind = TodayKind::ALL
            .into_iter()
            .find(|k| k.word() == self.kind)
            .ok_or_else(|| Error::invalid("kind is that of an item of Today").at("kind"))?;
        let decision = Decision::of(&self.state).map_err(|e| e.at("state"))?;
        let reason = self.reason.trim().to_owned();
        if reason.len() > REASON_MAX {
            return Err(Error::invalid(format!("a reason has at most {REASON_MAX} bytes")).at("reason"));
        }
        let until_at = match decision {
            Decision::Dismissed if reason.is_empty() => {
                return Err(Error::invalid(
                    "say why it is dismissed, so that a colleague understands it later",
                )
                .at("reason"));
            }
            Decision::Dismissed => None,
            Decision::PutOff => match self.days.unwrap_or(1) {
                days @ 1..=90 => Some(now + days * DAY),
                _ => return Err(Error::invalid("days is between 1 and 90").at("days")),
            },
        };
        let href = if views::on_the_desk(&self.href).is_ok() { self.href } else { String::new() };
        let title: String = self.title.chars().take(200).collect();
        Ok(NewState { key: self.key, kind, title, href, decision, until_at, reason })
    }
}

/// The headings of the list, by what is first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Group {
    /// Its time is over.
    Late,
    /// Harm grows, or its time ends within a day.
    Next,
    /// Everything else.
    Later,
}

impl Group {
    /// The heading.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Late => "Past their time",
            Self::Next => "Next",
            Self::Later => "When there is time",
        }
    }

    /// Where an item belongs.
    pub(crate) fn of(item: &TodayItem, now: Micros) -> Self {
        match item.due {
            Some(due) if due <= now => Self::Late,
            Some(due) if due <= now + DAY => Self::Next,
            _ if item.harm >= 50 => Self::Next,
            _ => Self::Later,
        }
    }
}

/// By what the list is sorted: harm, and on top of it how late it is.
pub(crate) fn urgency(item: &TodayItem, now: Micros) -> f64 {
    let over = item.due.map_or(0, |due| (now - due).max(0)) as f64 / DAY as f64;
    let stale = (-(over - STALE_AFTER).max(0.0) / STALE_BY).exp();
    // Half of the harm of something stale is done.
    f64::from(item.harm) * (0.5 + 0.5 * stale) + LATE_WEIGHT * over / (over + 1.5) * stale
}

/// Sorts by group, then by urgency, then oldest first; the key settles what is left.
pub(crate) fn sort(items: &mut [TodayItem], now: Micros) {
    items.sort_by(|a, b| {
        Group::of(a, now)
            .cmp(&Group::of(b, now))
            .then(urgency(b, now).total_cmp(&urgency(a, now)))
            .then(a.since.cmp(&b.since))
            .then_with(|| a.key.cmp(&b.key))
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use ui::Markup;

    fn item(key: &str, harm: u8, since: Micros, due: Option<Micros>) -> TodayItem {
        TodayItem {
            key: key.into(),
            kind: TodayKind::Question,
            title: String::new(),
            href: String::new(),
            why: String::new(),
            since,
            due,
            harm,
            person: String::new(),
            badge: Markup::empty(),
            place: String::new(),
            quote: String::new(),
            target: String::new(),
            actions: Markup::empty(),
        }
    }

    #[test]
    fn late_comes_first_then_harm_and_lateness() {
        let now = 100 * DAY;
        let mut items = vec![
            item("greeting", 30, now - DAY, None),
            item("quiet", 60, now - 30 * DAY, None),
            item("late", 40, now - 3 * DAY, Some(now - 2 * DAY)),
            item("stale", 40, now - 90 * DAY, Some(now - 89 * DAY)),
            item("very late", 40, now - 7 * DAY, Some(now - 6 * DAY)),
            item("harmful", 90, now - 2 * DAY, Some(now - DAY)),
            item("soon", 20, now, Some(now + DAY / 2)),
        ];
        sort(&mut items, now);
        let keys: Vec<&str> = items.iter().map(|i| i.key.as_str()).collect();
        assert_eq!(keys, ["harmful", "very late", "late", "stale", "quiet", "soon", "greeting"]);
    }

    #[test]
    fn a_decision_says_what_is_missing() {
        let asked = |state: &str, days, reason: &str| Asked {
            key: "question:1:0:2".into(),
            kind: "question".into(),
            title: "How?".into(),
            href: "/desk/conversations/1".into(),
            state: state.into(),
            days,
            reason: reason.into(),
        };
        assert_eq!(asked("put_off", Some(3), "").checked(0).expect("sound").until_at, Some(3 * DAY));
        assert!(asked("put_off", Some(91), "").checked(0).is_err());
        assert!(asked("dismissed", None, " ").checked(0).is_err());
        assert!(asked("dismissed", None, "spam").checked(0).is_ok());
        assert!(asked("gone", None, "spam").checked(0).is_err());
        let elsewhere = Asked { href: "https://example.org/".into(), ..asked("put_off", None, "") };
        assert_eq!(elsewhere.checked(0).expect("sound").href, "");
    }
}
