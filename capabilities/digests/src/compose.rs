//! From a subscription that is due to a mail in the outbox.
//!
//! Once a minute those that are due get a job each, and their next time, in one transaction. The job asks what there is to
//! say, with what its owner may do at that moment, and ends in the transaction that queues the mail: of one morning there
//! is one mail, whatever breaks off in between.

use crate::store::{self, Subscription, VIEW};
use ::store::Priority;
use base::{Error, Micros, Result};
use capability::digest::{Digest, DigestAsk};
use capability::{App, Principal, audit, require, views};
use community::settings;
use jobs::{Job, NewJob, Urgency};
use mailer::{Letter, Link, NewMail, Recipient, Section, Unsubscribe};
use serde_json::json;

/// The job that puts one mail together.
pub(crate) const COMPOSE: &str = "digests.compose";
/// Rows of a view in a mail.
const ROWS: usize = 10;
/// What is later than this is left out: the Today of a morning is of no use at night.
const LATE: Micros = 6 * 3_600_000_000;
/// Taken in one transaction.
const TOGETHER: i64 = 200;

/// Puts a job in for each subscription that is due; how many. Blocks.
///
/// # Errors
/// When the database says no.
pub fn due(app: &App) -> Result<u64> {
    let now = app.clock.now();
    let mut begun = 0;
    loop {
        let (taken, queued) = app.db.write(Priority::Interactive, |tx| {
            let set_up = app.access.mail.is_set_up(tx)?;
            let zone = store::community_zone(tx)?;
            let all = store::due(tx, now, TOGETHER)?;
            let mut queued = 0;
            for s in &all {
                store::put_off(tx, s.id, s.hours.next(&zone, now))?;
                if set_up && now - s.due_at <= LATE {
                    queued += u64::from(enqueue(tx, s, now)?);
                }
            }
            Ok((all.len(), queued))
        })?;
        begun += queued;
        if (taken as i64) < TOGETHER {
            return Ok(begun);
        }
    }
}

/// Puts the job of a subscription in; whether there was none yet.
pub(crate) fn enqueue(tx: &mut ::store::Conn<'_>, s: &Subscription, now: Micros) -> Result<bool> {
    let payload = json!({ "digest": s.public_id, "due": now });
    let key = Some(s.public_id.as_str());
    let job = NewJob { kind: COMPOSE, key, payload: &payload, run_at: now, urgency: Urgency::Soon };
    jobs::enqueue(tx, &job, now).map(|job| job.is_some())
}

/// The body of the job. Blocks.
pub(crate) fn compose(app: &App, job: &Job) -> Result<()> {
    let id = job.payload["digest"].as_str().unwrap_or_default().to_owned();
    let due = job.payload["due"].as_i64().unwrap_or_else(|| app.clock.now());
    // It was ended meanwhile.
    let Some(s) = app.db.read(|c| store::find(c, &id))? else { return Ok(()) };
    let Some(principal) = app.db.read(|c| access::on_behalf(c, s.account))? else {
        // The account was removed: nobody wants its mails.
        return app.db.write(Priority::Interactive, |tx| store::end(tx, &id).map(|_| ()));
    };
    let origin = app.access.origin();
    let ask = DigestAsk { app, principal: &principal, origin: &origin };
    match say(&ask, &s)? {
        Some(digest) => queue(app, job, &s, &principal, digest, due),
        None => Ok(()),
    }
}

/// What there is to say; nothing where there is nothing, or its owner may not see it any more.
fn say(ask: &DigestAsk<'_>, s: &Subscription) -> Result<Option<Digest>> {
    if s.kind == VIEW {
        return say_view(ask, s);
    }
    let kinds = ask.app.registry.digests();
    let kind = kinds.iter().find(|k| k.id == s.kind && require(ask.principal, k.permission).is_ok());
    kind.map_or(Ok(None), |k| (k.give)(ask))
}

