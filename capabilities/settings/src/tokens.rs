//! API tokens of one's own: what each may do, until when it works, when it was last used.

use ::store::Priority;
use access::{ApiToken, Made, NewToken};
use axum::Json;
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect};
use base::{Day, Error, ErrorKind, Micros, Result, Zone};
use capability::api::{Paging, created, ok};
use capability::settings_page::{Answer, Page, Told, secret, small_post};
use capability::{App, Permission, Principal, audit};
use serde::Deserialize;
use serde_json::{Value, json};
use ui::{Column, Field, Look, Markup, Select, Table, Tone, esc, field};

pub(crate) const PATH: &str = "/desk/settings/tokens";
const DAY: Micros = 86_400 * 1_000_000;
/// Lives that can be chosen, in days; empty for ever.
const LIVES: [(&str, &str); 5] = [
    ("365", "A year"),
    ("90", "90 days"),
    ("30", "30 days"),
    ("7", "7 days"),
    ("", "Never, until it is revoked"),
];

struct Own {
    community: String,
    zone: Zone,
    tokens: Vec<ApiToken>,
    now: Micros,
}

async fn load(app: &App, principal: &Principal) -> Result<Own> {
    let id = crate::own::account_of(principal)?;
    app.blocking(move |app| {
        let now = app.clock.now();
        app.db.read(|c| {
            let (community, zone) = capability::settings_page::frame(c)?;
            Ok(Own { community, zone, tokens: access::list_api_tokens(c, id)?, now })
        })
    })
    .await
}

/// Makes a token and tells the audit log; blocks.
fn make(app: &App, by: &Principal, new: &NewToken) -> Result<Made> {
    let (account, now) = (crate::own::account_of(by)?, app.clock.now());
    let all: Vec<Permission> = app.registry.permissions().into_iter().map(|(_, p)| p).collect();
    app.db.write(Priority::Interactive, |tx| {
        let made = access::create_token(tx, by, &all, account, new, now)?;
        let may =
            new.permissions.as_ref().map_or("everything that the account may".to_owned(), |p| p.join(", "));
        let change = audit::Change {
            action: crate::KEEP_ACCOUNT.id,
            subject: &made.public_id,
            title: &format!("Made the API token {}", new.name.trim()),
            before: "",
            after: &may,
        };
        audit::record(tx, by, now, &change)?;
        Ok(made)
    })
}

/// Revokes a token of one's own and tells the audit log; blocks.
fn revoke(app: &App, by: &Principal, token: &str) -> Result<()> {
    let (account, now) = (crate::own::account_of(by)?, app.clock.now());
    app.db.write(Priority::Interactive, |tx| {
        let name =
            access::list_api_tokens(tx, account)?.into_iter().find(|t| t.public_id == token).map(|t| t.name);
        access::remove_own_api_token(tx, account, token)?;
        let change = audit::Change {
            action: crate::KEEP_ACCOUNT.id,
            subject: token,
            title: &format!("Revoked the API token {}", name.unwrap_or_default()),
            before: "",
            after: "",
        };
        audit::record(tx, by, now, &change)
    })
}

/// What a token may do, in words.
fn may(app: &App, t: &ApiToken) -> Markup {
    let Some(ids) = &t.permissions else { return Markup::text("Everything that you may") };
    let all = app.registry.permissions();
    let titles: Vec<&str> = ids
        .iter()
        .map(|id| all.iter().find(|(_, p)| p.id == id.as_str()).map_or(id.as_str(), |(_, p)| p.title))
        .collect();
    match titles.as_slice() {
        [one] => Markup::text(one),
        many => Markup::raw(format!(
            "<details><summary>{} things</summary>{}</details>",
            many.len(),
            esc(&many.join("; "))
        )),
    }
}

fn listed(app: &App, own: &Own, csrf: &str) -> Markup {
    if own.tokens.is_empty() {
        let none = Markup::raw(
            "<p class=\"card-body muted\">None yet. A token lets a program ask the API as you.</p>",
        );
        return ui::card("tokens", "Your tokens", &Markup::empty(), &none, &Markup::empty());
    }
    let rows = own.tokens.iter().map(|t| {
        let used = t.used_at.map_or_else(|| Markup::text("never"), |at| ui::time(at, &own.zone));
        let ends = match t.expires_at {
            None => Markup::text("never"),
            Some(_) if t.has_expired(own.now) => ui::badge("Ended", Tone::Warn),
            Some(at) => ui::time(at, &own.zone),
        };
        let action = format!("{PATH}/{}/removal", t.public_id);
        vec![
            Markup::text(&t.name),
            may(app, t),
            ends,
            used,
            small_post(&action, csrf, "Revoke", Look::DangerQuiet),
        ]
    });
    let columns = [
        Column { label: "For", ..Column::default() },
        Column { label: "May", rank: 3, ..Column::default() },
        Column { label: "Ends", rank: 2, ..Column::default() },
        Column { label: "Last used", rank: 2, ..Column::default() },
        Column { label: "Revoke it", ..Column::default() },
    ];
    let table = ui::table(&Table { caption: "Your API tokens", columns: &columns, rows: rows.collect() });
    ui::card("tokens", "Your tokens", &Markup::empty(), &table, &Markup::empty())
}

