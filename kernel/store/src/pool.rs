//! A few connections lent one at a time, and a lock that lets people overtake long work.

use base::Result;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Connections lent one at a time; made when first needed, up to a limit.
pub(crate) struct Pool<T> {
    state: Mutex<(Vec<T>, usize)>,
    freed: Condvar,
    limit: usize,
}

impl<T> Pool<T> {
    pub(crate) fn new(limit: usize) -> Self {
        Self { state: Mutex::new((Vec::new(), 0)), freed: Condvar::new(), limit }
    }

    /// Lends one for the length of `run`. `healthy` decides whether it goes back.
    pub(crate) fn with<R>(
        &self,
        make: impl FnOnce() -> Result<T>,
        healthy: impl Fn(&T) -> bool,
        run: impl FnOnce(&mut T) -> Result<R>,
    ) -> Result<R> {
        let mut item = self.take(make)?;
        // A panic in `run` drops the connection with whatever was open on it.
        let mut lent = Lent { pool: self, back: None };
        let result = run(&mut item);
        if healthy(&item) {
            lent.back = Some(item);
        }
        result
    }

    /// Closes those that nobody has, but one.
    pub(crate) fn close_idle(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let surplus = state.0.len().saturating_sub(1);
        let closed: Vec<T> = state.0.drain(..surplus).collect();
        state.1 -= surplus;
        drop(state);
        // Closing may take a while; nobody waits for it.
        drop(closed);
        self.freed.notify_all();
    }

    fn take(&self, make: impl FnOnce() -> Result<T>) -> Result<T> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(item) = state.0.pop() {
                return Ok(item);
            }
            if state.1 < self.limit {
                state.1 += 1;
                drop(state);
                return make().inspect_err(|_| {
                    self.state.lock().unwrap_or_else(PoisonError::into_inner).1 -= 1;
                    self.freed.notify_one();
                });
            }
            state = self.freed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

struct Lent<'a, T> {
    pool: &'a Pool<T>,
    back: Option<T>,
}

impl<T> Drop for Lent<'_, T> {
    fn drop(&mut self) {
        let mut state = self.pool.state.lock().unwrap_or_else(PoisonError::into_inner);
        match self.back.take() {
            Some(item) => state.0.push(item),
            None => state.1 -= 1,
        }
        self.pool.freed.notify_one();
    }
}

/// A lock for which interactive work overtakes bulk work.
pub(crate) struct PriorityLock<T> {
    value: Mutex<T>,
    waiting: Mutex<usize>,
    calm: Condvar,
}

impl<T> PriorityLock<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { value: Mutex::new(value), waiting: Mutex::new(0), calm: Condvar::new() }
    }

    pub(crate) fn lock(&self, interactive: bool) -> MutexGuard<'_, T> {
        if interactive {
            *self.waiting.lock().unwrap_or_else(PoisonError::into_inner) += 1;
            let guard = self.value.lock().unwrap_or_else(PoisonError::into_inner);
            *self.waiting.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
            self.calm.notify_all();
            return guard;
        }
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        while *waiting > 0 {
            waiting = self.calm.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        drop(waiting);
        self.value.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps bulk work away and waits for what has the lock now; people come through all the while.
    pub(crate) fn hold_bulk_back(&self) -> BulkHeldBack<'_, T> {
        *self.waiting.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        let held = BulkHeldBack(self);
        drop(self.value.lock().unwrap_or_else(PoisonError::into_inner));
        held
    }
}

/// Bulk work waits for as long as this lives.
pub(crate) struct BulkHeldBack<'a, T>(&'a PriorityLock<T>);

impl<T> Drop for BulkHeldBack<'_, T> {
    fn drop(&mut self) {
        *self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.0.calm.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn idle_ones_are_closed_and_made_again() {
        let pool = Pool::new(3);
        let made = std::cell::Cell::new(0);
        let make = || {
            made.set(made.get() + 1);
            Ok(made.get())
        };
        let lend_three = || {
            pool.with(
                make,
                |_| true,
                |_| pool.with(make, |_| true, |_| pool.with(make, |_| true, |_| Ok(()))),
            )
            .expect("three at once");
        };
        lend_three();
        lend_three();
        assert_eq!(made.get(), 3, "they are lent again");
        pool.close_idle();
        lend_three();
        assert_eq!(made.get(), 5, "one stayed");
    }

    #[test]
    fn people_overtake_bulk_work() {
        let lock = PriorityLock::new(Vec::new());
        let (first, held) = channel();
        let (word, may_go_on) = channel::<()>();
        std::thread::scope(|scope| {
            let lock = &lock;
            scope.spawn(move || {
                for slice in 1..=3 {
                    let mut guard = lock.lock(false);
                    guard.push("slice");
                    if slice == 1 {
                        first.send(()).expect("somebody listens");
                        may_go_on.recv().expect("a word");
                    }
                }
            });
            held.recv().expect("the first slice has the lock");
            scope.spawn(|| lock.lock(true).push("person"));
            while *lock.waiting.lock().expect("no panic") == 0 {
                std::thread::yield_now();
            }
            word.send(()).expect("the bulk work listens");
        });
        let order = lock.value.into_inner().expect("no panic");
        assert_eq!(order, ["slice", "person", "slice", "slice"]);
    }

    #[test]
    fn while_bulk_work_is_held_back_people_come_through() {
        let lock = PriorityLock::new(Vec::new());
        std::thread::scope(|scope| {
            let held = lock.hold_bulk_back();
            let (begun, hears) = channel();
            let bulk = &lock;
            scope.spawn(move || {
                begun.send(()).expect("somebody listens");
                bulk.lock(false).push("slice");
            });
            hears.recv().expect("the bulk work has begun");
            lock.lock(true).push("person");
            lock.lock(true).push("person");
            drop(held);
        });
        assert_eq!(lock.value.into_inner().expect("no panic"), ["person", "person", "slice"]);
    }

    #[test]
    fn a_pool_lends_no_more_than_its_limit_and_forgets_what_broke() {
        let pool: Pool<u32> = Pool::new(1);
        let made = std::cell::Cell::new(0);
        let make = || {
            made.set(made.get() + 1);
            Ok(made.get())
        };
        let lend = |healthy: bool| pool.with(make, |_| healthy, |item| Ok(*item)).expect("one");
        assert_eq!((lend(true), lend(true), lend(false), lend(true)), (1, 1, 1, 2));
        let failed = pool.with(|| Ok(9), |_| true, |_| Err::<(), _>(base::Error::invalid("on purpose")));
        assert!(failed.is_err());
        assert_eq!(lend(false), 2, "an error does not take it out of the pool");
        let failed = pool.with(|| Err::<u32, _>(base::Error::unavailable("none")), |_| true, |i| Ok(*i));
        assert!(failed.is_err());
        assert_eq!(lend(true), 3, "a failed making gives its place back");
    }
}
