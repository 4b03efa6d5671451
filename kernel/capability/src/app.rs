//! What every handler, command and job is given.

use crate::Registry;
use crate::events::Events;
use access::threads::Pending;
use access::{Access, Principal};
use axum::extract::FromRef;
use axum::http::{HeaderMap, header};
use base::{Clock, Error, Result};
use community::Community;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use store::Db;

/// The running program. Clones share everything.
#[derive(Clone)]
pub struct App {
    /// The database.
    pub db: Db,
    /// The log and what is derived from it.
    pub community: Community,
    /// The present.
    pub clock: Clock,
    /// Every manifest.
    pub registry: Arc<Registry>,
    /// The folder for the database, uploads and the socket.
    pub data_dir: Arc<Path>,
    /// The folder for uploads until they are imported; several nodes may share it.
    pub upload_dir: Arc<Path>,
    /// Says to other nodes that this one is there; `None` where nobody asks (tests).
    pub presence: Option<Arc<jobs::nodes::Presence>>,
    /// The importers of this binary.
    pub importers: &'static [&'static dyn connect::Importer],
    /// Sign-in and permissions.
    pub access: Access,
    /// What changed, for pages that are open.
    pub events: Events,
    /// What was worked out a moment ago and still holds.
    pub memory: crate::Memory,
    /// What the server counts of itself.
    pub meter: crate::meter::Meter,
    /// How much it takes on at once.
    pub limits: crate::Limits,
    /// How the API is to be asked.
    pub api: crate::api::Rules,
    /// Seals what must be read again.
    pub sealer: seal::Sealer,
    /// Sends requests to addresses that users set.
    pub outgoing: outgoing::Client,
    /// Where scheduled backups are kept, and which: an erasure names those that still contain somebody.
    pub backups: Option<(Arc<Path>, backup::keep::Rule)>,
    csp_reports: Arc<AtomicU64>,
    stopping: Arc<AtomicBool>,
}

