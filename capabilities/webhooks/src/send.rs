//! The sender of a node: one thread that reads on, takes what is due and writes down what came of it, and requests that
//! run beside it.
//!
//! Fairness: an endpoint has few requests at a time at first, more as they succeed, and one after a failure; all that
//! fail together never have more than a part of all requests. So a receiver that hangs holds up nobody but itself.

use crate::endpoint::{AT_MOST, Endpoint, KEEP, PATIENCE, wait};
use crate::queue::{self, Came, Look, Taken};
use crate::store::{self, BELL};
use crate::{body, desk, follow, sign};
use ::store::Priority;
use base::{Error, Micros, Result, TypeId};
use capability::App;
use capability::notices::Notice;
use outgoing::Outgoing;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How often is looked for what other nodes did.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// Requests of a node at a time.
const AT_ONCE: usize = 512;
/// Of these, for endpoints that fail.
const AT_ONCE_FAILING: usize = 128;
/// Requests to one endpoint at a time: at first, and at most.
const FIRST: usize = 4;
const MOST: usize = 64;
/// What wakes the sender.
const BELLS: &[&str] = &[BELL, community::LOG_BELL, jobs::outbox::BELL];

/// The sender of this node.
pub struct Deliveries {
    stop: Arc<AtomicBool>,
    app: App,
    grace: Arc<Mutex<Duration>>,
    thread: Option<JoinHandle<()>>,
}

impl Deliveries {
    /// Takes no more, and waits so long for requests that are under way.
    pub fn stop(mut self, grace: Duration) {
        *self.grace.lock().unwrap_or_else(PoisonError::into_inner) = grace;
        self.tell();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the thread of the webhooks broke down");
        }
    }

    fn tell(&self) {
        self.stop.store(true, Ordering::SeqCst);
        self.app.db.ring(BELL);
    }
}

impl Drop for Deliveries {
    fn drop(&mut self) {
        self.tell();
    }
}

/// Begins to send.
///
/// # Errors
/// When there is no thread to be had.
pub fn begin(app: &App) -> Result<Deliveries> {
    let stop = Arc::new(AtomicBool::new(false));
    let grace = Arc::new(Mutex::new(Duration::ZERO));
    let mut sender = Sender {
        app: app.clone(),
        name: TypeId::new("snd", app.clock.now()).to_string(),
        runtime: outgoing::handle()?,
        known: HashMap::new(),
        lanes: HashMap::new(),
        came: Arc::default(),
        ended: Vec::new(),
        turn: 0,
    };
    let (told, may_take) = (stop.clone(), grace.clone());
    let run = move || sender.run(&told, &may_take);
    let thread = std::thread::Builder::new().name("webhooks".into()).spawn(run)?;
    Ok(Deliveries { stop, app: app.clone(), grace, thread: Some(thread) })
}

/// What is remembered of an endpoint between two changes of it.
struct Known {
    changed_at: Micros,
    url: String,
    secrets: Vec<(String, Option<Micros>)>,
}

/// How much goes to an endpoint at a time.
#[derive(Clone, Copy, Debug)]
struct Lane {
    /// Requests under way.
    under_way: usize,
    /// Requests that it may have.
    width: usize,
    failing: bool,
    /// Whether anything came of it since this node began; before that it may have failed at another.
    heard: bool,
}

impl Default for Lane {
    fn default() -> Self {
        Self { under_way: 0, width: FIRST, failing: false, heard: false }
    }
}

impl Lane {
    fn ended(&mut self, delivered: bool) {
        self.under_way = self.under_way.saturating_sub(1);
        self.heard = true;
        self.failing = !delivered;
        self.width = if delivered { (self.width + 1).min(MOST) } else { 1 };
    }
}

type Ended = (Taken, Result<outgoing::Answer>);

/// An endpoint that nothing is sent to any more, and why.
type Stopped = (Endpoint, String);

struct Sender {
    app: App,
    name: String,
    runtime: tokio::runtime::Handle,
    known: HashMap<i64, Known>,
    lanes: HashMap<i64, Lane>,
    /// What requests that ended leave here.
    came: Arc<Mutex<Vec<Ended>>>,
    /// What is not written down yet.
    ended: Vec<Ended>,
    /// Whose turn it is first.
    turn: usize,
}