fn say_view(ask: &DigestAsk<'_>, s: &Subscription) -> Result<Option<Digest>> {
    let found = ask.app.db.read(|c| views::of_every_list(c, s.account, Some(&s.view)))?;
    let Some(of) = found.into_iter().next() else { return Ok(None) };
    let kinds = ask.app.registry.views();
    let allowed = kinds.iter().find(|k| k.list == of.list && require(ask.principal, k.permission).is_ok());
    let Some(kind) = allowed else { return Ok(None) };
    let rows = match (kind.give)(ask, &of.view.query, ROWS) {
        Ok(rows) => rows,
        // What the view names is gone (a source, a channel): the mail says so, instead of never coming again.
        Err(e) if matches!(e.kind, base::ErrorKind::NotFound | base::ErrorKind::Invalid) => {
            let lead = vec![format!("This view cannot be shown any more: {}", e.message)];
            let subject = format!("{}: cannot be shown", of.view.name);
            return Ok(Some(Digest { subject, lead, ..Digest::default() }));
        }
        Err(e) => return Err(e),
    };
    let path = format!("{}?{}", kind.path, of.view.query);
    let shown = rows.rows.len();
    let section = Section { title: "First in it".into(), items: rows.rows, ..Section::default() };
    Ok(Some(Digest {
        subject: format!("{}: {}", of.view.name, rows.count),
        lead: vec![format!("{} fit the view \"{}\" of {}.", rows.count, of.view.name, kind.title)],
        sections: if shown == 0 { Vec::new() } else { vec![section] },
        button: (format!("Open {}", of.view.name), path),
    }))
}

fn queue(
    app: &App,
    job: &Job,
    s: &Subscription,
    principal: &Principal,
    digest: Digest,
    due: Micros,
) -> Result<()> {
    let now = app.clock.now();
    let origin = app.access.origin();
    app.db.write(Priority::Interactive, |tx| {
        job.finish_in(tx)?;
        let community = settings::get_or_default(tx, "name")?;
        let subject = format!("{} ({community})", digest.subject);
        let button = Some(Link::new(&digest.button.0, format!("{origin}{}", digest.button.1)))
            .filter(|_| !digest.button.1.is_empty());
        let letter = Letter {
            community,
            heading: digest.subject,
            lead: digest.lead,
            button,
            sections: digest.sections,
            foot: vec![Link::new("Choose other mails", format!("{origin}{}", crate::PATH))],
            ..Letter::default()
        };
        let to = Recipient {
            account: Some(s.account),
            name: principal.name.clone(),
            email: principal.email.clone(),
        };
        let unsubscribe = Unsubscribe { list: "digests".into(), subject: s.public_id.clone() };
        let mail = NewMail {
            kind: if s.kind == VIEW { "digests.view" } else { "digests.digest" },
            to,
            subject: &subject,
            letter,
            unsubscribe: Some((unsubscribe, &origin)),
            expires_at: Some(due + LATE),
            urgency: Urgency::Whenever,
        };
        app.access.mail.queue(tx, mail, now)?;
        store::sent(tx, s.id, now)
    })
}

/// What a subscription is, in words.
pub(crate) fn title(app: &App, s: &Subscription, seen: &[views::OfList]) -> String {
    if s.kind == VIEW {
        let view = seen.iter().find(|v| v.view.public_id == s.view);
        return view.map_or_else(|| "A view that is gone".to_owned(), |v| v.view.name.clone());
    }
    let kinds = app.registry.digests();
    kinds.iter().find(|k| k.id == s.kind).map_or_else(|| s.kind.clone(), |k| k.title.to_owned())
}

/// What the link in a mail ends.
pub(crate) fn describe(app: &App, public_id: &str) -> Result<Option<String>> {
    app.db.read(|c| {
        let Some(s) = store::find(c, public_id)? else { return Ok(None) };
        let seen = views::of_every_list(c, s.account, Some(&s.view))?;
        Ok(Some(format!("{}, {}.", title(app, &s, &seen), s.hours.words())))
    })
}

/// Ends it, in the name of its owner.
pub(crate) fn end(app: &App, public_id: &str) -> Result<()> {
    let now = app.clock.now();
    app.db.write(Priority::Interactive, |tx| {
        let Some(s) = store::find(tx, public_id)? else { return Ok(()) };
        let by = access::on_behalf(tx, s.account)?.unwrap_or_else(Principal::nobody);
        store::end(tx, public_id)?;
        let change = audit::Change {
            action: crate::SUBSCRIBE.id,
            subject: public_id,
            title: "Stopped mails with the link in one",
            ..audit::Change::default()
        };
        audit::record(tx, &by, now, &change)
    })
}

/// An account, or why it has no such page.
pub(crate) fn account_of(principal: &Principal) -> Result<i64> {
    principal.account.ok_or_else(|| Error::forbidden("only an account gets mail; sign in with one"))
}
