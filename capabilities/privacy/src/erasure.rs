//! Erasures: seen beforehand, asked for, waited for and called off; then done by a job that goes on after a crash.

mod receipt;
mod work;

pub(crate) use receipt::{Preview, preview};
pub(crate) use work::run;

use crate::subject::{Subject, signature};
use crate::{MANAGE, holds};
use base::{Error, Micros, Result, TypeId};
use capability::audit::{self, Change};
use capability::{App, Principal};
use community::settings;
use jobs::{NewJob, Urgency};
use serde_json::{Value, json};
use store::{Conn, Priority, Row};

/// The kind of its jobs.
pub(crate) const JOB: &str = "privacy.erase";
const DAY: Micros = 86_400_000_000;

/// One erasure.
#[derive(Clone, Debug)]
pub(crate) struct Erasure {
    pub erasure_id: i64,
    pub public_id: String,
    pub identity: u32,
    /// The public id of that identity.
    pub member: String,
    /// The numbers of the identities when it began.
    pub identities: Vec<u32>,
    /// Whether mentions by others are replaced.
    pub mentions: bool,
    pub reason: String,
    pub asked_by: String,
    pub asked_at: Micros,
    pub due_at: Micros,
    pub cancelled_at: Option<Micros>,
    pub began_at: Option<Micros>,
    pub step: String,
    pub place: Value,
    pub counts: Value,
    pub done_at: Option<Micros>,
    pub receipt: Option<Value>,
}

impl Erasure {
    pub(crate) fn state(&self) -> &'static str {
        match (self.cancelled_at, self.done_at, self.began_at) {
            (Some(_), _, _) => "called off",
            (None, Some(_), _) => "done",
            (None, None, Some(_)) => "running",
            (None, None, None) => "waiting",
        }
    }

    /// Whether it waits and can be called off.
    pub(crate) fn waits(&self) -> bool {
        self.state() == "waiting"
    }
}

const SELECT: &str = "SELECT e.erasure_id, e.public_id, e.identity, i.public_id, e.identities, e.mentions, e.reason, e.asked_by,
       e.asked_at, e.due_at, e.cancelled_at, e.began_at, e.step, e.place, e.counts, e.done_at, e.receipt
     FROM erasures e JOIN identities i ON i.identity = e.identity";

fn read(r: &Row<'_>) -> Result<Erasure> {
    let damaged = |e: serde_json::Error| Error::internal(format!("an erasure is damaged: {e}"));
    Ok(Erasure {
        erasure_id: r.int(0)?,
        public_id: r.text(1)?,
        identity: r.int(2)? as u32,
        member: r.text(3)?,
        identities: serde_json::from_str(&r.text(4)?).map_err(damaged)?,
        mentions: r.flag(5)?,
        reason: r.text(6)?,
        asked_by: r.text(7)?,
        asked_at: r.int(8)?,
        due_at: r.int(9)?,
        cancelled_at: r.opt_int(10)?,
        began_at: r.opt_int(11)?,
        step: r.text(12)?,
        place: serde_json::from_str(&r.text(13)?).map_err(damaged)?,
        counts: serde_json::from_str(&r.text(14)?).map_err(damaged)?,
        done_at: r.opt_int(15)?,
        receipt: r.opt_text(16)?.map(|text| serde_json::from_str(&text).map_err(damaged)).transpose()?,
    })
}

/// The newest, at most so many.
pub(crate) fn list(c: &mut Conn<'_>, limit: i64) -> Result<Vec<Erasure>> {
    c.query(&format!("{SELECT} ORDER BY e.erasure_id DESC LIMIT $1"), &[limit.into()], read)
}

/// Those of a member, newest first.
pub(crate) fn of(c: &mut Conn<'_>, identities: &[u32]) -> Result<Vec<Erasure>> {
    let numbers = crate::numbers(identities);
    c.query(
        &format!("{SELECT} WHERE e.identity IN ({numbers}) ORDER BY e.erasure_id DESC LIMIT 20"),
        &[],
        read,
    )
}

pub(crate) fn get(c: &mut Conn<'_>, id: &str) -> Result<Erasure> {
    c.query_opt(&format!("{SELECT} WHERE e.public_id = $1"), &[id.into()], read)?
        .ok_or_else(|| Error::not_found(format!("there is no erasure {id}; /api/v1/erasures lists them")))
}

/// Asks for one; its id. It waits for as long as the community wants, and can be called off until then.
pub(crate) fn ask(app: &App, by: &Principal, member: &str, reason: &str) -> Result<String> {
    let reason = reason.trim();
    if reason.is_empty() || reason.len() > 1_000 {
        return Err(Error::invalid(
            "an erasure needs a reason of at most 1,000 bytes: who asked for it, and how?",
        ));
    }
    let subject = app.community.view(|v| Subject::find(v, member))?;
    if subject.is_erased() {
        return Err(Error::conflict("this member was erased already; nothing is left that names them"));
    }
    let now = app.clock.now();
    let id = TypeId::new("era", now).to_string();
    app.db.write(Priority::Interactive, |tx| {
        holds::refuse_while_held(tx, &subject)?;
        let before = of(tx, &subject.numbers())?;
        if let Some(open) = before.iter().find(|e| matches!(e.state(), "waiting" | "running")) {
            return Err(Error::conflict(format!("the erasure {} of this member is {}", open.public_id, open.state())));
        }
        let days: Micros = settings::get_or_default(tx, "erasure_days")?.parse().unwrap_or(7);
        let mentions = settings::get_or_default(tx, "erasure_mentions")? == "replace";
        let due = now + days * DAY;
        tx.execute(
            "INSERT INTO erasures (public_id, identity, identities, mentions, reason, asked_by, asked_at, due_at, step,
               place, counts) VALUES ($1, $2, '[]', $3, $4, $5, $6, $7, '', 'null', '{}')",
            &[
                (&id).into(),
                subject.member().into(),
                mentions.into(),
                reason.into(),
                (&signature(by)).into(),
                now.into(),
                due.into(),
            ],
        )?;
        queue(tx, &id, due, now)?;
        told(tx, by, now, subject.public_id(), "Asked for an erasure", &id)
    })?;
    Ok(id)
}

fn queue(tx: &mut Conn<'_>, id: &str, due: Micros, now: Micros) -> Result<()> {
    let payload = json!({ "erasure": id });
    let job = NewJob { kind: JOB, key: Some(id), payload: &payload, run_at: due, urgency: Urgency::Soon };
    jobs::enqueue(tx, &job, now).map(|_| ())
}

fn told(tx: &mut Conn<'_>, by: &Principal, now: Micros, subject: &str, title: &str, id: &str) -> Result<()> {
    let change = Change { action: MANAGE.id, subject, title, after: id, ..Change::default() };
    audit::record(tx, by, now, &change)
}

/// Calls one off that has not begun.
pub(crate) fn cancel(app: &App, by: &Principal, id: &str) -> Result<Erasure> {
    let now = app.clock.now();
    app.db.write(Priority::Interactive, |tx| {
        let erasure = get(tx, id)?;
        if !erasure.waits() {
            return Err(Error::conflict(format!(
                "the erasure {id} is {} and cannot be called off; what it removed cannot come back",
                erasure.state()
            )));
        }
        tx.execute(
            "UPDATE erasures SET cancelled_by = $1, cancelled_at = $2 WHERE erasure_id = $3 AND began_at IS NULL",
            &[(&signature(by)).into(), now.into(), erasure.erasure_id.into()],
        )?;
        told(tx, by, now, &erasure.member, "Called an erasure off", id)?;
        Ok(erasure)
    })
}