impl Sender {
    fn run(&mut self, stop: &AtomicBool, grace: &Mutex<Duration>) {
        while !stop.load(Ordering::SeqCst) {
            let seen = self.app.db.rung(BELLS);
            let wait = self.round(true).unwrap_or_else(|error| {
                tracing::error!(%error, "webhooks are not sent; trying again");
                LOOK_EVERY
            });
            if !wait.is_zero() {
                self.app.db.wait_for(BELLS, seen, wait);
            }
        }
        let grace = *grace.lock().unwrap_or_else(PoisonError::into_inner);
        let begun = Instant::now();
        loop {
            let seen = self.app.db.rung(BELLS);
            if let Err(error) = self.round(false) {
                tracing::error!(%error, "what came of the last webhooks was not written down; they are sent again");
                return;
            }
            let under_way: usize = self.lanes.values().map(|l| l.under_way).sum();
            if under_way == 0 || begun.elapsed() >= grace {
                return;
            }
            self.app.db.wait_for(BELLS, seen, LOOK_EVERY.min(grace));
        }
    }

    /// One round; how long to wait before the next.
    fn round(&mut self, taking: bool) -> Result<Duration> {
        self.ended.append(&mut self.came.lock().unwrap_or_else(PoisonError::into_inner));
        let now = self.app.clock.now();
        let look = if taking { self.app.db.read(queue::look)? } else { Look::default() };
        let more = follow::follow(&self.app.db, &look, now)?;
        let free = self.free(&look, now);
        if self.ended.is_empty() && free.is_empty() {
            let next = look.endpoints.iter().filter_map(|e| e.due_at).filter(|at| *at > now).min();
            let wait = next.map_or(LOOK_EVERY, |at| Duration::from_micros((at - now).unsigned_abs()));
            return Ok(if more { Duration::ZERO } else { wait.clamp(Duration::from_millis(1), LOOK_EVERY) });
        }
        let mut ended = std::mem::take(&mut self.ended);
        let written = self.write(&mut ended, &free, now);
        let (taken, stopped) = match written {
            Ok(both) => both,
            Err(error) => {
                self.ended = ended;
                return Err(error);
            }
        };
        for (t, result) in &ended {
            let delivered = result.as_ref().is_ok_and(outgoing::Answer::is_success);
            self.lanes.entry(t.endpoint).or_default().ended(delivered || is_gone(result));
        }
        for (endpoint, why) in stopped {
            self.tell(&endpoint, &why);
        }
        let sent = !taken.is_empty();
        self.send(taken, &look, now)?;
        Ok(if sent || more { Duration::ZERO } else { LOOK_EVERY })
    }

    /// How many messages of which endpoints are taken now; each round another endpoint comes first.
    fn free(&mut self, look: &Look, now: Micros) -> Vec<(i64, usize)> {
        let mut under_way: HashMap<i64, usize> = self.lanes.iter().map(|(e, l)| (*e, l.under_way)).collect();
        for (t, _) in &self.ended {
            if let Some(n) = under_way.get_mut(&t.endpoint) {
                *n = n.saturating_sub(1);
            }
        }
        let failing = |e: &i64| self.lanes.get(e).is_some_and(|l| l.failing);
        let of_failing: usize = under_way.iter().filter(|(e, _)| failing(e)).map(|(_, n)| n).sum();
        let mut left = AT_ONCE.saturating_sub(under_way.values().sum());
        let mut left_failing = AT_ONCE_FAILING.saturating_sub(of_failing);
        let due: Vec<i64> = look
            .endpoints
            .iter()
            .filter(|e| e.due_at.is_some_and(|at| at <= now))
            .map(|e| e.endpoint)
            .collect();
        let mut free = Vec::new();
        for n in 0..due.len() {
            let endpoint = due[(n + self.turn) % due.len()];
            let lane = self.lanes.get(&endpoint).copied().unwrap_or_default();
            let mut places =
                lane.width.saturating_sub(under_way.get(&endpoint).copied().unwrap_or(0)).min(left);
            if lane.failing {
                places = places.min(left_failing);
                left_failing -= places;
            }
            if places > 0 {
                left -= places;
                free.push((endpoint, places));
            }
        }
        self.turn = self.turn.wrapping_add(1);
        free
    }

