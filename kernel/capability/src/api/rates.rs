//! How much a caller may ask: so many calls in each minute, said in the headers `RateLimit` and `RateLimit-Policy`
//! (draft-ietf-httpapi-ratelimit-headers-10).
//!
//! The counts live in memory: a restart forgets them, and of several servers on one database each counts what it
//! answers itself.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use base::Micros;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// The length of a window: a minute.
const WINDOW: Micros = 60 * 1_000_000;
/// Callers that are remembered before those of earlier windows are swept.
const CALLERS: usize = 10_000;
/// How much may be asked where nothing else is set.
const QUOTA: u32 = 600;

/// When the window of a caller began, and how much of it is used.
type Counts = HashMap<String, (Micros, u32)>;

/// Counts calls. Clones share the counts.
#[derive(Clone, Debug)]
pub struct Rates {
    quota: u32,
    counts: Arc<Mutex<Counts>>,
}

impl Default for Rates {
    fn default() -> Self {
        Self::new(QUOTA)
    }
}

/// What is left to a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Left {
    quota: u32,
    /// Calls; nothing when this one is too much.
    calls: Option<u32>,
    /// Seconds until the window ends.
    seconds: i64,
}

impl Rates {
    /// So many calls a minute for each caller; 0 for no limit.
    pub fn new(quota: u32) -> Self {
        Self { quota, counts: Arc::default() }
    }

    /// Counts a call; nothing where there is no limit.
    pub(crate) fn take(&self, caller: &str, now: Micros) -> Option<Left> {
        if self.quota == 0 {
            return None;
        }
        // A panic while counting leaves at worst one count too few.
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let over = |begun: Micros| now < begun || now >= begun + WINDOW;
        if counts.len() >= CALLERS {
            counts.retain(|_, (begun, _)| !over(*begun));
        }
        let count = counts.entry(caller.to_owned()).or_insert((now, 0));
        if over(count.0) {
            *count = (now, 0);
        }
        let calls = (count.1 < self.quota).then(|| {
            count.1 += 1;
            self.quota - count.1
        });
        // Rounded up, so that whoever waits as long does not come too early.
        let seconds = (count.0 + WINDOW - now + 999_999) / 1_000_000;
        Some(Left { quota: self.quota, calls, seconds })
    }
}

impl Left {
    /// Whether this call is too much.
    pub(crate) fn is_over(self) -> bool {
        self.calls.is_none()
    }

    /// Seconds until there is more.
    pub(crate) fn seconds(self) -> i64 {
        self.seconds
    }

    /// Says it in an answer.
    pub(crate) fn say(self, headers: &mut HeaderMap) {
        let policy = format!("\"api\";q={};w={}", self.quota, WINDOW / 1_000_000);
        let left = format!("\"api\";r={};t={}", self.calls.unwrap_or(0), self.seconds);
        for (name, value) in [("ratelimit-policy", policy), ("ratelimit", left)] {
            // Numbers and quotes are always a header.
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_caller_has_a_quota_in_each_window() {
        let rates = Rates::new(2);
        let take = |who: &str, seconds: i64| rates.take(who, seconds * 1_000_000).expect("a limit");
        assert_eq!(take("a", 0), Left { quota: 2, calls: Some(1), seconds: 60 });
        assert_eq!(take("a", 10).calls, Some(0));
        assert!(take("a", 59).is_over());
        assert_eq!(take("a", 59).seconds(), 1);
        assert!(!take("b", 59).is_over());
        assert!(!take("a", 60).is_over());
        assert_eq!(Rates::new(0).take("a", 0), None);
        let mut headers = HeaderMap::new();
        take("c", 100).say(&mut headers);
        assert_eq!(headers["ratelimit"], "\"api\";r=1;t=60");
        assert_eq!(headers["ratelimit-policy"], "\"api\";q=2;w=60");
    }
}
