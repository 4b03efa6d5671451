//! What changed, for pages that are open: topics by name, nothing else. A page that shows a topic asks again
//! for its part.
//!
//! `app.events.tell("imports")` reaches every page of this node at once; [`crate::wire`] passes it on to other nodes.

use crate::App;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_core::Stream;
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use store::{Db, Dialect};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// How many topics may wait for one page; one that reads none of them is dropped and connects again.
const WAITING: usize = 64;
/// How often a silent stream says that it is still there.
const ALIVE_EVERY: Duration = Duration::from_secs(25);

/// The bell that is rung when there is something to tell other nodes.
pub(crate) const TOLD_BELL: &str = "told";

/// Where changes are told and heard. Clones share it.
#[derive(Clone)]
pub struct Events(Arc<Hub>);

struct Hub {
    db: Db,
    /// How many topics were passed on to the pages of this node.
    passed: AtomicU64,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    listeners: Vec<Sender<String>>,
    /// What other nodes have not been told yet.
    untold: BTreeSet<String>,
    closed: bool,
}

impl Events {
    /// Nobody listens yet.
    pub fn new(db: Db) -> Self {
        Self(Arc::new(Hub { db, passed: AtomicU64::new(0), inner: Mutex::default() }))
    }

    fn held(&self) -> MutexGuard<'_, Inner> {
        // Whoever broke down while holding it left a whole list behind.
        self.0.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says that something of this topic changed; after the transaction, never inside. Other nodes hear it a moment
    /// later.
    pub fn tell(&self, topic: &str) {
        self.pass_on(topic);
        if self.0.db.dialect() == Dialect::Postgres {
            self.held().untold.insert(topic.to_owned());
            self.0.db.ring(TOLD_BELL);
        }
    }

    /// What other nodes have not been told since this was asked.
    pub(crate) fn take_untold(&self) -> BTreeSet<String> {
        std::mem::take(&mut self.held().untold)
    }

    /// Puts back what could not be told.
    pub(crate) fn put_back(&self, topics: BTreeSet<String>) {
        self.held().untold.extend(topics);
    }

    /// To the pages of this node.
    pub(crate) fn pass_on(&self, topic: &str) {
        self.0.passed.fetch_add(1, Ordering::AcqRel);
        self.held().listeners.retain(|l| l.try_send(topic.to_owned()).is_ok());
    }

    /// How many topics the pages of this node were told: a page that was made at another number than the one with which
    /// its stream begins has missed something in between.
    pub fn passed(&self) -> u64 {
        self.0.passed.load(Ordering::Acquire)
    }

    /// Ends every stream; the server is about to end.
    pub(crate) fn close(&self) {
        let mut inner = self.held();
        inner.closed = true;
        inner.listeners.clear();
    }

    /// How many streams are open.
    pub fn listeners(&self) -> usize {
        let mut inner = self.held();
        inner.listeners.retain(|l| !l.is_closed());
        inner.listeners.len()
    }

    fn listen(&self) -> Receiver<String> {
        let (sender, receiver) = channel(WAITING);
        let mut inner = self.held();
        if !inner.closed {
            inner.listeners.push(sender);
        }
        receiver
    }
}

/// What one page hears.
struct Heard {
    topics: Receiver<String>,
    /// The number with which the stream begins, until it was said.
    begins: Option<u64>,
}

impl Stream for Heard {
    type Item = std::result::Result<Event, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if let Some(number) = self.begins.take() {
            // The first word: the stream stands, and how long to wait before connecting again.
            let hello =
                Event::default().event("hello").data(number.to_string()).retry(Duration::from_secs(3));
            return Poll::Ready(Some(Ok(hello)));
        }
        self.topics
            .poll_recv(context)
            .map(|told| told.map(|topic| Ok(Event::default().event("topic").data(topic))))
    }
}

/// `GET /desk/events`
pub(crate) async fn stream(State(app): State<App>) -> Response {
    // Listening comes first: what is told in between is heard twice rather than never.
    let topics = app.events.listen();
    let heard = Heard { topics, begins: Some(app.events.passed()) };
    let alive = KeepAlive::new().interval(ALIVE_EVERY);
    // `no-store`, and no gathering by a proxy in front.
    let headers = [("cache-control", "no-store"), ("x-accel-buffering", "no")];
    (headers, Sse::new(heard).keep_alive(alive)).into_response()
}
