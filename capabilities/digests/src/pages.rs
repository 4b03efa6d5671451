//! The page: parse, ask, render.

use crate::compose::{self, account_of};
use crate::model::Hours;
use crate::store::{self, Subscription, VIEW};
use crate::{PATH, SUBSCRIBE, view};
use ::store::Priority;
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use base::{Error, ErrorKind, Result, Zone};
use capability::settings_page::{Answer, Page, Told};
use capability::{App, Principal, audit, require, views};
use serde::Deserialize;
use ui::{Markup, Tone};

const TOLD: &[(&str, &str)] = &[
    ("saved", "Saved."),
    ("ended", "These mails have ended."),
    ("now", "It is put together now. If there is something in it, it is in your mailbox in a moment."),
];

/// Everything that the page shows.
pub(crate) struct Chosen {
    pub community: String,
    pub zone: Zone,
    pub set_up: bool,
    pub subscriptions: Vec<Subscription>,
    /// The saved views that the account sees, of lists that it may see.
    pub views: Vec<views::OfList>,
}

fn load(app: &App, by: &Principal) -> Result<Chosen> {
    let account = account_of(by)?;
    let kinds = app.registry.views();
    app.db.read(|c| {
        let decided = community::settings::all(c)?;
        let mut seen = views::of_every_list(c, account, None)?;
        seen.retain(|v| kinds.iter().any(|k| k.list == v.list && by.may(k.permission)));
        Ok(Chosen {
            community: decided.text("name").to_owned(),
            zone: Zone::named(decided.text("zone"))?,
            set_up: app.access.mail.is_set_up_by(decided.text("mail")),
            subscriptions: store::of_account(c, account)?,
            views: seen,
        })
    })
}

fn page<'a>(app: &'a App, by: &'a Principal, headers: &'a HeaderMap, community: &'a str) -> Page<'a> {
    let sentence = "What the desk knows, in your mailbox at your hour. Only you see this page.";
    Page { app, principal: by, headers, community, path: PATH, title: "Mail to me", sentence }
}

/// `GET /desk/settings/digests`
pub(crate) async fn show(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Query(told): Query<Told>,
) -> Answer {
    let by = principal.clone();
    let chosen = app.blocking(move |app| load(app, &by)).await?;
    let body = view::body(&app, &chosen, &principal);
    Ok(page(&app, &principal, &headers, &chosen.community).draw(told.words(TOLD), &body))
}

fn back(told: &str) -> Response {
    Redirect::to(&format!("{PATH}?told={told}")).into_response()
}

/// Back to the page when it was done; what was wrong above it when that can be mended there.
async fn done(app: &App, by: &Principal, headers: &HeaderMap, result: Result<()>, told: &str) -> Answer {
    match result {
        Ok(()) => Ok(back(told)),
        Err(e) if matches!(e.kind, ErrorKind::Invalid | ErrorKind::Conflict) => {
            let who = by.clone();
            let chosen = app.blocking(move |app| load(app, &who)).await?;
            let above = ui::notice(Tone::Bad, "Not saved", &Markup::text(&e.message));
            let body = Markup::join([&above, &view::body(app, &chosen, by)]);
            Ok(page(app, by, headers, &chosen.community).answer(StatusCode::UNPROCESSABLE_ENTITY, &body))
        }
        Err(e) => Err(e.into()),
    }
}

fn told<'a>(subject: &'a str, title: &'a str, after: &'a str) -> audit::Change<'a> {
    audit::Change { action: SUBSCRIBE.id, subject, title, before: "", after }
}

/// The form of a digest.
#[derive(Deserialize)]
pub(crate) struct Filled {
    #[serde(default)]
    kind: String,
    /// Empty for never.
    #[serde(default)]
    days: String,
    #[serde(default)]
    hour: String,
    #[serde(default)]
    zone: String,
}

/// `POST /desk/settings/digests`
pub(crate) async fn save(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Form(form): Form<Filled>,
) -> Answer {
    let by = principal.clone();
    let result = app.blocking(move |app| choose(app, &by, &form)).await;
    done(&app, &principal, &headers, result, "saved").await
}

