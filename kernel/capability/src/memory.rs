//! What was worked out a moment ago and still holds: dear answers that several people ask for, such as the list
//! behind Today. Nothing in it is a source of truth; a restart forgets it.

use base::{Micros, Result};
use std::any::Any;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use store::Db;

/// For how long an answer holds while only bulk work writes: an import changes figures with every batch, and a page
/// that is half a minute old while it runs is no worse than the import being half a minute younger.
const BULK_MICROS: Micros = 30 * 1_000_000;

/// How many answers are kept.
const KEPT: usize = 64;

/// Answers by what was asked. Clones share them.
#[derive(Clone, Default)]
pub struct Memory(Arc<Mutex<HashMap<String, Kept>>>);

struct Kept {
    /// Writes of people, writes of bulk work, when it was worked out.
    as_of: (u64, u64),
    made_at: Micros,
    value: Arc<dyn Any + Send + Sync>,
}

impl Memory {
    /// The answer to `question`, from memory while it holds: until a person changes something, and for half a
    /// minute while only imports and the like write. On several nodes another node's changes are seen after half a
    /// minute at most. Two who ask at once may both work it out.
    ///
    /// # Errors
    /// What `work_out` says.
    pub fn recall<T: Send + Sync + 'static>(
        &self,
        db: &Db,
        now: Micros,
        question: &str,
        work_out: impl FnOnce() -> Result<T>,
    ) -> Result<Arc<T>> {
        let as_of = db.commits();
        if let Some(known) = self.find(question, as_of, now) {
            return Ok(known);
        }
        let value = Arc::new(work_out()?);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(question.to_owned(), Kept { as_of, made_at: now, value: value.clone() });
        Ok(value)
    }

    fn find<T: Send + Sync + 'static>(
        &self,
        question: &str,
        as_of: (u64, u64),
        now: Micros,
    ) -> Option<Arc<T>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kept.get(question)?;
        let age = now - known.made_at;
        let holds = known.as_of.0 == as_of.0 && (0..BULK_MICROS).contains(&age);
        if holds { known.value.clone().downcast().ok() } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use store::{Location, Priority};

    #[test]
    fn an_answer_holds_until_a_person_changes_something_or_time_passes() {
        let folder = tempfile::tempdir().expect("a folder");
        let db = Db::open(&Location::Sqlite(folder.path().join("t.db"))).expect("a database");
        let memory = Memory::default();
        let ask = |now, n: u32| *memory.recall(&db, now, "n", || Ok(n)).expect("an answer");
        assert_eq!(ask(0, 1), 1);
        assert_eq!(ask(1, 2), 1, "it holds");
        db.write(Priority::Bulk, |_| Ok(())).expect("a write");
        assert_eq!(ask(2, 3), 1, "bulk work alone does not end it at once");
        db.write(Priority::Interactive, |_| Ok(())).expect("a write");
        assert_eq!(ask(3, 4), 4, "a person's change does");
        assert_eq!(ask(3 + BULK_MICROS, 5), 5, "and so does time");
    }
}
