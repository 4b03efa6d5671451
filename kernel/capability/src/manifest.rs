//! What a capability says about itself.

use crate::today::TodayItems;
use crate::{App, Principal};
use access::Permission;
use axum::Router;
use base::Result;
use store::Migration;

/// One capability. Make it with `Manifest { id: …, title: …, ..Manifest::default() }`; whatever it does not
/// have stays empty.
#[derive(Clone, Default)]
pub struct Manifest {
    /// One lower-case word; everything that it registers begins with it.
    pub id: &'static str,
    /// As people call it.
    pub title: &'static str,
    /// Its entries in the desk's navigation.
    pub navigation: Vec<NavEntry>,
    /// Its pages, each group behind one permission.
    pub routes: Vec<Routes>,
    /// Its part of the API under `/api/v1/`, each group behind one permission.
    pub api: Vec<Routes>,
    /// What it lets people be allowed to do.
    pub permissions: Vec<Permission>,
    /// Its part of the schema.
    pub migrations: &'static [Migration],
    /// Every table of its migrations, and the personal data in it.
    pub tables: Vec<Table>,
    /// Its chapters of the guide.
    pub docs: Vec<Doc>,
    /// What it puts on Today, each group behind one permission.
    pub today: Vec<TodayItems>,
    /// What the palette finds in it.
    pub palette: Vec<Palette>,
    /// Its pages under Settings.
    pub settings: Vec<SettingsPage>,
    /// What it does in the background, when somebody puts a job in.
    pub jobs: Vec<JobKind>,
    /// What it does at regular times.
    pub schedules: Vec<Schedule>,
    /// What happens in it that programs elsewhere may want to hear of, beside the kinds of activity.
    pub events: Vec<EventKind>,
    /// Its columns that hold sealed texts.
    pub sealed: Vec<Sealed>,
    /// Its figures among the metrics of the server.
    pub gauges: &'static [crate::meter::Gauge],
}

/// A kind of job; jobs are given the program.
pub type JobKind = jobs::JobKind<App>;

/// Work at regular times.
pub type Schedule = jobs::Schedule<App>;

/// Something that happens in the product and is told through [`jobs::outbox`].
#[derive(Clone, Copy)]
pub struct EventKind {
    /// Its name, `noun.verb_in_past` (`import.finished`).
    pub id: &'static str,
    /// What it means, in one sentence.
    pub meaning: &'static str,
    /// What is told with it, as an example: the payload in the outbox has the same keys.
    pub sample: fn() -> serde_json::Value,
}

/// A column with texts that [`seal::Sealer`] sealed, each for the context of this table, this column and its row's id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// The table.
    pub table: &'static str,
    /// The column with the sealed text; may be NULL.
    pub column: &'static str,
    /// The unique TEXT column with the id that the context names.
    pub id: &'static str,
}

/// A page under Settings; the tabs above every such page are made of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SettingsPage {
    /// The word on the tab.
    pub title: &'static str,
    /// Where it leads (`/desk/settings/answers`).
    pub path: &'static str,
    /// Its place among the tabs.
    pub order: u16,
    /// What one must be allowed to see it there; the permission of the page.
    pub permission: Permission,
}

/// Something that the palette offers: a page, a person, a conversation, an action.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct PaletteEntry {
    /// The heading it stands under ("Members", "Actions").
    pub group: String,
    /// What it is.
    pub title: String,
    /// A word beside it; may be empty.
    pub hint: String,
    /// Where it leads.
    pub href: String,
    /// An icon of the sprite.
    pub icon: String,
}

/// Finds what fits a text; blocking. The last argument is how many at most.
pub type FindEntries = fn(&App, &Principal, &str, usize) -> Result<Vec<PaletteEntry>>;

/// A source of palette entries behind one permission.
#[derive(Clone, Copy)]
pub struct Palette {
    /// Who may use it.
    pub permission: Permission,
    /// Finds entries. An empty text asks for what to offer at first.
    pub find: FindEntries,
}

/// An entry of the desk's navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NavEntry {
    /// The word.
    pub title: &'static str,
    /// Where it leads (`/desk/sources`).
    pub path: &'static str,
    /// An icon of the sprite.
    pub icon: &'static str,
    /// The heading it stands under; empty for none, `foot` for the end of the rail.
    pub group: &'static str,
    /// Its place: entries are sorted by this number.
    pub order: u16,
    /// What one must be allowed to see it there; the permission of the page.
    pub permission: Permission,
}

/// Routes that stand behind one permission. There is no way to mount a route without one.
#[derive(Clone, Copy)]
pub struct Routes {
    /// What whoever asks must be allowed to do.
    pub permission: Permission,
    /// Makes the routes, with their whole paths.
    pub router: fn() -> Router<App>,
    /// How many bytes a request's body may have; `None` for the usual 1 MiB.
    pub body_limit: Option<usize>,
    /// Whether the routes show the files of persons: reading them is told to the audit log.
    pub personal: bool,
}

impl Routes {
    /// Routes with the usual limit on bodies.
    pub const fn new(permission: Permission, router: fn() -> Router<App>) -> Self {
        Self { permission, router, body_limit: None, personal: false }
    }

    /// The same for routes that show the files of persons.
    #[must_use]
    pub const fn personal(mut self) -> Self {
        self.personal = true;
        self
    }

    /// The same with another limit on bodies, in bytes; for uploads.
    #[must_use]
    pub const fn with_body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = Some(bytes);
        self
    }
}

/// A table and what it holds of people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// The personal data in it.
    pub personal: Personal,
    /// Whether backups leave it out: secrets that live for a while only, and what is made anew from other tables.
    pub left_out_of_backups: bool,
}

/// The personal data of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Personal {
    /// None.
    None,
    /// Some, reached through columns that name a member, an identity or an account.
    Held {
        /// Those columns.
        columns: &'static [&'static str],
        /// What an export gives the person, in words.
        exported: &'static str,
        /// What an erasure does to it, in words.
        erased: &'static str,
    },
}

impl Table {
    /// A table without personal data.
    pub const fn impersonal(name: &'static str) -> Self {
        Self { name, personal: Personal::None, left_out_of_backups: false }
    }

    /// A table with personal data: the columns that name people, what an export gives, what an erasure does.
    pub const fn personal(
        name: &'static str,
        columns: &'static [&'static str],
        exported: &'static str,
        erased: &'static str,
    ) -> Self {
        Self { name, personal: Personal::Held { columns, exported, erased }, left_out_of_backups: false }
    }

    /// The same, left out of backups. No table that is in backups may refer to it.
    #[must_use]
    pub const fn left_out_of_backups(mut self) -> Self {
        self.left_out_of_backups = true;
        self
    }
}

/// A chapter of the guide, embedded in the binary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Doc {
    /// Its name in addresses.
    pub slug: &'static str,
    /// Its title.
    pub title: &'static str,
    /// Its Markdown.
    pub text: &'static str,
}
