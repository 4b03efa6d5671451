//! `folkmoot settings`: what the community decides about itself.

use super::json;
use crate::cli::{SettingsAction, SettingsArgs};
use crate::out::{Out, aligned};
use base::{Error, Result};
use capability::App;
use community::settings::{SETTINGS, get_or_default};
use serde_json::{Map, Value};

/// Lists, prints and changes settings.
pub fn settings(app: &App, args: &SettingsArgs, out: &mut dyn Out) -> Result<()> {
    match args.action.as_ref().unwrap_or(&SettingsAction::List) {
        SettingsAction::List => list(app, args.json, out),
        SettingsAction::Get { key } => {
            let known = SETTINGS.iter().find(|s| s.name == key).ok_or_else(|| {
                let names: Vec<_> = SETTINGS.iter().map(|s| s.name).collect();
                Error::not_found(format!("there is no setting \"{key}\"; there are: {}", names.join(", ")))
            })?;
            let value = app.db.read(|c| get_or_default(c, known.name))?;
            out.line(&if args.json { json(&value)? } else { value })
        }
        SettingsAction::Set { key, value } => {
            app.community.set(key, value)?;
            let stored = app.db.read(|c| get_or_default(c, key))?;
            if args.json {
                out.line(&json(&stored)?)
            } else {
                out.line(&format!("{key} is now \"{stored}\""))
            }
        }
    }
}

fn list(app: &App, as_json: bool, out: &mut dyn Out) -> Result<()> {
    let values: Vec<(&str, String)> =
        app.db.read(|c| SETTINGS.iter().map(|s| Ok((s.name, get_or_default(c, s.name)?))).collect())?;
    if as_json {
        let all: Map<String, Value> = values.into_iter().map(|(k, v)| (k.to_owned(), v.into())).collect();
        return out.line(&json(&all)?);
    }
    let rows: Vec<Vec<String>> = values.into_iter().map(|(k, v)| vec![k.to_owned(), v]).collect();
    aligned(&["setting", "value"], &rows).iter().try_for_each(|l| out.line(l))
}
