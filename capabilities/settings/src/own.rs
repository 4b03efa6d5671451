//! One's own account: name, password, sessions, how the desk looks and hears keys in this browser.

use crate::own_ways;
use ::store::Priority;
use access::{Account, Session, Ways, session_of};
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use base::{Error, ErrorKind, Result, Zone};
use capability::settings_page::{Answer, Page, Told, form_card, small_post};
use capability::{App, Principal, audit};
use serde::Deserialize;
use ui::{Column, Field, Look, Markup, Table, Theme, field};

pub(crate) const PATH: &str = "/desk/settings/account";
/// How long a browser keeps how the desk looks in it: a year.
const KEEP_SECONDS: u32 = 31_536_000;

struct Own {
    community: String,
    zone: Zone,
    account: Account,
    sessions: Vec<Session>,
    ways: Ways,
}

pub(crate) fn account_of(principal: &Principal) -> Result<i64> {
    principal.account.ok_or_else(|| Error::forbidden("only an account has this page; sign in with one"))
}

async fn load(app: &App, principal: &Principal, headers: &HeaderMap) -> Result<Own> {
    let id = account_of(principal)?;
    let present = session_of(headers);
    app.blocking(move |app| {
        let now = app.clock.now();
        app.db.read(|c| {
            let decided = community::settings::all(c)?;
            let (community, zone) = (decided.text("name").to_owned(), Zone::named(decided.text("zone"))?);
            Ok(Own {
                community,
                zone,
                account: access::get(c, id)?,
                sessions: access::list_sessions(c, id, present.as_deref(), now)?,
                ways: access::ways(c, id)?,
            })
        })
    })
    .await
}

fn who(own: &Own, csrf: &str) -> Markup {
    let fields = Markup::join([
        &field(&Field {
            label: "Name",
            name: "name",
            value: &own.account.name,
            hint: "Stands beside what you do.",
            attributes: &[("autocomplete", "name"), ("maxlength", "80")],
            ..Field::default()
        }),
        &field(&Field {
            label: "E-mail",
            name: "email",
            kind: "email",
            value: &own.account.email,
            hint: "You sign in with it.",
            attributes: &[("autocomplete", "email")],
            ..Field::default()
        }),
    ]);
    form_card("Who you are", PATH, csrf, &fields, "Save name")
}

fn password(own: &Own) -> Markup {
    let (text, label) = if own.account.has_password {
        (
            "You sign in with your e-mail address and a password. Changing it ends every other session.",
            "Change password",
        )
    } else {
        ("You have no password yet and sign in with links only.", "Choose a password")
    };
    let body = format!(
        "<div class=\"card-body stack\"><p class=\"muted\">{text}</p><div class=\"row\">{}</div></div>",
        ui::link_button(label, "/account/password", Look::Plain)
    );
    ui::card("", "Password", &Markup::empty(), &Markup::raw(body), &Markup::empty())
}