/// What was typed into the form and refused.
#[derive(Default)]
struct Typed {
    name: String,
    days: String,
    /// Whether permissions were chosen.
    some: bool,
    permissions: Vec<String>,
    error: String,
}

/// Boxes for everything that whoever asks may do, by capability.
fn boxes(app: &App, by: &Principal, typed: &Typed) -> String {
    let all = app.registry.permissions();
    let mine: Vec<_> = all.iter().filter(|(_, p)| by.may(*p)).collect();
    let mut html = String::new();
    let mut group = "";
    for (title, p) in mine {
        if *title != group {
            if !group.is_empty() {
                html.push_str("</fieldset>");
            }
            group = title;
            html.push_str(&format!(
                "<fieldset class=\"choices\"><legend class=\"label\">{}</legend>",
                esc(title)
            ));
        }
        let ticked = typed.permissions.iter().any(|id| id == p.id);
        html.push_str(&ui::check(p.title, "permission", p.id, ticked).into_string());
    }
    if !group.is_empty() {
        html.push_str("</fieldset>");
    }
    html
}

fn form(app: &App, by: &Principal, typed: &Typed) -> Markup {
    let lives: Vec<(String, String)> = LIVES.iter().map(|(v, l)| ((*v).into(), (*l).into())).collect();
    let name = field(&Field {
        label: "What it is for",
        name: "token-name",
        value: &typed.name,
        error: &typed.error,
        hint: "The secret is shown once, when the token is made.",
        attributes: &[("maxlength", "80"), ("autocomplete", "off"), ("placeholder", "Weekly report")],
        ..Field::default()
    });
    let days = ui::select(&Select {
        label: "Ends after",
        name: "days",
        options: &lives,
        value: if typed.name.is_empty() { LIVES[0].0 } else { &typed.days },
        hint: "",
        error: "",
    });
    let radio = |value: &str, label: &str, is: bool| {
        let checked = if is { " checked" } else { "" };
        format!(
            "<label class=\"check\"><input class=\"box\" type=\"radio\" name=\"may\" value=\"{value}\"{checked}><span>{label}</span></label>"
        )
    };
    let inside = format!(
        "<form class=\"card-body stack\" method=\"post\" action=\"{PATH}\">{}{name}{days}\
         <fieldset class=\"choices\"><legend class=\"label\">What it may do</legend>{}{}</fieldset>\
         <details class=\"token-permissions\"{}><summary>Choose what it may do</summary><div class=\"stack\">{}</div></details>\
         <div class=\"row\">{}</div></form>",
        ui::hidden("csrf", &by.csrf),
        radio("all", "Everything that you may, now and later", !typed.some),
        radio("some", "Only what is ticked below, as long as you may it yourself", typed.some),
        if typed.some { " open" } else { "" },
        boxes(app, by, typed),
        ui::button("Make a token", Look::Plain)
    );
    ui::card("", "Make a token", &Markup::empty(), &Markup::raw(inside), &Markup::empty())
}

async fn draw(
    (app, by, headers): (&App, &Principal, &HeaderMap),
    status: StatusCode,
    above: &Markup,
    typed: &Typed,
) -> Answer {
    let own = load(app, by).await?;
    let more = Markup::raw(
        "<p class=\"muted\"><a href=\"/api\">How the API is asked</a>: every call, with an example of each.</p>",
    );
    let body = Markup::join([above, &listed(app, &own, &by.csrf), &form(app, by, typed), &more]);
    let page = Page {
        app,
        principal: by,
        headers,
        community: &own.community,
        path: PATH,
        title: "API tokens",
        sentence: "Programs that ask the API as you. Only you see this page.",
    };
    Ok(page.answer(status, &body))
}

