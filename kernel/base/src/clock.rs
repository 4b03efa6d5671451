//! The only place that reads the machine's clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Microseconds since 1970-01-01T00:00:00 UTC. Every stored time is one of these.
pub type Micros = i64;

/// Where the present comes from: the machine, or a test that owns it.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// The machine's clock, moved by so many microseconds: the demo has a today of its own.
    Moved(Micros),
    /// A clock that stands until a test moves it.
    Fixed(Arc<AtomicI64>),
}

/// A moment in UTC as RFC 3339 writes it, as precise as it is (`2026-11-24T08:30:00.25Z`); `None` for what lies beyond the
/// years that it knows.
pub fn written(at: Micros) -> Option<String> {
    jiff::Timestamp::from_microsecond(at).ok().map(|t| t.to_string())
}

/// The same to the second, for tables and files (`2026-11-24T08:30:00Z`).
pub fn written_to_second(at: Micros) -> String {
    let day = crate::Day::of_micros(at);
    let second = (at - day.start_micros()) / 1_000_000;
    format!("{day}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
}

impl Clock {
    /// A clock that stands at `micros`.
    pub fn fixed(micros: Micros) -> Self {
        Self::Fixed(Arc::new(AtomicI64::new(micros)))
    }

    /// The present in microseconds UTC.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the machine's clock")]
    pub fn now(&self) -> Micros {
        match self {
            Self::System => jiff::Timestamp::now().as_microsecond(),
            Self::Moved(by) => Self::System.now() + by,
            Self::Fixed(at) => at.load(Ordering::SeqCst),
        }
    }

    /// The present as other machines have it: for what is compared with their clocks, such as codes and tokens. Only in the
    /// demo, whose today is its own, is it another one than [`Clock::now`].
    pub fn elsewhere(&self) -> Micros {
        match self {
            Self::Moved(_) => Self::System.now(),
            _ => self.now(),
        }
    }

    /// Moves a fixed clock; the machine's clock is left alone.
    pub fn advance(&self, micros: Micros) {
        if let Self::Fixed(at) = self {
            at.fetch_add(micros, Ordering::SeqCst);
        }
    }
}
