//! What was worked out a moment ago and still holds: dear answers that several people ask for, such as the list
//! behind Today. Nothing in it is a source of truth; a restart forgets it.

use base::{Micros, Result};
use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use store::Db;

/// For how long an answer holds while only bulk work writes: an import changes figures with every batch, and a page
/// that is half a minute old while it runs is no worse than the import being half a minute younger.
const BULK_MICROS: Micros = 30 * 1_000_000;

/// For how much longer the old answer is given while a newer one is being worked out, so that nobody waits for what
/// an import changed.
const STALE_MICROS: Micros = 5 * 60 * 1_000_000;

/// How many answers are kept.
const KEPT: usize = 64;

/// Answers by what was asked. Clones share them.
#[derive(Clone, Default)]
pub struct Memory(Arc<Mutex<HashMap<String, Slot>>>);

/// One question: whoever works it out holds the turn, and the others who ask meanwhile take what came out.
#[derive(Clone, Default)]
struct Slot {
    turn: Arc<Mutex<()>>,
    kept: Option<Kept>,
}

#[derive(Clone)]
struct Kept {
    /// Writes of people, writes of bulk work, when it was worked out.
    as_of: (u64, u64),
    made_at: Micros,
    value: Arc<dyn Any + Send + Sync>,
}

/// What is there for a question.
enum Known<T> {
    /// It holds.
    Fresh(Arc<T>),
    /// Only bulk work has written since, a while ago.
    Stale(Arc<T>),
    Nothing,
}

impl Memory {
    /// The answer to `question`, from memory while it holds: until a person changes something, and for half a
    /// minute while only imports and the like write. After that the old answer is given once more while a thread
    /// that gives way to people works out the new one. Of several who ask at once one works it out. A change on another
    /// node ends it as soon as this one hears of it, mostly within a tenth of a second ([`crate::Wire`]).
    ///
    /// # Errors
    /// What `work_out` says.
    pub fn recall<T: Send + Sync + 'static>(
        &self,
        db: &Db,
        now: Micros,
        question: &str,
        work_out: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<Arc<T>> {
        match self.find(question, db.commits(), now) {
            Known::Fresh(known) => return Ok(known),
            Known::Stale(known) => {
                self.renew(db, now, question, work_out);
                return Ok(known);
            }
            Known::Nothing => {}
        }
        let turn = self.turn(question);
        let _turn = turn.lock().unwrap_or_else(PoisonError::into_inner);
        let as_of = db.commits();
        match self.find(question, as_of, now) {
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
        let as_of = db.commits();
        match self.find(question, as_of, now) {
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
            let as_of = db.commits();
            if let Known::Fresh(_) = memory.find::<T>(&question, as_of, now) {
                return;
            }
            if let Err(error) = memory.keep(&question, as_of, now, work_out) {
                tracing::warn!(%question, %error, "could not be worked out anew; the old answer stays for a while");
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
        as_of: (u64, u64),
        now: Micros,
        work_out: impl FnOnce() -> Result<T>,
    ) -> Result<Arc<T>> {
        let value = Arc::new(work_out()?);
        let kept = Kept { as_of, made_at: now, value: value.clone() };
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

    fn find<T: Send + Sync + 'static>(&self, question: &str, as_of: (u64, u64), now: Micros) -> Known<T> {
        let slots = self.slots();
        let Some(kept) = slots.get(question).and_then(|slot| slot.kept.as_ref()) else {
            return Known::Nothing;
        };
        let age = now - kept.made_at;
        if kept.as_of.0 != as_of.0 || !(0..BULK_MICROS + STALE_MICROS).contains(&age) {
            return Known::Nothing;
        }
        let Ok(value) = kept.value.clone().downcast() else { return Known::Nothing };
        if age < BULK_MICROS { Known::Fresh(value) } else { Known::Stale(value) }
    }

    fn slots(&self) -> MutexGuard<'_, HashMap<String, Slot>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
        let memory = Memory::default();
        let ask = |now, n: u32| *memory.recall(&db, now, "n", move || Ok(n)).expect("an answer");
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
        let memory = Memory::default();
        let later = BULK_MICROS + 1;
        assert_eq!(*memory.recall(&db, 0, "n", || Ok(1)).expect("an answer"), 1);
        let (begun, seen) = std::sync::mpsc::channel();
        let (go, wait) = std::sync::mpsc::channel::<()>();
        let slow = move || {
            begun.send(()).expect("somebody who waits");
            wait.recv().expect("a word");
            Ok(2)
        };
        assert_eq!(*memory.recall(&db, later, "n", slow).expect("an answer"), 1, "nobody waits");
        seen.recv().expect("it begins");
        assert_eq!(*memory.recall(&db, later, "n", || Ok(3)).expect("an answer"), 1, "one works it out");
        go.send(()).expect("it waits");
        drop(memory.turn("n").lock().expect("its turn ends"));
        assert_eq!(*memory.recall(&db, later, "n", || Ok(4)).expect("an answer"), 2, "the new one is there");
    }

    #[test]
    fn of_many_who_ask_at_once_one_works_it_out() {
        let (_folder, db) = database();
        let memory = Memory::default();
        let made = Arc::new(std::sync::atomic::AtomicU32::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let made = made.clone();
                    let count = move || Ok(made.fetch_add(1, std::sync::atomic::Ordering::SeqCst));
                    memory.recall(&db, 0, "n", count).expect("an answer")
                });
            }
        });
        assert_eq!(made.load(std::sync::atomic::Ordering::SeqCst), 1);
    }
}
