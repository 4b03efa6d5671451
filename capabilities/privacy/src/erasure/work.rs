//! The work of an erasure: steps in slices, each of which notes its place in its own transaction or can be done twice.
//! A program that dies in the middle costs nothing: whoever takes the job over goes on where it was.

use super::{DAY, Erasure, get, queue, receipt};
use crate::declared;
use crate::holds;
use crate::subject::Subject;
use base::{Error, Result};
use capability::{App, Erase, Found, Table};
use community::erase::{self, Mentions, Walk};
use community::people;
use jobs::Job;
use serde_json::{Value, json};
use store::{Conn, Priority};

/// The steps, in their order. Names first, as they are found by what the next step takes away; then the identities, so
/// that nothing more of the person comes in; then everything that is there.
const STEPS: [&str; 6] = ["names", "identities", "tables", "texts", "revisions", "mentions"];

/// Does one, or goes on with it.
pub(crate) fn run(app: &App, job: &Job) -> Result<()> {
    let id = job.payload["erasure"].as_str().unwrap_or_default();
    let erasure = match app.db.read(|c| get(c, id)) {
        Ok(erasure) if matches!(erasure.state(), "waiting" | "running") => erasure,
        _ => return Ok(()),
    };
    if erasure.began_at.is_none() && !begin(app, job, &erasure)? {
        return Ok(());
    }
    let mut work = Work::load(app, id)?;
    let from = STEPS.iter().position(|s| *s == work.erasure.step).unwrap_or(STEPS.len());
    for (at, step) in STEPS.iter().enumerate().skip(from) {
        work.step(step)?;
        work.enter(STEPS.get(at + 1).copied().unwrap_or("receipt"))?;
    }
    work.finish(job)
}

/// Takes down who it is about and what there is; `false` when somebody holds it, and it is put off by a day.
fn begin(app: &App, job: &Job, erasure: &Erasure) -> Result<bool> {
    let now = app.clock.now();
    let subject = app.community.view(|v| Subject::with(v, erasure.identity))?;
    let counts = app.db.read(|c| declared::counts(&app.registry, c, &subject))?;
    let counts: serde_json::Map<String, Value> = counts.into_iter().map(|(t, n)| (t, n.into())).collect();
    app.db.write(Priority::Interactive, |tx| {
        if holds::refuse_while_held(tx, &subject).is_err() {
            job.finish_in(tx)?;
            tx.execute(
                "UPDATE erasures SET due_at = $1 WHERE erasure_id = $2",
                &[(now + DAY).into(), erasure.erasure_id.into()],
            )?;
            queue(tx, &erasure.public_id, now + DAY, now)?;
            return Ok(false);
        }
        // It can be called off until here; a cancellation at the same time wins or comes too late.
        let begun = tx.execute(
            "UPDATE erasures SET began_at = $1, identities = $2, step = $3, counts = $4
             WHERE erasure_id = $5 AND cancelled_at IS NULL AND began_at IS NULL",
            &[
                now.into(),
                (&json!(subject.numbers()).to_string()).into(),
                STEPS[0].into(),
                (&Value::Object(counts).to_string()).into(),
                erasure.erasure_id.into(),
            ],
        )?;
        Ok(begun == 1)
    })
}

/// An erasure that has begun.
struct Work<'a> {
    app: &'a App,
    erasure: Erasure,
    subject: Subject,
}

impl<'a> Work<'a> {
    fn load(app: &'a App, id: &str) -> Result<Self> {
        let erasure = app.db.read(|c| get(c, id))?;
        let subject = Subject::of(app.db.read(|c| people::identities(c, &erasure.identities))?)?;
        Ok(Self { app, erasure, subject })
    }

    fn step(&mut self, step: &str) -> Result<()> {
        match step {
            "names" => self.tables(|t| matches!(t.found, Found::Named(_))),
            "identities" => self.identities(),
            "tables" => self.tables(|t| !matches!(t.found, Found::Named(_))),
            "texts" => self.texts(),
            "revisions" => self.revisions(),
            _ => self.mentions(),
        }
    }

    /// Goes to the next step.
    fn enter(&mut self, step: &str) -> Result<()> {
        self.go_on()?;
        step.clone_into(&mut self.erasure.step);
        self.erasure.place = Value::Null;
        let erasure = &self.erasure;
        self.app.db.write(Priority::Bulk, |tx| save(tx, erasure))
    }

    /// # Errors
    /// `Unavailable` when the program is about to end; the job is taken up again after the next start.
    fn go_on(&self) -> Result<()> {
        if self.app.is_stopping() {
            return Err(Error::unavailable(
                "the program is about to end; the erasure goes on after the next start",
            ));
        }
        Ok(())
    }

    fn count(&mut self, what: &str, more: u64) {
        let before = self.erasure.counts[what].as_u64().unwrap_or(0);
        self.erasure.counts[what] = (before + more).into();
    }

