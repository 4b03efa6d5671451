//! A member's privacy: consents, exports, erasures, holds.

use super::{Answer, archive};
use crate::MANAGE;
use crate::consent::{self, Said};
use crate::erasure;
use crate::export;
use crate::holds::{self, Of};
use crate::preferences;
use crate::subject::Subject;
use crate::view::{self, of_member};
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use base::{ErrorKind, Result};
use capability::settings_page::{Told, secret};
use capability::{App, Principal, off};
use serde::Deserialize;
use ui::{Markup, Tone};

/// What the pages say after something was done.
const TOLD: &[(&str, &str)] = &[
    ("consent", "Written down."),
    ("export", "The file is being made. Load the page again in a moment."),
    ("removed", "Removed."),
    ("held", "The hold stands. Nothing is dropped or erased while it does."),
    ("ended", "The hold has ended."),
    ("asked", "The erasure waits. Until it begins it can be called off."),
    ("cancelled", "Called off. Nothing was erased."),
];

/// What a page shows beside what it was asked for.
#[derive(Default)]
struct Above {
    said: Markup,
    error: String,
    typed: Said,
}

fn done(told: &Told) -> Above {
    let words = told.words(TOLD);
    let said =
        if words.is_empty() { Markup::empty() } else { ui::notice(Tone::Good, "", &Markup::text(words)) };
    Above { said, ..Above::default() }
}

async fn draw(
    app: &App,
    principal: &Principal,
    headers: &HeaderMap,
    id: &str,
    status: StatusCode,
    above: &Above,
) -> Answer {
    let (asked, manages) = (id.to_owned(), principal.may(MANAGE));
    let (community, page) = app
        .blocking(move |app| {
            app.community.view(|v| {
                let subject = Subject::find(v, &asked)?;
                let numbers = subject.numbers();
                let (purposes, history) = consent::both(v.conn(), &numbers)?;
                let page = of_member::Page {
                    zone: v.zone(),
                    purposes,
                    history,
                    exports: if manages { export::list(v.conn(), &numbers)? } else { Vec::new() },
                    erasures: erasure::of(v.conn(), &numbers)?,
                    holds: if manages { holds::of(v.conn(), &subject)? } else { Vec::new() },
                    subject,
                };
                Ok((v.setting("name").to_owned(), page))
            })
        })
        .await?;
    let looking = of_member::Looking {
        csrf: &principal.csrf,
        off_manage: &off(principal, MANAGE),
        typed: &above.typed,
        error: &above.error,
    };
    let body = of_member::body(&page, &looking);
    Ok(framed(
        app,
        principal,
        headers,
        &community,
        &page.subject,
        "Privacy",
        status,
        &Markup::join([&above.said, &body]),
    ))
}

#[expect(clippy::too_many_arguments, reason = "everything that a frame is made of, in one place")]
fn framed(
    app: &App,
    principal: &Principal,
    headers: &HeaderMap,
    community: &str,
    subject: &Subject,
    title: &str,
    status: StatusCode,
    body: &Markup,
) -> Response {
    let mut shell = app.shell(community, principal, headers, "/desk/members");
    shell.crumbs = vec![
        ("Members".to_owned(), "/desk/members".to_owned()),
        (subject.title().to_owned(), view::profile(subject.public_id())),
    ];
    (status, [(header::CACHE_CONTROL, "no-store")], ui::page(&shell, title, body)).into_response()
}

/// `GET /desk/members/{member}/privacy`
pub(crate) async fn member(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(told): Query<Told>,
) -> Answer {
    draw(&app, &principal, &headers, &id, StatusCode::OK, &done(&told)).await
}

fn back(id: &str, word: &str) -> Response {
    Redirect::to(&format!("{}?told={word}", view::privacy(id))).into_response()
}

/// `POST /desk/members/{member}/consents`
pub(crate) async fn add_consent(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(said): Form<Said>,
) -> Answer {
    let (by, member, typed) = (principal.clone(), id.clone(), said.clone());
    match app.blocking(move |app| consent::record(app, &by, &member, &said)).await {
        Ok(_) => Ok(back(&id, "consent")),
        Err(e) if e.kind == ErrorKind::Invalid => {
            let above = Above { error: e.message, typed, ..Above::default() };
            draw(&app, &principal, &headers, &id, StatusCode::UNPROCESSABLE_ENTITY, &above).await
        }
        Err(e) => Err(e.into()),
    }
}

