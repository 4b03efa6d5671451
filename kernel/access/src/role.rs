//! Roles as data: which permissions a role holds, who has it, and where.
//!
//! What the seven roles of an installation hold at first stands at each [`Permission`] ([`Roles`]); the store keeps
//! only what was changed since. A grant is a role in a [`Scope`].

use crate::principal::Permission;

/// A set of the roles that every installation begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Roles(u8);

/// The names of the seven roles, in the order of their bits.
const SLUGS: [&str; 7] = [OWNER, "admin", "manager", "moderator", "analyst", "author", "volunteer"];

/// The role that may do everything and cannot be changed.
pub const OWNER: &str = "owner";

impl Roles {
    /// Only owners, who hold every permission.
    pub const OWNERS: Self = Self(1);
    /// Runs the installation.
    pub const ADMIN: Self = Self(1 << 1);
    /// Leads the community.
    pub const MANAGER: Self = Self(1 << 2);
    /// Keeps conversations in order.
    pub const MODERATOR: Self = Self(1 << 3);
    /// Reads figures.
    pub const ANALYST: Self = Self(1 << 4);
    /// Writes for the community.
    pub const AUTHOR: Self = Self(1 << 5);
    /// Helps out.
    pub const VOLUNTEER: Self = Self(1 << 6);
    /// Every role.
    pub const EVERYBODY: Self = Self(0x7f);
    /// Admins and managers.
    pub const LEADS: Self = Self::ADMIN.and(Self::MANAGER);
    /// Admins, managers and moderators.
    pub const KEEPERS: Self = Self::LEADS.and(Self::MODERATOR);

    /// Both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether the role with this name is among them; owners always are.
    pub fn contains(self, slug: &str) -> bool {
        let bit = SLUGS.iter().position(|s| *s == slug);
        bit.is_some_and(|b| b == 0 || self.0 >> b & 1 == 1)
    }
}

/// Where a grant holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Everywhere.
    Everything,
    /// In one source and all of its channels.
    Source(i64),
    /// In one channel.
    Channel(i64),
}

impl Scope {
    /// As it is stored: kind and key.
    pub fn parts(self) -> (&'static str, i64) {
        match self {
            Self::Everything => ("everything", 0),
            Self::Source(id) => ("source", id),
            Self::Channel(id) => ("channel", id),
        }
    }

    /// From how it is stored. A kind that this version does not know allows nothing.
    pub fn of(kind: &str, id: i64) -> Option<Self> {
        match kind {
            "everything" => Some(Self::Everything),
            "source" => Some(Self::Source(id)),
            "channel" => Some(Self::Channel(id)),
            _ => None,
        }
    }
}

/// How far somebody may use a permission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Nowhere.
    Nothing,
    /// Everywhere.
    Everything,
    /// In these sources, and in these channels.
    Places {
        /// Keys of sources.
        sources: Vec<i64>,
        /// Keys of channels.
        channels: Vec<i64>,
    },
}

impl Reach {
    /// Whether a channel of a source lies within it.
    pub fn allows(&self, source: i64, channel: i64) -> bool {
        match self {
            Self::Nothing => false,
            Self::Everything => true,
            Self::Places { sources, channels } => sources.contains(&source) || channels.contains(&channel),
        }
    }

    /// Whether it is everywhere.
    pub fn is_everything(&self) -> bool {
        *self == Self::Everything
    }
}

/// A role with what was changed about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// The key inside the database.
    pub id: i64,
    /// Its name in commands and addresses.
    pub slug: String,
    /// Its name as people read it.
    pub title: String,
    /// Permissions that it was given (`true`) or lost, beside what it holds at first.
    pub changes: Vec<(String, bool)>,
    /// Whether whoever has it must prove more than a password.
    pub second_factor: bool,
}

impl Role {
    /// Whether whoever has this role may do it.
    pub fn holds(&self, permission: &Permission) -> bool {
        if self.slug == OWNER {
            return true;
        }
        let changed = self.changes.iter().find(|(id, _)| id == permission.id);
        changed.map_or_else(|| permission.roles.contains(&self.slug), |(_, held)| *held)
    }

    /// Whether every installation begins with it.
    pub fn is_built_in(&self) -> bool {
        SLUGS.contains(&self.slug.as_str())
    }
}

