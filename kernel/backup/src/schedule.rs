//! When a backup is due, which node takes it, and how the last ones went.
//!
//! Nodes do not talk: whoever inserts the row of an hour takes its backup. A row without an end whose lease has run
//! out may be taken over, so that a node that died or failed does not cost the day.

use crate::take::{Taken, tidy};
use crate::{Schema, keep};
use base::{Day, Error, Micros, Result, Zone};
use serde::Serialize;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use store::{Conn, Db, Priority};

const MINUTE: Micros = 60_000_000;
/// How long a claim holds without being renewed.
const LEASE: Micros = 10 * MINUTE;
/// How often it is renewed.
const RENEW: Micros = MINUTE;
/// After how long a failed backup is tried again.
const AGAIN: Micros = 60 * MINUTE;
/// How long rows are kept.
const ROWS_KEPT: Micros = 400 * 24 * 60 * MINUTE;

/// Where backups go, when, and how many are kept.
#[derive(Clone, Debug)]
pub struct Plan<'a> {
    /// The folder.
    pub folder: &'a Path,
    /// The minute of the day, in the community's zone.
    pub minute: u16,
    /// How many are kept.
    pub rule: keep::Rule,
    /// Who takes it.
    pub node: &'a str,
    /// Set when the server ends; the backup is then left to whoever comes next.
    pub stop: &'a AtomicBool,
}

/// How scheduled backups went lately.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct State {
    /// When the last one succeeded.
    pub succeeded_at: Option<Micros>,
    /// Its file, by its name alone.
    pub file: Option<String>,
    /// Its length.
    pub bytes: Option<u64>,
    /// Its rows.
    pub rows: Option<u64>,
    /// What went wrong with a newer one.
    pub error: Option<String>,
}

/// The minute of the day that `03:00` means.
///
/// # Errors
/// `Invalid` when it is no time of day.
pub fn minute(text: &str) -> Result<u16> {
    let parsed: Option<(u16, u16)> =
        text.trim().split_once(':').and_then(|(h, m)| Some((h.parse().ok()?, m.parse().ok()?)));
    match parsed {
        Some((hour, minute)) if hour < 24 && minute < 60 => Ok(hour * 60 + minute),
        _ => Err(Error::invalid(format!("\"{text}\" is no time of day; write it as 03:00"))),
    }
}

/// The last time at which one was due, `now` included.
pub fn due(now: Micros, zone: &Zone, minute: u16) -> Micros {
    let at = |day: Day| zone.from_local(day.start_micros() + i64::from(minute) * MINUTE);
    let today = zone.day_of(now);
    Some(at(today)).filter(|at| *at <= now).unwrap_or_else(|| at(today.plus(-1)))
}

/// Takes the backup that is due, if nobody has, and removes those that the rule does not keep. `None` when there is
/// nothing to do. `clock` is asked for the time while it works.
///
/// # Errors
/// What went wrong, which is written into the row, too.
pub fn run(
    db: &Db,
    schema: &Schema,
    plan: &Plan<'_>,
    zone: &Zone,
    clock: &dyn Fn() -> Micros,
) -> Result<Option<Taken>> {
    let due_at = due(clock(), zone, plan.minute);
    if !claim(db, due_at, plan.node, clock())? {
        return Ok(None);
    }
    let mut renewed = clock();
    let taken = std::fs::create_dir_all(plan.folder)
        .map_err(|e| Error::from(e).at(plan.folder.display()))
        .and_then(|()| {
            tidy(plan.folder);
            crate::take(db, schema, plan.folder, clock(), &mut |_, _, _| {
                if plan.stop.load(Ordering::Relaxed) {
                    return Err(Error::unavailable("the server was stopped; the next start takes it"));
                }
                if clock() - renewed > RENEW {
                    renewed = clock();
                    renew(db, due_at, plan.node, renewed)?;
                }
                Ok(())
            })
        });
    match taken {
        Ok(taken) => {
            succeeded(db, due_at, plan.node, &taken, clock())?;
            for gone in keep::prune(plan.folder, plan.rule)? {
                tracing::info!(file = %gone.display(), "a backup that the rule does not keep was removed");
            }
            Ok(Some(taken))
        }
        Err(e) => {
            // The first error is the one to tell; without the row another node tries after the lease.
            let told = (!plan.stop.load(Ordering::Relaxed)).then_some(e.message.as_str());
            if let Err(error) = failed(db, due_at, plan.node, told, clock()) {
                tracing::warn!(%error, "the failure of a backup was not noted");
            }
            Err(e)
        }
    }
}

