//! What was worked out a moment ago and still holds: dear answers that several people ask for, such as the list
//! behind Today. Nothing in it is a source of truth; a restart forgets it.

use crate::App;
use crate::events::Events;
use access::Principal;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use base::{Micros, Result};
use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::{Duration, Instant};
use store::Db;

/// For how long an answer holds while only bulk work writes: an import changes figures with every batch, and a page
/// that is half a minute old while it runs is no worse than the import being half a minute younger.
const BULK_MICROS: Micros = 30 * 1_000_000;

/// For how much longer the old answer is given while a newer one is being worked out, so that nobody waits for what
/// an import changed.
const STALE_MICROS: Micros = 5 * 60 * 1_000_000;

/// From this on an answer is dear: what others changed may show a moment later, so that nobody waits for it.
const DEAR: Duration = Duration::from_millis(250);

/// How many answers are kept.
const KEPT: usize = 64;

/// Answers by what was asked. Clones share them.
#[derive(Clone)]
pub struct Memory(Arc<Inner>);

struct Inner {
    events: Events,
    slots: Mutex<HashMap<String, Slot>>,
    /// How many changes there were when each account had changed something the last time.
    changed: Mutex<HashMap<i64, u64>>,
}

/// One question: whoever works it out holds the turn, and the others who ask meanwhile take what came out.
#[derive(Clone, Default)]
struct Slot {
    turn: Arc<Mutex<()>>,
    kept: Option<Kept>,
}

#[derive(Clone)]
struct Kept {
    as_of: AsOf,
    made_at: Micros,
    took: Duration,
    value: Arc<dyn Any + Send + Sync>,
}

/// What was written by then.
#[derive(Clone, Copy, PartialEq, Eq)]
struct AsOf {
    /// By people through this node.
    own: u64,
    /// By people through others.
    others: u64,
}

impl AsOf {
    fn now(db: &Db) -> Self {
        let own = db.own_commits();
        Self { own, others: db.commits().0.saturating_sub(own) }
    }
}

/// What is there for a question.
enum Known<T> {
    /// It holds.
    Fresh(Arc<T>),
    /// It is old, and whoever asks need not wait for a newer one.
    Stale(Arc<T>),
    Nothing,
}

/// Who asks, when, and what was written by then.
#[derive(Clone, Copy)]
struct Asked {
    now: Micros,
    as_of: AsOf,
    /// What must be in the answer: whoever changed something sees it.
    at_least: u64,
}

impl Memory {
    /// Remembers nothing yet. When an answer was worked out behind an old one, the first word of its question is told as
    /// a topic.
    pub fn new(events: Events) -> Self {
        Self(Arc::new(Inner { events, slots: Mutex::default(), changed: Mutex::default() }))
    }

    /// The answer to `question`, from memory while it holds: until a person changes something, and for half a
    /// minute while only imports and the like write. After that the old answer is given once more while a thread
    /// that gives way to people works out the new one. The same is done with a dear answer when somebody else than `who`
    /// changed something through this node: with many at work, each would wait for what the others do. Of several who
    /// ask at once one works it out. A change on another node ends it as soon as this one hears of it, mostly within a
    /// tenth of a second ([`crate::Wire`]).
    ///
    /// # Errors
    /// What `work_out` says.
    pub fn recall<T: Send + Sync + 'static>(
        &self,
        db: &Db,
        now: Micros,
        who: &Principal,
        question: &str,
        work_out: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<Arc<T>> {
        let at_least = self.changed().get(&key(who)).copied().unwrap_or(0);
        match self.find(question, Asked { now, as_of: AsOf::now(db), at_least }) {
            Known::Fresh(known) => return Ok(known),
            Known::Stale(known) => {
                self.renew(db, now, question, work_out);
                return Ok(known);
            }
            Known::Nothing => {}
        }
        let turn = self.turn(question);
        let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
        let as_of = AsOf::now(db);
        match self.find(question, Asked { now, as_of, at_least }) {
            Known::Fresh(known) | Known::Stale(known) => Ok(known),
            Known::Nothing => self.keep(question, as_of, now, work_out),
        }
    }

