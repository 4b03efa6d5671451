//! `folkmoot sso`: where people may sign in with an account that they have elsewhere.

use super::json;
use crate::cli::{SsoAction, SsoAddArgs, SsoArgs};
use crate::out::{Out, aligned};
use access::sso::{self, Provider, ProviderDraft};
use base::{Error, Result};
use capability::{App, Principal};
use serde_json::json;
use team::providers::{acts, provider_json};

/// Lists, makes, tries and removes providers.
pub fn sso(app: &App, args: &SsoArgs, out: &mut dyn Out) -> Result<()> {
    match args.action.as_ref().unwrap_or(&SsoAction::List) {
        SsoAction::List => list(app, args.json, out),
        SsoAction::Add(add) => {
            let made = acts::create(app, &Principal::local(), &draft(add)?)?;
            if args.json {
                return out.line(&json(&provider_json(app, &made))?);
            }
            out.line(&format!("Made {} ({}).", made.name, made.public_id))?;
            match sso::callback(&app.access, &made.public_id) {
                Ok(address) => out.line(&format!("Redirect URI for the provider: {address}")),
                Err(e) => out.note(&e.message),
            }
        }
        SsoAction::Test { provider } => {
            let tested = acts::test(app, &found(app, provider)?.public_id)?;
            if args.json {
                let said = json!({
                    "authorization_endpoint": tested.authorization, "keys": tested.keys, "callback": tested.callback,
                });
                return out.line(&json(&said)?);
            }
            out.line(&format!("It answers; {} keys can be used.", tested.keys))?;
            out.line(&format!("People are sent to {}", tested.authorization))?;
            out.line(&format!("and must be sent back to {}", tested.callback))
        }
        SsoAction::Remove { provider } => {
            let gone = acts::remove(app, &Principal::local(), &found(app, provider)?.public_id)?;
            if args.json {
                return out.line(&json(&json!({ "removed": gone.public_id }))?);
            }
            out.line(&format!("Removed {} ({}).", gone.name, gone.issuer))
        }
    }
}

fn draft(add: &SsoAddArgs) -> Result<ProviderDraft> {
    let groups = add.groups.iter().map(|pair| {
        let (group, role) = pair.rsplit_once('=').ok_or_else(|| {
            Error::invalid(format!("--group {pair}: write it as GROUP=ROLE, such as community-team=manager"))
        })?;
        Ok((group.to_owned(), role.to_owned()))
    });
    Ok(ProviderDraft {
        name: add.name.clone(),
        issuer: add.issuer.clone(),
        client_id: add.client_id.clone(),
        client_secret: add.client_secret.clone(),
        scopes: add.scopes.clone(),
        group_claim: add.group_claim.clone().unwrap_or_default(),
        makes_accounts: add.make_accounts,
        domains: add.domains.join(" "),
        trusts_email: add.trust_email,
        passwords: !add.no_passwords,
        groups: groups.collect::<Result<_>>()?,
    })
}

fn found(app: &App, named: &str) -> Result<Provider> {
    let all = app.db.read(sso::list)?;
    let names: Vec<String> = all.iter().map(|p| p.name.clone()).collect();
    all.into_iter().find(|p| p.public_id == named || p.name == named).ok_or_else(|| {
        let there = if names.is_empty() { "there is none yet".to_owned() } else { names.join(", ") };
        Error::not_found(format!("there is no provider \"{named}\" (there are: {there})"))
    })
}

fn list(app: &App, as_json: bool, out: &mut dyn Out) -> Result<()> {
    let all = app.db.read(sso::list)?;
    if as_json {
        let all: Vec<_> = all.iter().map(|p| provider_json(app, p)).collect();
        return out.line(&json(&all)?);
    }
    if all.is_empty() {
        return out.note(
            "There is no provider yet. Make one with: folkmoot sso add NAME --issuer URL --client-id ID",
        );
    }
    let rows: Vec<Vec<String>> = all
        .iter()
        .map(|p| {
            let makes = if p.makes_accounts { "yes" } else { "no" };
            vec![
                p.public_id.clone(),
                p.name.clone(),
                p.issuer.clone(),
                makes.into(),
                p.groups.len().to_string(),
            ]
        })
        .collect();
    aligned(&["id", "name", "issuer", "makes accounts", "groups"], &rows).iter().try_for_each(|l| out.line(l))
}