/// Claims the backup of an hour; whether it is ours now.
///
/// # Errors
/// When the database says no.
pub fn claim(db: &Db, due_at: Micros, node: &str, now: Micros) -> Result<bool> {
    // Most of the time there is nothing to do, and nothing is written then.
    let open = db.read(|c| {
        c.query_opt("SELECT ended_at, lease_until FROM backups WHERE due_at = $1", &[due_at.into()], |r| {
            Ok(r.opt_int(0)?.is_none() && r.int(1)? < now)
        })
    })?;
    if open == Some(false) {
        return Ok(false);
    }
    db.write(Priority::Interactive, |tx| {
        let made = tx.execute(
            "INSERT INTO backups (due_at, node, began_at, lease_until, file, bytes, rows)
             VALUES ($1, $2, $3, $4, '', 0, 0) ON CONFLICT (due_at) DO NOTHING",
            &[due_at.into(), node.into(), now.into(), (now + LEASE).into()],
        )?;
        let taken_over = tx.execute(
            "UPDATE backups SET node = $1, began_at = $2, lease_until = $3
             WHERE due_at = $4 AND ended_at IS NULL AND lease_until < $2",
            &[node.into(), now.into(), (now + LEASE).into(), due_at.into()],
        )?;
        Ok(made + taken_over == 1)
    })
}

fn renew(db: &Db, due_at: Micros, node: &str, now: Micros) -> Result<()> {
    let held = db.write(Priority::Interactive, |tx| {
        tx.execute(
            "UPDATE backups SET lease_until = $1 WHERE due_at = $2 AND node = $3 AND ended_at IS NULL",
            &[(now + LEASE).into(), due_at.into(), node.into()],
        )
    })?;
    if held == 1 { Ok(()) } else { Err(Error::conflict("another node has taken this backup over")) }
}

fn succeeded(db: &Db, due_at: Micros, node: &str, taken: &Taken, now: Micros) -> Result<()> {
    let file = taken.file.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let (bytes, rows) = (taken.bytes.cast_signed(), taken.rows.cast_signed());
    db.write(Priority::Interactive, |tx| {
        tx.execute(
            "UPDATE backups SET ended_at = $1, file = $2, bytes = $3, rows = $4, error = NULL
             WHERE due_at = $5 AND node = $6",
            &[now.into(), (&file).into(), bytes.into(), rows.into(), due_at.into(), node.into()],
        )?;
        tx.execute("DELETE FROM backups WHERE due_at < $1", &[(now - ROWS_KEPT).into()]).map(|_| ())
    })
}

/// Gives the claim up: with an error for a while, without one at once.
fn failed(db: &Db, due_at: Micros, node: &str, error: Option<&str>, now: Micros) -> Result<()> {
    let again = if error.is_some() { now + AGAIN } else { now - 1 };
    db.write(Priority::Interactive, |tx| {
        tx.execute(
            "UPDATE backups SET error = $1, lease_until = $2 WHERE due_at = $3 AND node = $4",
            &[error.into(), again.into(), due_at.into(), node.into()],
        )
        .map(|_| ())
    })
}

