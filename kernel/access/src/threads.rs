//! Work on threads that may block (database, files, hashing).
//!
//! Every handler brings such work, and each piece is a type of its own: were what runs it generic over the work, every
//! piece would bring its own copy of all of it. Boxed, and transactions likewise, a third of the pages' code is gone.

use base::{Error, Result};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

/// The result of work that runs elsewhere.
pub type Pending<T> = Pin<Box<dyn Future<Output = Result<T>> + Send>>;

/// Runs work on a thread that may block, within the present span of the log. It begins when its turn comes; where nobody
/// waits for it any more by then, it is left. `kept` is dropped at its end.
///
/// # Errors
/// What `run` says; `Unavailable` when it was left, `Internal` when it panicked.
pub fn run<T: Send + 'static>(
    kept: impl Send + 'static,
    run: impl FnOnce() -> Result<T> + Send + 'static,
) -> Pending<T> {
    let slot = Slot(Arc::new(Mutex::new(None)));
    let filled = Slot(slot.0.clone());
    Box::pin(slot.filled(on_a_thread(Box::new(move || {
        filled.put(run());
        drop(kept);
    }))))
}

/// Where work puts its result.
struct Slot<T>(Arc<Mutex<Option<Result<T>>>>);

impl<T> Slot<T> {
    fn put(&self, result: Result<T>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
    }

    async fn filled(self, work: Pending<()>) -> Result<T> {
        work.await?;
        let result = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        result.unwrap_or_else(|| Err(Error::internal("a task ended without its result")))
    }
}

fn on_a_thread(work: Box<dyn FnOnce() + Send>) -> Pending<()> {
    Box::pin(async {
        let span = tracing::Span::current();
        let waiting = Arc::new(());
        let wanted = Arc::downgrade(&waiting);
        let done = tokio::task::spawn_blocking(move || {
            if wanted.strong_count() == 0 {
                return Err(Error::unavailable("nobody waits for this any more"));
            }
            span.in_scope(work);
            Ok(())
        })
        .await;
        drop(waiting);
        done.map_err(|e| Error::internal(format!("a task broke off: {e}")))?
    })
}
