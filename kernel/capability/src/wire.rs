//! What nodes on one PostgreSQL tell one another: which topics changed ([`crate::events`]), and that people changed
//! something, so that nothing that was worked out before is shown any more ([`crate::Memory`]). Names only, never data.
//!
//! A node tells after the commit, in a transaction of its own, at most ten times a second: it counts the rows of
//! `topics` up and sends a notice (`NOTIFY`). Whoever hears one looks at the rows; and everybody looks once a second,
//! so that a lost notice costs a second.

use crate::App;
use crate::events::TOLD_BELL;
use base::Result;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use store::{Conn, Db, Dialect, Ear, PEOPLE_BELL, Priority};

/// The row that is counted up when people changed something, whatever it was.
const PEOPLE: &str = "people";
/// The channel of notices.
const CHANNEL: &str = "folkmoot";
/// The least time between two tellings.
const PAUSE: Duration = Duration::from_millis(100);
/// How often the rows are looked at without a notice.
const LOOK_EVERY: Duration = Duration::from_secs(1);

type Versions = BTreeMap<String, i64>;

/// What this node has told and seen.
#[derive(Default)]
struct Seen {
    /// How many changes of people were told.
    told: u64,
    /// The rows as they were seen last; `None` before the first look.
    rows: Option<Versions>,
}

/// Tells other nodes and hears them.
pub struct Wire {
    app: App,
    seen: Mutex<Seen>,
}

impl Wire {
    /// For this program; it has told and heard nothing yet.
    pub fn new(app: &App) -> Self {
        Self { app: app.clone(), seen: Mutex::default() }
    }

    /// Begins to tell and to hear, on threads that end with the server. On SQLite there is nobody to talk to.
    ///
    /// # Errors
    /// When there is no thread to be had.
    pub fn begin(app: &App) -> Result<()> {
        if app.db.dialect() == Dialect::Sqlite {
            return Ok(());
        }
        let (wire, other) = (Arc::new(Self::new(app)), app.clone());
        let listener = wire.clone();
        std::thread::Builder::new().name("wire-tell".into()).spawn(move || wire.go_on_telling())?;
        std::thread::Builder::new()
            .name("wire-hear".into())
            .spawn(move || listener.go_on_hearing(&other.db))?;
        Ok(())
    }

    fn go_on_telling(&self) {
        const BELLS: &[&str] = &[PEOPLE_BELL, TOLD_BELL];
        let db = &self.app.db;
        let mut rung = 0;
        while !self.app.is_stopping() {
            rung = db.wait_for(BELLS, rung, LOOK_EVERY);
            if let Err(error) = self.tell() {
                tracing::warn!(%error, "other nodes do not hear of changes; trying again");
            }
            std::thread::sleep(PAUSE);
        }
        // What was told while the server ended.
        if let Err(error) = self.tell() {
            tracing::debug!(%error, "other nodes do not hear of the last changes");
        }
    }

    fn go_on_hearing(&self, db: &Db) {
        let mut ear = None;
        while !self.app.is_stopping() {
            if let Err(error) = self.hear(db, &mut ear) {
                tracing::debug!(%error, "changes of other nodes could not be read; tried again");
                ear = None;
                std::thread::sleep(LOOK_EVERY);
            }
        }
    }

    fn hear(&self, db: &Db, ear: &mut Option<Ear>) -> Result<()> {
        if ear.is_none() {
            *ear = db.ear(CHANNEL)?;
        }
        self.look()?;
        if let Some(ear) = ear {
            ear.hear(LOOK_EVERY)?;
        }
        Ok(())
    }

    /// Tells what is new, if anything is. Blocks.
    ///
    /// # Errors
    /// When the database says no; it is told the next time then.
    pub fn tell(&self) -> Result<()> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let topics = self.app.events.take_untold();
        let people = self.app.db.own_commits();
        if topics.is_empty() && people == seen.told {
            return Ok(());
        }
        let mut names: BTreeSet<&str> = topics.iter().map(String::as_str).collect();
        if people != seen.told {
            names.insert(PEOPLE);
        }
        let told = self.app.db.write(Priority::Bulk, |tx| count_up(tx, &names));
        match told {
            Ok(now) => {
                seen.told = people;
                if let Some(rows) = &mut seen.rows {
                    for (name, version) in now {
                        // One of another node in between stays to be seen.
                        if rows.get(&name).copied().unwrap_or(0) == version - 1 {
                            rows.insert(name, version);
                        }
                    }
                }
                Ok(())
            }
            Err(e) => {
                self.app.events.put_back(topics);
                Err(e)
            }
        }
    }

    /// Looks at the rows and passes on what others told. The first look only says where counting begins. Blocks.
    ///
    /// # Errors
    /// When the database says no.
    pub fn look(&self) -> Result<()> {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.app.db.read(versions)?;
        if let Some(before) = &seen.rows {
            let changed = |name: &str| before.get(name) != now.get(name);
            // What was worked out before holds no more; only then may pages ask again.
            if changed(PEOPLE) {
                self.app.db.note_others();
            }
            now.keys()
                .filter(|name| *name != PEOPLE && changed(name))
                .for_each(|name| self.app.events.pass_on(name));
        }
        seen.rows = Some(now);
        Ok(())
    }
}

/// Counts rows up, always in the same order, and sends the notice.
fn count_up(tx: &mut Conn<'_>, names: &BTreeSet<&str>) -> Result<Versions> {
    let mut now = Versions::new();
    for name in names {
        let version = tx.query_one(
            "INSERT INTO topics (name, version) VALUES ($1, 1)
             ON CONFLICT (name) DO UPDATE SET version = topics.version + 1 RETURNING version",
            &[(*name).into()],
            |r| r.int(0),
        )?;
        now.insert((*name).to_owned(), version);
    }
    if tx.dialect() == Dialect::Postgres {
        tx.execute("SELECT pg_notify($1, '')", &[CHANNEL.into()])?;
    }
    Ok(now)
}

fn versions(c: &mut Conn<'_>) -> Result<Versions> {
    let rows = c.query("SELECT name, version FROM topics", &[], |r| Ok((r.text(0)?, r.int(1)?)))?;
    Ok(rows.into_iter().collect())
}
