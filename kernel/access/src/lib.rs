//! Accounts, sign-in, sessions, API tokens, roles, the one permission check that every route passes, and the audit
//! log.
//!
//! How pages look is not decided here: [`Look`] holds the functions that draw them, passed down by whoever
//! assembles the product.

mod account;
mod agent;
pub mod audit;
mod behalf;
mod carry;
mod credential;
mod csrf;
mod forgotten;
mod guard;
mod letters;
mod look;
mod new_address;
mod outrank;
mod pages;
mod passkey;
mod principal;
mod problem;
mod role;
mod roles;
pub mod second;
mod secret;
pub mod sso;
pub mod threads;
mod throttle;
mod token;
mod ways;

pub use account::{
    Account, FIRST_EMAIL, create, find_by_email, first_account, get, get_by_email, get_by_public_id,
    is_first_run, list, remove, rename, set_password_hash,
};
pub use behalf::on_behalf;
pub use credential::{
    LINK_LIFE, SESSION_LIFE, Session, create_link, create_link_for, create_session, create_session_from,
    end_session, end_sessions, find_link, list_sessions, remove_api_token, remove_own_api_token,
    remove_session, use_link,
};
pub use guard::{Gate, authenticate, guard, is_api, session_of};
pub use look::{
    AddressView, AppView, CodeView, CodesView, ConnectView, ForgottenView, LinkView, Look, MessageView,
    PasskeysView, PasswordView, QuestionView, SetUpView, SignInView,
};
pub use outrank::{must_outrank, must_outrank_role, why_not_outrank};
pub use pages::routes;
pub use passkey::{Passkey, list as list_passkeys};
pub use principal::{Permission, Principal, Via, require, require_in};
pub use problem::Problem;
pub use role::{OWNER, Reach, Role, Roles, Scope};
pub use roles::{
    Grant, change_role, create_role, demand_second_factor, end_grant, fingerprint as roles_fingerprint,
    grant, grants, remove_role, role_named, roles as list_roles,
};
pub use secret::{PASSWORD_MAX, PASSWORD_MIN};
pub use throttle::Throttle;
pub use token::{
    API_TOKEN_PREFIX, ApiToken, Made, NewToken, SERVICE_TOKEN_PREFIX, ServiceToken, create_api_token,
    create_service_token, create_token, get_service_token, list_api_tokens, list_service_tokens,
    revoke_service_token,
};
pub use ways::{Ways, ways};

use base::{Clock, Result};
use std::sync::Arc;
use store::{Db, Migration};
use tokio::sync::Semaphore;

/// The schema of this crate.
pub const MIGRATIONS: &[Migration] = &[
    Migration {
        owner: "access",
        number: 1,
        name: "accounts, links, sessions, tokens",
        sql: include_str!("../migrations/0001_accounts.sql"),
    },
    Migration {
        owner: "access",
        number: 2,
        name: "browsers of sessions, removal of accounts",
        sql: include_str!("../migrations/0002_sessions_and_removal.sql"),
    },
    Migration {
        owner: "access",
        number: 3,
        name: "roles, grants, audit log",
        sql: include_str!("../migrations/0003_roles_and_audit.sql"),
    },
    Migration {
        owner: "access",
        number: 4,
        name: "last sign-in",
        sql: include_str!("../migrations/0004_last_sign_in.sql"),
    },
    Migration {
        owner: "access",
        number: 5,
        name: "service tokens",
        sql: include_str!("../migrations/0005_tokens.sql"),
    },
    Migration {
        owner: "access",
        number: 6,
        name: "providers, second factors, passkeys",
        sql: include_str!("../migrations/0006_sign_in.sql"),
    },
    Migration {
        owner: "access",
        number: 7,
        name: "addresses to be confirmed",
        sql: include_str!("../migrations/0007_mail.sql"),
    },
];

/// May change one's own password; what every account may do.
pub const CHANGE_PASSWORD: Permission =
    Permission::new("access.change_password", "Change one's own password", Roles::EVERYBODY).by_place();

/// May change with what oneself signs in; what every account may do.
pub const KEEP_SIGN_IN: Permission =
    Permission::new("access.keep_sign_in", "Change with what oneself signs in", Roles::EVERYBODY).by_place();

/// What signing in needs. Clones share it.
#[derive(Clone)]
pub struct Access {
    /// The database.
    pub db: Db,
    /// The present.
    pub clock: Clock,
    /// The address by which browsers reach the server, if it is known (`https://community.example.org`).
    pub public_url: Option<String>,
    /// Whether a proxy in front sets `X-Forwarded-For`, so that it can be believed.
    pub behind_proxy: bool,
    /// How the pages look.
    pub look: Look,
    /// Readings of personal files on their way into the audit log.
    pub readings: audit::Readings,
    /// Sends mail, where it is set up.
    pub mail: mailer::Mailer,
    throttle: Arc<Throttle>,
    pub(crate) known: sso::Known,
    hashing: Arc<Semaphore>,
}

/// How many passwords are hashed at a time. Each takes 19 MiB and a core; more at once would let anybody who
/// can reach the sign-in page fill the memory.
const HASHED_AT_ONCE: usize = 2;

impl Access {
    /// With a database, a clock and the functions that draw the pages; no public address, no proxy.
    pub fn new(db: Db, clock: Clock, look: Look) -> Self {
        Self {
            readings: audit::Readings::new(db.clone()),
            db,
            clock,
            public_url: None,
            behind_proxy: false,
            look,
            mail: mailer::Mailer::default(),
            throttle: Arc::default(),
            known: sso::Known::default(),
            hashing: Arc::new(Semaphore::new(HASHED_AT_ONCE)),
        }
    }

    /// Runs work that hashes a password; waits for its turn.
    ///
    /// # Errors
    /// As [`Access::blocking`].
    pub(crate) async fn hashing<T: Send + 'static>(
        &self,
        run: impl FnOnce(&Self) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        // The semaphore is never closed, so that there is always a turn.
        let _turn = self.hashing.acquire().await;
        self.blocking(run).await
    }

    /// Runs blocking work (database) on a thread that may block, within the present span of the log.
    ///
    /// # Errors
    /// What `run` says, or `Internal` when it panicked.
    pub fn blocking<T: Send + 'static>(
        &self,
        run: impl FnOnce(&Self) -> Result<T> + Send + 'static,
    ) -> threads::Pending<T> {
        let access = self.clone();
        threads::run((), move || run(&access))
    }
}
