//! From the log and the outbox to the queues. The position moves in the transaction that puts the messages in, so that
//! nothing is passed over and nothing is put in twice, whichever node does it.

use crate::endpoint::{Arrived, Endpoint};
use crate::queue::{self, Look, Message};
use crate::store;
use ::store::{Conn, Db, Priority};
use base::{Error, Micros, Result};
use community::Kind;

/// Rows of the log read in one slice.
const SLICE: i64 = 1_000;

/// An activity, as far as it decides who hears of it.
struct Activity {
    seq: i64,
    kind: Kind,
    at: Micros,
    private: bool,
}

fn tail(c: &mut Conn<'_>, after: i64) -> Result<Vec<Activity>> {
    c.query(
        "SELECT a.seq, a.kind, a.at, c.private FROM activities a JOIN channels c ON c.channel_id = a.channel_id
         WHERE a.seq > $1 ORDER BY a.seq LIMIT $2",
        &[after.into(), SLICE.into()],
        |r| {
            let kind = Kind(i16::try_from(r.int(1)?).unwrap_or(0));
            Ok(Activity { seq: r.int(0)?, kind, at: r.int(2)?, private: r.flag(3)? })
        },
    )
}

/// When the first endpoint comes: begins at the end of what there is. Others are being read already.
pub(crate) fn begin_if_nobody_listens(tx: &mut Conn<'_>) -> Result<()> {
    let listening = "SELECT endpoint_id FROM webhook_endpoints WHERE stopped_at IS NULL LIMIT 1";
    if tx.query_opt(listening, &[], |r| r.int(0))?.is_some() {
        return Ok(());
    }
    let log = tx.query_one("SELECT COALESCE(MAX(seq), 0) FROM activities", &[], |r| r.int(0))?;
    let outbox = jobs::outbox::newest(tx)?;
    for (stream, seq) in [("log", log), ("outbox", outbox)] {
        tx.execute(
            "INSERT INTO webhook_positions (stream, seq) VALUES ($1, $2)
             ON CONFLICT (stream) DO UPDATE SET seq = excluded.seq",
            &[stream.into(), seq.into()],
        )?;
    }
    Ok(())
}

/// Moves a position; fails when another node has moved it meanwhile.
fn move_on(tx: &mut Conn<'_>, stream: &str, from: i64, to: i64) -> Result<()> {
    let changed = tx.execute(
        "UPDATE webhook_positions SET seq = $1 WHERE stream = $2 AND seq = $3",
        &[to.into(), stream.into(), from.into()],
    )?;
    if changed == 0 { Err(Error::conflict("another node has read on meanwhile")) } else { Ok(()) }
}

/// Reads one slice of what is new, if anything is; whether there may be more.
pub(crate) fn follow(db: &Db, look: &Look, now: Micros) -> Result<bool> {
    let mut more = false;
    if look.log.0 < look.log.1 {
        more |= said_lightly(log(db, look.log, now))?;
    }
    if look.outbox.0 < look.outbox.1 {
        more |= said_lightly(outbox(db, look.outbox, now))?;
    }
    Ok(more)
}

/// That another node was faster is no failure.
fn said_lightly(result: Result<bool>) -> Result<bool> {
    match result {
        Err(e) if e.kind == base::ErrorKind::Conflict => Ok(false),
        other => other,
    }
}

fn live(c: &mut Conn<'_>) -> Result<Vec<Endpoint>> {
    Ok(store::list(c)?.into_iter().filter(|e| e.stopped_at.is_none()).collect())
}

fn log(db: &Db, (from, newest): (i64, i64), now: Micros) -> Result<bool> {
    let (activities, endpoints) = db.read(|c| Ok((tail(c, from)?, live(c)?)))?;
    // Rows that were removed at the end leave numbers without a row.
    let to = activities.last().map_or(newest, |a| a.seq);
    db.write(Priority::Bulk, |tx| {
        move_on(tx, "log", from, to)?;
        for a in &activities {
            let arrived = Arrived { kind: a.kind.name(), at: a.at, private: a.private, now };
            let mut hear = endpoints.iter().filter(|e| e.hears(&arrived)).peekable();
            if hear.peek().is_none() {
                continue;
            }
            let id = format!("act_{}", a.seq);
            let message =
                Message { id: &id, kind: arrived.kind, happened_at: a.at, seq: Some(a.seq), payload: None };
            for endpoint in hear {
                queue::put(tx, endpoint.endpoint_id, &message, now)?;
            }
        }
        Ok(to < newest)
    })
}

fn outbox(db: &Db, (from, newest): (i64, i64), now: Micros) -> Result<bool> {
    let at_most = usize::try_from(SLICE).unwrap_or_default();
    let (told, endpoints) = db.read(|c| Ok((jobs::outbox::after(c, from, at_most)?, live(c)?)))?;
    let to = told.last().map_or(newest, |t| t.seq);
    db.write(Priority::Bulk, |tx| {
        move_on(tx, "outbox", from, to)?;
        for t in &told {
            let arrived = Arrived { kind: &t.kind, at: t.at, private: false, now };
            let id = format!("evt_{}", t.seq);
            let message =
                Message { id: &id, kind: &t.kind, happened_at: t.at, seq: None, payload: Some(&t.payload) };
            for endpoint in endpoints.iter().filter(|e| e.hears(&arrived)) {
                queue::put(tx, endpoint.endpoint_id, &message, now)?;
            }
        }
        Ok(to < newest)
    })
}
