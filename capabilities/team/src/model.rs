//! Accounts with their roles and places, as pages, API and commands read them.

use access::{Account, Grant, Role, Scope};
use base::{Error, Result, Zone};
use capability::{App, Permission, Principal};
use community::settings;
use community::sources::{self, Channel, Source};
use store::Conn;

/// Every permission of the program.
pub(crate) fn permissions(app: &App) -> Vec<Permission> {
    app.registry.permissions().into_iter().map(|(_, p)| p).collect()
}

/// Where a role is to hold, as somebody says it; both empty is everywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// A source, by name or public id.
    pub source: String,
    /// A channel, by name, number or its source's id for it.
    pub channel: String,
}

/// Who signs in, in which roles, where.
pub struct Directory {
    /// The community's name.
    pub community: String,
    /// The zone of its figures.
    pub zone: Zone,
    /// What the community decided about mail, as it is stored.
    pub mail: String,
    /// Every account, oldest first.
    pub accounts: Vec<Account>,
    /// Every role with its sentence.
    pub roles: Vec<(Role, String)>,
    /// Every grant that holds.
    pub grants: Vec<Grant>,
    /// Every source.
    pub sources: Vec<Source>,
    /// Every channel.
    pub channels: Vec<Channel>,
}

impl Directory {
    /// Reads it, in five statements.
    ///
    /// # Errors
    /// When the database says no.
    pub fn load(c: &mut Conn<'_>) -> Result<Self> {
        let decided = settings::all(c)?;
        let (sources, channels) = sources::places(c)?;
        Ok(Self {
            community: decided.text("name").to_owned(),
            zone: Zone::named(decided.text("zone"))?,
            mail: decided.text("mail").to_owned(),
            accounts: access::list(c)?,
            roles: access::list_roles(c)?,
            grants: access::grants(c)?,
            sources,
            channels,
        })
    }

    /// The account with this public id.
    ///
    /// # Errors
    /// `NotFound` when there is none any more.
    pub fn account(&self, public_id: &str) -> Result<&Account> {
        let found = self.accounts.iter().find(|a| a.public_id == public_id);
        found.ok_or_else(|| Error::not_found("there is no such account any more; load the list again"))
    }

    /// The grants of an account.
    pub fn of(&self, account: i64) -> impl Iterator<Item = &Grant> {
        self.grants.iter().filter(move |g| g.account == account)
    }

    /// A place in words: "everywhere", "in Forum", "in Forum › help".
    pub fn place(&self, scope: Scope) -> String {
        let source = |id: i64| self.sources.iter().find(|s| s.source_id == id).map(|s| s.name.as_str());
        match scope {
            Scope::Everything => "everywhere".to_owned(),
            Scope::Source(id) => {
                source(id).map_or_else(|| "in a source that is gone".to_owned(), |name| format!("in {name}"))
            }
            Scope::Channel(id) => match self.channels.iter().find(|c| c.channel_id == id) {
                Some(c) => format!("in {} › {}", source(c.source_id).unwrap_or("?"), c.name),
                None => "in a channel that is gone".to_owned(),
            },
        }
    }

    /// Roles and places of an account in words: "Manager everywhere, Moderator in Forum".
    pub fn roles_of(&self, account: i64) -> String {
        self.of(account)
            .map(|g| format!("{} {}", g.title, self.place(g.scope)))
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// The scope of a place.
    ///
    /// # Errors
    /// `NotFound` for a source or channel that is not there, `Conflict` for a channel's name that several have.
    pub fn scope(&self, place: &Place) -> Result<Scope> {
        let (source, channel) = (place.source.trim(), place.channel.trim());
        let source = match source {
            "" => None,
            name => Some(
                self.sources
                    .iter()
                    .find(|s| s.name == name || s.public_id == name)
                    .ok_or_else(|| Error::not_found(format!("there is no source \"{name}\"")))?,
            ),
        };
        if channel.is_empty() {
            return Ok(source.map_or(Scope::Everything, |s| Scope::Source(s.source_id)));
        }
        let plain = channel.trim_start_matches('#');
        let mut fitting = self.channels.iter().filter(|c| {
            let here = source.is_none_or(|s| s.source_id == c.source_id);
            here && (c.channel_id.to_string() == channel
                || c.external_id == channel
                || c.name == plain
                || c.name == channel)
        });
        match (fitting.next(), fitting.next()) {
            (Some(only), None) => Ok(Scope::Channel(only.channel_id)),
            (None, _) => Err(Error::not_found(format!(
                "there is no channel \"{channel}\"; write it as the list of channels does"
            ))),
            (Some(_), Some(_)) => Err(Error::conflict(format!(
                "several channels are called \"{channel}\"; say the source as well, or give the channel's number"
            ))),
        }
    }

    /// Why whoever asks may not touch an account; nothing when they may.
    pub fn why_not(&self, by: &Principal, account: i64, permissions: &[Permission]) -> Option<String> {
        let held: Vec<&Role> = self
            .of(account)
            .filter_map(|g| self.roles.iter().map(|(role, _)| role).find(|role| role.id == g.role))
            .collect();
        access::why_not_outrank(by, &held, permissions)
    }

    /// The roles that whoever asks can give.
    pub fn givable(&self, by: &Principal, permissions: &[Permission]) -> Vec<&Role> {
        let all = self.roles.iter().map(|(role, _)| role);
        all.filter(|role| access::must_outrank_role(by, role, permissions).is_ok()).collect()
    }
}
