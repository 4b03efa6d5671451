//! `folkmoot mail`: through which server mail goes, and a test of it.

use super::json;
use crate::cli::{MailAction, MailArgs};
use crate::out::Out;
use base::{Error, Result};
use capability::{App, Principal};
use mailer::Outcome;
use serde_json::json;

/// Says how mail is set up, or sends a test.
pub fn mail(app: &App, args: &MailArgs, out: &mut dyn Out) -> Result<()> {
    match &args.action {
        None => show(app, args.json, out),
        Some(MailAction::Test { to }) => test(app, to, args.json, out),
    }
}

fn show(app: &App, as_json: bool, out: &mut dyn Out) -> Result<()> {
    let settings = app.db.read(|c| app.access.mail.settings(c))?;
    let [waiting, sent, failed] = app.db.read(mailer::delivered)?;
    if as_json {
        return out.line(&json(&json!({
            "set_up": settings.server.is_some(),
            "server": settings.server,
            "of_installation": settings.of_installation,
            "has_password": settings.has_password,
            "mails": { "waiting": waiting, "sent": sent, "failed": failed },
        }))?);
    }
    match &settings.server {
        None => out.line(
            "Mail is not set up: name a server on the desk under Settings, Mail, or with mail_host in the settings.",
        )?,
        Some(server) => {
            let by = if settings.of_installation { "the settings of this installation" } else { "the desk" };
            out.line(&format!("{} (named by {by})", server.words()))?;
        }
    }
    out.line(&format!(
        "Mails of the last {} days: {waiting} wait, {sent} sent, {failed} failed",
        mailer::KEPT_DAYS
    ))
}

fn test(app: &App, to: &str, as_json: bool, out: &mut dyn Out) -> Result<()> {
    let said = settings::send_test(app, &Principal::local(), to)?;
    if as_json {
        out.line(&json(&json!({
            "to": to,
            "outcome": said.outcome.word(),
            "code": said.code,
            "answer": said.answer,
            "took_ms": u64::try_from(said.took.as_millis()).unwrap_or(u64::MAX),
        }))?)?;
    }
    let code = said.code.map(|code| format!("{code} ")).unwrap_or_default();
    match said.outcome {
        Outcome::Sent if as_json => Ok(()),
        Outcome::Sent => out.line(&format!("The server took it: {code}{}", said.answer)),
        Outcome::Later => Err(Error::unavailable(format!("the mail was not taken: {code}{}", said.answer))),
        Outcome::Never => {
            Err(Error::unavailable(format!("the server refuses this mail: {code}{}", said.answer)))
        }
    }
}
