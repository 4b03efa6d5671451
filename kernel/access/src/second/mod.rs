//! More than a password: codes of an authenticator app with recovery codes, and the step of signing in that asks for them.

mod door;
mod own;
mod store;
mod totp;

pub(crate) use door::{Pending, ask, finish, open_routes, pending};
pub(crate) use own::known_routes;
pub(crate) use store::{Asked, asked_of};

pub use store::reset;

/// The code that an authenticator app with this secret shows now; nothing for a text that is no secret. For tests and for
/// whoever wants to compare clocks.
pub fn present_code(secret: &str, now: base::Micros) -> Option<String> {
    totp::present(secret, now)
}