/// How scheduled backups went lately.
///
/// # Errors
/// When the database says no.
pub fn state(c: &mut Conn<'_>) -> Result<State> {
    let mut state = State::default();
    let rows = c.query(
        "SELECT ended_at, file, bytes, rows, error FROM backups ORDER BY due_at DESC LIMIT 60",
        &[],
        |r| Ok((r.opt_int(0)?, r.text(1)?, r.int(2)?, r.int(3)?, r.opt_text(4)?)),
    )?;
    for (ended_at, file, bytes, rows, error) in rows {
        if let Some(at) = ended_at {
            state.succeeded_at = Some(at);
            state.file = Some(file);
            state.bytes = Some(bytes.unsigned_abs());
            state.rows = Some(rows.unsigned_abs());
            break;
        }
        state.error = state.error.or(error);
    }
    Ok(state)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Micros = 24 * 60 * MINUTE;

    #[test]
    fn a_backup_is_due_at_its_minute_in_the_communitys_zone() {
        let zone = Zone::named("Europe/Berlin").expect("a zone");
        let midnight = zone.start_of(Day::parse("2024-07-10").expect("a day"));
        let three = midnight + 180 * MINUTE;
        assert_eq!(due(three, &zone, 180), three);
        assert_eq!(due(three + DAY - 1, &zone, 180), three);
        assert_eq!(due(three - 1, &zone, 180), three - DAY);
        assert_eq!(minute("03:00").expect("a time"), 180);
        assert_eq!(minute("23:59").expect("a time"), 1439);
        for wrong in ["24:00", "3", "03:60", "night"] {
            assert!(minute(wrong).is_err(), "{wrong}");
        }
    }

    fn on_both(test: impl Fn(&Db)) {
        for bench in
            [Some(testkit::Bench::sqlite(crate::MIGRATIONS)), testkit::Bench::postgres(crate::MIGRATIONS)]
                .into_iter()
                .flatten()
        {
            test(bench.db());
        }
    }

    #[test]
    fn one_node_takes_it_and_another_only_when_the_first_is_gone() {
        on_both(|db| {
            let now = 1_700_000_000_000_000;
            assert!(claim(db, now, "a", now).expect("claimed"));
            assert!(!claim(db, now, "b", now + MINUTE).expect("asked"));
            renew(db, now, "a", now + LEASE - 1).expect("renewed");
            assert!(!claim(db, now, "b", now + LEASE + 1).expect("asked"), "the lease was renewed");
            assert!(claim(db, now, "b", now + 3 * LEASE).expect("taken over"));
            assert!(renew(db, now, "a", now + 3 * LEASE).is_err(), "the first hears of it");
            failed(db, now, "b", Some("no room"), now + 3 * LEASE).expect("noted");
            assert_eq!(db.read(state).expect("a state").error.as_deref(), Some("no room"));
            assert!(!claim(db, now, "a", now + 3 * LEASE + AGAIN).expect("asked"), "not at once");
            assert!(claim(db, now, "a", now + 3 * LEASE + AGAIN + 1).expect("tried again"));
            let taken = Taken {
                file: "/b/folkmoot-x.fmb".into(),
                bytes: 7,
                rows: 3,
                taken_at: now,
                tables: vec![],
                left_out: vec![],
            };
            succeeded(db, now, "a", &taken, now + DAY / 2).expect("noted");
            assert!(!claim(db, now, "b", now + 10 * DAY).expect("asked"), "it is done");
            let expect = State {
                succeeded_at: Some(now + DAY / 2),
                file: Some("folkmoot-x.fmb".into()),
                bytes: Some(7),
                rows: Some(3),
                error: None,
            };
            assert_eq!(db.read(state).expect("a state"), expect);
        });
    }

    #[test]
    fn of_many_at_once_one_gets_it() {
        on_both(|db| {
            for round in 0..5 {
                let won: usize = std::thread::scope(|scope| {
                    let tries: Vec<_> = (0..8)
                        .map(|n| {
                            scope.spawn(move || claim(db, round, &format!("n{n}"), 1_000).expect("asked"))
                        })
                        .collect();
                    tries.into_iter().map(|t| usize::from(t.join().expect("no panic"))).sum()
                });
                assert_eq!(won, 1);
            }
        });
    }
}
