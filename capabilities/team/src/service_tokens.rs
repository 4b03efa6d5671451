//! Tokens of programs: they belong to the community, have a role of their own, and outlive whoever made them.

use crate::model::{Directory, permissions};
use access::{Made, ServiceToken};
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect};
use base::{ErrorKind, Micros, Result};
use capability::audit::{self, Change};
use capability::settings_page::{Answer, Page, Told, form_card, secret, small_post};
use capability::{App, Principal};
use serde::Deserialize;
use store::Priority;
use ui::{Column, Field, Look, Markup, Select, Table, Tone, field};

pub(crate) const PATH: &str = "/desk/settings/service-tokens";
const ACTION: &str = crate::MANAGE_ACCOUNTS.id;
const TOLD: &[(&str, &str)] = &[("revoked", "The token works no more.")];
const DAY: Micros = 86_400 * 1_000_000;

/// A token to be made.
#[derive(Clone, Debug, Default)]
pub struct NewServiceToken {
    /// Which program it is for.
    pub name: String,
    /// Its role, by name.
    pub role: String,
    /// After how many days it ends; `None` for never.
    pub days: Option<i64>,
}

/// Makes a token with a role; blocking.
///
/// # Errors
/// As [`access::create_service_token`].
pub fn make(app: &App, by: &Principal, new: &NewServiceToken) -> Result<(ServiceToken, Made)> {
    let now = app.clock.now();
    // Multiplying saturates; what lies too far ahead is refused by name.
    let expires_at = new.days.map(|days| now.saturating_add(days.saturating_mul(DAY)));
    let all = permissions(app);
    app.db.write(Priority::Interactive, |tx| {
        let made = access::create_service_token(tx, by, &all, (&new.name, &new.role), expires_at, now)?;
        let token = access::get_service_token(tx, &made.public_id)?;
        let title = format!("Made the service token {}", token.name);
        let change = Change {
            action: ACTION,
            subject: &made.public_id,
            title: &title,
            before: "",
            after: &token.role_title,
        };
        audit::record(tx, by, now, &change)?;
        Ok((token, made))
    })
}

/// Revokes a token; blocking.
///
/// # Errors
/// `NotFound` when there is none with this id, or it was revoked.
pub fn revoke(app: &App, by: &Principal, public_id: &str) -> Result<ServiceToken> {
    let now = app.clock.now();
    app.db.write(Priority::Interactive, |tx| {
        let token = access::revoke_service_token(tx, by, public_id, now)?;
        let title = format!("Revoked the service token {}", token.name);
        let change = Change {
            action: ACTION,
            subject: public_id,
            title: &title,
            before: &token.role_title,
            after: "",
        };
        audit::record(tx, by, now, &change)?;
        Ok(token)
    })
}

/// Lives that can be chosen, in days; empty for ever.
pub(crate) const LIVES: [(&str, &str); 5] = [
    ("365", "A year"),
    ("90", "90 days"),
    ("30", "30 days"),
    ("7", "7 days"),
    ("", "Never, until it is revoked"),
];

struct Shown {
    d: Directory,
    tokens: Vec<ServiceToken>,
    now: Micros,
}

async fn load(app: &App) -> Result<Shown> {
    app.blocking(|app| {
        let now = app.clock.now();
        app.db.read(|c| Ok(Shown { d: Directory::load(c)?, tokens: access::list_service_tokens(c)?, now }))
    })
    .await
}

fn row(t: &ServiceToken, s: &Shown, csrf: &str) -> Vec<Markup> {
    let zone = &s.d.zone;
    let ends = match t.expires_at {
        None => Markup::text("never"),
        Some(_) if t.has_expired(s.now) => ui::badge("Ended", Tone::Warn),
        Some(at) => ui::time(at, zone),
    };
    let used = t.used_at.map_or_else(|| Markup::text("never"), |at| ui::time(at, zone));
    let by = if t.made_by.is_empty() { "command line" } else { &t.made_by };
    let revoke = small_post(
        &format!("{PATH}/{}/removal", ui::encoded(&t.public_id)),
        csrf,
        "Revoke",
        Look::DangerQuiet,
    );
    vec![Markup::text(&t.name), Markup::text(&t.role_title), Markup::text(by), ends, used, revoke]
}

