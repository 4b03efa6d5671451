//! The thread that takes scheduled backups while the server runs, and tells how they went.

use crate::config::Config;
use backup::keep::Rule;
use backup::schedule::{self, Plan};
use base::{Result, TypeId, Zone};
use capability::App;
use capability::notices::Notice;
use community::settings;
use std::path::PathBuf;
use std::time::Duration;

/// How often it looks whether one is due.
const LOOK_EVERY: Duration = Duration::from_secs(15);
/// The chapter that says what to do.
const HELP: &str = "/desk/help/back-up-and-restore";

/// Begins, when there is a folder for them; ends when the server does.
pub fn begin(app: &App, config: &Config) {
    if config.backup_folder.as_os_str().is_empty() {
        return;
    }
    // The settings were checked when they were read.
    let Ok(minute) = schedule::minute(&config.backup_at) else { return };
    let worker = Worker {
        app: app.clone(),
        folder: config.backup_folder.clone(),
        minute,
        rule: rule(config),
        node: TypeId::new("nod", app.clock.now()).as_str().to_owned(),
    };
    let run = move || {
        base::give_way();
        worker.work();
    };
    if let Err(error) = std::thread::Builder::new().name("backup".into()).spawn(run) {
        tracing::error!(%error, "no thread for backups; they are taken after the next start");
    }
}

/// Which of them are kept.
pub fn rule(config: &Config) -> Rule {
    Rule {
        days: config.backup_keep_days.into(),
        weeks: config.backup_keep_weeks.into(),
        months: config.backup_keep_months.into(),
    }
}

struct Worker {
    app: App,
    folder: PathBuf,
    minute: u16,
    rule: Rule,
    node: String,
}

impl Worker {
    fn work(&self) {
        while !self.app.is_stopping() {
            self.look();
            let slice = Duration::from_millis(100);
            for _ in 0..LOOK_EVERY.as_millis() / slice.as_millis() {
                if self.app.is_stopping() {
                    return;
                }
                std::thread::sleep(slice);
            }
        }
    }

    /// Takes one if it is due, and tells how that went.
    fn look(&self) {
        let failed_before = || self.app.db.read(schedule::state).is_ok_and(|s| s.error.is_some());
        match self.take() {
            Ok(None) => {}
            Ok(Some(taken)) => {
                let (file, bytes, rows) = (taken.file.display(), taken.bytes, taken.rows);
                tracing::info!(%file, bytes, rows, "a scheduled backup was taken and read back");
            }
            Err(_) if self.app.is_stopping() => {}
            Err(error) => {
                tracing::error!(%error, folder = %self.folder.display(), "a scheduled backup failed; it is tried again in an hour");
                if failed_before() {
                    let text = format!("The scheduled backup failed: {}", error.message);
                    self.app.notify(&Notice { account: None, tone: ui::Tone::Bad, text: &text, link: HELP });
                }
            }
        }
    }

    fn take(&self) -> Result<Option<backup::Taken>> {
        let app = &self.app;
        let zone = Zone::named(&app.db.read(|c| settings::get_or_default(c, "zone"))?)?;
        let plan = Plan {
            folder: &self.folder,
            minute: self.minute,
            rule: self.rule,
            node: &self.node,
            stop: app.stop_flag(),
        };
        let clock = || app.clock.now();
        schedule::run(&app.db, &app.registry.backup_schema(), &plan, &zone, &clock)
    }
}
