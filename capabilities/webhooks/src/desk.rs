//! The pages under Settings: who is told what, and how that went.

use crate::catalogue::{self, Event, Wanted};
use crate::endpoint::{Endpoint, Said};
use crate::log::{self, Delivery};
use crate::{act, store, view};
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use base::{ErrorKind, Micros, Result, Zone};
use capability::settings_page::{Answer, Page, frame, secret};
use capability::{App, Principal};
use serde::Deserialize;
use ui::Markup;

pub(crate) const PATH: &str = "/desk/settings/webhooks";
/// Deliveries on one page.
const PAGE: i64 = 50;

/// What the pages say after something was done.
const TOLD: &[(&str, &str)] = &[
    ("saved", "Saved."),
    ("removed", "Removed, with its log. Nothing is sent there any more."),
    ("test", "On its way. The log below shows what came of it; load the page again in a moment."),
    ("again", "On its way again. The log below shows what came of it."),
    ("none", "There was nothing dead to send again."),
    ("stopped", "Stopped. What is already waiting keeps waiting."),
    ("started", "Sending again, first what has waited."),
];

/// The page of an endpoint.
pub(crate) fn address(id: &str) -> String {
    format!("{PATH}/{id}")
}

/// What was done, and which lines are shown.
#[derive(Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    told: String,
    #[serde(default)]
    state: String,
    before: Option<String>,
}

impl Asked {
    fn words(&self) -> &'static str {
        TOLD.iter().find(|t| t.0 == self.told).map_or("", |t| t.1)
    }
}

/// What the list shows.
pub(crate) struct Listed {
    pub zone: Zone,
    pub endpoints: Vec<Endpoint>,
    /// Of each: how many wait, how many are dead.
    pub counts: Vec<(i64, i64, i64)>,
    pub events: Vec<Event>,
    pub now: Micros,
}

/// What the page of an endpoint shows.
pub(crate) struct Shown {
    pub zone: Zone,
    pub endpoint: Endpoint,
    pub state: Option<log::State>,
    pub deliveries: Vec<Delivery>,
    pub next: Option<String>,
    pub dead: i64,
    pub events: Vec<Event>,
}

struct Context<'a> {
    app: &'a App,
    principal: &'a Principal,
    headers: &'a HeaderMap,
    community: &'a str,
}

impl Context<'_> {
    fn page<'b>(&'b self, title: &'b str, sentence: &'b str) -> Page<'b> {
        Page {
            app: self.app,
            principal: self.principal,
            headers: self.headers,
            community: self.community,
            path: PATH,
            title,
            sentence,
        }
    }

    fn listing(&self, l: &Listed, status: StatusCode, above: &Markup, typed: &Typed) -> Response {
        let page = self.page(
            "Webhooks",
            "Other programs hear at once of what happens here: automations, chats, your own.",
        );
        page.answer(status, &Markup::join([above, &view::list(l, typed, &self.principal.csrf)]))
    }

    fn endpoint(&self, s: &Shown, status: StatusCode, above: &Markup, typed: &Typed) -> Response {
        let title = if s.endpoint.description.is_empty() { "Webhook" } else { &s.endpoint.description };
        let body = view::endpoint(s, typed, &self.principal.csrf);
        self.page(title, &s.endpoint.url).answer(status, &Markup::join([above, &body]))
    }
}

/// What stands in the form of an endpoint.
#[derive(Clone, Debug, Default)]
pub(crate) struct Typed {
    pub url: String,
    pub description: String,
    pub events: Vec<String>,
    pub private: bool,
    pub history: bool,
    pub error: String,
}

impl Typed {
    fn of(pairs: &[(String, String)]) -> Self {
        let one = |name: &str| pairs.iter().find(|p| p.0 == name).map(|p| p.1.clone()).unwrap_or_default();
        Self {
            url: one("url"),
            description: one("description"),
            events: pairs.iter().filter(|p| p.0 == "event").map(|p| p.1.clone()).collect(),
            private: !one("private").is_empty(),
            history: !one("history").is_empty(),
            error: String::new(),
        }
    }

