//! The tab under Settings: erasures, holds, retention, purposes of consent, and the record of processing.

use super::{Answer, PATH};
use crate::consent;
use crate::erasure;
use crate::holds::{self, Of};
use crate::record;
use crate::retention::{self, Wanted};
use crate::view::managed;
use crate::{MANAGE, view};
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use base::{Error, ErrorKind};
use capability::audit::{self, Change};
use capability::settings_page::{Page, Told};
use capability::{App, Principal};
use serde::Deserialize;
use ui::{Markup, Tone};

/// What the page says after something was done.
const TOLD: &[(&str, &str)] = &[
    ("saved", "Saved."),
    ("rule", "The rule holds. It runs every night; what it drops does not come back."),
    ("ended", "Ended."),
    ("held", "The hold stands. Nothing is dropped or erased while it does."),
    ("purpose", "The purpose is asked for from now on."),
];

async fn draw(
    app: &App,
    principal: &Principal,
    headers: &HeaderMap,
    status: StatusCode,
    above: &Markup,
    typed: &managed::Typed,
) -> Answer {
    let (community, page) = app
        .blocking(|app| {
            app.community.view(|v| {
                let sources = v.sources().iter().map(|s| s.name.clone()).collect();
                let page = managed::Managed {
                    zone: v.zone(),
                    days: v.setting("erasure_days").to_owned(),
                    mentions: v.setting("erasure_mentions").to_owned(),
                    sources,
                    erasures: erasure::list(v.conn(), 50)?,
                    holds: holds::list(v.conn())?,
                    rules: retention::list(v.conn())?,
                    purposes: consent::purposes(v.conn())?,
                };
                Ok((v.setting("name").to_owned(), page))
            })
        })
        .await?;
    let frame = Page {
        app,
        principal,
        headers,
        community: &community,
        path: PATH,
        title: "Privacy",
        sentence: "What is given out, forgotten, held and kept for how long.",
    };
    let body = managed::body(&page, typed, &principal.csrf);
    Ok(frame.answer(status, &Markup::join([above, &body])))
}

fn said(words: &str) -> Markup {
    if words.is_empty() { Markup::empty() } else { ui::notice(Tone::Good, "", &Markup::text(words)) }
}

/// The page again with what was wrong above it, or the error itself where the page does not help.
async fn again(
    app: &App,
    principal: &Principal,
    headers: &HeaderMap,
    e: Error,
    typed: &managed::Typed,
) -> Answer {
    let status = match e.kind {
        ErrorKind::Invalid => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorKind::Conflict => StatusCode::CONFLICT,
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        _ => return Err(e.into()),
    };
    draw(
        app,
        principal,
        headers,
        status,
        &Markup::empty(),
        &managed::Typed { error: e.message, ..typed.clone() },
    )
    .await
}

fn back(word: &str) -> Response {
    Redirect::to(&format!("{PATH}?told={word}")).into_response()
}

/// `GET /desk/settings/privacy`
pub(crate) async fn settings(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Query(told): Query<Told>,
) -> Answer {
    draw(&app, &principal, &headers, StatusCode::OK, &said(told.words(TOLD)), &managed::Typed::default())
        .await
}

/// How erasures go.
#[derive(Clone, Deserialize)]
pub(crate) struct Ways {
    #[serde(default)]
    days: String,
    #[serde(default)]
    mentions: String,
}

/// `POST /desk/settings/privacy`
pub(crate) async fn change_settings(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Form(ways): Form<Ways>,
) -> Answer {
    let (by, asked) = (principal.clone(), ways.clone());
    let done = app
        .blocking(move |app| {
            let now = app.clock.now();
            for (name, value) in [("erasure_days", &asked.days), ("erasure_mentions", &asked.mentions)] {
                app.community.set_telling(name, value, |tx, before, after| {
                    let change = Change {
                        action: MANAGE.id,
                        subject: name,
                        title: "Changed how erasures go",
                        before,
                        after,
                    };
                    audit::record(tx, &by, now, &change)
                })?;
            }
            Ok(())
        })
        .await;
    match done {
        Ok(()) => Ok(back("saved")),
        Err(e) => {
            again(
                &app,
                &principal,
                &headers,
                e,
                &managed::Typed { form: "ways", ..managed::Typed::default() },
            )
            .await
        }
    }
}

