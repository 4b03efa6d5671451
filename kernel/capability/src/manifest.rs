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
    /// What the bodies and answers of its part of the API are made of.
    pub shapes: &'static [crate::api::Shape],
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
    /// Its digests, which people get by mail.
    pub digests: Vec<crate::digest::DigestKind>,
    /// Its lists whose saved views people get by mail.
    pub views: Vec<crate::digest::ViewKind>,
    /// Its lists of mails, so that the link in each of them can end the subscription.
    pub mail_lists: Vec<crate::MailList>,
    /// Its columns that hold sealed texts.
    pub sealed: Vec<Sealed>,
    /// Its pages that need no sign-in, as their address is the proof (a signed link); each with the reason.
    pub open: Vec<OpenRoutes>,
    /// Who receives what is held here, in words, for the record of processing.
    pub recipients: Option<Recipients>,
    /// Its figures among the metrics of the server.
    pub gauges: &'static [crate::meter::Gauge],
}

/// Says who receives what a capability holds.
pub type Recipients = fn(&mut store::Conn<'_>) -> Result<Vec<String>>;

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
    /// Whether they are for people with a browser only: an API token is refused.
    pub by_session: bool,
    /// What they are to programs; for routes of the API.
    pub operations: &'static [crate::api::Operation],
}

impl Routes {
    /// Routes with the usual limit on bodies.
    pub const fn new(permission: Permission, router: fn() -> Router<App>) -> Self {
        Self { permission, router, body_limit: None, personal: false, by_session: false, operations: &[] }
    }

    /// Routes of the API with what they are to programs: every method of every path, described. A test compares them.
    pub const fn api(
        permission: Permission,
        router: fn() -> Router<App>,
        operations: &'static [crate::api::Operation],
    ) -> Self {
        let mut routes = Self::new(permission, router);
        routes.operations = operations;
        routes
    }

    /// The same for people with a browser only: what belongs to one's own account is not for API tokens.
    #[must_use]
    pub const fn by_session(mut self) -> Self {
        self.by_session = true;
        self
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

/// Routes that anybody may ask who has the address. There is no session behind them, so that a forged request could do
/// nothing that its sender could not do anyway.
#[derive(Clone, Copy)]
pub struct OpenRoutes {
    /// Why they need no permission, in a sentence.
    pub because: &'static str,
    /// Makes the routes, with their whole paths.
    pub router: fn() -> Router<App>,
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
    /// How the rows of a member are found in it.
    pub found: Found,
    /// What an erasure does to them.
    pub erase: Erase,
    /// What it is held for, in a few words, for the record of processing; empty says it with the capability's title.
    pub purpose: &'static str,
}

/// How the rows of a member are found in a table, for an export and an erasure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// By those of its declared columns that hold numbers of identities ([`Table::identity_columns`]); not at all when
    /// there is none, as in tables about accounts.
    ByColumns,
    /// By a condition of SQL over the table, with `{identities}` where the list of numbers and `{ids}` where the list
    /// of quoted public ids (`idn_…`) is put in.
    Where(&'static str),
    /// By the names, handles, addresses and ids of the member that stand in these columns, as whole words, whatever
    /// the case.
    Named(&'static [&'static str]),
    /// Through the log, which exports and forgets in its own way (`community::erase`).
    Log,
    /// Not at all: it holds nothing beyond what other tables say, or nothing of members.
    Nowhere,
}

/// What an erasure does to the rows of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Erase {
    /// Removes them.
    Rows,
    /// Empties these columns.
    Blank(&'static [&'static str]),
    /// What the log does (`community::erase`).
    Log,
    /// Nothing; the declaration says why.
    Keep,
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
        Self {
            name,
            personal: Personal::None,
            left_out_of_backups: false,
            found: Found::Nowhere,
            erase: Erase::Keep,
            purpose: "",
        }
    }

    /// A table with personal data: the columns that name people, what an export gives, what an erasure does.
    pub const fn personal(
        name: &'static str,
        columns: &'static [&'static str],
        exported: &'static str,
        erased: &'static str,
    ) -> Self {
        Self {
            name,
            personal: Personal::Held { columns, exported, erased },
            left_out_of_backups: false,
            found: Found::ByColumns,
            erase: Erase::Rows,
            purpose: "",
        }
    }

    /// The same with another way to find a member's rows, and another end of them, than by numbers of identities and
    /// by removing them.
    #[must_use]
    pub const fn reached(mut self, found: Found, erase: Erase) -> Self {
        self.found = found;
        self.erase = erase;
        self
    }

    /// The same, held for this.
    #[must_use]
    pub const fn purpose(mut self, purpose: &'static str) -> Self {
        self.purpose = purpose;
        self
    }

    /// Those of its declared columns that hold numbers of identities.
    pub fn identity_columns(&self) -> Vec<&'static str> {
        let Personal::Held { columns, .. } = self.personal else { return Vec::new() };
        let names = |c: &&&str| {
            ["identity", "member", "opener"].iter().any(|w| **c == *w || c.ends_with("_identity"))
        };
        columns.iter().filter(names).copied().collect()
    }

    /// The condition over the table that finds the rows of these identities; `None` where they are found otherwise, or
    /// there are none.
    pub fn condition(&self, identities: &[u32], public_ids: &[String]) -> Option<String> {
        let numbers = identities.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
        let plain = |id: &&String| id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        let ids = public_ids.iter().filter(plain).map(|id| format!("'{id}'")).collect::<Vec<_>>().join(",");
        if numbers.is_empty() || ids.is_empty() {
            return None;
        }
        match self.found {
            Found::ByColumns => {
                let columns = self.identity_columns();
                let each = columns.iter().map(|c| format!("{c} IN ({numbers})"));
                Some(each.collect::<Vec<_>>().join(" OR ")).filter(|c| !c.is_empty())
            }
            Found::Where(condition) => {
                Some(condition.replace("{identities}", &numbers).replace("{ids}", &ids))
            }
            Found::Named(_) | Found::Log | Found::Nowhere => None,
        }
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
