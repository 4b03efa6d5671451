//! Accounts: who signs in to the desk, and in which roles.

use crate::acts::NewAccount;
use crate::invitation::{self, Invited, LIFE_WORDS};
use crate::model::{Directory, Place, permissions};
use access::{Account, Scope};
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use base::ErrorKind;
use capability::settings_page::{Answer, Page, Told, form_card, secret};
use capability::{App, Permission, Principal};
use serde::Deserialize;
use ui::{Column, Field, Markup, Select, Table, Tone, badge, esc, field};

pub(crate) const PATH: &str = "/desk/settings/accounts";

const TOLD: &[(&str, &str)] = &[("removed", "The account is removed; nobody can sign in with it.")];

/// How many channels the field for one suggests.
const SUGGESTED: usize = 300;

/// What was typed into the form of a new account and refused.
#[derive(Default)]
struct Typed {
    new: NewAccount,
    error: String,
}

fn row(a: &Account, d: &Directory, own: Option<i64>) -> Vec<Markup> {
    let you = if own == Some(a.id) { badge("You", Tone::Accent) } else { Markup::empty() };
    let who = format!(
        "<div class=\"who\"><span class=\"avatar d3\" aria-hidden=\"true\">{}</span><div><a href=\"{PATH}/{}\"><b>{}</b></a> {you}\
         <small>{}</small></div></div>",
        esc(&ui::Account { name: a.name.clone(), email: String::new() }.initials()),
        esc(&a.public_id),
        esc(&a.name),
        esc(&a.email)
    );
    let roles: Vec<String> = d.of(a.id).map(|g| role_words(&g.title, g.scope, d)).collect();
    let roles = if roles.is_empty() { badge("No role", Tone::Warn) } else { Markup::raw(roles.join("<br>")) };
    let signed_in = match a.signed_in_at {
        Some(at) => ui::time(at, &d.zone),
        None => Markup::raw("<span class=\"muted\">never</span>"),
    };
    vec![Markup::raw(who), roles, signed_in]
}

/// A role with its place; "everywhere" goes without saying in a list.
fn role_words(title: &str, scope: Scope, d: &Directory) -> String {
    match scope {
        Scope::Everything => esc(title).to_string(),
        place => format!("{} <small class=\"muted\">{}</small>", esc(title), esc(&d.place(place))),
    }
}

fn body(d: &Directory, mails: bool, typed: &Typed, by: &Principal, all: &[Permission]) -> Markup {
    let columns = [
        Column { label: "Account", ..Column::default() },
        Column { label: "Roles", ..Column::default() },
        Column { label: "Last sign-in", rank: 2, ..Column::default() },
    ];
    let rows = d.accounts.iter().map(|a| row(a, d, by.account)).collect();
    let list = ui::table(&Table { caption: "Accounts", columns: &columns, rows });
    let count = ui::format::counted(d.accounts.len() as u64, "account", "accounts");
    let foot = Markup::raw(format!("<span>{count}</span>"));
    Markup::join([&ui::card("", "", &Markup::empty(), &list, &foot), &form(d, mails, typed, by, all)])
}

fn form(d: &Directory, mails: bool, typed: &Typed, by: &Principal, all: &[Permission]) -> Markup {
    let hint = if mails {
        "They sign in with it. An invitation with a link is sent there."
    } else {
        "They sign in with it. No mail is sent, as mail is not set up: you get a link to hand over."
    };
    let fields = Markup::join([
        &field(&Field {
            label: "E-mail",
            name: "email",
            kind: "email",
            value: &typed.new.email,
            error: &typed.error,
            hint,
            attributes: &[("autocomplete", "off"), ("maxlength", "254")],
            ..Field::default()
        }),
        &field(&Field {
            label: "Name",
            name: "name",
            value: &typed.new.name,
            optional: true,
            attributes: &[("autocomplete", "off"), ("maxlength", "80")],
            ..Field::default()
        }),
        &role_fields(d, by, all, &typed.new, "No role yet"),
    ]);
    form_card("Add an account", PATH, &by.csrf, &fields, "Add account")
}

