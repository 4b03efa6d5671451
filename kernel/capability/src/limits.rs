//! How much the server takes on at once and how long it works at an answer: beyond that it says 503 and when to come
//! again, instead of growing.

use crate::{App, Problem};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Seconds after which asking again makes sense when too many asked.
const BUSY: i64 = 2;
/// The same when an answer took too long.
const SLOW: i64 = 30;

/// The limits of a server. Clones share what is left of them.
#[derive(Clone, Debug)]
pub struct Limits {
    /// How long a handler may take; uploads may take longer, and an open event stream is an answer that has begun.
    pub time: Duration,
    requests: Arc<Semaphore>,
    tasks: Arc<Semaphore>,
}

impl Default for Limits {
    fn default() -> Self {
        Self::new(256, Duration::from_secs(60))
    }
}

impl Limits {
    /// So many requests at once, and so much time for each.
    pub fn new(requests: usize, time: Duration) -> Self {
        let requests = requests.clamp(1, Semaphore::MAX_PERMITS / 4);
        // What was given up still waits for its thread or runs on one: as much again may be left behind.
        Self {
            time,
            requests: Arc::new(Semaphore::new(requests)),
            tasks: Arc::new(Semaphore::new(requests * 2)),
        }
    }

    /// Room for one request.
    pub(crate) fn request(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.requests).try_acquire_owned().ok()
    }

    /// Room for one piece of blocking work.
    pub(crate) fn task(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.tasks).try_acquire_owned().ok()
    }
}

/// What is said when there is no room.
pub(crate) const BUSY_TEXT: &str =
    "The server has more to do than it can take on. Try again in a moment; nothing was changed.";

/// The same as an answer.
pub(crate) fn busy() -> Problem {
    let mut problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, BUSY_TEXT);
    problem.retry_after = Some(BUSY);
    problem
}

/// Gives an answer up that takes too long. What it began on a thread still comes to its end.
pub(crate) async fn in_time(State(app): State<App>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(app.limits.time, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            app.meter.given_up();
            let mut problem = Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "This took too long and was given up. What was asked may have been done all the same: look before you \
                 repeat it.",
            );
            problem.retry_after = Some(SLOW);
            problem.into_response()
        }
    }
}
