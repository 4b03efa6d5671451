//! What changed, for pages that are open: topics by name, nothing else. A page that shows a topic asks again
//! for its part.
//!
//! `app.events.tell("imports")` reaches every page of this node at once. On PostgreSQL it also counts a row of
//! `topics` up, which every node with an open page looks at once a second: several nodes hear one another
//! without talking, and a lost word costs a second. SQLite has one node and needs no row.

use crate::App;
use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use base::Result;
use futures_core::Stream;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use store::{Conn, Db, Dialect, Priority};
use tokio::sync::mpsc::{Receiver, Sender, channel};

/// How many topics may wait for one page; one that reads none of them is dropped and connects again.
const WAITING: usize = 64;
/// How often the rows of other nodes are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often a silent stream says that it is still there.
const ALIVE_EVERY: Duration = Duration::from_secs(25);

/// Where changes are told and heard. Clones share it.
#[derive(Clone)]
pub struct Events(Arc<Hub>);

struct Hub {
    db: Db,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    listeners: Vec<Sender<String>>,
    /// Whether the rows of other nodes are being looked at.
    looking: bool,
    closed: bool,
}

impl Events {
    /// Nobody listens yet.
    pub fn new(db: Db) -> Self {
        Self(Arc::new(Hub { db, inner: Mutex::default() }))
    }

    fn held(&self) -> MutexGuard<'_, Inner> {
        // Whoever broke down while holding it left a whole list behind.
        self.0.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says that something of this topic changed; after the transaction, never inside. Blocks on PostgreSQL,
    /// for one short write. A word that cannot be passed on is logged: pages show the change when they load.
    pub fn tell(&self, topic: &str) {
        self.pass_on(topic);
        if self.0.db.dialect() == Dialect::Postgres
            && let Err(error) = self.0.db.write(Priority::Interactive, |tx| count_up(tx, topic))
        {
            tracing::warn!(topic, %error, "other nodes do not hear of a change");
        }
    }

    /// To the pages of this node.
    fn pass_on(&self, topic: &str) {
        self.held().listeners.retain(|l| l.try_send(topic.to_owned()).is_ok());
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
        if self.0.db.dialect() == Dialect::Postgres && !inner.looking && !inner.closed {
            inner.looking = true;
            tokio::spawn(look(self.clone()));
        }
        receiver
    }
}

fn count_up(tx: &mut Conn<'_>, topic: &str) -> Result<()> {
    tx.execute(
        "INSERT INTO topics (name, version) VALUES ($1, 1)
         ON CONFLICT (name) DO UPDATE SET version = topics.version + 1",
        &[topic.into()],
    )?;
    Ok(())
}

fn versions(c: &mut Conn<'_>) -> Result<BTreeMap<String, i64>> {
    let rows = c.query("SELECT name, version FROM topics", &[], |r| Ok((r.text(0)?, r.int(1)?)))?;
    Ok(rows.into_iter().collect())
}

/// Looks at the rows of all nodes while a page of this one is open.
async fn look(events: Events) {
    let mut seen: Option<BTreeMap<String, i64>> = None;
    loop {
        let db = events.0.db.clone();
        match tokio::task::spawn_blocking(move || db.read(versions)).await {
            Ok(Ok(now)) => {
                // The first look only says where counting begins.
                if let Some(before) = &seen {
                    let changed = now.iter().filter(|(name, v)| before.get(*name) != Some(*v));
                    changed.for_each(|(name, _)| events.pass_on(name));
                }
                seen = Some(now);
            }
            Ok(Err(error)) => tracing::debug!(%error, "topics could not be read; tried again"),
            Err(_) => {}
        }
        tokio::time::sleep(LOOK_EVERY).await;
        let mut inner = events.held();
        inner.listeners.retain(|l| !l.is_closed());
        if inner.listeners.is_empty() {
            inner.looking = false;
            return;
        }
    }
}

/// What one page hears.
struct Heard(Receiver<String>, bool);

impl Stream for Heard {
    type Item = std::result::Result<Event, Infallible>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if !std::mem::replace(&mut self.1, true) {
            // The first word: the stream stands, and how long to wait before connecting again.
            let hello = Event::default().event("hello").data("1").retry(Duration::from_secs(3));
            return Poll::Ready(Some(Ok(hello)));
        }
        self.0
            .poll_recv(context)
            .map(|told| told.map(|topic| Ok(Event::default().event("topic").data(topic))))
    }
}

/// `GET /desk/events`
pub(crate) async fn stream(State(app): State<App>) -> Response {
    let heard = Heard(app.events.listen(), false);
    let alive = KeepAlive::new().interval(ALIVE_EVERY);
    // `no-store`, and no gathering by a proxy in front.
    let headers = [("cache-control", "no-store"), ("x-accel-buffering", "no")];
    (headers, Sse::new(heard).keep_alive(alive)).into_response()
}
