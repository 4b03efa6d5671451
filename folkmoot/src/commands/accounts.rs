//! `folkmoot accounts` and `folkmoot roles`: who signs in to the desk, and as what.

use super::json;
use crate::cli::{AccountsAction, AccountsArgs, PlaceArgs};
use crate::out::{Out, aligned, when};
use access::Account;
use base::{Error, Result};
use capability::{App, Principal};
use serde_json::json;
use team::acts::{self, NewAccount};
use team::{Directory, Place};

/// Makes and lists accounts, roles of theirs, links and tokens.
pub fn accounts(app: &App, args: &AccountsArgs, out: &mut dyn Out) -> Result<()> {
    let by = Principal::local();
    match args.action.as_ref().unwrap_or(&AccountsAction::List) {
        AccountsAction::List => list(app, args.json, out),
        AccountsAction::Add { email, name, role, place } => {
            let new = NewAccount {
                email: email.clone(),
                name: name.clone().unwrap_or_default(),
                role: role.clone().unwrap_or_default(),
                place: place_of(place),
            };
            let (account, token) = acts::add(app, &by, &new)?;
            if !args.json && app.db.read(access::grants)?.iter().all(|g| g.account != account.id) {
                out.note(&format!(
                    "It has no role yet and can do nothing: folkmoot accounts grant {} ROLE",
                    account.email
                ))?;
            }
            say_link(app, &token, args.json, out)
        }
        AccountsAction::Link { email } => {
            let (_, token) = acts::link(app, &by, &found(app, email)?.public_id)?;
            say_link(app, &token, args.json, out)
        }
        AccountsAction::ResetFactors { email } => {
            let reset = acts::reset_factors(app, &by, &found(app, email)?.public_id)?;
            if args.json {
                return out.line(&json(&json!({ "reset": reset.public_id }))?);
            }
            out.line(&format!(
                "{} signs in without a second factor again; its sessions have ended.",
                reset.email
            ))
        }
        AccountsAction::Token { email, name } => {
            let new = access::NewToken { name: name.clone(), ..access::NewToken::default() };
            let token = acts::make_token(app, &by, &found(app, email)?.public_id, &new)?.secret;
            if args.json {
                return out.line(&json(&json!({ "token": token }))?);
            }
            out.note("Keep it: it is shown only this once. Send it as \"Authorization: Bearer …\".")?;
            out.line(&token)
        }
        AccountsAction::Grant { email, role, place } => {
            acts::give(app, &by, &found(app, email)?.public_id, role, &place_of(place))?;
            say_roles(app, email, args.json, out)
        }
        AccountsAction::Revoke { email, role, place } => {
            revoke(app, email, role, place)?;
            say_roles(app, email, args.json, out)
        }
        AccountsAction::Remove { email } => {
            let gone = acts::remove(app, &by, &found(app, email)?.public_id)?;
            if args.json {
                return out.line(&json(&json!({ "removed": gone.public_id }))?);
            }
            out.line(&format!("Removed the account of {} ({}).", gone.name, gone.email))
        }
    }
}

fn found(app: &App, email: &str) -> Result<Account> {
    app.db.read(|c| access::get_by_email(c, email))
}

fn place_of(args: &PlaceArgs) -> Place {
    Place {
        source: args.source.clone().unwrap_or_default(),
        channel: args.channel.clone().unwrap_or_default(),
    }
}

fn revoke(app: &App, email: &str, role: &str, place: &PlaceArgs) -> Result<()> {
    let account = found(app, email)?;
    let d = app.db.read(Directory::load)?;
    let scope = d.scope(&place_of(place))?;
    let grant = d.of(account.id).find(|g| g.slug == role && g.scope == scope).ok_or_else(|| {
        let has = d.roles_of(account.id);
        let has = if has.is_empty() { "no role".to_owned() } else { has };
        Error::not_found(format!("{} has no role \"{role}\" {}; it has {has}", account.email, d.place(scope)))
    })?;
    acts::take(app, &Principal::local(), &account.public_id, &grant.public_id).map(|_| ())
}

fn say_roles(app: &App, email: &str, as_json: bool, out: &mut dyn Out) -> Result<()> {
    let account = found(app, email)?;
    let d = app.db.read(Directory::load)?;
    if as_json {
        return out.line(&json(&account_json(&account, &d))?);
    }
    let roles = d.roles_of(account.id);
    let roles = if roles.is_empty() { "no role" } else { &roles };
    out.line(&format!("{}: {roles}", account.email))
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

fn account_json(a: &Account, d: &Directory) -> serde_json::Value {
    let grants: Vec<_> =
        d.of(a.id).map(|g| json!({ "id": g.public_id, "role": g.slug, "where": d.place(g.scope) })).collect();
    json!({
        "id": a.public_id, "email": a.email, "name": a.name, "has_password": a.has_password, "grants": grants,
    })
}

fn list(app: &App, as_json: bool, out: &mut dyn Out) -> Result<()> {
    let d = app.db.read(Directory::load)?;
    if as_json {
        let all: Vec<_> = d.accounts.iter().map(|a| account_json(a, &d)).collect();
        return out.line(&json(&all)?);
    }
    if d.accounts.is_empty() {
        return out.note("There is no account yet. Make one with: folkmoot accounts add EMAIL");
    }
    let rows: Vec<Vec<String>> = d
        .accounts
        .iter()
        .map(|a| {
            let password = if a.has_password { "yes" } else { "no" };
            let last = a.signed_in_at.map_or_else(|| "never".to_owned(), when);
            vec![a.email.clone(), a.name.clone(), d.roles_of(a.id), password.into(), last]
        })
        .collect();
    let heads = ["e-mail", "name", "roles", "password", "last sign-in (UTC)"];
    aligned(&heads, &rows).iter().try_for_each(|l| out.line(l))
}

/// Lists the roles and what each may do.
pub fn roles(app: &App, as_json: bool, out: &mut dyn Out) -> Result<()> {
    let roles = team::roles_json(app)?;
    if as_json {
        return out.line(&json(&roles)?);
    }
    for role in &roles {
        let text = |name: &str| role[name].as_str().unwrap_or_default().to_owned();
        out.line(&format!("{} ({}): {}", text("id"), text("title"), text("sentence")))?;
        let held = role["permissions"].as_array().into_iter().flatten().filter_map(|p| p.as_str());
        out.line(&format!("    {}", held.collect::<Vec<_>>().join(" ")))?;
    }
    Ok(())
}
