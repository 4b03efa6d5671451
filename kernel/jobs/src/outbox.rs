//! The outbox: what happened in the product, told in the transaction in which it happened, for whoever follows it.
//!
//! `seq` grows with the commits: on PostgreSQL telling takes a lock that is held to the commit, so that a follower who
//! has seen a number never finds a lower one later. What was told a week ago goes.

use base::{Error, Micros, Result};
use serde_json::Value;
use store::{Conn, Db, Dialect, Priority};

/// The bell that is rung when something was told.
pub const BELL: &str = "outbox";

/// How long what was told is kept.
const KEPT: Micros = 7 * 86_400 * 1_000_000;

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// Its place in the order of commits.
    pub seq: i64,
    /// What it was (`import.finished`).
    pub kind: String,
    /// When.
    pub at: Micros,
    /// The records that it was about: ids, no names or addresses of people.
    pub payload: Value,
}

/// Tells that something happened, in its own transaction; late in it, as others who tell something wait for the
/// commit.
///
/// # Errors
/// When the database says no.
pub fn tell(tx: &mut Conn<'_>, kind: &str, payload: &Value, now: Micros) -> Result<()> {
    if tx.dialect() == Dialect::Postgres {
        tx.execute("SELECT pg_advisory_xact_lock($1)", &[7_201_005_i64.into()])?;
    }
    tx.execute(
        "INSERT INTO outbox (kind, happened_at, payload) VALUES ($1, $2, $3)",
        &[kind.into(), now.into(), (&payload.to_string()).into()],
    )?;
    tx.ring(BELL);
    Ok(())
}

/// What was told after a number, in order.
///
/// # Errors
/// When the database says no.
pub fn after(c: &mut Conn<'_>, seq: i64, at_most: usize) -> Result<Vec<Told>> {
    let at_most = i64::try_from(at_most).unwrap_or(i64::MAX);
    c.query(
        "SELECT seq, kind, happened_at, payload FROM outbox WHERE seq > $1 ORDER BY seq LIMIT $2",
        &[seq.into(), at_most.into()],
        |r| {
            let payload = serde_json::from_str(&r.text(3)?)
                .map_err(|e| Error::internal(format!("a payload in the outbox is no JSON: {e}")))?;
            Ok(Told { seq: r.int(0)?, kind: r.text(1)?, at: r.int(2)?, payload })
        },
    )
}

/// The number of what was told last; 0 when nothing was.
///
/// # Errors
/// When the database says no.
pub fn newest(c: &mut Conn<'_>) -> Result<i64> {
    c.query_one("SELECT COALESCE(MAX(seq), 0) FROM outbox", &[], |r| r.int(0))
}

/// Removes what was told long ago. The newest stays, so that followers see how far the numbers are.
pub(crate) fn tidy(db: &Db, now: Micros) -> Result<()> {
    db.write(Priority::Bulk, |tx| {
        tx.execute(
            "DELETE FROM outbox WHERE happened_at < $1 AND seq < (SELECT MAX(o.seq) FROM outbox o)",
            &[(now - KEPT).into()],
        )
        .map(|_| ())
    })
}
