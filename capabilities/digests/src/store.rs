//! Every query of this capability.

use crate::model::{Days, Hours};
use ::store::{Conn, Migration, Row};
use base::{Error, Micros, Result, TypeId, Zone};
use community::settings;

/// The schema.
pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    owner: "digests",
    number: 1,
    name: "subscriptions",
    sql: include_str!("../migrations/0001_digests.sql"),
}];

/// The kind of a subscription to a saved view.
pub(crate) const VIEW: &str = "view";

/// A mail that an account wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Subscription {
    pub id: i64,
    pub public_id: String,
    pub account: i64,
    /// The digest's id, or [`VIEW`].
    pub kind: String,
    /// The view's id; empty for digests.
    pub view: String,
    pub hours: Hours,
    pub due_at: Micros,
    pub sent_at: Option<Micros>,
}

const COLUMNS: &str = "subscription_id, public_id, account_id, kind, view, days, hour, zone, due_at, sent_at";

fn read(r: &Row<'_>) -> Result<Subscription> {
    Ok(Subscription {
        id: r.int(0)?,
        public_id: r.text(1)?,
        account: r.int(2)?,
        kind: r.text(3)?,
        view: r.text(4)?,
        hours: Hours {
            days: Days::of(&r.text(5)?)?,
            hour: u16::try_from(r.int(6)?).unwrap_or(8),
            zone: r.text(7)?,
        },
        due_at: r.int(8)?,
        sent_at: r.opt_int(9)?,
    })
}

/// Those of an account, oldest first.
pub(crate) fn of_account(c: &mut Conn<'_>, account: i64) -> Result<Vec<Subscription>> {
    let sql =
        format!("SELECT {COLUMNS} FROM digest_subscriptions WHERE account_id = $1 ORDER BY subscription_id");
    c.query(&sql, &[account.into()], read)
}

pub(crate) fn find(c: &mut Conn<'_>, public_id: &str) -> Result<Option<Subscription>> {
    let sql = format!("SELECT {COLUMNS} FROM digest_subscriptions WHERE public_id = $1");
    c.query_opt(&sql, &[public_id.into()], read)
}

/// One of an account's own.
pub(crate) fn own(c: &mut Conn<'_>, account: i64, public_id: &str) -> Result<Subscription> {
    find(c, public_id)?
        .filter(|s| s.account == account)
        .ok_or_else(|| Error::not_found("this subscription is not yours or has ended already"))
}

/// Those that are due, each for one transaction alone.
pub(crate) fn due(tx: &mut Conn<'_>, now: Micros, at_most: i64) -> Result<Vec<Subscription>> {
    let skip = tx.skip_locked();
    let sql = format!(
        "SELECT {COLUMNS} FROM digest_subscriptions WHERE due_at <= $1 ORDER BY due_at, subscription_id LIMIT $2{skip}"
    );
    tx.query(&sql, &[now.into(), at_most.into()], read)
}

/// Says when the next one is due.
pub(crate) fn put_off(tx: &mut Conn<'_>, id: i64, due_at: Micros) -> Result<()> {
    tx.execute(
        "UPDATE digest_subscriptions SET due_at = $1 WHERE subscription_id = $2",
        &[due_at.into(), id.into()],
    )
    .map(|_| ())
}

/// Notes that one was sent.
pub(crate) fn sent(tx: &mut Conn<'_>, id: i64, now: Micros) -> Result<()> {
    tx.execute(
        "UPDATE digest_subscriptions SET sent_at = $1 WHERE subscription_id = $2",
        &[now.into(), id.into()],
    )
    .map(|_| ())
}

/// Keeps a subscription; one of the same kind and view takes the new hours.
pub(crate) fn keep(
    tx: &mut Conn<'_>,
    account: i64,
    (kind, view): (&str, &str),
    hours: &Hours,
    now: Micros,
) -> Result<()> {
    let zone = community_zone(tx)?;
    let id = TypeId::new("dig", now);
    tx.execute(
        "INSERT INTO digest_subscriptions (public_id, account_id, kind, view, days, hour, zone, due_at, made_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (account_id, kind, view) DO UPDATE
         SET days = excluded.days, hour = excluded.hour, zone = excluded.zone, due_at = excluded.due_at",
        &[
            id.as_str().into(),
            account.into(),
            kind.into(),
            view.into(),
            hours.days.word().into(),
            i64::from(hours.hour).into(),
            (&hours.zone).into(),
            hours.next(&zone, now).into(),
            now.into(),
        ],
    )
    .map(|_| ())
}

/// Ends the subscription to a digest.
pub(crate) fn end_kind(tx: &mut Conn<'_>, account: i64, kind: &str) -> Result<()> {
    tx.execute(
        "DELETE FROM digest_subscriptions WHERE account_id = $1 AND kind = $2",
        &[account.into(), kind.into()],
    )
    .map(|_| ())
}

/// Ends one.
pub(crate) fn end(tx: &mut Conn<'_>, public_id: &str) -> Result<u64> {
    tx.execute("DELETE FROM digest_subscriptions WHERE public_id = $1", &[public_id.into()])
}

/// The zone of the community.
pub(crate) fn community_zone(c: &mut Conn<'_>) -> Result<Zone> {
    Zone::named(&settings::get_or_default(c, "zone")?)
}
