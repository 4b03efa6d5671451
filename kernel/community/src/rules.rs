//! The community's own lists of staff and bots, matched against identities.

use crate::settings;
use base::Result;
use store::Conn;

/// A list of names, handles, ids, e-mail addresses and `@domains`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct NameList(Vec<String>);

impl NameList {
    pub(crate) fn parse(text: &str) -> Self {
        Self(text.split([',', '\n']).map(|p| p.trim().to_lowercase()).filter(|p| !p.is_empty()).collect())
    }

    /// Whether one of the fields is on the list; an entry `@domain` matches the end of an address.
    pub(crate) fn matches(&self, who: &Who<'_>) -> bool {
        if self.0.is_empty() {
            return false;
        }
        let email = who.email.map(str::to_lowercase);
        let fields: Vec<String> = [Some(who.external_id), who.name, who.handle]
            .into_iter()
            .flatten()
            .map(str::to_lowercase)
            .collect();
        self.0.iter().any(|entry| {
            fields.iter().any(|f| f == entry)
                || email
                    .as_deref()
                    .is_some_and(|e| e == entry || (entry.starts_with('@') && e.ends_with(entry)))
        })
    }
}

/// The fields of an identity that lists look at.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Who<'a> {
    pub external_id: &'a str,
    pub name: Option<&'a str>,
    pub handle: Option<&'a str>,
    pub email: Option<&'a str>,
}

/// Both lists.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Rules {
    pub staff: NameList,
    pub bots: NameList,
}

impl Rules {
    pub(crate) fn load(c: &mut Conn<'_>) -> Result<Self> {
        Ok(Self {
            staff: NameList::parse(&settings::get_or_default(c, "staff")?),
            bots: NameList::parse(&settings::get_or_default(c, "bots")?),
        })
    }
}

/// Applies the lists to every identity; says that masks changed. Who was erased stays what they were: nothing is left
/// by which a list could know them, and figures are to stay.
pub(crate) fn apply_to_all(tx: &mut Conn<'_>) -> Result<()> {
    let rules = Rules::load(tx)?;
    let mut changed = Vec::new();
    tx.for_each(
        "SELECT identity, external_id, name, handle, email, marked_bot, staff FROM identities
         WHERE erased_at IS NULL",
        &[],
        |r| {
            let (id, name, handle, email) = (r.text(1)?, r.opt_text(2)?, r.opt_text(3)?, r.opt_text(4)?);
            let who = Who {
                external_id: &id,
                name: name.as_deref(),
                handle: handle.as_deref(),
                email: email.as_deref(),
            };
            let (bot, staff) = (rules.bots.matches(&who), rules.staff.matches(&who));
            if bot != r.flag(5)? || staff != r.flag(6)? {
                changed.push((r.int(0)?, bot, staff));
            }
            Ok(())
        },
    )?;
    for (identity, bot, staff) in changed {
        tx.execute(
            "UPDATE identities SET marked_bot = $1, staff = $2 WHERE identity = $3",
            &[bot.into(), staff.into(), identity.into()],
        )?;
    }
    crate::graph::touch(tx)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_match_names_addresses_and_domains() {
        let list = NameList::parse("Ana, @example.org,\n bo@x.dev");
        let who = |name, email| Who { external_id: "7", name, handle: None, email };
        assert!(list.matches(&who(Some("ana"), None)));
        assert!(list.matches(&who(None, Some("Kim@Example.org"))));
        assert!(list.matches(&who(None, Some("bo@x.dev"))));
        assert!(!list.matches(&who(Some("anabel"), Some("kim@example.com"))));
        assert!(!NameList::default().matches(&who(Some(""), None)));
    }
}
