//! The thread that gives memory back when nothing happens: caches of the database that writes, and what the allocator
//! keeps of finished work.

use capability::App;
use std::time::Duration;

/// How often it looks.
const LOOK: Duration = Duration::from_millis(250);
/// Statements between two looks that are nobody's work: the queue and open pages ask now and then what is new.
const HARDLY_ANY: u64 = 8;
/// Statements of which something may be left.
const SOME: u64 = 40;
/// Looks with hardly any statement after which nothing happens.
const CALM: u32 = 8;
/// Looks after which memory is given back although something happens all the time.
const AT_LAST: u32 = 240;

/// Begins to watch; ends when the server does.
pub fn begin(app: &App) {
    let app = app.clone();
    let run = move || {
        base::give_way();
        let mut watch = Watch::default();
        while !app.is_stopping() {
            std::thread::sleep(LOOK);
            if watch.is_time(app.db.statements()) {
                app.db.give_memory_back();
                trim::give_back();
            }
        }
    };
    if let Err(error) = std::thread::Builder::new().name("spare".into()).spawn(run) {
        tracing::warn!(%error, "no thread that gives memory back; the server stays as large as it once was");
    }
}

/// When it is time.
#[derive(Default)]
struct Watch {
    /// Statements when it last looked.
    seen: u64,
    /// Statements when memory was last given back.
    given_at: u64,
    calm: u32,
    busy: u32,
}

impl Watch {
    fn is_time(&mut self, statements: u64) -> bool {
        let (since, ever) = (statements - self.seen, statements - self.given_at);
        self.seen = statements;
        self.calm = if since <= HARDLY_ANY { self.calm + 1 } else { 0 };
        self.busy = if ever > SOME { self.busy + 1 } else { 0 };
        let time = ever > SOME && (self.calm >= CALM || self.busy >= AT_LAST);
        if time {
            *self = Self { seen: statements, given_at: statements, ..Self::default() };
        }
        time
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_given_back_once_after_work_and_now_and_then_during_it() {
        let mut watch = Watch::default();
        let mut statements = 0;
        let mut looks = |n: u32, each: u64| {
            (0..n)
                .filter(|_| {
                    statements += each;
                    watch.is_time(statements)
                })
                .count()
        };
        assert_eq!(looks(5, 1), 0, "nothing happened yet");
        assert_eq!(looks(1, 1_000), 0, "work has just been done");
        assert_eq!(looks(CALM + 30, 1), 1, "once when it is calm");
        assert_eq!(looks(2 * AT_LAST, 100), 2, "and during work, a minute apart");
    }
}
