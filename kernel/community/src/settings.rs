//! What the community decides about itself, as named texts in the store.

use base::{Error, Result, Zone};
use std::collections::HashMap;
use store::Conn;

/// One setting that people can change.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it is, for the reference.
    pub meaning: &'static str,
    /// What holds when nobody set it.
    pub default: &'static str,
}

/// Every setting that people can change.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: "name",
        meaning: "The community's name, as the desk shows it.",
        default: "Our community",
    },
    Setting {
        name: "zone",
        meaning: "The time zone whose days, weeks and months figures count in (an IANA name such as Europe/Berlin). Changing it rebuilds the roll-ups; until that is done figures name the old zone.",
        default: "UTC",
    },
    Setting {
        name: "staff",
        meaning: "Who is staff: e-mail addresses, e-mail domains (`@example.org`), handles or names, separated by commas. Every figure can include, exclude or show only them.",
        default: "",
    },
    Setting {
        name: "bots",
        meaning: "Accounts that are bots beside those that a source marks: names, handles or ids, separated by commas. Bots are in no figure about members.",
        default: "",
    },
    Setting {
        name: "question_channels",
        meaning: "Channels for help, by name or id, separated by commas: whatever is opened there counts as a question. Elsewhere the rule decides (a question mark, or words that ask), and a person can overrule both.",
        default: "",
    },
    Setting {
        name: "audit_years",
        meaning: "How many years the audit log is kept: 1, 2 or 5; empty keeps it for ever. What is older is removed once a day.",
        default: "",
    },
    Setting {
        name: "erasure_days",
        meaning: "How many days an erasure of a member waits and can be called off: 0 to 90.",
        default: "7",
    },
    Setting {
        name: "erasure_mentions",
        meaning: "What an erasure does to mentions of the member in what others wrote: `leave` them, or `replace` @name by @erased where nobody else at the source is called so.",
        default: "leave",
    },
];

/// The stored text of a setting.
///
/// # Errors
/// When the database says no.
pub fn get(c: &mut Conn<'_>, name: &str) -> Result<Option<String>> {
    c.query_opt("SELECT value FROM settings WHERE name = $1", &[name.into()], |r| r.text(0))
}

/// The text of a setting, or its default.
///
/// # Errors
/// When the database says no.
pub fn get_or_default(c: &mut Conn<'_>, name: &str) -> Result<String> {
    Ok(get(c, name)?.unwrap_or_else(|| default(name).to_owned()))
}

/// Every setting as it stands.
#[derive(Debug, Clone, Default)]
pub struct Settings(HashMap<String, String>);

impl Settings {
    /// The text of a setting, or its default.
    pub fn text(&self, name: &str) -> &str {
        self.0.get(name).map_or_else(|| default(name), String::as_str)
    }
}

/// Every setting, in one statement; within a [`crate::read::LogView`] they are there already.
///
/// # Errors
/// When the database says no.
pub fn all(c: &mut Conn<'_>) -> Result<Settings> {
    let rows = c.query("SELECT name, value FROM settings", &[], |r| Ok((r.text(0)?, r.text(1)?)))?;
    Ok(Settings(rows.into_iter().collect()))
}

/// What holds for a setting when nobody set it.
pub(crate) fn default(name: &str) -> &'static str {
    SETTINGS.iter().find(|s| s.name == name).map_or("", |s| s.default)
}

/// Stores a text as it is, for parts of the kernel that keep a text of their own here (`mail`). People's changes go
/// through [`crate::Community::set`].
///
/// # Errors
/// When the database says no.
pub fn put(tx: &mut Conn<'_>, name: &str, value: &str) -> Result<()> {
    tx.execute(
        "INSERT INTO settings (name, value) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        &[name.into(), value.into()],
    )?;
    Ok(())
}

/// Checks a value before it is stored; returns it in its stored form.
pub(crate) fn checked(name: &str, value: &str) -> Result<String> {
    let value = value.trim();
    match name {
        "name" if value.is_empty() => Err(Error::invalid("a community's name cannot be empty")),
        "name" if value.chars().count() > 80 => {
            Err(Error::invalid("a community's name has at most 80 characters"))
        }
        "zone" => Ok(Zone::named(value)?.name().to_owned()),
        "audit_years" if !["", "1", "2", "5"].contains(&value) => {
            Err(Error::invalid("audit_years is 1, 2 or 5; empty keeps the audit log for ever"))
        }
        "erasure_days" if value.parse::<u16>().ok().is_none_or(|days| days > 90) => {
            Err(Error::invalid("erasure_days is a number of days from 0 to 90"))
        }
        "erasure_mentions" if !["leave", "replace"].contains(&value) => {
            Err(Error::invalid("erasure_mentions is leave or replace"))
        }
        "erasure_days" | "erasure_mentions" => Ok(value.to_owned()),
        "name" | "staff" | "bots" | "audit_years" | "question_channels" => Ok(value.to_owned()),
        _ => Err(Error::not_found(format!(
            "there is no setting \"{name}\"; there are: {}",
            SETTINGS.iter().map(|s| s.name).collect::<Vec<_>>().join(", ")
        ))),
    }
}
