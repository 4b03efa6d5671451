//! The queue of each endpoint: put in, taken, written down.

use crate::endpoint::Endpoint;
use crate::store::BELL;
use base::{Micros, Result};
use serde_json::Value;
use store::Conn;

/// How long a node has for one attempt before another may take it over; more than an attempt can take.
pub(crate) const LEASE: Micros = 60_000_000;

/// A message for an endpoint.
#[derive(Clone, Debug)]
pub(crate) struct Message<'a> {
    /// Its id: the same for every endpoint and every attempt.
    pub id: &'a str,
    pub kind: &'a str,
    pub happened_at: Micros,
    /// The activity that it tells of, or what it says instead.
    pub seq: Option<i64>,
    pub payload: Option<&'a Value>,
}

/// Puts a message in for an endpoint; the number of the delivery.
pub(crate) fn put(tx: &mut Conn<'_>, endpoint: i64, m: &Message<'_>, now: Micros) -> Result<i64> {
    tx.ring(BELL);
    let payload = m.payload.map(Value::to_string);
    tx.query_one(
        "INSERT INTO webhook_deliveries (endpoint_id, message, kind, happened_at, seq, payload, queued_at, attempt, due_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, 0, $7) RETURNING delivery_id",
        &[
            endpoint.into(),
            m.id.into(),
            m.kind.into(),
            m.happened_at.into(),
            m.seq.into(),
            payload.as_ref().into(),
            now.into(),
        ],
        |r| r.int(0),
    )
}

/// Puts a message in that tells of nothing but itself: a test.
pub(crate) fn put_test(
    tx: &mut Conn<'_>,
    e: &Endpoint,
    kind: &str,
    data: &Value,
    now: Micros,
) -> Result<i64> {
    let id = base::TypeId::new("msg", now).to_string();
    let m = Message { id: &id, kind, happened_at: now, seq: None, payload: Some(data) };
    put(tx, e.endpoint_id, &m, now)
}

/// How an endpoint stands: when its first message is due, and when the endpoint was changed last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Standing {
    pub endpoint: i64,
    pub changed_at: Micros,
    pub due_at: Option<Micros>,
}

/// How far everything is, in one look: every endpoint that is not stopped; the log and the outbox with the positions up
/// to which they were read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Look {
    pub endpoints: Vec<Standing>,
    pub log: (i64, i64),
    pub outbox: (i64, i64),
}

pub(crate) fn look(c: &mut Conn<'_>) -> Result<Look> {
    let mut look = Look::default();
    c.for_each(
        "SELECT e.endpoint_id, e.changed_at,
           (SELECT MIN(d.due_at) FROM webhook_deliveries d
            WHERE d.endpoint_id = e.endpoint_id AND d.due_at IS NOT NULL),
           COALESCE((SELECT p.seq FROM webhook_positions p WHERE p.stream = 'log'), 0),
           COALESCE((SELECT MAX(a.seq) FROM activities a), 0),
           COALESCE((SELECT q.seq FROM webhook_positions q WHERE q.stream = 'outbox'), 0),
           COALESCE((SELECT MAX(o.seq) FROM outbox o), 0)
         FROM webhook_endpoints e WHERE e.stopped_at IS NULL",
        &[],
        |r| {
            look.endpoints.push(Standing {
                endpoint: r.int(0)?,
                changed_at: r.int(1)?,
                due_at: r.opt_int(2)?,
            });
            look.log = (r.int(3)?, r.int(4)?);
            look.outbox = (r.int(5)?, r.int(6)?);
            Ok(())
        },
    )?;
    Ok(look)
}

/// A message on its way.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    pub delivery: i64,
    pub endpoint: i64,
    pub message: String,
    pub kind: String,
    pub happened_at: Micros,
    pub seq: Option<i64>,
    pub payload: Option<String>,
    /// The how-manyth attempt it is.
    pub attempt: u32,
}

/// Takes messages that are due for an endpoint, each for one node alone.
pub(crate) fn take(
    tx: &mut Conn<'_>,
    endpoint: i64,
    sender: &str,
    at_most: usize,
    now: Micros,
) -> Result<Vec<Taken>> {
    let skip = tx.skip_locked();
    let sql = format!(
        "WITH due AS MATERIALIZED (
           SELECT delivery_id FROM webhook_deliveries
           WHERE endpoint_id = $1 AND due_at IS NOT NULL AND due_at <= $2 ORDER BY due_at LIMIT $3{skip})
         UPDATE webhook_deliveries SET attempt = attempt + 1, sender = $4, due_at = $5
         WHERE delivery_id IN (SELECT delivery_id FROM due)
         RETURNING delivery_id, message, kind, happened_at, seq, payload, attempt"
    );
    let at_most = i64::try_from(at_most).unwrap_or(i64::MAX);
    let mut taken = tx.query(
        &sql,
        &[endpoint.into(), now.into(), at_most.into(), sender.into(), (now + LEASE).into()],
        |r| {
            Ok(Taken {
                delivery: r.int(0)?,
                endpoint,
                message: r.text(1)?,
                kind: r.text(2)?,
                happened_at: r.int(3)?,
                seq: r.opt_int(4)?,
                payload: r.opt_text(5)?,
                attempt: u32::try_from(r.int(6)?).unwrap_or(u32::MAX),
            })
        },
    )?;
    taken.sort_by_key(|t| t.delivery);
    Ok(taken)
}

/// What came of an attempt.
#[derive(Clone, Debug, Default)]
pub(crate) struct Came {
    pub status: Option<u16>,
    pub took: Micros,
    /// The first bytes of the answer, or what went wrong.
    pub answer: String,
    pub delivered: bool,
    /// When it is tried again; never when there is no time.
    pub again_at: Option<Micros>,
}

/// Writes down what came of an attempt, unless another node has taken the message over.
pub(crate) fn write_down(tx: &mut Conn<'_>, t: &Taken, r: &Came, sender: &str, now: Micros) -> Result<()> {
    let ended = |yes: bool| if yes { Some(now) } else { None };
    tx.execute(
        "UPDATE webhook_deliveries SET due_at = $1, sender = NULL, tried_at = $2, status = $3, took = $4, answer = $5,
           delivered_at = $6, died_at = $7
         WHERE delivery_id = $8 AND sender = $9 AND attempt = $10",
        &[
            r.again_at.into(),
            now.into(),
            r.status.map(i64::from).into(),
            r.took.into(),
            (&r.answer).into(),
            ended(r.delivered).into(),
            ended(!r.delivered && r.again_at.is_none()).into(),
            t.delivery.into(),
            sender.into(),
            i64::from(t.attempt).into(),
        ],
    )
    .map(|_| ())
}

/// Puts back what was taken and not sent, as if it had never been taken.
pub(crate) fn give_back(tx: &mut Conn<'_>, t: &Taken, sender: &str, now: Micros) -> Result<()> {
    tx.execute(
        "UPDATE webhook_deliveries SET due_at = $1, sender = NULL, attempt = attempt - 1
         WHERE delivery_id = $2 AND sender = $3 AND attempt = $4",
        &[now.into(), t.delivery.into(), sender.into(), i64::from(t.attempt).into()],
    )
    .map(|_| ())
}
