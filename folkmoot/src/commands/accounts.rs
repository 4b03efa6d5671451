//! `folkmoot accounts`: who signs in to the desk.

use super::json;
use crate::cli::{AccountsAction, AccountsArgs};
use crate::out::{Out, aligned, when};
use base::Result;
use capability::App;
use serde_json::json;
use store::Priority;

/// Makes and lists accounts, links and tokens.
pub fn accounts(app: &App, args: &AccountsArgs, out: &mut dyn Out) -> Result<()> {
    let now = app.clock.now();
    match args.action.as_ref().unwrap_or(&AccountsAction::List) {
        AccountsAction::List => list(app, args.json, out),
        AccountsAction::Add { email, name } => {
            let token = app.db.write(Priority::Interactive, |tx| {
                let account = access::create(tx, email, name.as_deref(), now)?;
                access::create_link(tx, account.id, now)
            })?;
            say_link(app, &token, args.json, out)
        }
        AccountsAction::Link { email } => {
            let token = app.db.write(Priority::Interactive, |tx| {
                let account = access::get_by_email(tx, email)?;
                access::create_link(tx, account.id, now)
            })?;
            say_link(app, &token, args.json, out)
        }
        AccountsAction::Token { email, name } => {
            let token = app.db.write(Priority::Interactive, |tx| {
                let account = access::get_by_email(tx, email)?;
                access::create_api_token(tx, account.id, name, now)
            })?;
            if args.json {
                return out.line(&json(&json!({ "token": token }))?);
            }
            out.note("Keep it: it is shown only this once. Send it as \"Authorization: Bearer …\".")?;
            out.line(&token)
        }
    }
}

/// The address by which browsers reach the server.
pub fn origin(app: &App) -> String {
    app.access.public_url.clone().unwrap_or_else(|| "http://127.0.0.1:8484".into())
}

fn say_link(app: &App, token: &str, as_json: bool, out: &mut dyn Out) -> Result<()> {
    let link = format!("{}/signin/link/{token}", origin(app));
    if as_json {
        return out.line(&json(&json!({ "link": link }))?);
    }
    out.line(&format!("Sign in: {link}"))?;
    out.note("The link works once, for 24 hours, while the server runs.")
}

fn list(app: &App, as_json: bool, out: &mut dyn Out) -> Result<()> {
    let accounts = app.db.read(access::list)?;
    if as_json {
        let all: Vec<_> = accounts
            .iter()
            .map(|a| json!({ "id": a.public_id, "email": a.email, "name": a.name, "has_password": a.has_password }))
            .collect();
        return out.line(&json(&all)?);
    }
    if accounts.is_empty() {
        return out.note("There is no account yet. Make one with: folkmoot accounts add EMAIL");
    }
    let rows: Vec<Vec<String>> = accounts
        .into_iter()
        .map(|a| {
            let password = if a.has_password { "yes" } else { "no" };
            vec![a.email, a.name, password.into(), when(a.created_at)]
        })
        .collect();
    aligned(&["e-mail", "name", "password", "made (UTC)"], &rows).iter().try_for_each(|l| out.line(l))
}
