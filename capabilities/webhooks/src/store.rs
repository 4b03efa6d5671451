//! Endpoints and their secrets.

use crate::catalogue::Wanted;
use crate::endpoint::{Endpoint, OVERLAP, Said};
use crate::{follow, sign};
use base::{Error, Micros, Result, TypeId};
use capability::App;
use store::{Conn, Row};

/// The bell that is rung when endpoints or deliveries changed.
pub(crate) const BELL: &str = "webhooks";

const COLUMNS: &str = "endpoint_id, public_id, url, description, kinds, private, history, made_at, changed_at, \
     failing_since, stopped_at, stopped_why";

fn read(r: &Row<'_>) -> Result<Endpoint> {
    Ok(Endpoint {
        endpoint_id: r.int(0)?,
        public_id: r.text(1)?,
        url: r.text(2)?,
        description: r.text(3)?,
        wanted: Wanted::read(&r.text(4)?),
        private: r.flag(5)?,
        history: r.flag(6)?,
        made_at: r.int(7)?,
        changed_at: r.int(8)?,
        failing_since: r.opt_int(9)?,
        stopped_at: r.opt_int(10)?,
        stopped_why: r.opt_text(11)?,
    })
}

/// All of them, the newest first.
pub(crate) fn list(c: &mut Conn<'_>) -> Result<Vec<Endpoint>> {
    let sql = format!("SELECT {COLUMNS} FROM webhook_endpoints ORDER BY endpoint_id DESC");
    c.query(&sql, &[], read)
}

/// Who is told of events, for the record of processing: never the whole address, which may hold a secret.
pub(crate) fn recipients(c: &mut Conn<'_>) -> Result<Vec<String>> {
    let active = list(c)?.into_iter().filter(|e| e.stopped_at.is_none());
    let host = |url: &str| url.split('/').nth(2).unwrap_or_default().to_owned();
    Ok(active.map(|e| format!("{} ({}): events by webhook", host(&e.url), e.description)).collect())
}

pub(crate) fn get(c: &mut Conn<'_>, id: &str) -> Result<Endpoint> {
    let sql = format!("SELECT {COLUMNS} FROM webhook_endpoints WHERE public_id = $1");
    c.query_opt(&sql, &[id.into()], read)?
        .ok_or_else(|| Error::not_found(format!("there is no webhook {id}; /api/v1/webhooks lists them")))
}

pub(crate) fn by_number(c: &mut Conn<'_>, endpoint: i64) -> Result<Option<Endpoint>> {
    let sql = format!("SELECT {COLUMNS} FROM webhook_endpoints WHERE endpoint_id = $1");
    c.query_opt(&sql, &[endpoint.into()], read)
}

/// Makes an endpoint with its first secret; the endpoint and the secret.
pub(crate) fn create(
    app: &App,
    tx: &mut Conn<'_>,
    said: &Said,
    account: Option<i64>,
    now: Micros,
) -> Result<(Endpoint, String)> {
    let id = TypeId::new("whe", now).to_string();
    follow::begin_if_nobody_listens(tx)?;
    tx.execute(
        "INSERT INTO webhook_endpoints (public_id, url, description, kinds, private, history, made_by_account, made_at,
           changed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
        &[
            (&id).into(),
            (&said.url).into(),
            (&said.description).into(),
            (&said.wanted.stored()).into(),
            said.private.into(),
            said.history.into(),
            account.into(),
            now.into(),
        ],
    )?;
    let endpoint = get(tx, &id)?;
    let secret = add_secret(app, tx, &endpoint, now)?;
    tx.ring(BELL);
    Ok((endpoint, secret))
}

/// Changes what an endpoint hears and where it is.
pub(crate) fn change(tx: &mut Conn<'_>, endpoint: &Endpoint, said: &Said, now: Micros) -> Result<()> {
    tx.execute(
        "UPDATE webhook_endpoints SET url = $1, description = $2, kinds = $3, private = $4, history = $5,
           changed_at = $6 WHERE endpoint_id = $7",
        &[
            (&said.url).into(),
            (&said.description).into(),
            (&said.wanted.stored()).into(),
            said.private.into(),
            said.history.into(),
            later(endpoint, now).into(),
            endpoint.endpoint_id.into(),
        ],
    )?;
    tx.ring(BELL);
    Ok(())
}

/// Each change has a time of its own, by which senders know that what they remember is old.
fn later(endpoint: &Endpoint, now: Micros) -> Micros {
    now.max(endpoint.changed_at + 1)
}