impl App {
    /// Puts it together. The database has been migrated by whoever opened it.
    pub fn new(
        mut access: Access,
        registry: Registry,
        data_dir: PathBuf,
        importers: &'static [&'static dyn connect::Importer],
    ) -> Self {
        let sealer = seal::Sealer::of_folder(&data_dir);
        access.mail = mailer::Mailer::new(sealer.clone(), None, outgoing::Rules::default());
        let events = Events::new(access.db.clone());
        let app = Self {
            db: access.db.clone(),
            community: Community::new(access.db.clone()),
            clock: access.clock.clone(),
            registry: Arc::new(registry),
            sealer: sealer.clone(),
            outgoing: outgoing::Client::new(outgoing::Rules::default()),
            upload_dir: data_dir.join("uploads").into(),
            presence: None,
            data_dir: data_dir.into(),
            importers,
            memory: crate::Memory::new(events.clone()),
            events,
            access,
            meter: crate::meter::Meter::default(),
            limits: crate::Limits::default(),
            api: crate::api::Rules::default(),
            backups: None,
            csp_reports: Arc::default(),
            stopping: Arc::default(),
        };
        app.seal_with(sealer)
    }

    /// The same with other keys for what is sealed.
    #[must_use]
    pub fn seal_with(mut self, sealer: seal::Sealer) -> Self {
        self.sealer = sealer.clone();
        // Whoever appends to the log recognises erased people by a key that is sealed in the database.
        self.db.open_sealed_with(move |text, context| sealer.open(text, context));
        self
    }

    /// Runs blocking work (database, files) on a thread that may block, within the present span of the log. Work
    /// that has not begun when nobody waits for it any more is left.
    ///
    /// # Errors
    /// What `run` says, `Unavailable` when too much waits already, or `Internal` when it panicked.
    pub fn blocking<T: Send + 'static>(
        &self,
        run: impl FnOnce(&Self) -> Result<T> + Send + 'static,
    ) -> Pending<T> {
        let Some(room) = self.limits.task() else {
            return Box::pin(std::future::ready(Err(Error::unavailable(crate::limits::BUSY_TEXT))));
        };
        let app = self.clone();
        access::threads::run(room, move || run(&app))
    }

    /// The frame of a desk page: navigation with the place of `path` marked, who is signed in, theme, form
    /// token. Crumbs are the page's own.
    pub fn shell(
        &self,
        community: &str,
        principal: &Principal,
        headers: &HeaderMap,
        path: &str,
    ) -> ui::Shell {
        let cookies = headers.get(header::COOKIE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let inside = |entry: &str| {
            path.strip_prefix(entry).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        let navigation = self
            .registry
            .navigation()
            .into_iter()
            .filter(|entry| principal.may(entry.permission))
            .map(|entry| ui::NavItem {
                title: entry.title.into(),
                href: entry.path.into(),
                icon: entry.icon.into(),
                group: entry.group.into(),
                count: String::new(),
                current: inside(entry.path),
            })
            .collect();
        ui::Shell {
            community: community.to_owned(),
            navigation,
            account: Some(ui::Account { name: principal.name.clone(), email: principal.email.clone() }),
            theme: ui::Theme::of_cookies(cookies),
            csrf: principal.csrf.clone(),
            told: self.events.passed(),
            crumbs: Vec::new(),
            sign_out: "/signout".into(),
            own_account: self.own_account(),
            help: crate::help::address(&self.registry, path),
            letter_keys_off: ui::letter_keys_off(cookies),
            // For looking at pages from right to left before there is a language that needs it.
            direction: if cookies.split(';').any(|c| c.trim() == "dir=rtl") { "rtl" } else { "" },
        }
    }

    /// The tabs above every page under Settings that whoever asks may see, with the present one marked.
    pub fn settings_tabs(&self, principal: &Principal, path: &str) -> ui::Markup {
        let pages = self.registry.settings_pages();
        let allowed = pages.iter().filter(|p| principal.may(p.permission));
        let tabs: Vec<_> = allowed.map(|p| ui::Choice::new(p.title, p.path, p.path == path)).collect();
        ui::tabs("Settings", &tabs)
    }

    /// The page of one's own account, where a capability has one.
    fn own_account(&self) -> String {
        const PAGE: &str = "/desk/settings/account";
        let there = self.registry.settings_pages().iter().any(|p| p.path == PAGE);
        if there { PAGE.to_owned() } else { String::new() }
    }

    /// Says that the server is about to end: `/readyz` answers 503 from now on, and long work stops at its
    /// next safe place.
    pub fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        self.events.close();
    }

    /// Whether the server is about to end.
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    /// The same as a flag that long work can look at.
    pub fn stop_flag(&self) -> &AtomicBool {
        &self.stopping
    }

    /// Begins to work on jobs and schedules, of every capability.
    ///
    /// # Errors
    /// When the database says no.
    pub fn begin_jobs(&self) -> Result<jobs::Workers> {
        let (kinds, schedules) = self.registry.work();
        let zone =
            |app: &Self| base::Zone::named(&app.db.read(|c| community::settings::get_or_default(c, "zone"))?);
        jobs::Workers::begin(self.clone(), &self.db, &self.clock, &kinds, &schedules, zone)
    }

    /// What runs imports: this program's importers, its community and its end.
    pub fn runner(&self) -> connect::import::Runner<'_> {
        connect::import::Runner {
            community: &self.community,
            importers: self.importers,
            clock: &self.clock,
            stop: self.stop_flag(),
        }
    }

    /// How many breaches of the content policy browsers have reported since the start.
    pub fn csp_reports(&self) -> u64 {
        self.csp_reports.load(Ordering::Relaxed)
    }

    pub(crate) fn count_csp_report(&self) {
        self.csp_reports.fetch_add(1, Ordering::Relaxed);
    }
}

impl FromRef<App> for Access {
    fn from_ref(app: &App) -> Self {
        app.access.clone()
    }
}

impl FromRef<App> for access::sso::Means {
    fn from_ref(app: &App) -> Self {
        Self { sealer: app.sealer.clone(), outgoing: app.outgoing.clone() }
    }
}
