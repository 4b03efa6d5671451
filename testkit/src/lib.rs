//! What tests stand on: a community on each database, a clock that the test owns, drafts in one line.

pub mod postgres;
pub mod smtp;

use base::{Clock, Day, Micros, Result};
use community::{ActivityDraft, Batch, Community, ConversationKey, Ingestor, Kind};
use store::{Db, Location, Priority};

/// One community on one fresh database.
#[derive(Debug)]
pub struct Bench {
    /// The community.
    pub community: Community,
    /// The test's own clock; stands at 2024-01-01 until it is moved.
    pub clock: Clock,
    /// Which database it is, for messages.
    pub database: &'static str,
    _folder: tempfile::TempDir,
}

/// The instant at which every test's clock stands.
pub const START: Micros = 1_704_067_200_000_000;

impl Bench {
    fn open(
        location: &Location,
        database: &'static str,
        folder: tempfile::TempDir,
        more: &[store::Migration],
    ) -> Self {
        let db = Db::open(location).expect("a fresh database opens");
        let migrations: Vec<store::Migration> = jobs::MIGRATIONS
            .iter()
            .chain(community::MIGRATIONS)
            .chain(mailer::MIGRATIONS)
            .chain(more)
            .copied()
            .collect();
        db.migrate(&migrations, START).expect("a fresh database takes the schema");
        Self { community: Community::new(db), clock: Clock::fixed(START), database, _folder: folder }
    }

    /// On a fresh SQLite file.
    pub fn sqlite(more: &[store::Migration]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let location = Location::Sqlite(folder.path().join("test.db"));
        Self::open(&location, "SQLite", folder, more)
    }

    /// On a fresh PostgreSQL database; `None` where PostgreSQL is not installed.
    pub fn postgres(more: &[store::Migration]) -> Option<Self> {
        let url = postgres::database_url()?;
        let folder = tempfile::tempdir().expect("a temporary folder");
        Some(Self::open(&Location::Postgres(url), "PostgreSQL", folder, more))
    }

    /// A source with reply links; returns its number.
    pub fn source(&self, name: &str) -> i64 {
        self.db()
            .write(Priority::Interactive, |tx| {
                community::sources::create(
                    tx,
                    community::sources::Source {
                        source_id: 0,
                        public_id: String::new(),
                        name: name.to_owned(),
                        network: "other".into(),
                        format: "test".into(),
                        id_form: "test".into(),
                        zone: "UTC".into(),
                        zoneless: true,
                        has_replies: true,
                        has_message_ids: true,
                        has_leaves: true,
                        created_at: 0,
                    },
                    START,
                )
            })
            .expect("a source can be made")
            .source_id
    }

    /// The database.
    pub fn db(&self) -> &Db {
        self.community.db()
    }

    /// Takes one batch in.
    pub fn ingest(&self, ingestor: &mut Ingestor, drafts: Vec<ActivityDraft>) -> community::Outcome {
        self.db()
            .write(Priority::Bulk, |tx| {
                ingestor.ingest(tx, Batch { activities: drafts, ..Batch::default() }, START)
            })
            .expect("a batch is taken in")
    }

    /// Fails the test when anything derived differs from the log.
    pub fn assert_consistent(&self) {
        let report = community::check(self.db()).expect("the check runs");
        assert_eq!(report.difference, None, "on {}", self.database);
    }
}

/// Runs a test on a fresh SQLite file, and on a fresh PostgreSQL database where one can be had.
pub fn on_both(test: impl Fn(&Bench) -> Result<()>) {
    let benches = [Some(Bench::sqlite(&[])), Bench::postgres(&[])];
    for bench in benches.into_iter().flatten() {
        if let Err(e) = test(&bench) {
            panic!("on {}: {e}", bench.database);
        }
    }
}

/// A message on a day and minute of it, by somebody, in a channel.
pub fn message(id: &str, day: Day, minute: i64, channel: &str, actor: &str) -> ActivityDraft {
    let at = day.start_micros() + minute * 60_000_000;
    ActivityDraft {
        actor: Some(actor.to_owned()),
        text: Some(format!("message {id}")),
        conversation: Some(ConversationKey { order: at, key: id.to_owned() }),
        ..ActivityDraft::new(Kind::MESSAGE_POSTED, at, id, channel)
    }
}

/// The same as a reply to the message `root`, which was posted at `root_at`.
pub fn reply(draft: ActivityDraft, root: &str, root_at: Micros) -> ActivityDraft {
    ActivityDraft {
        kind: Kind::REPLY_POSTED,
        conversation: Some(ConversationKey { order: root_at, key: root.to_owned() }),
        parent: Some(root.to_owned()),
        ..draft
    }
}
