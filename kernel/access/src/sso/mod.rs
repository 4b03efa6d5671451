//! Signing in with an account that people have elsewhere: OpenID Connect Core 1.0, authorization code with PKCE. Why the
//! checks are our own: decision 0013.

mod ask;
mod claims;
mod connect;
mod enter;
mod flow;
mod jws;
mod store;

pub(crate) use ask::Known;
pub(crate) use connect::known_routes;
pub(crate) use flow::open_routes;
pub(crate) use store::{instead_of_password, names};

pub use connect::{Tested, test};
pub use flow::callback;
pub use store::{
    EVERYBODY, GroupRole, Login, Provider, ProviderDraft, SCOPES, create, get, list, logins, remove, update,
};

use outgoing::Client;
use seal::Sealer;

/// What signing in needs beyond [`crate::Access`]: how secrets are sealed, and how other hosts are asked.
#[derive(Clone)]
pub struct Means {
    /// Seals secrets, and what browsers carry.
    pub sealer: Sealer,
    /// Asks providers.
    pub outgoing: Client,
}