fn look(headers: &HeaderMap, csrf: &str) -> Markup {
    let cookies = headers.get(header::COOKIE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let theme = Theme::of_cookies(cookies);
    let radio = |value: &str, label: &str, is: bool| {
        let checked = if is { " checked" } else { "" };
        format!(
            "<label class=\"check\"><input class=\"box\" type=\"radio\" name=\"theme\" value=\"{value}\"{checked}><span>{label}</span></label>"
        )
    };
    let themes = format!(
        "<fieldset class=\"choices\"><legend class=\"label\">Theme</legend>{}{}{}</fieldset>",
        radio("", "As the system", theme == Theme::System),
        radio("light", "Light", theme == Theme::Light),
        radio("dark", "Dark", theme == Theme::Dark)
    );
    let keys = ui::check("Keys of a single letter", "keys", "on", !ui::letter_keys_off(cookies));
    let fields = format!(
        "{themes}<fieldset class=\"choices\" id=\"keys\"><legend class=\"label\">Keys</legend>{keys}\
         <p class=\"hint\">J, K, X and the like work while you are in no field. Turn them off if you dictate or use other tools that \
         send letters. Ctrl K works always.</p></fieldset>"
    );
    form_card("This browser", "/desk/settings/account/look", csrf, &Markup::raw(fields), "Keep")
}

fn sessions(own: &Own, csrf: &str) -> Markup {
    let rows = own
        .sessions
        .iter()
        .map(|s| {
            let agent = if s.agent.is_empty() { "Unknown browser" } else { &s.agent };
            let end = if s.present {
                ui::badge("This one", ui::Tone::Accent)
            } else {
                small_post(&format!("{PATH}/sessions/{}/end", s.id), csrf, "End", Look::Quiet)
            };
            let first = Markup::text(agent);
            vec![first, ui::time(s.created_at, &own.zone), ui::time(s.expires_at, &own.zone), end]
        })
        .collect();
    let columns = [
        Column { label: "Browser", ..Column::default() },
        Column { label: "Since", ..Column::default() },
        Column { label: "Ends", rank: 2, ..Column::default() },
        Column { label: "End it", ..Column::default() },
    ];
    let table = ui::table(&Table { caption: "Your sessions", columns: &columns, rows });
    ui::card("", "Sessions", &Markup::empty(), &table, &Markup::empty())
}

fn body(own: &Own, headers: &HeaderMap, csrf: &str) -> Markup {
    Markup::join([
        &who(own, csrf),
        &password(own),
        &own_ways::card(&own.ways, &own.zone, csrf),
        &look(headers, csrf),
        &sessions(own, csrf),
    ])
}

fn page<'a>(app: &'a App, principal: &'a Principal, headers: &'a HeaderMap, own: &'a Own) -> Page<'a> {
    Page {
        app,
        principal,
        headers,
        community: &own.community,
        path: PATH,
        title: "Own account",
        sentence: "Only you see this page.",
    }
}

/// `GET /desk/settings/account`
pub(crate) async fn show(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Query(told): Query<Told>,
) -> Answer {
    let own = load(&app, &principal, &headers).await?;
    let body = body(&own, &headers, &principal.csrf);
    Ok(page(&app, &principal, &headers, &own).draw(told.words(crate::TOLD), &body))
}

fn back(told: &str) -> Response {
    Redirect::to(&format!("{PATH}?told={told}")).into_response()
}

/// The form of name and address.
#[derive(Deserialize)]
pub(crate) struct Named {
    name: String,
    email: String,
}

/// `POST /desk/settings/account`
pub(crate) async fn save(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Form(form): Form<Named>,
) -> Answer {
    let (id, by) = (account_of(&principal)?, principal.clone());
    let renamed = app
        .blocking(move |app| {
            let now = app.clock.now();
            app.db.write(Priority::Interactive, |tx| {
                let before = access::get(tx, id)?;
                let told = crate::address::rename(app, tx, &before, &form.email, &form.name)?;
                let after = access::get(tx, id)?;
                let words = |a: &Account| format!("{} <{}>", a.name, a.email);
                let change = audit::Change {
                    action: crate::KEEP_ACCOUNT.id,
                    subject: &after.public_id,
                    title: if told == "asked" {
                        "Renamed their own account; asked for another address"
                    } else {
                        "Renamed their own account"
                    },
                    before: &words(&before),
                    after: &words(&after),
                };
                audit::record(tx, &by, now, &change).map(|()| told)
            })
        })
        .await;
    match renamed {
        Ok(told) => Ok(back(told)),
        Err(e) if matches!(e.kind, ErrorKind::Invalid | ErrorKind::Conflict) => {
            let own = load(&app, &principal, &headers).await?;
            let above = ui::notice(ui::Tone::Bad, "Not saved", &Markup::text(&e.message));
            let whole = Markup::join([&above, &body(&own, &headers, &principal.csrf)]);
            Ok(page(&app, &principal, &headers, &own).answer(StatusCode::UNPROCESSABLE_ENTITY, &whole))
        }
        Err(e) => Err(e.into()),
    }
}

/// How the desk looks and hears keys in this browser.
#[derive(Deserialize)]
pub(crate) struct Looks {
    #[serde(default)]
    theme: String,
    #[serde(default)]
    keys: String,
}

/// `POST /desk/settings/account/look`: kept in cookies, so that the server draws the next page right.
pub(crate) async fn set_look(Form(form): Form<Looks>) -> Response {
    let theme = match form.theme.as_str() {
        "light" => "light",
        "dark" => "dark",
        _ => "",
    };
    let keys = if form.keys == "on" { "on" } else { "off" };
    let mut response = back("look");
    for (name, value) in [("theme", theme), ("keys", keys)] {
        let cookie = format!("{name}={value}; Path=/; Max-Age={KEEP_SECONDS}; SameSite=Lax");
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    response
}

/// `POST /desk/settings/account/sessions/{session}/end`
pub(crate) async fn end_session(
    State(app): State<App>,
    principal: Principal,
    Path(session): Path<String>,
) -> Answer {
    let id = account_of(&principal)?;
    app.blocking(move |app| app.db.write(Priority::Interactive, |tx| access::end_session(tx, id, &session)))
        .await?;
    Ok(back("ended"))
}