/// `GET /desk/settings/tokens`
pub(crate) async fn show(
    State(app): State<App>,
    by: Principal,
    headers: HeaderMap,
    Query(told): Query<Told>,
) -> Answer {
    let done = told.words(crate::TOLD);
    let said =
        if done.is_empty() { Markup::empty() } else { ui::notice(Tone::Good, "", &Markup::text(done)) };
    draw((&app, &by, &headers), StatusCode::OK, &said, &Typed::default()).await
}

/// `POST /desk/settings/tokens`: a token, whose secret is shown this once.
pub(crate) async fn add(
    State(app): State<App>,
    by: Principal,
    headers: HeaderMap,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Answer {
    let value = |name: &str| pairs.iter().find(|p| p.0 == name).map(|p| p.1.clone()).unwrap_or_default();
    let ticked: Vec<String> = pairs.iter().filter(|p| p.0 == "permission").map(|p| p.1.clone()).collect();
    let (name, days, some) = (value("token-name"), value("days"), value("may") == "some");
    let new = NewToken {
        name: name.clone(),
        permissions: some.then(|| ticked.clone()),
        expires_at: days
            .parse()
            .ok()
            .map(|days: i64| app.clock.now().saturating_add(days.saturating_mul(DAY))),
    };
    let who = by.clone();
    match app.blocking(move |app| make(app, &who, &new)).await {
        Ok(made) => {
            let text = "Keep it now: it is not shown again. Send it as \"Authorization: Bearer …\".";
            draw(
                (&app, &by, &headers),
                StatusCode::OK,
                &secret("API token", text, &made.secret),
                &Typed::default(),
            )
            .await
        }
        Err(e) if e.kind == ErrorKind::Invalid => {
            let typed = Typed { name, days, some, permissions: ticked, error: e.message };
            draw((&app, &by, &headers), StatusCode::UNPROCESSABLE_ENTITY, &Markup::empty(), &typed).await
        }
        Err(e) => Err(e.into()),
    }
}

/// `POST /desk/settings/tokens/{token}/removal`
pub(crate) async fn remove(State(app): State<App>, by: Principal, Path(token): Path<String>) -> Answer {
    app.blocking(move |app| revoke(app, &by, &token)).await?;
    Ok(Redirect::to(&format!("{PATH}?told=revoked")).into_response())
}

fn written(at: Micros) -> String {
    let day = Day::of_micros(at);
    let second = (at - day.start_micros()) / 1_000_000;
    format!("{day}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60)
}

fn token_json(t: &ApiToken) -> Value {
    json!({
        "id": t.public_id, "name": t.name, "created_at": written(t.created_at), "used_at": t.used_at.map(written),
        "expires_at": t.expires_at.map(written), "permissions": t.permissions,
    })
}

/// `GET /api/v1/tokens`
pub(crate) async fn list_json(State(app): State<App>, by: Principal, paging: Paging) -> Answer {
    let own = load(&app, &by).await?;
    ok(paging.answer(own.tokens.iter().map(token_json).collect())?)
}

/// A token as a program asks for it.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    name: String,
    permissions: Option<Vec<String>>,
    days: Option<i64>,
}

/// `POST /api/v1/tokens`: for a browser's session only.
pub(crate) async fn create_json(State(app): State<App>, by: Principal, Json(wanted): Json<Wanted>) -> Answer {
    let now = app.clock.now();
    let new = NewToken {
        name: wanted.name,
        permissions: wanted.permissions,
        expires_at: wanted.days.map(|days| now.saturating_add(days.saturating_mul(DAY))),
    };
    let made = app.blocking(move |app| make(app, &by, &new)).await?;
    created(
        &format!("/api/v1/tokens/{}", made.public_id),
        json!({ "id": made.public_id, "token": made.secret }),
    )
}

/// `DELETE /api/v1/tokens/{token}`
pub(crate) async fn revoke_json(State(app): State<App>, by: Principal, Path(token): Path<String>) -> Answer {
    app.blocking(move |app| revoke(app, &by, &token)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `GET /api/v1/me`
pub(crate) async fn me(State(app): State<App>, by: Principal) -> Answer {
    let may: Vec<&str> =
        app.registry.permissions().iter().filter(|(_, p)| by.may(*p)).map(|(_, p)| p.id).collect();
    let id = by.account;
    let account = app
        .blocking(move |app| match id {
            None => Ok(None),
            Some(id) => app.db.read(|c| access::get(c, id)).map(|a| Some(a.public_id)),
        })
        .await?;
    if account.is_none() && id.is_some() {
        return Err(Error::not_found("this account is gone").into());
    }
    ok(json!({
        "name": by.name, "email": if by.email.is_empty() { None } else { Some(&by.email) }, "account": account,
        "token": by.token, "permissions": may,
    }))
}
