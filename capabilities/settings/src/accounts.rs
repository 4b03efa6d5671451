//! Accounts: who signs in to the desk.

use crate::frame::{Answer, Page, Told, form_card, secret, small_post};
use crate::store;
use ::store::Priority;
use access::Account;
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use base::{Error, ErrorKind, Result, Zone};
use capability::{App, Principal};
use serde::Deserialize;
use ui::{Button, Field, Look, Markup, Tone, badge, esc, field};

pub(crate) const PATH: &str = "/desk/settings/accounts";

struct Listing {
    community: String,
    zone: Zone,
    accounts: Vec<Account>,
}

fn load(app: &App) -> Result<Listing> {
    app.db.read(|c| {
        let (community, zone) = store::frame(c)?;
        Ok(Listing { community, zone, accounts: access::list(c)? })
    })
}

/// What was typed into the form of a new account and refused.
#[derive(Default)]
struct Typed {
    email: String,
    name: String,
    error: String,
}

fn row(a: &Account, listing: &Listing, own: Option<i64>, csrf: &str) -> String {
    let you = if own == Some(a.id) { badge("You", Tone::Accent) } else { Markup::empty() };
    let password = if a.has_password { "Signs in with a password" } else { "Signs in with links only" };
    let base = format!("{PATH}/{}", a.public_id);
    let rename = format!(
        "<details class=\"menu-box\" name=\"menu\"><summary class=\"btn quiet sm\">Rename</summary>\
         <form class=\"popover popover-form at-end\" method=\"post\" action=\"{}\">{}{}{}{}</form></details>",
        esc(&base),
        ui::hidden("csrf", csrf),
        inline_field("Name", "name", &a.public_id, &a.name),
        inline_field("E-mail", "email", &a.public_id, &a.email),
        ui::button("Save", Look::Primary)
    );
    let remove = if listing.accounts.len() < 2 {
        Markup::empty()
    } else {
        Button {
            label: "Remove",
            href: &format!("{base}/removal"),
            look: Look::DangerQuiet,
            small: true,
            ..Button::default()
        }
        .markup()
    };
    format!(
        "<li class=\"account-line\"><div class=\"who grow\"><span class=\"avatar d3\" aria-hidden=\"true\">{}</span><div><b>{} {you}</b>\
         <small>{} · {password} · since {}</small></div></div><div class=\"row wrap\">{}{rename}{remove}</div></li>",
        esc(&ui::Account { name: a.name.clone(), email: String::new() }.initials()),
        esc(&a.name),
        esc(&a.email),
        ui::time(a.created_at, &listing.zone),
        small_post(&format!("{base}/link"), csrf, "Sign-in link", Look::Quiet),
    )
}

fn inline_field(label: &str, name: &str, id: &str, value: &str) -> String {
    let kind = if name == "email" { "email" } else { "text" };
    format!(
        "<div class=\"field\"><label for=\"{name}-{id}\">{label}</label><input class=\"input\" id=\"{name}-{id}\" name=\"{name}\" \
         type=\"{kind}\" value=\"{}\" required maxlength=\"254\" autocomplete=\"off\"></div>",
        esc(value)
    )
}

fn body(listing: &Listing, typed: &Typed, own: Option<i64>, csrf: &str) -> Markup {
    let rows: String = listing.accounts.iter().map(|a| row(a, listing, own, csrf)).collect();
    let list = Markup::raw(format!("<ul class=\"list\">{rows}</ul>"));
    let only = if listing.accounts.len() < 2 {
        Markup::raw("<span>The last account cannot be removed.</span>".to_owned())
    } else {
        Markup::empty()
    };
    let fields = Markup::join([
        &field(&Field {
            label: "E-mail",
            name: "email",
            kind: "email",
            value: &typed.email,
            error: &typed.error,
            hint: "They sign in with it. No mail is sent: you get a link to hand over.",
            attributes: &[("autocomplete", "off")],
            ..Field::default()
        }),
        &field(&Field {
            label: "Name",
            name: "name",
            value: &typed.name,
            optional: true,
            attributes: &[("autocomplete", "off"), ("maxlength", "80")],
            ..Field::default()
        }),
    ]);
    Markup::join([
        &ui::card("", "", &Markup::empty(), &list, &only),
        &form_card("Add an account", PATH, csrf, &fields, "Add account"),
    ])
}

struct Ask<'a> {
    app: &'a App,
    principal: &'a Principal,
    headers: &'a HeaderMap,
}

impl Ask<'_> {
    fn page<'b>(&'b self, listing: &'b Listing) -> Page<'b> {
        Page {
            app: self.app,
            principal: self.principal,
            headers: self.headers,
            community: &listing.community,
            path: PATH,
            title: "Accounts",
            sentence: "Who signs in to the desk. An account is no member, and a member needs no account.",
        }
    }

    /// The list with something above it.
    async fn with(&self, status: StatusCode, above: Markup, typed: Typed) -> Answer {
        let listing = self.app.blocking(load).await?;
        let list = body(&listing, &typed, self.principal.account, &self.principal.csrf);
        Ok(self.page(&listing).answer(status, &Markup::join([&above, &list])))
    }
}