fn listed(s: &Shown, csrf: &str) -> Markup {
    if s.tokens.is_empty() {
        let none = Markup::raw(
            "<p class=\"card-body muted\">None yet. A bridge, a form or a report that asks the API by itself gets one.</p>",
        );
        return ui::card("tokens", "Service tokens", &Markup::empty(), &none, &Markup::empty());
    }
    let columns = [
        Column { label: "Program", ..Column::default() },
        Column { label: "Role", ..Column::default() },
        Column { label: "Made by", rank: 3, ..Column::default() },
        Column { label: "Ends", rank: 2, ..Column::default() },
        Column { label: "Last used", rank: 2, ..Column::default() },
        Column { label: "Revoke it", ..Column::default() },
    ];
    let rows = s.tokens.iter().map(|t| row(t, s, csrf)).collect();
    let table = ui::table(&Table { caption: "Service tokens", columns: &columns, rows });
    ui::card("tokens", "Service tokens", &Markup::empty(), &table, &Markup::empty())
}

/// The roles that whoever asks may give.
fn givable(app: &App, by: &Principal, d: &Directory) -> Vec<(String, String)> {
    d.givable(by, &permissions(app)).iter().map(|r| (r.slug.clone(), r.title.clone())).collect()
}

fn form(app: &App, by: &Principal, s: &Shown, typed: &NewServiceToken, error: &str) -> Markup {
    let roles = givable(app, by, &s.d);
    let role =
        if typed.role.is_empty() { roles.last().map_or("", |r| r.0.as_str()) } else { typed.role.as_str() };
    let lives: Vec<(String, String)> = LIVES.iter().map(|(v, l)| ((*v).into(), (*l).into())).collect();
    let days = typed.days.map_or_else(|| LIVES[0].0.to_owned(), |d| d.to_string());
    let fields = Markup::join([
        &field(&Field {
            label: "Which program it is",
            name: "name",
            value: &typed.name,
            error,
            hint: "The audit log names it.",
            attributes: &[("maxlength", "80"), ("autocomplete", "off"), ("placeholder", "Forum bridge")],
            ..Field::default()
        }),
        &ui::select(&Select {
            label: "Role",
            name: "role",
            options: &roles,
            value: role,
            hint: "What it may do, everywhere. You can give a role that holds no more than you.",
            error: "",
        }),
        &ui::select(&Select {
            label: "Ends after",
            name: "days",
            options: &lives,
            value: &days,
            hint: "",
            error: "",
        }),
    ]);
    form_card("Make a service token", PATH, &by.csrf, &fields, "Make token")
}

async fn draw(
    (app, by, headers): (&App, &Principal, &HeaderMap),
    status: StatusCode,
    above: &Markup,
    (typed, error): (&NewServiceToken, &str),
) -> Answer {
    let s = load(app).await?;
    let body = Markup::join([above, &listed(&s, &by.csrf), &form(app, by, &s, typed, error)]);
    let page = Page {
        app,
        principal: by,
        headers,
        community: &s.d.community,
        path: PATH,
        title: "Service tokens",
        sentence: "Programs that ask the API as themselves: a token belongs to the community and outlives whoever made it.",
    };
    Ok(page.answer(status, &body))
}

/// `GET /desk/settings/service-tokens`
pub(crate) async fn show(
    State(app): State<App>,
    by: Principal,
    headers: HeaderMap,
    Query(told): Query<Told>,
) -> Answer {
    let done = told.words(TOLD);
    let said =
        if done.is_empty() { Markup::empty() } else { ui::notice(Tone::Good, "", &Markup::text(done)) };
    draw((&app, &by, &headers), StatusCode::OK, &said, (&NewServiceToken::default(), "")).await
}

/// The form of a new token.
#[derive(Deserialize)]
pub(crate) struct Filled {
    #[serde(default)]
    name: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    days: String,
}

/// `POST /desk/settings/service-tokens`: a token, whose secret is shown this once.
pub(crate) async fn add(
    State(app): State<App>,
    by: Principal,
    headers: HeaderMap,
    Form(form): Form<Filled>,
) -> Answer {
    let new = NewServiceToken { name: form.name, role: form.role, days: form.days.parse().ok() };
    let (asked, who) = (new.clone(), by.clone());
    match app.blocking(move |app| make(app, &who, &asked)).await {
        Ok((token, made)) => {
            let text = format!(
                "Keep it now: it is not shown again. {} sends it as \"Authorization: Bearer …\".",
                token.name
            );
            let above = secret("Service token", &text, &made.secret);
            draw((&app, &by, &headers), StatusCode::OK, &above, (&NewServiceToken::default(), "")).await
        }
        Err(e) if matches!(e.kind, ErrorKind::Invalid | ErrorKind::NotFound) => {
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            draw((&app, &by, &headers), status, &Markup::empty(), (&new, &e.message)).await
        }
        Err(e) => Err(e.into()),
    }
}

/// `POST /desk/settings/service-tokens/{service}/removal`
pub(crate) async fn remove(State(app): State<App>, by: Principal, Path(service): Path<String>) -> Answer {
    app.blocking(move |app| revoke(app, &by, &service)).await?;
    Ok(Redirect::to(&format!("{PATH}?told=revoked")).into_response())
}