    /// Writes down what came, and takes what is due; also the endpoints that are stopped by it, and why.
    fn write(
        &self,
        ended: &mut [Ended],
        free: &[(i64, usize)],
        now: Micros,
    ) -> Result<(Vec<Taken>, Vec<Stopped>)> {
        // By endpoint: whether any attempt succeeded, whether it says that it is gone.
        let mut outcomes: HashMap<i64, (bool, bool)> = HashMap::new();
        let came: Vec<Came> = ended.iter().map(|(t, result)| came(t, result, now)).collect();
        for ((t, _), came) in ended.iter().zip(&came).filter(|e| !is_gone(&e.0.1)) {
            let outcome = outcomes.entry(t.endpoint).or_default();
            outcome.0 |= came.delivered;
            outcome.1 |= came.status == Some(410);
        }
        self.app.db.write(Priority::Bulk, |tx| {
            let mut stopped = Vec::new();
            for ((t, _), came) in ended.iter().zip(&came) {
                queue::write_down(tx, t, came, &self.name, now)?;
            }
            for (endpoint, (succeeded, gone)) in &outcomes {
                let fine = self.lanes.get(endpoint).is_some_and(|l| l.heard && !l.failing);
                if *succeeded && fine && !gone {
                    continue;
                }
                store::set_failing(tx, *endpoint, if *succeeded { None } else { Some(now) })?;
                let Some(e) = store::by_number(tx, *endpoint)? else { continue };
                let why = if *gone {
                    "it answered 410 Gone".to_owned()
                } else if e.failing_since.is_some_and(|since| now - since >= PATIENCE) {
                    "nothing arrived for 5 days".to_owned()
                } else {
                    continue;
                };
                if store::stop(tx, *endpoint, &why, now)? {
                    stopped.push((e, why));
                }
            }
            let mut taken = Vec::new();
            for (endpoint, at_most) in free {
                if !stopped.iter().any(|s: &Stopped| s.0.endpoint_id == *endpoint) {
                    taken.extend(queue::take(tx, *endpoint, &self.name, *at_most, now)?);
                }
            }
            Ok((taken, stopped))
        })
    }

    fn tell(&self, endpoint: &Endpoint, why: &str) {
        tracing::warn!(endpoint = endpoint.public_id, why, "a webhook was stopped");
        let text = format!("The webhook to {} was stopped: {why}.", endpoint.url);
        let link = desk::address(&endpoint.public_id);
        self.app.notify(&Notice { account: None, tone: ui::Tone::Bad, text: &text, link: &link });
    }

    /// Sends what was taken.
    fn send(&mut self, taken: Vec<Taken>, look: &Look, now: Micros) -> Result<()> {
        if taken.is_empty() {
            return Ok(());
        }
        let prepared = self.prepare(&taken, look);
        let (mut bodies, seconds) = match prepared {
            Ok(bodies) => (bodies, now / 1_000_000),
            Err(error) => {
                // Nothing was sent: it is as if nothing had been taken.
                self.app.db.write(Priority::Bulk, |tx| {
                    taken.iter().try_for_each(|t| queue::give_back(tx, t, &self.name, now))
                })?;
                return Err(error);
            }
        };
        for t in taken {
            self.lanes.entry(t.endpoint).or_default().under_way += 1;
            let body = bodies.remove(&t.delivery);
            let request = body.and_then(|b| self.request(&t, b, seconds, now).transpose());
            // Nothing of the database: it must not be closed on a thread of the requests.
            let (came, client) = (self.came.clone(), self.app.outgoing.clone());
            let bell = self.app.db.bell(BELL);
            self.runtime.spawn(async move {
                let result = match request {
                    Some(Ok(request)) => client.send(request).await,
                    Some(Err(error)) => Err(error),
                    None => Err(Error::not_found("what it tells of is no longer here")),
                };
                came.lock().unwrap_or_else(PoisonError::into_inner).push((t, result));
                bell.ring();
            });
        }
        Ok(())
    }

