//! An endpoint, and the rules by which it hears and is tried.

use crate::catalogue::Wanted;
use base::{Error, Micros, Result};

const SECOND: Micros = 1_000_000;
pub(crate) const DAY: Micros = 86_400 * SECOND;

/// How long one attempt may take.
pub(crate) const AT_MOST: std::time::Duration = std::time::Duration::from_secs(20);
/// How many bytes of an answer are kept.
pub(crate) const KEEP: usize = 500;
/// How old an activity may be when it arrives, for endpoints that do not want history.
pub(crate) const FRESH: Micros = 7 * DAY;
/// How long an endpoint may fail without a success before it is stopped.
pub(crate) const PATIENCE: Micros = 5 * DAY;
/// How long a secret that was replaced is used beside the new one.
pub(crate) const OVERLAP: Micros = DAY;

/// When a message is tried again, in seconds after each failure: the schedule of Standard Webhooks.
const RETRIES: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

/// How long to wait after attempt number `attempt` failed; `None` when it was the last. `chance` adds up to a tenth, and
/// the other side may ask for more, up to a day.
pub(crate) fn wait(attempt: u32, retry_after: Option<u64>, chance: u8) -> Option<Micros> {
    let seconds = RETRIES.get(attempt.saturating_sub(1) as usize)?;
    let wait = seconds * SECOND;
    let wait = wait + wait / 10 * i64::from(chance) / 255;
    let asked = retry_after.map_or(0, |s| i64::try_from(s).unwrap_or(i64::MAX / SECOND).min(86_400) * SECOND);
    Some(wait.max(asked))
}

/// A program elsewhere.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    pub endpoint_id: i64,
    pub public_id: String,
    pub url: String,
    pub description: String,
    pub wanted: Wanted,
    /// Whether it hears of private channels.
    pub private: bool,
    /// Whether it hears of what happened before it was made, when that comes in.
    pub history: bool,
    pub made_at: Micros,
    pub changed_at: Micros,
    pub failing_since: Option<Micros>,
    pub stopped_at: Option<Micros>,
    pub stopped_why: Option<String>,
}

/// What there is to know of an activity to decide who hears of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrived<'a> {
    pub kind: &'a str,
    pub at: Micros,
    pub private: bool,
    pub now: Micros,
}

impl Endpoint {
    pub(crate) fn hears(&self, a: &Arrived<'_>) -> bool {
        let new = a.at >= self.made_at && a.at >= a.now - FRESH;
        self.wanted.holds(a.kind) && (self.private || !a.private) && (self.history || new)
    }

    /// How it stands, in a word.
    pub(crate) fn state(&self) -> &'static str {
        match (self.stopped_at, self.failing_since) {
            (Some(_), _) => "stopped",
            (None, Some(_)) => "failing",
            (None, None) => "active",
        }
    }
}

/// What somebody says of an endpoint.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub url: String,
    pub description: String,
    pub wanted: Wanted,
    pub private: bool,
    pub history: bool,
}

impl Said {
    /// Checks it.
    ///
    /// # Errors
    /// `Invalid` in words for whoever typed it.
    pub(crate) fn checked(mut self, client: &outgoing::Client) -> Result<Self> {
        self.url = self.url.trim().to_owned();
        self.description = self.description.trim().to_owned();
        client.check(&self.url)?;
        if self.description.chars().count() > 200 {
            return Err(Error::invalid("a description has at most 200 characters"));
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_tried_for_three_days_and_a_bit() {
        let total: i64 = (1..).map_while(|n| wait(n, None, 0)).sum();
        assert_eq!(total / SECOND, 272_105);
        assert_eq!(wait(1, None, 0), Some(5 * SECOND));
        assert_eq!(wait(1, None, 255), Some(5 * SECOND + SECOND / 2));
        assert_eq!(wait(1, Some(60), 0), Some(60 * SECOND));
        assert_eq!(wait(2, Some(60), 0), Some(300 * SECOND));
        assert_eq!(wait(1, Some(u64::MAX), 0), Some(DAY));
        assert_eq!(wait(10, None, 0), None);
    }

    #[test]
    fn an_endpoint_hears_what_is_new_and_not_private() {
        let made_at = 100 * DAY;
        let endpoint = |private, history| Endpoint {
            endpoint_id: 1,
            public_id: "whe_1".into(),
            url: String::new(),
            description: String::new(),
            wanted: Wanted(vec!["message.posted".into()]),
            private,
            history,
            made_at,
            changed_at: made_at,
            failing_since: None,
            stopped_at: None,
            stopped_why: None,
        };
        let check = |e: &Endpoint, kind, at, private, now, expect| {
            assert_eq!(e.hears(&Arrived { kind, at, private, now }), expect, "{kind} {at} {private} {now}");
        };
        let usual = endpoint(false, false);
        let posted = "message.posted";
        check(&usual, posted, made_at, false, made_at + DAY, true);
        check(&usual, "member.joined", made_at, false, made_at, false);
        check(&usual, posted, made_at - 1, false, made_at, false);
        check(&usual, posted, made_at, false, made_at + FRESH + 1, false);
        check(&usual, posted, made_at, true, made_at, false);
        check(&endpoint(true, false), posted, made_at, true, made_at, true);
        check(&endpoint(false, true), posted, 0, false, made_at + 900 * DAY, true);
    }
}