    /// What the declarations say, table by table. Rows that a condition finds were counted when it began.
    fn tables(&mut self, which: impl Fn(&Table) -> bool) -> Result<()> {
        let all = declared::all(&self.app.registry);
        let done = self.erasure.place["table"].as_str().unwrap_or_default().to_owned();
        let wanted = all
            .iter()
            .map(|h| h.table)
            .filter(|t| which(t) && matches!(t.erase, Erase::Rows | Erase::Blank(_)));
        let wanted: Vec<Table> = wanted.collect();
        let from = wanted.iter().position(|t| t.name == done).map_or(0, |at| at + 1);
        for table in &wanted[from..] {
            self.go_on()?;
            let n = declared::erase(&self.app.db, table, &self.subject)?;
            if matches!(table.found, Found::Named(_)) {
                self.count(table.name, n);
            }
            self.erasure.place = json!({ "table": table.name });
            let erasure = &self.erasure;
            self.app.db.write(Priority::Bulk, |tx| save(tx, erasure))?;
        }
        Ok(())
    }

    fn identities(&mut self) -> Result<()> {
        let now = self.app.clock.now();
        let (app, erasure) = (self.app, &self.erasure);
        app.db.write(Priority::Bulk, |tx| {
            let key = erase::key_or_new(tx, &app.sealer, now)?;
            for identity in &erasure.identities {
                erase::identity(tx, *identity, &key, erasure.mentions, now)?;
            }
            Ok(())
        })
    }

    fn texts(&mut self) -> Result<()> {
        // Whatever arrived before the identities went is in the members' index from here on.
        self.app.community.fold_all()?;
        let identities = self.erasure.identities.clone();
        let from = usize::try_from(self.erasure.place["identity"].as_u64().unwrap_or(0)).unwrap_or(0);
        for (at, identity) in identities.iter().enumerate().skip(from) {
            let place = if at == from { self.erasure.place["walk"].clone() } else { Value::Null };
            let mut walk: Walk = serde_json::from_value(place).unwrap_or_default();
            while !walk.done {
                self.go_on()?;
                let (mut erasure, mut next) = (self.erasure.clone(), walk);
                self.app.db.write(Priority::Bulk, |tx| {
                    let (rows, texts) = erase::texts_slice(tx, *identity, &mut next)?;
                    for (what, n) in [("activities", rows), ("messages", texts)] {
                        let before = erasure.counts[what].as_u64().unwrap_or(0);
                        erasure.counts[what] = (before + n).into();
                    }
                    erasure.place = json!({ "identity": at, "walk": next });
                    save(tx, &erasure)
                })?;
                (self.erasure, walk) = (erasure, next);
            }
        }
        Ok(())
    }

    fn found_mentions(&self) -> Result<Option<Mentions>> {
        if !self.erasure.mentions {
            return Ok(None);
        }
        self.app.db.read(|c| {
            let Some(key) = erase::key(c)? else { return Ok(None) };
            Ok(Some(Mentions::load(c, key)?).filter(|m| !m.is_empty()))
        })
    }

    fn revisions(&mut self) -> Result<()> {
        let mentions = self.found_mentions()?;
        let mut after = self.erasure.place["after"].as_i64().unwrap_or(0);
        while let Some((last, n)) =
            erase::revisions_slice(&self.app.db, &self.erasure.identities, mentions.as_ref(), after)?
        {
            after = last;
            self.note("revisions", n, after)?;
        }
        Ok(())
    }

    fn mentions(&mut self) -> Result<()> {
        let Some(mentions) = self.found_mentions()? else { return Ok(()) };
        let mut after = self.erasure.place["after"].as_i64().unwrap_or(0);
        while let Some((upto, n)) = erase::mentions_slice(&self.app.db, &mentions, after)? {
            after = upto;
            self.note("mentions", n, after)?;
        }
        Ok(())
    }

    fn note(&mut self, what: &str, n: u64, after: i64) -> Result<()> {
        self.go_on()?;
        self.count(what, n);
        self.erasure.place = json!({ "after": after });
        let erasure = &self.erasure;
        self.app.db.write(Priority::Bulk, |tx| save(tx, erasure))
    }

    fn finish(&mut self, job: &Job) -> Result<()> {
        // Conversations that changed are put into blocks again, so that questions stay quick.
        self.app.community.fold_all()?;
        let now = self.app.clock.now();
        let receipt = receipt::receipt(self.app, &self.erasure, &self.subject, now)?;
        let erasure = &self.erasure;
        self.app.db.write(Priority::Interactive, |tx| {
            job.finish_in(tx)?;
            tx.execute(
                "UPDATE erasures SET done_at = $1, receipt = $2 WHERE erasure_id = $3",
                &[now.into(), (&receipt.to_string()).into(), erasure.erasure_id.into()],
            )?;
            jobs::outbox::tell(
                tx,
                "member.erased",
                &json!({ "erasure": erasure.public_id, "member": erasure.member }),
                now,
            )
        })
    }
}

fn save(tx: &mut Conn<'_>, erasure: &Erasure) -> Result<()> {
    tx.execute(
        "UPDATE erasures SET step = $1, place = $2, counts = $3 WHERE erasure_id = $4",
        &[
            (&erasure.step).into(),
            (&erasure.place.to_string()).into(),
            (&erasure.counts.to_string()).into(),
            erasure.erasure_id.into(),
        ],
    )?;
    Ok(())
}
