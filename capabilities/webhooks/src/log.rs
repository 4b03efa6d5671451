//! The log of what was sent: listing, replay, tidying.

use crate::endpoint::{DAY, Endpoint};
use crate::store::BELL;
use base::{Error, Micros, Result};
use store::{Conn, Db, Param, Priority, Row};

/// How long what was delivered is kept.
const DELIVERED_KEPT: Micros = 7 * DAY;
/// How long what was not delivered is kept.
const DEAD_KEPT: Micros = 30 * DAY;
/// Rows removed in one transaction.
const TOGETHER: i64 = 2_000;

/// One line of the log.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    pub delivery: i64,
    pub message: String,
    pub kind: String,
    pub queued_at: Micros,
    pub attempt: i64,
    pub due_at: Option<Micros>,
    pub tried_at: Option<Micros>,
    pub status: Option<i64>,
    pub took: Option<Micros>,
    pub answer: Option<String>,
    pub delivered_at: Option<Micros>,
    pub died_at: Option<Micros>,
}

impl Delivery {
    /// Its id as people and programs see it.
    pub(crate) fn id(&self) -> String {
        format!("whd_{}", self.delivery)
    }

    pub(crate) fn state(&self) -> State {
        match (self.delivered_at, self.died_at, self.attempt) {
            (Some(_), _, _) => State::Delivered,
            (_, Some(_), _) => State::Dead,
            (_, _, 0) => State::Waiting,
            _ => State::Retrying,
        }
    }
}

/// How a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Delivered,
    Dead,
    Waiting,
    Retrying,
}

impl State {
    pub(crate) const ALL: [Self; 4] = [Self::Waiting, Self::Retrying, Self::Dead, Self::Delivered];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Delivered => "delivered",
            Self::Dead => "dead",
            Self::Waiting => "waiting",
            Self::Retrying => "retrying",
        }
    }

    /// The state of this name; `None` for every state.
    ///
    /// # Errors
    /// `Invalid` for a word that is none.
    pub(crate) fn parse(word: &str) -> Result<Option<Self>> {
        if word.is_empty() {
            return Ok(None);
        }
        let found = Self::ALL.into_iter().find(|s| s.word() == word);
        found.map(Some).ok_or_else(|| {
            Error::invalid(format!("state is \"{word}\"; it is waiting, retrying, dead or delivered"))
        })
    }

    fn condition(self) -> &'static str {
        match self {
            Self::Delivered => " AND delivered_at IS NOT NULL",
            Self::Dead => " AND died_at IS NOT NULL",
            Self::Waiting => " AND due_at IS NOT NULL AND attempt = 0",
            Self::Retrying => " AND due_at IS NOT NULL AND attempt > 0",
        }
    }
}

const COLUMNS: &str = "delivery_id, message, kind, queued_at, attempt, due_at, tried_at, status, took, answer, \
     delivered_at, died_at";

fn read(r: &Row<'_>) -> Result<Delivery> {
    Ok(Delivery {
        delivery: r.int(0)?,
        message: r.text(1)?,
        kind: r.text(2)?,
        queued_at: r.int(3)?,
        attempt: r.int(4)?,
        due_at: r.opt_int(5)?,
        tried_at: r.opt_int(6)?,
        status: r.opt_int(7)?,
        took: r.opt_int(8)?,
        answer: r.opt_text(9)?,
        delivered_at: r.opt_int(10)?,
        died_at: r.opt_int(11)?,
    })
}

/// The newest of an endpoint that come before one; `state` narrows them.
pub(crate) fn list(
    c: &mut Conn<'_>,
    endpoint: i64,
    state: Option<State>,
    before: i64,
    at_most: i64,
) -> Result<Vec<Delivery>> {
    let mut sql =
        format!("SELECT {COLUMNS} FROM webhook_deliveries WHERE endpoint_id = $1 AND delivery_id < $2");
    if let Some(state) = state {
        sql.push_str(state.condition());
    }
    sql.push_str(" ORDER BY delivery_id DESC LIMIT $3");
    c.query(&sql, &[endpoint.into(), before.into(), at_most.into()], read)
}

/// How many of each endpoint wait and are dead.
pub(crate) fn counts(c: &mut Conn<'_>) -> Result<Vec<(i64, i64, i64)>> {
    c.query(
        "SELECT endpoint_id, count(due_at), count(died_at) FROM webhook_deliveries
         WHERE due_at IS NOT NULL OR died_at IS NOT NULL GROUP BY endpoint_id",
        &[],
        |r| Ok((r.int(0)?, r.int(1)?, r.int(2)?)),
    )
}

/// The number in `whd_123`.
///
/// # Errors
/// `Invalid` for what is none.
pub(crate) fn number(id: &str) -> Result<i64> {
    id.strip_prefix("whd_")
        .and_then(|n| n.parse().ok())
        .ok_or_else(|| Error::invalid(format!("\"{id}\" is no delivery; the log of an endpoint names them")))
}

/// Sends again: one delivery, whatever came of it, or every dead one of an endpoint. How many.
pub(crate) fn replay(tx: &mut Conn<'_>, e: &Endpoint, one: Option<i64>, now: Micros) -> Result<u64> {
    const AGAIN: &str =
        "UPDATE webhook_deliveries SET due_at = $1, attempt = 0, delivered_at = NULL, died_at = NULL
         WHERE endpoint_id = $2 AND sender IS NULL";
    let head: [Param<'_>; 2] = [now.into(), e.endpoint_id.into()];
    let changed = match one {
        Some(delivery) => {
            let sql = format!("{AGAIN} AND delivery_id = $3");
            tx.execute(&sql, &[head[0], head[1], delivery.into()])?
        }
        None => {
            let sql = format!("{AGAIN} AND died_at IS NOT NULL");
            tx.execute(&sql, &head)?
        }
    };
    if one.is_some() && changed == 0 {
        return Err(Error::not_found("there is no such delivery, or it is being sent just now"));
    }
    tx.ring(BELL);
    Ok(changed)
}

/// Removes what was kept long enough.
pub(crate) fn tidy(db: &Db, now: Micros) -> Result<()> {
    loop {
        let removed = db.write(Priority::Bulk, |tx| {
            tx.execute(
                "DELETE FROM webhook_deliveries WHERE delivery_id IN (
                   SELECT d.delivery_id FROM webhook_deliveries d
                   WHERE d.delivered_at < $1 OR d.died_at < $2 OR (d.due_at IS NOT NULL AND d.queued_at < $2)
                   LIMIT $3)",
                &[(now - DELIVERED_KEPT).into(), (now - DEAD_KEPT).into(), TOGETHER.into()],
            )
        })?;
        if removed < TOGETHER.unsigned_abs() {
            break;
        }
    }
    db.write(Priority::Bulk, |tx| {
        tx.execute("DELETE FROM webhook_secrets WHERE expires_at < $1", &[now.into()]).map(|_| ())
    })
}