/// `POST /desk/members/{member}/preferences`: the link is shown, to be sent to the member.
pub(crate) async fn make_link(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Answer {
    let (by, member) = (principal.clone(), id.clone());
    let (link, _) = app.blocking(move |app| preferences::link(app, &by, &member)).await?;
    let text = "Send it to the member and to nobody else: whoever has it can change what they agreed to. It is good for 90 days.";
    let above = Above { said: secret("The link to their preferences", text, &link), ..Above::default() };
    draw(&app, &principal, &headers, &id, StatusCode::OK, &above).await
}

/// `POST /desk/members/{member}/exports`
pub(crate) async fn ask_export(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
) -> Answer {
    let member = id.clone();
    app.blocking(move |app| export::ask(app, &principal, &member)).await?;
    Ok(back(&id, "export"))
}

/// `GET /desk/privacy/exports/{export}/file`
pub(crate) async fn file(State(app): State<App>, principal: Principal, Path(id): Path<String>) -> Answer {
    archive(app, principal, id).await
}

/// `POST /desk/privacy/exports/{export}/removal`
pub(crate) async fn remove_export(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
) -> Answer {
    let member = app.blocking(move |app| export::remove(app, &principal, &id)).await?;
    Ok(back(&member, "removed"))
}

/// Why, as somebody typed it.
#[derive(Default, Deserialize)]
pub(crate) struct Reason {
    #[serde(default)]
    reason: String,
}

async fn draw_preview(
    app: &App,
    principal: &Principal,
    headers: &HeaderMap,
    id: &str,
    (status, reason, error): (StatusCode, &str, &str),
) -> Answer {
    let asked = id.to_owned();
    let (community, subject, preview) = app
        .blocking(move |app| {
            app.community.view(|v| {
                let subject = Subject::find(v, &asked)?;
                let preview = erasure::preview(app, v, &subject)?;
                Ok((v.setting("name").to_owned(), subject, preview))
            })
        })
        .await?;
    let body = view::erasure::preview(&subject, &preview, &principal.csrf, reason, error);
    Ok(framed(app, principal, headers, &community, &subject, "Erase", status, &body))
}

/// `GET /desk/members/{member}/erasure`: what would go and what would stay.
pub(crate) async fn preview(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Answer {
    draw_preview(&app, &principal, &headers, &id, (StatusCode::OK, "", "")).await
}

/// `POST /desk/members/{member}/erasure`
pub(crate) async fn ask_erasure(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(form): Form<Reason>,
) -> Answer {
    let (by, member, reason) = (principal.clone(), id.clone(), form.reason.clone());
    match app.blocking(move |app| erasure::ask(app, &by, &member, &reason)).await {
        Ok(_) => Ok(back(&id, "asked")),
        Err(e) if e.kind == ErrorKind::Invalid => {
            let said = (StatusCode::UNPROCESSABLE_ENTITY, form.reason.as_str(), e.message.as_str());
            draw_preview(&app, &principal, &headers, &id, said).await
        }
        Err(e) => Err(e.into()),
    }
}

/// `GET /desk/privacy/erasures/{erasure}`: how far it is, and its receipt.
pub(crate) async fn erasure(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Answer {
    let (community, zone, subject, erasure) = app
        .blocking(move |app| {
            app.community.view(|v| {
                let erasure = erasure::get(v.conn(), &id)?;
                let subject = Subject::with(v, erasure.identity)?;
                Ok((v.setting("name").to_owned(), v.zone(), subject, erasure))
            })
        })
        .await?;
    let body = view::erasure::receipt(&erasure, &zone, &principal.csrf);
    Ok(framed(&app, &principal, &headers, &community, &subject, "Erasure", StatusCode::OK, &body))
}

/// `POST /desk/privacy/erasures/{erasure}/cancellation`
pub(crate) async fn cancel_erasure(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
) -> Answer {
    let erasure = app.blocking(move |app| erasure::cancel(app, &principal, &id)).await?;
    Ok(back(&erasure.member, "cancelled"))
}

/// `POST /desk/members/{member}/holds`
pub(crate) async fn hold_member(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    Form(form): Form<Reason>,
) -> Answer {
    let member = id.clone();
    app.blocking(move |app| -> Result<_> { holds::set(app, &principal, &Of::Member(&member), &form.reason) })
        .await?;
    Ok(back(&id, "held"))
}