/// `GET /desk/settings/privacy/rules`: what a rule would drop, before it is set.
pub(crate) async fn preview_rule(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Query(wanted): Query<Wanted>,
) -> Answer {
    if wanted.days.is_empty() {
        return Ok(Redirect::to(PATH).into_response());
    }
    let asked = wanted.clone();
    let typed = managed::Typed { form: "rule", rule: wanted.clone(), ..managed::Typed::default() };
    let found = app
        .blocking(move |app| {
            let now = app.clock.now();
            app.community.view(|v| {
                let preview = retention::preview(v, &asked, now)?;
                let sources: Vec<String> = v.sources().iter().map(|s| s.name.clone()).collect();
                Ok((v.setting("name").to_owned(), sources, preview))
            })
        })
        .await;
    match found {
        Ok((community, sources, preview)) => {
            let above = managed::rule_preview(&preview, &wanted, &principal.csrf);
            let frame = Page {
                app: &app,
                principal: &principal,
                headers: &headers,
                community: &community,
                path: PATH,
                title: "A rule of retention",
                sentence: "What it would drop tonight, before it is set.",
            };
            let body = Markup::join([&above, &managed::rule_form(&sources, &typed)]);
            Ok(frame.answer(StatusCode::OK, &body))
        }
        Err(e) => again(&app, &principal, &headers, e, &typed).await,
    }
}

/// `POST /desk/settings/privacy/rules`
pub(crate) async fn set_rule(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Form(wanted): Form<Wanted>,
) -> Answer {
    let (by, asked) = (principal.clone(), wanted.clone());
    match app.blocking(move |app| retention::set(app, &by, &asked)).await {
        Ok(_) => Ok(back("rule")),
        Err(e) => {
            let typed = managed::Typed { form: "rule", rule: wanted, ..managed::Typed::default() };
            again(&app, &principal, &headers, e, &typed).await
        }
    }
}

/// `POST /desk/settings/privacy/rules/{rule}/removal`
pub(crate) async fn end_rule(State(app): State<App>, principal: Principal, Path(id): Path<String>) -> Answer {
    app.blocking(move |app| retention::end(app, &principal, &id)).await?;
    Ok(back("ended"))
}

/// Which source, and why.
#[derive(Deserialize)]
pub(crate) struct NewHold {
    #[serde(default)]
    source: String,
    #[serde(default)]
    reason: String,
}

/// `POST /desk/settings/privacy/holds`
pub(crate) async fn hold_source(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Form(form): Form<NewHold>,
) -> Answer {
    let by = principal.clone();
    match app.blocking(move |app| holds::set(app, &by, &Of::Source(&form.source), &form.reason)).await {
        Ok(_) => Ok(back("held")),
        Err(e) => {
            again(
                &app,
                &principal,
                &headers,
                e,
                &managed::Typed { form: "hold", ..managed::Typed::default() },
            )
            .await
        }
    }
}

/// `POST /desk/privacy/holds/{hold}/removal`
pub(crate) async fn end_hold(State(app): State<App>, principal: Principal, Path(id): Path<String>) -> Answer {
    app.blocking(move |app| holds::end(app, &principal, &id)).await?;
    Ok(back("ended"))
}

/// `POST /desk/settings/privacy/purposes`
pub(crate) async fn make_purpose(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Form(new): Form<managed::NewPurpose>,
) -> Answer {
    let (by, asked) = (principal.clone(), new.clone());
    let done = app
        .blocking(move |app| consent::make_purpose(app, &by, &asked.purpose, &asked.title, &asked.sentence))
        .await;
    match done {
        Ok(()) => Ok(back("purpose")),
        Err(e) => {
            let typed = managed::Typed { form: "purpose", purpose: new, ..managed::Typed::default() };
            again(&app, &principal, &headers, e, &typed).await
        }
    }
}

/// `POST /desk/settings/privacy/purposes/{purpose}/removal`
pub(crate) async fn end_purpose(
    State(app): State<App>,
    principal: Principal,
    Path(slug): Path<String>,
) -> Answer {
    app.blocking(move |app| consent::end_purpose(app, &principal, &slug)).await?;
    Ok(back("ended"))
}

/// A table, and whether it is only tried.
#[derive(Clone, Deserialize)]
pub(crate) struct Table {
    #[serde(default)]
    table: String,
    #[serde(default)]
    write: String,
}

/// `POST /desk/settings/privacy/consents`
pub(crate) async fn import_consents(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Form(form): Form<Table>,
) -> Answer {
    let (by, asked) = (principal.clone(), form.clone());
    let typed = managed::Typed { form: "table", table: form.table, ..managed::Typed::default() };
    match app.blocking(move |app| consent::import(app, &by, &asked.table, asked.write.is_empty())).await {
        Ok(report) => {
            let typed = if report.dry_run { typed } else { managed::Typed::default() };
            draw(&app, &principal, &headers, StatusCode::OK, &managed::report(&report), &typed).await
        }
        Err(e) => again(&app, &principal, &headers, e, &typed).await,
    }
}

/// `GET /desk/settings/privacy/processing`: the record of processing, to be printed.
pub(crate) async fn processing(State(app): State<App>, principal: Principal, headers: HeaderMap) -> Answer {
    let record = app.blocking(|app| app.db.read(|c| record::load(app, c))).await?;
    let frame = Page {
        app: &app,
        principal: &principal,
        headers: &headers,
        community: &record.community,
        path: PATH,
        title: "Record of processing",
        sentence: "What is held of people, for what and for how long, as the program itself declares it.",
    };
    Ok(frame.answer(StatusCode::OK, &view::processing(&record)))
}
