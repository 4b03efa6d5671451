//! Who asks, and the one permission check.

use crate::credential::Found;
use base::{Error, Result};

/// Something that an account may be allowed to do. Each capability declares its own as constants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Permission {
    /// `capability.verb_noun`, for example `sources.import_export`.
    pub id: &'static str,
    /// What it allows, as people read it ("Import an export").
    pub title: &'static str,
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
}

/// What an account may do. Roles come later; today an account of the desk may do whatever a capability
/// declares, and everybody else nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Grants {
    Nothing,
    Desk,
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
    grants: Grants,
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
            grants: Grants::Nothing,
        }
    }

    /// Whoever runs commands on the server itself.
    pub fn local() -> Self {
        Self {
            name: "command line".into(),
            via: Some(Via::LocalSocket),
            grants: Grants::Desk,
            ..Self::nobody()
        }
    }

    pub(crate) fn account(found: Found, via: Via) -> Self {
        Self {
            account: Some(found.account),
            name: found.name,
            email: found.email,
            via: Some(via),
            csrf: String::new(),
            grants: Grants::Desk,
        }
    }

    /// Whether somebody is known at all.
    pub fn is_known(&self) -> bool {
        self.via.is_some()
    }
}

/// The one permission check; everything that was not granted is denied.
///
/// # Errors
/// `Forbidden`, naming what was wanted.
pub fn require(principal: &Principal, permission: Permission) -> Result<()> {
    match principal.grants {
        Grants::Desk if !permission.id.is_empty() => Ok(()),
        _ => Err(Error::forbidden(format!(
            "you may not do this (\"{}\"); ask someone who runs this community's desk",
            permission.title
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_may_do_nothing() {
        let p = Permission { id: "sources.list_sources", title: "See the sources" };
        assert!(require(&Principal::nobody(), p).is_err());
        assert!(require(&Principal::local(), p).is_ok());
        assert!(require(&Principal::local(), Permission { id: "", title: "" }).is_err());
    }
}
