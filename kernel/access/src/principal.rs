//! Who asks, and the one permission check.

use crate::account::Account;
use crate::audit::Trail;
use crate::credential::Found;
use crate::role::{Held, Reach, Roles};
use base::{Error, Result};
use std::sync::Arc;

/// Something that an account may be allowed to do. Each capability declares its own as constants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Permission {
    /// `capability.verb_noun`, for example `sources.import_export`.
    pub id: &'static str,
    /// What it allows, as people read it ("Import an export").
    pub title: &'static str,
    /// The roles that hold it at first, beside owners.
    pub roles: Roles,
    /// Whether the routes behind it narrow what they show and do to the places of whoever asks, or show nothing of a
    /// place at all (one's own account, the guide). A grant in one source or channel gives only such permissions.
    pub by_place: bool,
}

impl Permission {
    /// A permission that holds everywhere or not at all.
    pub const fn new(id: &'static str, title: &'static str, roles: Roles) -> Self {
        Self { id, title, roles, by_place: false }
    }

    /// The same for routes that ask [`Principal::reach`] and show only what lies within.
    #[must_use]
    pub const fn by_place(mut self) -> Self {
        self.by_place = true;
        self
    }
}

/// How somebody proved who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    /// A session's cookie.
    Session,
    /// An API token.
    Token,
    /// The socket in the data folder, which only the user that runs the server can open.
    LocalSocket,
    /// A mail that its owner wants at an hour, or a signed link in one.
    Mail,
}

impl Via {
    /// As the audit log writes it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Session => "session",
            Self::Token => "token",
            Self::LocalSocket => "command line",
            Self::Mail => "mail",
        }
    }
}

/// What somebody may do.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Power {
    Nothing,
    Everything,
    Roles(Arc<Held>),
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The account's key; `None` for nobody and for the local socket.
    pub account: Option<i64>,
    /// The name people read; empty for nobody.
    pub name: String,
    /// The e-mail address; empty for nobody and for the local socket.
    pub email: String,
    /// How they proved it; `None` for nobody.
    pub via: Option<Via>,
    /// What forms must carry in the field `csrf`, or scripts in the header `x-csrf-token`.
    pub csrf: String,
    /// The public id of the API token that was sent; `None` for whoever sent none.
    pub token: Option<String>,
    /// Where the request comes from: an address, or empty.
    pub address: String,
    power: Power,
    pub(crate) trail: Trail,
}

impl Principal {
    /// Nobody: may do nothing.
    pub fn nobody() -> Self {
        Self {
            account: None,
            name: String::new(),
            email: String::new(),
            via: None,
            csrf: String::new(),
            token: None,
            address: String::new(),
            power: Power::Nothing,
            trail: Trail::default(),
        }
    }

    /// Whoever runs commands on the server itself.
    pub fn local() -> Self {
        Self {
            name: "command line".into(),
            via: Some(Via::LocalSocket),
            power: Power::Everything,
            ..Self::nobody()
        }
    }

    pub(crate) fn account(found: Found, via: Via) -> Self {
        Self {
            account: Some(found.account),
            name: found.name,
            email: found.email,
            via: Some(via),
            token: found.token,
            power: Power::Roles(Arc::new(found.held)),
            ..Self::nobody()
        }
    }

    /// A program with a token of its own: no account, the rights of the token's role.
    pub(crate) fn service(found: Found) -> Self {
        Self { account: None, email: String::new(), ..Self::account(found, Via::Token) }
    }

    /// Somebody who comes in or goes, as the audit log names them; may do nothing.
    pub(crate) fn at_the_door(account: &Account, address: &str) -> Self {
        Self {
            account: Some(account.id),
            name: account.name.clone(),
            email: account.email.clone(),
            via: Some(Via::Session),
            address: address.to_owned(),
            ..Self::nobody()
        }
    }

    /// Says that the audit log need not be told what this request did: it was told already, or it stands where it was
    /// done, as what is sent into the log does.
    pub fn noted_elsewhere(&self) {
        self.trail.note();
    }

    /// Whether somebody is known at all.
    pub fn is_known(&self) -> bool {
        self.via.is_some()
    }

    /// How far a permission reaches: what a route [by place](Permission::by_place) narrows its rows to.
    pub fn reach(&self, permission: Permission) -> Reach {
        match &self.power {
            Power::Everything if !permission.id.is_empty() => Reach::Everything,
            Power::Roles(held) if !permission.id.is_empty() => held.reach(&permission),
            _ => Reach::Nothing,
        }
    }

    /// Whether it may be done at all, somewhere.
    pub fn may(&self, permission: Permission) -> bool {
        self.reach(permission) != Reach::Nothing
    }

    /// Why a control does nothing for whoever asks: which roles would allow it. `None` when it is allowed.
    pub fn why_not(&self, permission: Permission) -> Option<String> {
        if self.may(permission) {
            return None;
        }
        let Power::Roles(held) = &self.power else { return Some("sign in first".into()) };
        if held.only.as_ref().is_some_and(|only| !only.iter().any(|id| id == permission.id)) {
            return Some(format!(
                "this API token was not given \"{}\" ({})",
                permission.title, permission.id
            ));
        }
        let titles: Vec<&str> =
            held.roles.iter().filter(|r| r.holds(&permission)).map(|r| r.title.as_str()).collect();
        let everywhere = if permission.by_place { "" } else { " everywhere" };
        let (last, first) = titles.split_last().unwrap_or((&"Owner", &[]));
        let names =
            if first.is_empty() { (*last).to_owned() } else { format!("{} or {last}", first.join(", ")) };
        Some(format!("\"{}\" needs the role {names}{everywhere}", permission.title))
    }

    /// The same for something in a channel of a source.
    pub fn why_not_in(&self, permission: Permission, (source, channel): (i64, i64)) -> Option<String> {
        if self.reach(permission).allows(source, channel) {
            return None;
        }
        let elsewhere = || Some(format!("you have \"{}\" in other places only", permission.title));
        self.why_not(permission).or_else(elsewhere)
    }
}

/// The same for something in a channel of a source.
///
/// # Errors
/// `Forbidden`, naming what was wanted.
pub fn require_in(principal: &Principal, permission: Permission, place: (i64, i64)) -> Result<()> {
    match principal.why_not_in(permission, place) {
        None => Ok(()),
        Some(why) => {
            Err(Error::forbidden(format!("you may not do this: {why}; an owner can give it to you")))
        }
    }
}

/// The one permission check; everything that was not granted is denied.
///
/// # Errors
/// `Forbidden`, naming what was wanted and which roles allow it.
pub fn require(principal: &Principal, permission: Permission) -> Result<()> {
    match principal.why_not(permission) {
        None => Ok(()),
        Some(why) => {
            Err(Error::forbidden(format!("you may not do this: {why}; an owner can give it to you")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_may_do_nothing() {
        let p = Permission::new("sources.list_sources", "See the sources", Roles::EVERYBODY);
        assert!(require(&Principal::nobody(), p).is_err());
        assert!(require(&Principal::local(), p).is_ok());
        assert!(require(&Principal::local(), Permission::new("", "", Roles::EVERYBODY)).is_err());
    }
}