/// The fields for a role and where it holds.
pub(crate) fn role_fields(
    d: &Directory,
    by: &Principal,
    all: &[Permission],
    typed: &NewAccount,
    nothing: &str,
) -> Markup {
    let givable = d.givable(by, all);
    let mut roles = vec![(String::new(), nothing.to_owned())];
    roles.extend(givable.iter().map(|r| (r.slug.clone(), r.title.clone())));
    let hint = if givable.len() < d.roles.len() {
        "Without a role an account can sign in and do nothing. Roles that hold more than you do are not offered."
    } else {
        "Without a role an account can sign in and do nothing."
    };
    let mut sources = vec![(String::new(), "Everywhere".to_owned())];
    sources.extend(d.sources.iter().map(|s| (s.public_id.clone(), format!("Only in {}", s.name))));
    let names: Vec<String> = d
        .channels
        .iter()
        .take(SUGGESTED)
        .map(|c| format!("<option value=\"{}\"></option>", esc(&c.name)))
        .collect();
    let channel = Field {
        label: "Channel",
        name: "channel",
        value: &typed.place.channel,
        optional: true,
        hint: "Only in one channel: its name. A role in one source or channel opens Today, Conversations and Channels, with \
               what belongs there and nothing else.",
        attributes: &[("list", "channels"), ("autocomplete", "off"), ("maxlength", "200")],
        ..Field::default()
    };
    Markup::join([
        &ui::select(&Select {
            label: "Role",
            name: "role",
            options: &roles,
            value: &typed.role,
            hint,
            ..Select::default()
        }),
        &ui::select(&Select {
            label: "Where it holds",
            name: "source",
            options: &sources,
            value: &typed.place.source,
            ..Select::default()
        }),
        &field(&channel),
        &Markup::raw(format!("<datalist id=\"channels\">{}</datalist>", names.concat())),
    ])
}

/// A link that is shown this once.
pub(crate) fn link_notice(app: &App, account: &Account, token: &str) -> Markup {
    let origin = app.access.public_url.clone().unwrap_or_default();
    let text = format!(
        "Hand it to {} ({}). It works once, for 24 hours, and is not shown again.",
        account.name, account.email
    );
    secret("Sign-in link", &text, &format!("{origin}/signin/link/{token}"))
}

/// What is said after an invitation was put on its way.
pub(crate) fn sent_notice(app: &App, by: &Principal, account: &Account) -> Markup {
    let text = format!(
        "A mail with a link is on its way to {}. The link works once, within {LIFE_WORDS}.",
        account.email
    );
    // The log of mails belongs to another capability.
    let all = app.registry.permissions();
    let may = all.iter().any(|(_, p)| p.id == "settings.change_mail" && by.may(*p));
    let log = if may {
        ui::link_button("See whether it arrived", "/desk/settings/mail/messages", ui::Look::Quiet)
    } else {
        Markup::empty()
    };
    ui::notice(Tone::Good, "Invited", &Markup::raw(format!("<p>{}</p>{log}", esc(&text))))
}

/// Whether invitations go by mail.
pub(crate) fn mails(app: &App, d: &Directory) -> bool {
    app.access.mail.is_set_up_by(&d.mail)
}

fn page<'a>(app: &'a App, by: &'a Principal, headers: &'a HeaderMap, d: &'a Directory) -> Page<'a> {
    Page {
        app,
        principal: by,
        headers,
        community: &d.community,
        path: PATH,
        title: "Accounts",
        sentence: "Who signs in to the desk, and as what. An account is no member, and a member needs no account.",
    }
}

/// `GET /desk/settings/accounts`
pub(crate) async fn list(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Query(told): Query<Told>,
) -> Answer {
    let d = app.blocking(|app| app.db.read(Directory::load)).await?;
    let body = body(&d, mails(&app, &d), &Typed::default(), &principal, &permissions(&app));
    Ok(page(&app, &principal, &headers, &d).draw(told.words(TOLD), &body))
}

/// The form of a new account, and of another role.
#[derive(Deserialize)]
pub(crate) struct Filled {
    #[serde(default)]
    email: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    pub(crate) role: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    channel: String,
}

impl Filled {
    pub(crate) fn place(&self) -> Place {
        Place { source: self.source.clone(), channel: self.channel.clone() }
    }
}

/// `POST /desk/settings/accounts`: a new account, and an invitation by mail or a link that is shown this once.
pub(crate) async fn add(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Form(form): Form<Filled>,
) -> Answer {
    let new = NewAccount { place: form.place(), email: form.email, name: form.name, role: form.role };
    let (asked, by) = (new.clone(), principal.clone());
    let made = app.blocking(move |app| invitation::add(app, &by, &asked)).await;
    let (status, above, typed) = match made {
        Ok(Invited::ByMail(account)) => {
            (StatusCode::OK, sent_notice(&app, &principal, &account), Typed::default())
        }
        Ok(Invited::ByHand(account, token)) => {
            (StatusCode::OK, link_notice(&app, &account, &token), Typed::default())
        }
        Err(e) if matches!(e.kind, ErrorKind::Invalid | ErrorKind::Conflict | ErrorKind::NotFound) => {
            (StatusCode::UNPROCESSABLE_ENTITY, Markup::empty(), Typed { new, error: e.message })
        }
        Err(e) => return Err(e.into()),
    };
    let d = app.blocking(|app| app.db.read(Directory::load)).await?;
    let list = body(&d, mails(&app, &d), &typed, &principal, &permissions(&app));
    Ok(page(&app, &principal, &headers, &d).answer(status, &Markup::join([&above, &list])))
}
