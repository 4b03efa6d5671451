//! `folkmoot demo`: a server with a made-up community in a temporary folder, gone when it ends.

use crate::cli::DemoArgs;
use crate::config::Config;
use crate::folder::Lock;
use crate::made;
use crate::open::open;
use crate::out::{Out, Step};
use crate::serve;
use base::{Clock, Day, Error, Result};
use capability::App;
use community::people;
use demo::Demo;
use insights::{Note, NoteKind};
use store::Priority;

/// Who signs in to the demo.
const EMAIL: &str = "you@lathe.example";

/// Makes the community up, then serves it until the program is told to end.
///
/// # Errors
/// `Unavailable` when there is no room in the temporary folder or the port cannot be had.
pub fn run(args: &DemoArgs, config: &Config, out: &mut dyn Out) -> Result<()> {
    let folder = tempfile::Builder::new().prefix("folkmoot-demo-").tempdir()?;
    let config = Config {
        data: folder.path().to_owned(),
        // A demo never touches a real database.
        database_url: String::new(),
        public_url: String::new(),
        watch: std::path::PathBuf::new(),
        upload_folder: std::path::PathBuf::new(),
        backup_folder: std::path::PathBuf::new(),
        ..config.clone()
    };
    let lock = Lock::take(&config.data)?
        .ok_or_else(|| Error::internal("a folder that was just made is locked already"))?;
    let demo = made_up(args)?;
    let app = open(&config, today(&demo))?;
    fill(&app, &demo, out)?;
    let result = serve::run(app, &config, out, sign_in);
    drop(lock);
    // An error here leaves a folder in the system's temporary place, which the system clears.
    let _ = folder.close();
    result
}

/// Which community is made up. Its days end on a Thursday, so that the demo of every day tells the same story to the
/// word and only its dates move on, by whole weeks.
fn made_up(args: &DemoArgs) -> Result<Demo> {
    let end = match &args.end {
        Some(date) => Day::parse(date)?,
        None => Demo::last_day(Day::of_micros(Clock::System.now())),
    };
    Ok(Demo { seed: args.seed, activities: args.size, ..Demo::ending(end) })
}

/// The demo's clock: it starts in the morning after its last day, so that nothing in its history lies in the future
/// and everything on the pages is as old in every demo.
fn today(demo: &Demo) -> Clock {
    const MORNING: i64 = (8 * 60 + 30) * 60 * 1_000_000;
    Clock::Moved(demo.end.plus(1).start_micros() + MORNING - Clock::System.now())
}

/// Fills the store through the same door as every import.
fn fill(app: &App, demo: &Demo, out: &mut dyn Out) -> Result<()> {
    app.community.set("name", "Lathe")?;
    app.community.set("staff", &format!("@{}", demo::STAFF_DOMAIN))?;
    let sources = demo.sources();
    let total: u64 = sources.iter().map(|s| s.activities.len() as u64).sum();
    let mut done = 0;
    for source in sources {
        let label = format!("Making up {}", source.name);
        let summary = made::import(app, made::source(source), &mut |p| {
            // The bar is a courtesy; the demo goes on without it.
            let _ = out.progress(&Step { label: label.clone(), done: done + p.records, total });
        })?;
        done += summary.records;
    }
    link(app, demo)?;
    note(app, demo)?;
    community::search::follow(&app.db, app.stop_flag())?;
    app.community.fold_all()
}

/// Links the accounts of one person where one can tell.
fn link(app: &App, demo: &Demo) -> Result<()> {
    let now = app.clock.now();
    app.db.write(Priority::Bulk, |tx| {
        for link in demo.links() {
            let one = people::get_identity(tx, &format!("{}:{}", link.one.0, link.one.1))?;
            let other = people::get_identity(tx, &format!("{}:{}", link.other.0, link.other.1))?;
            people::link(tx, &one, &other, link.reason, "demo", now)?;
        }
        Ok(())
    })
}

/// Notes on the time axis of Health: what marked the two years.
fn note(app: &App, demo: &Demo) -> Result<()> {
    let now = app.clock.now();
    app.db.write(Priority::Bulk, |tx| {
        for moment in demo.moments() {
            let note = Note {
                first: moment.day,
                last: moment.day,
                kind: NoteKind::parse(moment.kind)?,
                text: moment.text.to_owned(),
                source: String::new(),
            };
            insights::create_annotation(tx, &note, "demo", now)?;
        }
        Ok(())
    })
}

fn sign_in(app: &App) -> Result<Option<String>> {
    let now = app.clock.now();
    let token = app.db.write(Priority::Interactive, |tx| {
        let account = access::create(tx, EMAIL, Some("Demo"), now)?;
        access::create_link(tx, account.id, now)
    })?;
    Ok(Some(format!("/signin/link/{token}")))
}
