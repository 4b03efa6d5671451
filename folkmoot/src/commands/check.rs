//! `folkmoot check`: proves that everything derived equals what the log says.

use super::json;
use crate::out::Out;
use base::Result;
use capability::App;

/// Recomputes and compares; exit code 1 at a difference.
pub fn check(app: &App, as_json: bool, out: &mut dyn Out) -> Result<u8> {
    let report = community::check(&app.db)?;
    if as_json {
        out.line(&json(&report)?)?;
    } else {
        out.line(&format!(
            "Compared with the log: {} activities, {} roll-up cells, {} conversations.",
            report.activities, report.cells, report.conversations
        ))?;
        match &report.difference {
            None => out.line("Everything agrees.")?,
            Some(difference) => out.line(&format!("The first difference: {difference}"))?,
        }
    }
    Ok(u8::from(report.difference.is_some()))
}
