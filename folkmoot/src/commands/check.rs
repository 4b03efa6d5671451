//! `folkmoot check`: proves that everything derived equals what the log says.

use super::json as text_of;
use crate::out::Out;
use base::{Error, Result};
use capability::App;
use serde_json::json;

/// Recomputes and compares, and goes over the chain of the audit log; exit code 1 at a difference.
pub fn check(app: &App, as_json: bool, out: &mut dyn Out) -> Result<u8> {
    // What the index did not get to yet could not be compared.
    community::search::follow(&app.db, app.stop_flag())?;
    let report = community::check(&app.db)?;
    let chain = app.db.read(access::audit::verify);
    if as_json {
        let mut value = serde_json::to_value(&report).map_err(|e| Error::internal(e.to_string()))?;
        value["audit"] = match &chain {
            Ok((entries, newest)) => json!({ "entries": entries, "newest": newest }),
            Err(e) => json!({ "broken": e.message }),
        };
        out.line(&text_of(&value)?)?;
    } else {
        out.line(&format!(
            "Compared with the log: {} activities, {} roll-up cells, {} conversations, {} messages in the search index.",
            report.activities, report.cells, report.conversations, report.indexed
        ))?;
        match &report.difference {
            None => out.line("Everything agrees.")?,
            Some(difference) => out.line(&format!("The first difference: {difference}"))?,
        }
        match &chain {
            Ok((0, _)) => out.line("The audit log is empty.")?,
            // Kept elsewhere, it shows whether the newest entries were cut off.
            Ok((entries, newest)) => {
                out.line(&format!("The audit log holds: {entries} entries, the newest link is {newest}"))?;
            }
            Err(fault) => out.line(&fault.message)?,
        }
    }
    Ok(u8::from(report.difference.is_some() || chain.is_err()))
}