/// Removes an endpoint with everything of it.
pub(crate) fn remove(tx: &mut Conn<'_>, endpoint: &Endpoint) -> Result<()> {
    let id = endpoint.endpoint_id;
    tx.execute("DELETE FROM webhook_deliveries WHERE endpoint_id = $1", &[id.into()])?;
    tx.execute("DELETE FROM webhook_secrets WHERE endpoint_id = $1", &[id.into()])?;
    tx.execute("DELETE FROM webhook_endpoints WHERE endpoint_id = $1", &[id.into()])?;
    tx.ring(BELL);
    Ok(())
}

/// Stops sending to an endpoint. What waits for it keeps waiting.
pub(crate) fn stop(tx: &mut Conn<'_>, endpoint: i64, why: &str, now: Micros) -> Result<bool> {
    let changed = tx.execute(
        "UPDATE webhook_endpoints SET stopped_at = $1, stopped_why = $2 WHERE endpoint_id = $3 AND stopped_at IS NULL",
        &[now.into(), why.into(), endpoint.into()],
    )?;
    tx.ring(BELL);
    Ok(changed > 0)
}

/// Sends to it again, and what waited for it at once. What happened while nobody listened at all is not sent.
pub(crate) fn start(tx: &mut Conn<'_>, endpoint: &Endpoint, now: Micros) -> Result<()> {
    follow::begin_if_nobody_listens(tx)?;
    tx.execute(
        "UPDATE webhook_endpoints SET stopped_at = NULL, stopped_why = NULL, failing_since = NULL, changed_at = $1
         WHERE endpoint_id = $2",
        &[later(endpoint, now).into(), endpoint.endpoint_id.into()],
    )?;
    tx.execute(
        "UPDATE webhook_deliveries SET due_at = $1 WHERE endpoint_id = $2 AND due_at > $1 AND sender IS NULL",
        &[now.into(), endpoint.endpoint_id.into()],
    )?;
    tx.ring(BELL);
    Ok(())
}

/// Says since when an endpoint fails, or that it does not.
pub(crate) fn set_failing(tx: &mut Conn<'_>, endpoint: i64, since: Option<Micros>) -> Result<()> {
    match since {
        Some(since) => tx.execute(
            "UPDATE webhook_endpoints SET failing_since = $1 WHERE endpoint_id = $2 AND failing_since IS NULL",
            &[since.into(), endpoint.into()],
        ),
        None => tx.execute(
            "UPDATE webhook_endpoints SET failing_since = NULL WHERE endpoint_id = $1 AND failing_since IS NOT NULL",
            &[endpoint.into()],
        ),
    }
    .map(|_| ())
}

fn context(id: &str) -> String {
    seal::context("webhook_secrets", "secret", id)
}

fn add_secret(app: &App, tx: &mut Conn<'_>, endpoint: &Endpoint, now: Micros) -> Result<String> {
    let id = TypeId::new("whs", now).to_string();
    let secret = sign::new_secret();
    let sealed = app.sealer.seal(&secret, &context(&id))?;
    tx.execute(
        "INSERT INTO webhook_secrets (public_id, endpoint_id, secret, made_at) VALUES ($1, $2, $3, $4)",
        &[(&id).into(), endpoint.endpoint_id.into(), (&sealed).into(), now.into()],
    )?;
    Ok(secret)
}

/// Gives an endpoint a new secret. The present one is used beside it for a day, those of before no more.
pub(crate) fn rotate(app: &App, tx: &mut Conn<'_>, endpoint: &Endpoint, now: Micros) -> Result<String> {
    let id = endpoint.endpoint_id;
    tx.execute(
        "DELETE FROM webhook_secrets WHERE endpoint_id = $1 AND expires_at IS NOT NULL",
        &[id.into()],
    )?;
    tx.execute(
        "UPDATE webhook_secrets SET expires_at = $1 WHERE endpoint_id = $2",
        &[(now + OVERLAP).into(), id.into()],
    )?;
    let secret = add_secret(app, tx, endpoint, now)?;
    tx.execute(
        "UPDATE webhook_endpoints SET changed_at = $1 WHERE endpoint_id = $2",
        &[later(endpoint, now).into(), id.into()],
    )?;
    tx.ring(BELL);
    Ok(secret)
}

/// The secrets of an endpoint, the newest first, each with the time until which it is used.
pub(crate) fn secrets(app: &App, c: &mut Conn<'_>, endpoint: i64) -> Result<Vec<(String, Option<Micros>)>> {
    let sealed = c.query(
        "SELECT public_id, secret, expires_at FROM webhook_secrets WHERE endpoint_id = $1 ORDER BY secret_id DESC",
        &[endpoint.into()],
        |r| Ok((r.text(0)?, r.text(1)?, r.opt_int(2)?)),
    )?;
    sealed.into_iter().map(|(id, text, until)| Ok((app.sealer.open(&text, &context(&id))?, until))).collect()
}
