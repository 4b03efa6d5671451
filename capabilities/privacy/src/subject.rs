//! Whose data it is: a member with every identity.

use base::{Error, Result};
use capability::Principal;
use community::people::{self, Identity};
use community::read::LogView;

/// A member, found by the id of one of their identities.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    /// The identity with the lowest number first: the member's number is its.
    pub identities: Vec<Identity>,
}

impl Subject {
    /// # Errors
    /// `NotFound` when there is no such identity.
    pub(crate) fn find(view: &mut LogView<'_, '_>, id: &str) -> Result<Self> {
        if !id.starts_with("idn_") {
            return Err(Error::not_found(format!(
                "there is no member {id}; the list of members has everybody"
            )));
        }
        let one = people::get_identity(view.conn(), id)?;
        Self::with(view, one.identity)
    }

    /// The member of whom this is an identity.
    pub(crate) fn with(view: &mut LogView<'_, '_>, identity: u32) -> Result<Self> {
        let numbers = view.identities_with(identity);
        Self::of(people::identities(view.conn(), &numbers)?)
    }

    /// Of these identities and no others.
    pub(crate) fn of(mut identities: Vec<Identity>) -> Result<Self> {
        identities.sort_by_key(|i| i.identity);
        if identities.is_empty() {
            return Err(Error::not_found("there is no such member; the list of members has everybody"));
        }
        Ok(Self { identities })
    }

    pub(crate) fn member(&self) -> u32 {
        self.identities.first().map_or(0, |i| i.identity)
    }

    pub(crate) fn public_id(&self) -> &str {
        self.identities.first().map_or("", |i| i.public_id.as_str())
    }

    pub(crate) fn title(&self) -> &str {
        self.identities
            .iter()
            .find(|i| i.name.is_some())
            .or(self.identities.first())
            .map_or("", Identity::title)
    }

    pub(crate) fn numbers(&self) -> Vec<u32> {
        self.identities.iter().map(|i| i.identity).collect()
    }

    pub(crate) fn public_ids(&self) -> Vec<String> {
        self.identities.iter().map(|i| i.public_id.clone()).collect()
    }

    /// Whether every identity was erased.
    pub(crate) fn is_erased(&self) -> bool {
        self.identities.iter().all(Identity::is_erased)
    }

    /// Everything by which the member is named, in lower case; what is shorter than three characters names nobody.
    pub(crate) fn names(&self) -> Vec<String> {
        let each = self.identities.iter().filter(|i| !i.is_erased());
        let all = each.flat_map(|i| {
            [i.name.as_deref(), i.handle.as_deref(), i.email.as_deref(), Some(i.external_id.as_str())]
        });
        let mut names: Vec<String> =
            all.flatten().map(|n| n.trim().to_lowercase()).filter(|n| n.chars().count() >= 3).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// How somebody signs what they do here.
pub(crate) fn signature(principal: &Principal) -> String {
    if principal.email.is_empty() { principal.name.clone() } else { principal.email.clone() }
}