    fn as_is(e: &Endpoint) -> Self {
        Self {
            url: e.url.clone(),
            description: e.description.clone(),
            events: e.wanted.0.clone(),
            private: e.private,
            history: e.history,
            error: String::new(),
        }
    }

    fn said(&self, app: &App) -> Result<Said> {
        Ok(Said {
            url: self.url.clone(),
            description: self.description.clone(),
            wanted: Wanted::of(&app.registry, &self.events)?,
            private: self.private,
            history: self.history,
        })
    }
}

fn said(told: &str) -> Markup {
    if told.is_empty() { Markup::empty() } else { ui::notice(ui::Tone::Good, "", &Markup::text(told)) }
}

async fn load_list(app: &App) -> Result<(String, Listed)> {
    app.blocking(|app| {
        let (events, now) = (catalogue::all(&app.registry), app.clock.now());
        app.db.read(|c| {
            let (community, zone) = frame(c)?;
            let (endpoints, counts) = (store::list(c)?, log::counts(c)?);
            Ok((community, Listed { zone, endpoints, counts, events, now }))
        })
    })
    .await
}

async fn load(app: &App, id: &str, asked: &Asked) -> Result<(String, Shown)> {
    let (id, state) = (id.to_owned(), log::State::parse(&asked.state)?);
    let before = asked.before.as_deref().map(log::number).transpose()?.unwrap_or(i64::MAX);
    app.blocking(move |app| {
        let events = catalogue::all(&app.registry);
        app.db.read(|c| {
            let (community, zone) = frame(c)?;
            let endpoint = store::get(c, &id)?;
            let mut deliveries = log::list(c, endpoint.endpoint_id, state, before, PAGE + 1)?;
            let more = deliveries.len() as i64 > PAGE;
            deliveries.truncate(usize::try_from(PAGE).unwrap_or_default());
            let next = deliveries.last().filter(|_| more).map(Delivery::id);
            let dead = log::counts(c)?.iter().find(|n| n.0 == endpoint.endpoint_id).map_or(0, |n| n.2);
            Ok((community, Shown { zone, endpoint, state, deliveries, next, dead, events }))
        })
    })
    .await
}