/// What somebody may do: the roles there are, which of them they have and where, and what a token leaves of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    pub roles: Vec<Role>,
    pub grants: Vec<(i64, Scope)>,
    /// The permissions that an API token was limited to.
    pub only: Option<Vec<String>>,
}

impl Held {
    /// How far the permission reaches. A permission whose routes do not narrow what they show to places is not
    /// held by somebody who has it in some places only.
    pub fn reach(&self, permission: &Permission) -> Reach {
        if self.only.as_ref().is_some_and(|only| !only.iter().any(|id| id == permission.id)) {
            return Reach::Nothing;
        }
        let (mut sources, mut channels) = (Vec::new(), Vec::new());
        // Role by role, as somebody may have grants in many places: what a role holds is looked up once.
        let holding = self.roles.iter().filter(|r| r.holds(permission));
        let scopes = holding.flat_map(|r| self.grants.iter().filter(|g| g.0 == r.id).map(|g| g.1));
        for scope in scopes {
            match scope {
                Scope::Everything => return Reach::Everything,
                Scope::Source(id) => sources.push(id),
                Scope::Channel(id) => channels.push(id),
            }
        }
        if !permission.by_place || (sources.is_empty() && channels.is_empty()) {
            return Reach::Nothing;
        }
        Reach::Places { sources, channels }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const READ: Permission = Permission::new("a.read", "Read", Roles::MANAGER).by_place();
    const WIPE: Permission = Permission::new("a.wipe", "Wipe", Roles::MANAGER);

    fn role(id: i64, slug: &str, changes: &[(&str, bool)]) -> Role {
        let changes = changes.iter().map(|(p, h)| ((*p).to_owned(), *h)).collect();
        Role { id, slug: slug.into(), title: slug.into(), changes, second_factor: false }
    }

    fn held(grants: &[(i64, Scope)]) -> Held {
        let roles = vec![role(1, OWNER, &[("a.read", false)]), role(2, "manager", &[]), role(3, "own", &[])];
        Held { roles, grants: grants.to_vec(), only: None }
    }

    #[test]
    fn what_was_not_granted_is_denied() {
        assert_eq!(held(&[]).reach(&READ), Reach::Nothing);
        assert_eq!(held(&[(3, Scope::Everything)]).reach(&READ), Reach::Nothing, "a role that holds nothing");
        assert_eq!(held(&[(9, Scope::Everything)]).reach(&READ), Reach::Nothing, "a role that is gone");
        assert_eq!(held(&[(2, Scope::Everything)]).reach(&READ), Reach::Everything);
        assert_eq!(held(&[(1, Scope::Everything)]).reach(&READ), Reach::Everything, "owners cannot lose one");
    }

    #[test]
    fn places_add_up_and_hold_only_where_routes_narrow() {
        let some = held(&[(2, Scope::Source(4)), (2, Scope::Channel(9))]);
        let reach = some.reach(&READ);
        assert_eq!(reach, Reach::Places { sources: vec![4], channels: vec![9] });
        assert!(reach.allows(4, 1) && reach.allows(5, 9) && !reach.allows(5, 1));
        assert_eq!(some.reach(&WIPE), Reach::Nothing);
        assert_eq!(held(&[(2, Scope::Source(4)), (2, Scope::Everything)]).reach(&WIPE), Reach::Everything);
    }

    #[test]
    fn a_change_beats_what_a_role_holds_at_first_and_a_token_only_narrows() {
        let mut all = held(&[(2, Scope::Everything)]);
        all.roles[1].changes.push(("a.read".into(), false));
        assert_eq!(all.reach(&READ), Reach::Nothing);
        assert_eq!(all.reach(&WIPE), Reach::Everything);
        all.only = Some(vec!["a.read".into()]);
        assert_eq!(all.reach(&WIPE), Reach::Nothing);
        assert_eq!(all.reach(&READ), Reach::Nothing);
    }

    #[test]
    fn sets_of_roles() {
        assert!(Roles::LEADS.contains("admin") && !Roles::LEADS.contains("moderator"));
        assert!(Roles::VOLUNTEER.contains(OWNER) && !Roles::EVERYBODY.contains("stranger"));
    }
}
