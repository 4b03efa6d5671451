//! Retention: after how many days the texts of a kind of activity, or of a source, are dropped. Rows stay, and with them
//! every figure. A legal hold beats a rule.

use crate::subject::signature;
use crate::{MANAGE, holds};
use base::{Day, Error, Micros, Period, Result, TypeId};
use capability::audit::{self, Change};
use capability::{App, Principal};
use community::Kind;
use community::erase::{self, Old};
use community::read::{LogView, Scope};
use community::sources::Source;
use store::{Conn, Priority, Row};

const DAY: Micros = 86_400_000_000;
/// The shortest and the longest that a rule may say.
const DAYS: std::ops::RangeInclusive<i64> = 1..=36_500;
/// Texts that are dropped in one transaction.
const WRITTEN: usize = 60;
/// What a preview shows where no days are given.
const YEAR: &str = "365";
/// The first day that can be asked about.
const FIRST: &str = "0001-01-01";

/// A rule.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub rule_id: i64,
    pub public_id: String,
    pub source_id: Option<i64>,
    pub source: Option<String>,
    pub kind: Option<Kind>,
    pub days: i64,
    pub set_by: String,
    pub set_at: Micros,
    pub ran_at: Option<Micros>,
    pub dropped: i64,
    pub held: i64,
}

impl Rule {
    /// What it drops, in words.
    pub(crate) fn words(&self) -> String {
        words(self.kind, self.source.as_deref(), self.days)
    }
}

fn words(kind: Option<Kind>, source: Option<&str>, days: i64) -> String {
    let what = kind.map_or_else(|| "every text".to_owned(), |k| format!("texts of {}", k.name()));
    let place = source.map_or_else(|| "of every source".to_owned(), |s| format!("of the source {s}"));
    format!("{what} {place} after {days} days")
}

fn read(r: &Row<'_>) -> Result<Rule> {
    Ok(Rule {
        rule_id: r.int(0)?,
        public_id: r.text(1)?,
        source_id: Some(r.int(2)?).filter(|n| *n != 0),
        source: r.opt_text(3)?,
        kind: Some(Kind(r.int(4)? as i16)).filter(|k| k.0 != 0),
        days: r.int(5)?,
        set_by: r.text(6)?,
        set_at: r.int(7)?,
        ran_at: r.opt_int(8)?,
        dropped: r.int(9)?,
        held: r.int(10)?,
    })
}

/// Those that hold, the shortest first.
pub(crate) fn list(c: &mut Conn<'_>) -> Result<Vec<Rule>> {
    c.query(
        "SELECT r.rule_id, r.public_id, r.source_id, s.name, r.kind, r.days, r.set_by, r.set_at, r.ran_at, r.dropped,
           r.held
         FROM retention_rules r LEFT JOIN sources s ON s.source_id = r.source_id WHERE r.ended_at IS NULL
         ORDER BY r.days, r.rule_id",
        &[],
        read,
    )
}

/// What a rule is to say, as somebody typed it: a kind and a source by name (empty for all), and days.
#[derive(Clone, Debug, Default, serde::Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    pub kind: String,
    #[serde(default)]
    pub source: String,
    #[serde(default)]
    pub days: String,
}

/// The same, understood.
#[derive(Clone, Debug)]
pub(crate) struct Understood {
    pub kind: Option<Kind>,
    pub source: Option<Source>,
    pub days: i64,
}

impl Understood {
    pub(crate) fn words(&self) -> String {
        words(self.kind, self.source.as_ref().map(|s| s.name.as_str()), self.days)
    }
}

impl Wanted {
    /// # Errors
    /// `Invalid` for days out of range, `NotFound` for an unknown kind or source.
    pub(crate) fn understood(&self, sources: &[Source]) -> Result<Understood> {
        let days = self.days.trim().parse().ok().filter(|d| DAYS.contains(d));
        let days = days.ok_or_else(|| {
            Error::invalid(format!("days is a number from {} to {}", DAYS.start(), DAYS.end()))
        })?;
        let kind = match self.kind.trim() {
            "" => None,
            name => Some(Kind::named(name).ok_or_else(|| {
                Error::not_found(format!("there is no kind \"{name}\"; the reference of kinds lists them"))
            })?),
        };
        let source = match self.source.trim() {
            "" => None,
            name => {
                let found = sources.iter().find(|s| s.name.eq_ignore_ascii_case(name) || s.public_id == name);
                Some(
                    found
                        .cloned()
                        .ok_or_else(|| Error::not_found(format!("there is no source \"{name}\"")))?,
                )
            }
        };
        Ok(Understood { kind, source, days })
    }
}