/// `GET /desk/settings/webhooks`
pub(crate) async fn list(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Answer {
    let (community, listed) = load_list(&app).await?;
    let context = Context { app: &app, principal: &principal, headers: &headers, community: &community };
    Ok(context.listing(&listed, StatusCode::OK, &said(asked.words()), &Typed::default()))
}

/// `POST /desk/settings/webhooks`: an endpoint, whose secret is shown at once.
pub(crate) async fn create(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Answer {
    let mut typed = Typed::of(&pairs);
    let (asked, by) = (typed.clone(), principal.clone());
    let made = app.blocking(move |app| act::create(app, &by, asked.said(app)?)).await;
    let made = match made {
        Ok(made) => made,
        Err(e) if e.kind == ErrorKind::Invalid => {
            let (community, listed) = load_list(&app).await?;
            let context =
                Context { app: &app, principal: &principal, headers: &headers, community: &community };
            typed.error = e.message;
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return Ok(context.listing(&listed, status, &Markup::empty(), &typed));
        }
        Err(e) => return Err(e.into()),
    };
    let (community, shown) = load(&app, &made.0.public_id, &Asked::default()).await?;
    let context = Context { app: &app, principal: &principal, headers: &headers, community: &community };
    let above = secret("Made. Its signing secret", view::SECRET_TEXT, &made.1);
    Ok(context.endpoint(&shown, StatusCode::OK, &above, &Typed::as_is(&shown.endpoint)))
}

/// `GET /desk/settings/webhooks/{endpoint}`
pub(crate) async fn show(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Answer {
    let (community, shown) = load(&app, &id, &asked).await?;
    let context = Context { app: &app, principal: &principal, headers: &headers, community: &community };
    Ok(context.endpoint(&shown, StatusCode::OK, &said(asked.words()), &Typed::as_is(&shown.endpoint)))
}

/// `POST /desk/settings/webhooks/{endpoint}`
pub(crate) async fn change(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Answer {
    let mut typed = Typed::of(&pairs);
    let (asked, by, of) = (typed.clone(), principal.clone(), id.clone());
    match app.blocking(move |app| act::change(app, &by, &of, asked.said(app)?)).await {
        Ok(()) => Ok(back(&id, "saved")),
        Err(e) if e.kind == ErrorKind::Invalid => {
            let (community, shown) = load(&app, &id, &Asked::default()).await?;
            let context =
                Context { app: &app, principal: &principal, headers: &headers, community: &community };
            typed.error = e.message;
            Ok(context.endpoint(&shown, StatusCode::UNPROCESSABLE_ENTITY, &Markup::empty(), &typed))
        }
        Err(e) => Err(e.into()),
    }
}

fn back(id: &str, told: &str) -> Response {
    Redirect::to(&format!("{}?told={told}", address(id))).into_response()
}

async fn with_secret(
    app: &App,
    principal: &Principal,
    headers: &HeaderMap,
    id: &str,
    shown_secret: (&str, String),
) -> Answer {
    let (community, shown) = load(app, id, &Asked::default()).await?;
    let context = Context { app, principal, headers, community: &community };
    let above = secret(shown_secret.0, view::SECRET_TEXT, &shown_secret.1);
    Ok(context.endpoint(&shown, StatusCode::OK, &above, &Typed::as_is(&shown.endpoint)))
}

/// `POST /desk/settings/webhooks/{endpoint}/secret`: shows it; that it was shown is in the audit log.
pub(crate) async fn show_secret(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Answer {
    let (by, of) = (principal.clone(), id.clone());
    let text = app.blocking(move |app| act::show_secret(app, &by, &of)).await?;
    with_secret(&app, &principal, &headers, &id, ("Signing secret", text)).await
}

/// `POST /desk/settings/webhooks/{endpoint}/rotation`
pub(crate) async fn rotate(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Answer {
    let (by, of) = (principal.clone(), id.clone());
    let text = app.blocking(move |app| act::rotate(app, &by, &of)).await?;
    let title = "New signing secret; the one before is used beside it for a day";
    with_secret(&app, &principal, &headers, &id, (title, text)).await
}

/// The form of a test.
#[derive(Deserialize)]
pub(crate) struct Test {
    #[serde(default)]
    event: String,
}

/// `POST /desk/settings/webhooks/{endpoint}/tests`
pub(crate) async fn test(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    Form(form): Form<Test>,
) -> Answer {
    let of = id.clone();
    app.blocking(move |app| act::test(app, &principal, &of, &form.event)).await?;
    Ok(back(&id, "test"))
}

/// The form of a replay.
#[derive(Deserialize)]
pub(crate) struct Again {
    #[serde(default)]
    delivery: String,
}

/// `POST /desk/settings/webhooks/{endpoint}/replays`
pub(crate) async fn replay(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    Form(form): Form<Again>,
) -> Answer {
    let one = if form.delivery.is_empty() { None } else { Some(log::number(&form.delivery)?) };
    let of = id.clone();
    let n = app.blocking(move |app| act::replay(app, &principal, &of, one)).await?;
    Ok(back(&id, if n > 0 { "again" } else { "none" }))
}

/// `POST /desk/settings/webhooks/{endpoint}/stop`
pub(crate) async fn stop(State(app): State<App>, principal: Principal, Path(id): Path<String>) -> Answer {
    let of = id.clone();
    app.blocking(move |app| act::set_running(app, &principal, &of, false)).await?;
    Ok(back(&id, "stopped"))
}

/// `POST /desk/settings/webhooks/{endpoint}/start`
pub(crate) async fn start(State(app): State<App>, principal: Principal, Path(id): Path<String>) -> Answer {
    let of = id.clone();
    app.blocking(move |app| act::set_running(app, &principal, &of, true)).await?;
    Ok(back(&id, "started"))
}

/// `POST /desk/settings/webhooks/{endpoint}/removal`
pub(crate) async fn remove(State(app): State<App>, principal: Principal, Path(id): Path<String>) -> Answer {
    app.blocking(move |app| act::remove(app, &principal, &id)).await?;
    Ok(Redirect::to(&format!("{PATH}?told=removed")).into_response())
}
