//! What people and programs do with endpoints: each in one transaction with its entry in the audit log.

use crate::catalogue::{self, TEST, Wanted};
use crate::endpoint::{Endpoint, Said};
use crate::{MANAGE_WEBHOOKS, log, queue, store};
use ::store::{Conn, Priority};
use base::Result;
use capability::audit::{self, Change};
use capability::{App, Principal};

fn record(
    tx: &mut Conn<'_>,
    app: &App,
    by: &Principal,
    e: &Endpoint,
    words: (&str, &str, &str),
) -> Result<()> {
    let (title, before, after) = words;
    let change = Change { action: MANAGE_WEBHOOKS.id, subject: &e.public_id, title, before, after };
    audit::record(tx, by, app.clock.now(), &change)
}

/// As the audit log writes it.
fn words(url: &str, wanted: &Wanted, private: bool, history: bool) -> String {
    let mut words = format!("{url}: {}", wanted.stored());
    if private {
        words.push_str(", private channels too");
    }
    if history {
        words.push_str(", history too");
    }
    words
}

pub(crate) fn create(app: &App, by: &Principal, said: Said) -> Result<(Endpoint, String)> {
    let said = said.checked(&app.outgoing)?;
    let now = app.clock.now();
    app.db.write(Priority::Interactive, |tx| {
        let (endpoint, secret) = store::create(app, tx, &said, by.account, now)?;
        let after = words(&said.url, &said.wanted, said.private, said.history);
        record(tx, app, by, &endpoint, ("Made a webhook", "", &after))?;
        Ok((endpoint, secret))
    })
}

pub(crate) fn change(app: &App, by: &Principal, id: &str, said: Said) -> Result<()> {
    let said = said.checked(&app.outgoing)?;
    app.db.write(Priority::Interactive, |tx| {
        let e = store::get(tx, id)?;
        store::change(tx, &e, &said, app.clock.now())?;
        let before = words(&e.url, &e.wanted, e.private, e.history);
        let after = words(&said.url, &said.wanted, said.private, said.history);
        record(tx, app, by, &e, ("Changed a webhook", &before, &after))
    })
}

pub(crate) fn remove(app: &App, by: &Principal, id: &str) -> Result<()> {
    app.db.write(Priority::Interactive, |tx| {
        let e = store::get(tx, id)?;
        store::remove(tx, &e)?;
        let before = words(&e.url, &e.wanted, e.private, e.history);
        record(tx, app, by, &e, ("Removed a webhook", &before, ""))
    })
}

/// Sends to it, or stops it.
pub(crate) fn set_running(app: &App, by: &Principal, id: &str, run: bool) -> Result<()> {
    let now = app.clock.now();
    app.db.write(Priority::Interactive, |tx| {
        let e = store::get(tx, id)?;
        if e.stopped_at.is_none() == run {
            return Ok(());
        }
        if run {
            store::start(tx, &e, now)?;
        } else {
            store::stop(tx, e.endpoint_id, &format!("{} stopped it", by.name), now)?;
        }
        let title = if run { "Started a webhook again" } else { "Stopped a webhook" };
        record(tx, app, by, &e, (title, e.state(), if run { "active" } else { "stopped" }))
    })
}

pub(crate) fn rotate(app: &App, by: &Principal, id: &str) -> Result<String> {
    app.db.write(Priority::Interactive, |tx| {
        let e = store::get(tx, id)?;
        let secret = store::rotate(app, tx, &e, app.clock.now())?;
        record(tx, app, by, &e, ("Gave a webhook a new secret", "", ""))?;
        Ok(secret)
    })
}

/// The newest secret, for whoever has to set the other side up; being shown is in the audit log.
pub(crate) fn show_secret(app: &App, by: &Principal, id: &str) -> Result<String> {
    app.db.write(Priority::Interactive, |tx| {
        let e = store::get(tx, id)?;
        record(tx, app, by, &e, ("Looked at the secret of a webhook", "", ""))?;
        let secrets = store::secrets(app, tx, e.endpoint_id)?;
        Ok(secrets.into_iter().next().map(|s| s.0).unwrap_or_default())
    })
}

/// Puts a sample of an event in; the number of the delivery.
pub(crate) fn test(app: &App, by: &Principal, id: &str, kind: &str) -> Result<i64> {
    let kind = if kind.is_empty() { TEST } else { kind };
    let event = catalogue::find(&app.registry, kind)?;
    app.db.write(Priority::Interactive, |tx| {
        let e = store::get(tx, id)?;
        let delivery = queue::put_test(tx, &e, event.kind, &event.data, app.clock.now())?;
        record(tx, app, by, &e, ("Sent a test to a webhook", "", event.kind))?;
        Ok(delivery)
    })
}

/// Sends one delivery again, or every dead one.
pub(crate) fn replay(app: &App, by: &Principal, id: &str, one: Option<i64>) -> Result<u64> {
    app.db.write(Priority::Interactive, |tx| {
        let e = store::get(tx, id)?;
        let n = log::replay(tx, &e, one, app.clock.now())?;
        record(tx, app, by, &e, ("Sent again to a webhook", "", &format!("{n} deliveries")))?;
        Ok(n)
    })
}