/// What a rule would drop today.
#[derive(Clone, Debug, Default)]
pub(crate) struct Preview {
    pub words: String,
    /// The last day of which texts would go.
    pub last_day: Option<Day>,
    /// Activities that are old enough, each kind with how many; those without a text among them.
    pub kinds: Vec<(&'static str, u64)>,
    /// What is held back.
    pub holds: Vec<String>,
}

impl Preview {
    pub(crate) fn total(&self) -> u64 {
        self.kinds.iter().map(|k| k.1).sum()
    }
}

/// Counts what a rule would drop, from the roll-ups; after a year where no days are given.
pub(crate) fn preview(v: &mut LogView<'_, '_>, wanted: &Wanted, now: Micros) -> Result<Preview> {
    let sources = v.sources().to_vec();
    let mut wanted = wanted.clone();
    if wanted.days.trim().is_empty() {
        YEAR.clone_into(&mut wanted.days);
    }
    let rule = wanted.understood(&sources)?;
    let last = v.zone().day_of(now - rule.days * DAY).plus(-1);
    let scope = Scope {
        sources: rule.source.iter().map(|s| s.source_id).collect(),
        kinds: rule.kind.into_iter().collect(),
        ..Scope::default()
    };
    let first = Day::parse(FIRST)?;
    let totals = v.totals(&scope, Some(Period { first, last }))?;
    let kinds = totals.kinds.iter().filter(|(k, _)| rule.kind.is_none_or(|wanted| wanted == **k));
    let kinds = kinds.map(|(k, n)| (k.name(), *n)).collect();
    let holds = holds::list(v.conn())?.iter().map(crate::holds::Hold::what).collect();
    Ok(Preview { words: rule.words(), last_day: Some(last), kinds, holds })
}

/// Sets a rule; its id.
pub(crate) fn set(app: &App, by: &Principal, wanted: &Wanted) -> Result<String> {
    let now = app.clock.now();
    let id = TypeId::new("ret", now).to_string();
    app.db.write(Priority::Interactive, |tx| {
        let rule = wanted.understood(&community::sources::list(tx)?)?;
        let kind = rule.kind.map_or(0, |k| i64::from(k.0));
        let source = rule.source.as_ref().map_or(0, |s| s.source_id);
        if let Some(same) =
            list(tx)?.iter().find(|r| r.kind == rule.kind && r.source_id.unwrap_or(0) == source)
        {
            return Err(Error::conflict(format!(
                "there is a rule for this already ({}); end it first",
                same.words()
            )));
        }
        tx.execute(
            "INSERT INTO retention_rules (public_id, source_id, kind, days, set_by, set_at)
             VALUES ($1, $2, $3, $4, $5, $6)",
            &[
                (&id).into(),
                source.into(),
                kind.into(),
                rule.days.into(),
                (&signature(by)).into(),
                now.into(),
            ],
        )?;
        let change = Change {
            action: MANAGE.id,
            subject: &id,
            title: "Set a rule of retention",
            after: &rule.words(),
            ..Change::default()
        };
        audit::record(tx, by, now, &change)
    })?;
    Ok(id)
}

/// Ends a rule. What it dropped does not come back.
pub(crate) fn end(app: &App, by: &Principal, id: &str) -> Result<()> {
    let now = app.clock.now();
    app.db.write(Priority::Interactive, |tx| {
        let rule = list(tx)?.into_iter().find(|r| r.public_id == id);
        let rule =
            rule.ok_or_else(|| Error::not_found(format!("there is no rule {id}; it may have ended")))?;
        tx.execute(
            "UPDATE retention_rules SET ended_by = $1, ended_at = $2 WHERE rule_id = $3",
            &[(&signature(by)).into(), now.into(), rule.rule_id.into()],
        )?;
        let change = Change {
            action: MANAGE.id,
            subject: id,
            title: "Ended a rule of retention",
            before: &rule.words(),
            ..Change::default()
        };
        audit::record(tx, by, now, &change)
    })
}

/// Drops what the rules say, once a day. Can be broken off and begun again: what was dropped is not found again.
pub(crate) fn run(app: &App) -> Result<()> {
    for rule in app.db.read(list)? {
        let (held_identities, held_sources) = holds::held(app)?;
        let now = app.clock.now();
        let old = Old {
            before: now - rule.days * DAY,
            kind: rule.kind,
            source_id: rule.source_id,
            held_sources,
            held_identities,
        };
        let (mut seq, mut dropped, mut held) = (0, 0u64, 0u64);
        while let Some(some) = app.db.read(|c| erase::old_texts(c, &old, seq))? {
            for chunk in some.seqs.chunks(WRITTEN) {
                if app.is_stopping() {
                    return Err(Error::unavailable(
                        "the program is about to end; texts are dropped after the next start",
                    ));
                }
                dropped += app.db.write(Priority::Bulk, |tx| erase::drop_texts(tx, chunk))?;
            }
            held += some.held;
            seq = some.upto;
        }
        let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        app.db.write(Priority::Bulk, |tx| {
            tx.execute(
                "UPDATE retention_rules SET ran_at = $1, dropped = dropped + $2, held = $3 WHERE rule_id = $4",
                &[now.into(), number(dropped).into(), number(held).into(), rule.rule_id.into()],
            )?;
            if dropped > 0 {
                let after = format!("{dropped} texts dropped, {held} held");
                let change = Change {
                    action: MANAGE.id,
                    subject: &rule.public_id,
                    title: "A rule of retention ran",
                    after: &after,
                    ..Change::default()
                };
                audit::record(tx, &Principal::local(), now, &change)?;
            }
            Ok(())
        })?;
    }
    Ok(())
}