fn link_notice(app: &App, account: &Account, token: &str) -> Markup {
    let origin = app.access.public_url.clone().unwrap_or_default();
    let text = format!(
        "Hand it to {} ({}). It works once, for 24 hours, and is not shown again.",
        account.name, account.email
    );
    secret("Sign-in link", &text, &format!("{origin}/signin/link/{token}"))
}

/// `GET /desk/settings/accounts`
pub(crate) async fn list(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Query(told): Query<Told>,
) -> Answer {
    let listing = app.blocking(load).await?;
    let list = body(&listing, &Typed::default(), principal.account, &principal.csrf);
    let ask = Ask { app: &app, principal: &principal, headers: &headers };
    Ok(ask.page(&listing).draw(&told, &list))
}

/// Who is meant.
#[derive(Deserialize)]
pub(crate) struct Whom {
    email: String,
    #[serde(default)]
    name: String,
}

/// `POST /desk/settings/accounts`: a new account, and a link for it that is shown this once.
pub(crate) async fn add(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Form(form): Form<Whom>,
) -> Answer {
    let (email, name) = (form.email.clone(), form.name.clone());
    let made = app
        .blocking(move |app| {
            let now = app.clock.now();
            app.db.write(Priority::Interactive, |tx| {
                let account = access::create(tx, &email, Some(&name), now)?;
                let token = access::create_link(tx, account.id, now)?;
                Ok((account, token))
            })
        })
        .await;
    let ask = Ask { app: &app, principal: &principal, headers: &headers };
    match made {
        Ok((account, token)) => {
            ask.with(StatusCode::OK, link_notice(&app, &account, &token), Typed::default()).await
        }
        Err(e) if matches!(e.kind, ErrorKind::Invalid | ErrorKind::Conflict) => {
            let typed = Typed { email: form.email, name: form.name, error: e.message };
            ask.with(StatusCode::UNPROCESSABLE_ENTITY, Markup::empty(), typed).await
        }
        Err(e) => Err(e.into()),
    }
}

/// `POST /desk/settings/accounts/{account}/link`: another link, shown this once.
pub(crate) async fn link(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Answer {
    let (account, token) = app
        .blocking(move |app| {
            let now = app.clock.now();
            app.db.write(Priority::Interactive, |tx| {
                let account = access::get_by_public_id(tx, &id)?;
                let token = access::create_link(tx, account.id, now)?;
                Ok((account, token))
            })
        })
        .await?;
    let ask = Ask { app: &app, principal: &principal, headers: &headers };
    ask.with(StatusCode::OK, link_notice(&app, &account, &token), Typed::default()).await
}

/// `POST /desk/settings/accounts/{account}`: another name or address.
pub(crate) async fn rename(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(form): Form<Whom>,
) -> Answer {
    let renamed = app
        .blocking(move |app| {
            app.db.write(Priority::Interactive, |tx| {
                let account = access::get_by_public_id(tx, &id)?;
                access::rename(tx, account.id, &form.email, &form.name)
            })
        })
        .await;
    match renamed {
        Ok(()) => Ok(back("saved")),
        Err(e) if matches!(e.kind, ErrorKind::Invalid | ErrorKind::Conflict) => {
            let ask = Ask { app: &app, principal: &principal, headers: &headers };
            let above = ui::notice(Tone::Bad, "Not renamed", &Markup::text(&e.message));
            ask.with(StatusCode::UNPROCESSABLE_ENTITY, above, Typed::default()).await
        }
        Err(e) => Err(e.into()),
    }
}

/// `GET /desk/settings/accounts/{account}/removal`: says what will happen and asks.
pub(crate) async fn ask_removal(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Answer {
    let listing = app.blocking(load).await?;
    let account = listing.accounts.iter().find(|a| a.public_id == id);
    let account = account.ok_or_else(|| Error::not_found("there is no such account any more"))?;
    let title = format!("Remove the account of {}?", account.name);
    let text = format!(
        "{} can no longer sign in; sessions, sign-in links and API tokens end now. Notes, marks and links they made stay \
         under their name. Adding {} again brings the account back.",
        account.name, account.email
    );
    let action = format!("{PATH}/{id}/removal");
    let question = ui::confirm(&ui::Confirm {
        title: &title,
        body: Markup::text(&text),
        label: "Remove account",
        action: &action,
        back: PATH,
        fields: &[("csrf", &principal.csrf)],
        danger: true,
    });
    let ask = Ask { app: &app, principal: &principal, headers: &headers };
    Ok(ask.page(&listing).draw(&Told::default(), &question))
}

/// `POST /desk/settings/accounts/{account}/removal`
pub(crate) async fn remove(State(app): State<App>, principal: Principal, Path(id): Path<String>) -> Answer {
    app.blocking(move |app| {
        let now = app.clock.now();
        app.db.write(Priority::Interactive, |tx| {
            let by = match principal.account {
                Some(own) => access::get(tx, own)?.public_id,
                None => principal.name.clone(),
            };
            access::remove(tx, &id, &by, now).map(|_| ())
        })
    })
    .await?;
    Ok(back("removed"))
}

fn back(told: &str) -> Response {
    Redirect::to(&format!("{PATH}?told={told}")).into_response()
}