    /// The same for whoever is in the middle of a reading and can work it out there: what is not fresh is worked out.
    ///
    /// # Errors
    /// What `work_out` says.
    pub fn recall_within<T: Send + Sync + 'static>(
        &self,
        db: &Db,
        now: Micros,
        question: &str,
        work_out: impl FnOnce() -> Result<T>,
    ) -> Result<Arc<T>> {
        let as_of = AsOf::now(db);
        match self.find(question, Asked { now, as_of, at_least: as_of.own }) {
            Known::Fresh(known) => Ok(known),
            Known::Stale(_) | Known::Nothing => self.keep(question, as_of, now, work_out),
        }
    }

    /// Works it out in the background, unless somebody does already.
    fn renew<T: Send + Sync + 'static>(
        &self,
        db: &Db,
        now: Micros,
        question: &str,
        work_out: impl FnOnce() -> Result<T> + Send + 'static,
    ) {
        let (memory, db, question) = (self.clone(), db.clone(), question.to_owned());
        let turn = self.turn(&question);
        let run = move || {
            base::give_way();
            let _turn = match turn.try_lock() {
                Ok(turn) => turn,
                Err(TryLockError::Poisoned(turn)) => turn.into_inner(),
                Err(TryLockError::WouldBlock) => return,
            };
            let as_of = AsOf::now(&db);
            if let Known::Fresh(_) = memory.find::<T>(&question, Asked { now, as_of, at_least: as_of.own }) {
                return;
            }
            match memory.keep(&question, as_of, now, work_out) {
                // Pages that show the old one ask again.
                Ok(_) => memory.0.events.tell(question.split(' ').next().unwrap_or_default()),
                Err(error) => {
                    tracing::warn!(%question, %error, "could not be worked out anew; the old answer stays for a while");
                }
            }
        };
        // Without a thread the old answer stays until it is too old.
        if let Err(error) = std::thread::Builder::new().name("renew".into()).spawn(run) {
            tracing::warn!(%error, "no thread to work an answer out anew");
        }
    }

    /// Works it out and keeps it. `as_of` was read before, so that what is written meanwhile ends the answer.
    fn keep<T: Send + Sync + 'static>(
        &self,
        question: &str,
        as_of: AsOf,
        now: Micros,
        work_out: impl FnOnce() -> Result<T>,
    ) -> Result<Arc<T>> {
        let begun = Instant::now();
        let value = Arc::new(work_out()?);
        let kept = Kept { as_of, made_at: now, took: begun.elapsed(), value: value.clone() };
        self.slots().entry(question.to_owned()).or_default().kept = Some(kept);
        Ok(value)
    }

    fn turn(&self, question: &str) -> Arc<Mutex<()>> {
        let mut slots = self.slots();
        if slots.len() >= KEPT && !slots.contains_key(question) {
            slots.clear();
        }
        slots.entry(question.to_owned()).or_default().turn.clone()
    }

    fn find<T: Send + Sync + 'static>(&self, question: &str, asked: Asked) -> Known<T> {
        let slots = self.slots();
        let Some(kept) = slots.get(question).and_then(|slot| slot.kept.as_ref()) else {
            return Known::Nothing;
        };
        let age = asked.now - kept.made_at;
        let unchanged = kept.as_of == asked.as_of;
        let may_lag =
            kept.took >= DEAR && kept.as_of.others == asked.as_of.others && kept.as_of.own >= asked.at_least;
        if !(unchanged || may_lag) || !(0..BULK_MICROS + STALE_MICROS).contains(&age) {
            return Known::Nothing;
        }
        let Ok(value) = kept.value.clone().downcast() else { return Known::Nothing };
        if unchanged && age < BULK_MICROS { Known::Fresh(value) } else { Known::Stale(value) }
    }

    /// Notes that somebody may have changed something through this node.
    fn note_change(&self, db: &Db, who: &Principal) {
        self.changed().insert(key(who), db.own_commits());
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<String, Slot>> {
        self.0.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changed(&self) -> MutexGuard<'_, HashMap<i64, u64>> {
        self.0.changed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Accounts have keys from 1 on; services and the local socket share one that none has.
fn key(who: &Principal) -> i64 {
    who.account.unwrap_or(0)
}

/// Notes after every request that may change something who sent it; behind the guard.
pub(crate) async fn note_changes(State(app): State<App>, request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    let who = request.extensions().get::<Principal>().cloned();
    let response = next.run(request).await;
    if let Some(who) = who {
        app.memory.note_change(&app.db, &who);
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::{Location, Priority};

    fn database() -> (tempfile::TempDir, Db) {
        let folder = tempfile::tempdir().expect("a folder");
        let db = Db::open(&Location::Sqlite(folder.path().join("t.db"))).expect("a database");
        (folder, db)
    }

    #[test]
    fn an_answer_holds_until_a_person_changes_something_or_time_passes() {
        let (_folder, db) = database();
        let memory = Memory::new(Events::new(db.clone()));
        let ask = |now, n: u32| {
            *memory.recall(&db, now, &Principal::nobody(), "n", move || Ok(n)).expect("an answer")
        };
        assert_eq!(ask(0, 1), 1);
        assert_eq!(ask(1, 2), 1, "it holds");
        db.write(Priority::Bulk, |_| Ok(())).expect("a write");
        assert_eq!(ask(2, 3), 1, "bulk work alone does not end it at once");
        db.write(Priority::Interactive, |_| Ok(())).expect("a write");
        assert_eq!(ask(3, 4), 4, "a person's change does");
        assert_eq!(ask(3 + BULK_MICROS + STALE_MICROS, 5), 5, "and so does much time");
    }

    #[test]
    fn what_is_old_is_given_once_more_while_it_is_worked_out_anew() {
        let (_folder, db) = database();
        let memory = Memory::new(Events::new(db.clone()));
        let later = BULK_MICROS + 1;
        assert_eq!(*memory.recall(&db, 0, &Principal::nobody(), "n", || Ok(1)).expect("an answer"), 1);
        let (begun, seen) = std::sync::mpsc::channel();
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let slow = move || {
            begun.send(()).expect("somebody who waits");
            wait.recv().expect("a word");
            Ok(2)
        };
        assert_eq!(
            *memory.recall(&db, later, &Principal::nobody(), "n", slow).expect("an answer"),
            1,
            "nobody waits"
        );
        seen.recv().expect("it begins");
        assert_eq!(
            *memory.recall(&db, later, &Principal::nobody(), "n", || Ok(3)).expect("an answer"),
            1,
            "one works it out"
        );
        go.send(()).expect("it waits");
        drop(memory.turn("n").lock().expect("its turn ends"));
        assert_eq!(
            *memory.recall(&db, later, &Principal::nobody(), "n", || Ok(4)).expect("an answer"),
            2,
            "the new one is there"
        );
    }

    #[test]
    fn of_many_who_ask_at_once_one_works_it_out() {
        let (_folder, db) = database();
        let memory = Memory::new(Events::new(db.clone()));
        let made = Arc::new(std::sync::atomic::AtomicU32::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let made = made.clone();
                    let count = move || Ok(made.fetch_add(1, std::sync::atomic::Ordering::SeqCst));
                    memory.recall(&db, 0, &Principal::nobody(), "n", count).expect("an answer")
                });
            }
        });
        assert_eq!(made.load(std::sync::atomic::Ordering::SeqCst), 1);
    }

    #[test]
    fn what_others_change_in_a_dear_answer_shows_a_moment_later_and_what_one_changes_oneself_at_once() {
        let (_folder, db) = database();
        let memory = Memory::new(Events::new(db.clone()));
        let (ana, ben) = (account(1), account(2));
        let dear = |n: u32| {
            move || {
                std::thread::sleep(DEAR);
                Ok(n)
            }
        };
        let ask = |who: &Principal, n: u32| *memory.recall(&db, 0, who, "n", dear(n)).expect("an answer");
        let change = |who: &Principal| {
            db.write(Priority::Interactive, |_| Ok(())).expect("a write");
            memory.note_change(&db, who);
        };
        assert_eq!(ask(&ana, 1), 1);
        change(&ana);
        assert_eq!(ask(&ana, 2), 2, "her own change");
        change(&ben);
        assert_eq!(ask(&ana, 3), 2, "his change: she does not wait");
        assert!(ask(&ben, 4) >= 3, "he waits, for the one that is being worked out for her or for his own");
        change(&ben);
        db.note_others();
        assert_eq!(ask(&ana, 5), 5, "who changed something on another node is not known");
    }

    fn account(key: i64) -> Principal {
        let mut who = Principal::nobody();
        who.account = Some(key);
        who
    }
}