fn choose(app: &App, by: &Principal, form: &Filled) -> Result<()> {
    let (account, now) = (account_of(by)?, app.clock.now());
    let kinds = app.registry.digests();
    let kind = kinds.iter().find(|k| k.id == form.kind);
    let kind = kind.ok_or_else(|| Error::not_found("there is no such digest; load the page again"))?;
    if form.days.is_empty() {
        return app.db.write(Priority::Interactive, |tx| {
            store::end_kind(tx, account, kind.id)?;
            audit::record(tx, by, now, &told(kind.id, "Stopped a digest by mail", ""))
        });
    }
    require(by, kind.permission)?;
    let hours = Hours::read(&form.days, &form.hour, &form.zone)?;
    app.db.write(Priority::Interactive, |tx| {
        store::keep(tx, account, (kind.id, ""), &hours, now)?;
        audit::record(tx, by, now, &told(kind.id, "Chose a digest by mail", &hours.words()))
    })
}

/// The form of a view.
#[derive(Deserialize)]
pub(crate) struct FilledView {
    #[serde(default)]
    view: String,
    #[serde(default)]
    days: String,
    #[serde(default)]
    hour: String,
    #[serde(default)]
    zone: String,
}

/// `POST /desk/settings/digests/views`
pub(crate) async fn subscribe(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Form(form): Form<FilledView>,
) -> Answer {
    let by = principal.clone();
    let result = app.blocking(move |app| choose_view(app, &by, &form)).await;
    done(&app, &principal, &headers, result, "saved").await
}

fn choose_view(app: &App, by: &Principal, form: &FilledView) -> Result<()> {
    let (account, now) = (account_of(by)?, app.clock.now());
    if form.view.is_empty() {
        return Err(Error::invalid("choose a view"));
    }
    let hours = Hours::read(&form.days, &form.hour, &form.zone)?;
    app.db.write(Priority::Interactive, |tx| {
        let found = views::of_every_list(tx, account, Some(&form.view))?.into_iter().next();
        let of = found
            .ok_or_else(|| Error::invalid("this view is gone, or not shared any more; choose another"))?;
        let kinds = app.registry.views();
        let kind = kinds.iter().find(|k| k.list == of.list);
        let kind = kind.ok_or_else(|| Error::invalid("views of this list cannot be sent"))?;
        require(by, kind.permission)?;
        store::keep(tx, account, (VIEW, &form.view), &hours, now)?;
        audit::record(tx, by, now, &told(&form.view, "Chose a saved view by mail", &hours.words()))
    })
}

/// `POST /desk/settings/digests/{digest}/now`
pub(crate) async fn send_now(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Answer {
    let by = principal.clone();
    let result = app
        .blocking(move |app| {
            let (account, now) = (account_of(&by)?, app.clock.now());
            app.db.write(Priority::Interactive, |tx| {
                if !app.access.mail.is_set_up(tx)? {
                    return Err(Error::conflict("mail is not set up, so that nothing can be sent"));
                }
                let s = store::own(tx, account, &id)?;
                compose::enqueue(tx, &s, now)?;
                audit::record(tx, &by, now, &told(&s.public_id, "Asked for a mail at once", ""))
            })
        })
        .await;
    done(&app, &principal, &headers, result, "now").await
}

/// `POST /desk/settings/digests/{digest}/removal`
pub(crate) async fn remove(State(app): State<App>, principal: Principal, Path(id): Path<String>) -> Answer {
    app.blocking(move |app| {
        let (account, now) = (account_of(&principal)?, app.clock.now());
        app.db.write(Priority::Interactive, |tx| {
            let s = store::own(tx, account, &id)?;
            store::end(tx, &s.public_id)?;
            audit::record(tx, &principal, now, &told(&s.public_id, "Stopped a mail", ""))
        })
    })
    .await?;
    Ok(back("ended"))
}