    /// The bodies, by delivery; endpoints that changed are read anew.
    fn prepare(&mut self, taken: &[Taken], look: &Look) -> Result<HashMap<i64, Arc<[u8]>>> {
        let changed: HashMap<i64, Micros> =
            look.endpoints.iter().map(|e| (e.endpoint, e.changed_at)).collect();
        let endpoints: HashSet<i64> = taken.iter().map(|t| t.endpoint).collect();
        let old: Vec<i64> = endpoints
            .into_iter()
            .filter(|e| self.known.get(e).is_none_or(|k| Some(&k.changed_at) != changed.get(e)))
            .collect();
        let mut seqs: Vec<i64> = taken.iter().filter_map(|t| t.seq).collect();
        seqs.sort_unstable();
        seqs.dedup();
        let app = &self.app;
        let (read, activities) = app.db.read(|c| {
            let mut read = Vec::new();
            for endpoint in old {
                if let Some(e) = store::by_number(c, endpoint)? {
                    let secrets = store::secrets(app, c, endpoint)?;
                    read.push((endpoint, Known { changed_at: e.changed_at, url: e.url, secrets }));
                }
            }
            Ok((read, body::of_activities(c, &seqs)?))
        })?;
        self.known.extend(read);
        let mut written: HashMap<&str, Arc<[u8]>> = HashMap::new();
        let mut bodies = HashMap::new();
        for t in taken {
            if let Some(same) = written.get(t.message.as_str()) {
                bodies.insert(t.delivery, same.clone());
                continue;
            }
            let data = match (&t.payload, t.seq) {
                (Some(payload), _) => serde_json::from_str(payload).ok(),
                (None, Some(seq)) => activities.get(&seq).cloned(),
                (None, None) => None,
            };
            if let Some(data) = data {
                let body = body::whole(&t.kind, t.happened_at, data).to_string();
                let body: Arc<[u8]> = body.into_bytes().into();
                written.insert(&t.message, body.clone());
                bodies.insert(t.delivery, body);
            }
        }
        Ok(bodies)
    }

    /// The request; `None` when the endpoint is gone.
    fn request(&self, t: &Taken, body: Arc<[u8]>, seconds: i64, now: Micros) -> Result<Option<Outgoing>> {
        let Some(known) = self.known.get(&t.endpoint) else { return Ok(None) };
        let secrets =
            known.secrets.iter().filter(|s| s.1.is_none_or(|until| until > now)).map(|s| s.0.as_str());
        let signature = sign::signature(secrets, &t.message, seconds, &body)?;
        Ok(Some(Outgoing {
            method: axum::http::Method::POST,
            url: known.url.clone(),
            headers: vec![
                ("content-type", "application/json".into()),
                ("webhook-id", t.message.clone()),
                ("webhook-timestamp", seconds.to_string()),
                ("webhook-signature", signature),
            ],
            body: axum::body::Bytes::from_owner(body),
            at_most: AT_MOST,
            keep: KEEP,
        }))
    }
}

/// Whether it was not sent because what it tells of is no longer here; the endpoint has no part in that.
fn is_gone(result: &Result<outgoing::Answer>) -> bool {
    result.as_ref().is_err_and(|e| e.kind == base::ErrorKind::NotFound)
}

/// What came of an attempt, as it is written down.
fn came(t: &Taken, result: &Result<outgoing::Answer>, now: Micros) -> Came {
    let [chance] = base::random::<1>();
    match result {
        Ok(answer) => {
            let delivered = answer.is_success();
            let gone = answer.status == 410;
            let again = if delivered || gone { None } else { wait(t.attempt, answer.retry_after, chance) };
            Came {
                status: Some(answer.status),
                took: i64::try_from(answer.took.as_micros()).unwrap_or(i64::MAX),
                answer: String::from_utf8_lossy(&answer.body).replace('\0', ""),
                delivered,
                again_at: again.map(|w| now + w),
            }
        }
        Err(error) => {
            // What it tells of is gone for good; everything else may come back.
            let again = if is_gone(result) { None } else { wait(t.attempt, None, chance) };
            Came { answer: error.message.clone(), again_at: again.map(|w| now + w), ..Came::default() }
        }
    }
}
