//! `folkmoot tokens`: what programs ask the API with.

use super::json;
use crate::cli::{TokensAction, TokensArgs};
use crate::out::{Out, aligned, when};
use access::{ApiToken, NewToken, ServiceToken};
use base::{Error, Micros, Result};
use capability::{App, Principal};
use serde_json::{Value, json};
use team::service_tokens::{self, NewServiceToken};
use team::{acts, service_json, token_json};

const DAY: Micros = 86_400 * 1_000_000;

/// Makes, lists and revokes tokens.
pub fn tokens(app: &App, args: &TokensArgs, out: &mut dyn Out) -> Result<()> {
    let by = Principal::local();
    match args.action.as_ref().unwrap_or(&TokensAction::List) {
        TokensAction::List => list(app, args.json, out),
        TokensAction::Add { name, account, may, role, days } => {
            let days = days.map(i64::from);
            let (id, secret) = match (account, role) {
                (Some(email), _) => {
                    let account = app.db.read(|c| access::get_by_email(c, email))?;
                    let new = NewToken {
                        name: name.clone(),
                        permissions: (!may.is_empty()).then(|| may.clone()),
                        expires_at: days.map(|d| app.clock.now() + d * DAY),
                    };
                    let made = acts::make_token(app, &by, &account.public_id, &new)?;
                    (made.public_id, made.secret)
                }
                (None, Some(role)) => {
                    let new = NewServiceToken { name: name.clone(), role: role.clone(), days };
                    let (token, made) = service_tokens::make(app, &by, &new)?;
                    (token.public_id, made.secret)
                }
                (None, None) => {
                    return Err(Error::invalid("say whose token it is: --account EMAIL or --role ROLE"));
                }
            };
            if args.json {
                return out.line(&json(&json!({ "id": id, "token": secret }))?);
            }
            out.note("Keep it: it is shown only this once. Send it as \"Authorization: Bearer …\".")?;
            out.line(&secret)
        }
        TokensAction::Revoke { id } => revoke(app, &by, id, args.json, out),
    }
}

/// Every token of every account, with the account's address and id.
fn of_accounts(app: &App) -> Result<Vec<(String, String, ApiToken)>> {
    app.db.read(|c| {
        let mut all = Vec::new();
        for account in access::list(c)? {
            let tokens = access::list_api_tokens(c, account.id)?;
            all.extend(tokens.into_iter().map(|t| (account.email.clone(), account.public_id.clone(), t)));
        }
        Ok(all)
    })
}

fn revoke(app: &App, by: &Principal, id: &str, as_json: bool, out: &mut dyn Out) -> Result<()> {
    let name = if id.starts_with("svc_") {
        service_tokens::revoke(app, by, id)?.name
    } else {
        let found = of_accounts(app)?.into_iter().find(|(_, _, t)| t.public_id == id);
        let (_, account, token) = found.ok_or_else(|| {
            Error::not_found(format!(
                "there is no API token {id}; `folkmoot tokens` lists those that there are"
            ))
        })?;
        acts::withdraw(app, by, &account, id)?;
        token.name
    };
    if as_json {
        return out.line(&json(&json!({ "revoked": id }))?);
    }
    out.line(&format!("Revoked {name} ({id})."))
}

fn list(app: &App, as_json: bool, out: &mut dyn Out) -> Result<()> {
    let own = of_accounts(app)?;
    let services = app.db.read(access::list_service_tokens)?;
    if as_json {
        let accounts = own.iter().map(|(email, _, t)| {
            let mut value = token_json(t);
            value["account"] = json!(email);
            value
        });
        let all: Vec<Value> = accounts.chain(services.iter().map(service_json)).collect();
        return out.line(&json(&all)?);
    }
    if own.is_empty() && services.is_empty() {
        return out
            .note("There is no API token yet. Make one with: folkmoot tokens add NAME --account EMAIL");
    }
    let now = app.clock.now();
    let ends = |at: Option<Micros>| match at {
        None => "never".to_owned(),
        Some(at) if at <= now => "ended".to_owned(),
        Some(at) => when(at),
    };
    let used = |at: Option<Micros>| at.map_or_else(|| "never".to_owned(), when);
    let account_row = |(email, _, t): &(String, String, ApiToken)| {
        let may = t.permissions.as_ref().map_or_else(|| "all of the account's".to_owned(), |p| p.join(" "));
        vec![t.public_id.clone(), t.name.clone(), email.clone(), may, ends(t.expires_at), used(t.used_at)]
    };
    let service_row = |t: &ServiceToken| {
        let role = format!("role {}", t.role);
        vec![t.public_id.clone(), t.name.clone(), "service".into(), role, ends(t.expires_at), used(t.used_at)]
    };
    let rows: Vec<Vec<String>> =
        own.iter().map(account_row).chain(services.iter().map(service_row)).collect();
    let heads = ["id", "for", "of", "may", "ends (UTC)", "last used (UTC)"];
    aligned(&heads, &rows).iter().try_for_each(|l| out.line(l))
}
