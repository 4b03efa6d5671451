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
}

impl Routes {
    /// Routes with the usual limit on bodies.
    pub const fn new(permission: Permission, router: fn() -> Router<App>) -> Self {
        Self { permission, router, body_limit: None }
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
        Self { name, personal: Personal::None }
    }

    /// A table with personal data: the columns that name people, what an export gives, what an erasure does.
    pub const fn personal(
        name: &'static str,
        columns: &'static [&'static str],
        exported: &'static str,
        erased: &'static str,
    ) -> Self {
        Self { name, personal: Personal::Held { columns, exported, erased } }
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
