//! The pages: parse, call, render.

use crate::model::{Listing, SourceDetail, Standing, undo_hindrance};
use crate::told::told;
use crate::work::{self, Task};
use crate::{store, view, watch};
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use base::{Error, ErrorKind, Result, Zone};
use capability::{App, Principal, Problem, off};
use community::sources::Source;
use connect::Skipped;
use connect::import::{self, ImportRecord, Progress};
use jobs::lease;
use serde::Deserialize;

/// How many skipped lines an import's page shows; the file has all.
const SAMPLE: i64 = 20;

type Answer = std::result::Result<Response, Problem>;

/// Why an import stands still or was not taken back, as far as is known.
pub(crate) fn failure(import: &ImportRecord) -> Option<String> {
    let id = &import.summary.import;
    let interrupted = standing(import) == Standing::Interrupted;
    let stopped = (interrupted && import.stopped).then(|| work::STOPPED.to_owned());
    let local = || work::failure(Task::Import, id).filter(|_| interrupted);
    let stored = import.trouble.clone().filter(|_| !import.live);
    stopped.or(stored).or_else(local).or_else(|| work::failure(Task::Undo, id))
}

/// Where an import stands, what this process does about it included.
pub(crate) fn standing(import: &ImportRecord) -> Standing {
    let id = &import.summary.import;
    if work::is_running(Task::Undo, id) {
        return Standing::Undoing;
    }
    Standing::of(import, work::is_running(Task::Import, id))
}

/// Something under way, for lists and bars.
pub(crate) struct Moving {
    pub import: ImportRecord,
    pub standing: Standing,
    /// How far it is; `None` when nothing was said yet.
    pub progress: Option<Progress>,
}

impl Moving {
    fn of(import: &ImportRecord) -> Option<Self> {
        let standing = standing(import);
        let task = match standing {
            Standing::Running => Task::Import,
            Standing::Undoing => Task::Undo,
            _ => return None,
        };
        let local = work::find(task, &import.summary.import).filter(|w| w.end().is_none());
        let progress = local.map(|w| w.progress()).or_else(|| import.progress.clone());
        Some(Self { import: import.clone(), standing, progress })
    }
}

fn moving(imports: &[ImportRecord]) -> Vec<Moving> {
    imports.iter().filter_map(Moving::of).collect()
}

/// What pages offer to whoever looks: the token of forms, and why something is switched off (empty when it is on).
pub(crate) struct Offer {
    pub csrf: String,
    pub off_import: String,
    pub off_undo: String,
    pub off_zone: String,
}

impl Offer {
    fn of(by: &Principal) -> Self {
        Self {
            csrf: by.csrf.clone(),
            off_import: off(by, crate::IMPORT_EXPORT),
            off_undo: off(by, crate::UNDO_IMPORT),
            off_zone: off(by, crate::CORRECT_ZONE),
        }
    }
}

/// `GET /desk/sources`
pub(crate) async fn list(State(app): State<App>, principal: Principal, headers: HeaderMap) -> Answer {
    let listing: Listing = app.blocking(|app| app.db.read(store::listing)).await?;
    let moving = moving(&listing.imports);
    let shell = app.shell(&listing.community, &principal, &headers, "/desk/sources");
    Ok(ui::page(
        &shell,
        "Sources",
        &view::list::body(
            &listing,
            &moving,
            watch::folder().as_ref(),
            &off(&principal, crate::IMPORT_EXPORT),
        ),
    )
    .into_response())
}

/// `GET /desk/sources/running`: the part of the list that changes while something runs.
pub(crate) async fn running(State(app): State<App>) -> Answer {
    let imports = app.blocking(|app| app.db.read(import::list)).await?;
    let moving = moving(&imports);
    let part = view::list::running(&moving);
    // Once nothing runs the figures below have changed as well.
    Ok(if moving.is_empty() {
        ([("hx-refresh", "true")], part).into_response()
    } else {
        part.into_response()
    })
}

/// `GET /desk/sources/watched`: the watched folder as it stands now.
pub(crate) async fn watched(State(app): State<App>) -> Answer {
    let zone = app.blocking(|app| app.db.read(store::frame)).await?.1;
    Ok(view::list::watched(watch::folder().as_ref(), &zone).into_response())
}

/// Everything on the page of an import.
pub(crate) struct ImportPage {
    pub community: String,
    pub zone: Zone,
    pub import: ImportRecord,
    pub standing: Standing,
    pub source: Source,
    /// Why it cannot be taken back now.
    pub hindrance: Option<String>,
    pub moving: Option<Moving>,
    /// What stopped the last attempt to import or to take back.
    pub failure: Option<String>,
    pub sample: Vec<Skipped>,
}

fn load_import(app: &App, id: &str) -> Result<ImportPage> {
    app.db.read(|c| {
        let (community, zone) = store::frame(c)?;
        let imports = import::list(c)?;
        let import = match imports.iter().find(|i| i.summary.import == id) {
            Some(import) => import.clone(),
            None => import::get(c, id)?,
        };
        let standing = standing(&import);
        let sample =
            store::skips_after(c, import.import_id, 0, SAMPLE)?.into_iter().map(|(_, s)| s).collect();
        Ok(ImportPage {
            community,
            zone,
            standing,
            source: community::sources::get(c, &import.summary.source)?,
            hindrance: undo_hindrance(&import, standing, &imports),
            moving: Moving::of(&import),
            failure: failure(&import),
            sample,
            import,
        })
    })
}

/// `GET /desk/sources/imports/{import}`
pub(crate) async fn import(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Answer {
    let page = app.blocking(move |app| load_import(app, &id)).await?;
    let mut shell = app.shell(&page.community, &principal, &headers, "/desk/sources");
    shell.crumbs = view::crumbs(Some(&page.source));
    let title = format!("Import of {}", page.import.input);
    Ok(ui::page(&shell, &title, &view::import::body(&page, &Offer::of(&principal))).into_response())
}

/// `GET /desk/sources/imports/{import}/progress`: the part of its page that changes.
pub(crate) async fn progress(State(app): State<App>, Path(id): Path<String>) -> Answer {
    let import = app.blocking(move |app| app.db.read(|c| import::get(c, &id))).await?;
    Ok(match Moving::of(&import) {
        Some(moving) => view::import::progress(&moving).into_response(),
        None => [("hx-refresh", "true")].into_response(),
    })
}

fn back(id: &str) -> Response {
    Redirect::to(&format!("/desk/sources/imports/{id}")).into_response()
}

/// `POST /desk/sources/imports/{import}/stop`
pub(crate) async fn stop(State(app): State<App>, Path(id): Path<String>) -> Answer {
    let answer = back(&id);
    app.blocking(move |app| work::stop_import(app, &id)).await?;
    Ok(answer)
}

/// `POST /desk/sources/imports/{import}/continue`
pub(crate) async fn resume(State(app): State<App>, Path(id): Path<String>) -> Answer {
    let answer = back(&id);
    app.blocking(move |app| work::resume_import(app, &id)).await?;
    Ok(answer)
}

/// `GET /desk/sources/imports/{import}/undo`: says what would go and asks.
pub(crate) async fn ask_undo(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Answer {
    let page = app.blocking(move |app| load_import(app, &id)).await?;
    if page.hindrance.is_some() {
        return Ok(back(&page.import.summary.import));
    }
    let mut shell = app.shell(&page.community, &principal, &headers, "/desk/sources");
    shell.crumbs = view::crumbs(Some(&page.source));
    let body = view::import::question(&page, &shell.csrf);
    Ok(ui::page(&shell, "Take an import back", &body).into_response())
}

/// Begins to take an import back.
///
/// # Errors
/// `Conflict` with why it cannot be taken back now.
pub(crate) fn begin_undo(app: &App, id: &str, by: &Principal) -> Result<()> {
    let page = load_import(app, id)?;
    if let Some(hindrance) = page.hindrance {
        return Err(Error::conflict(hindrance));
    }
    work::start_undo(app, id)?;
    let before = format!("{}: {} activities", page.import.summary.source, page.import.summary.activities);
    told(app, by, (crate::UNDO_IMPORT, id), "Took an import back", (&before, ""))
}

/// `POST /desk/sources/imports/{import}/undo`
pub(crate) async fn undo(State(app): State<App>, principal: Principal, Path(id): Path<String>) -> Answer {
    let answer = back(&id);
    app.blocking(move |app| begin_undo(app, &id, &principal)).await?;
    Ok(answer)
}

/// What a source's page may be told by its address.
#[derive(Default, Deserialize)]
pub(crate) struct Told {
    /// Set after its zone was changed.
    #[serde(default)]
    zone: String,
}

/// How the correction of a source's zone stands.
pub(crate) struct ZoneState {
    /// Whether it is under way.
    pub running: bool,
    /// What stopped it.
    pub failure: Option<String>,
    /// Whether it was asked for just now.
    pub asked: bool,
    /// What was typed, and what is wrong with it.
    pub typed: Option<(String, String)>,
}

impl ZoneState {
    fn of(known: Option<&lease::State>, source: &str, asked: bool, typed: Option<(String, String)>) -> Self {
        let known = known.filter(|l| l.task == work::ZONE);
        let running = work::is_running(Task::Zone, source) || known.is_some_and(|l| l.held);
        let failure = known.and_then(|l| l.error.clone()).or_else(|| work::failure(Task::Zone, source));
        Self { running, failure: failure.filter(|_| !running), asked, typed }
    }
}

/// A source, and what is known of the correction of its zone: that first, so that what is read afterwards is at least as
/// new as "not running any more".
fn load_source(app: &App, id: &str) -> Result<(SourceDetail, Option<lease::State>)> {
    app.community.view(|view| {
        let zones = lease::list(view.conn(), work::ZONE)?;
        let detail = store::detail(view, id)?;
        let known = zones.into_iter().find(|l| l.subject == detail.source.public_id);
        Ok((detail, known))
    })
}

/// `GET /desk/sources/{source}`
pub(crate) async fn source(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(told): Query<Told>,
) -> Answer {
    let (detail, known) = app.blocking(move |app| load_source(app, &id)).await?;
    let state = ZoneState::of(known.as_ref(), &detail.source.public_id, !told.zone.is_empty(), None);
    Ok(draw_source(&app, &principal, &headers, &detail, &state))
}

fn draw_source(
    app: &App,
    principal: &Principal,
    headers: &HeaderMap,
    detail: &SourceDetail,
    state: &ZoneState,
) -> Response {
    let mut shell = app.shell(&detail.community, principal, headers, "/desk/sources");
    shell.crumbs = view::crumbs(None);
    ui::page(&shell, &detail.source.name, &view::source::body(detail, state, &Offer::of(principal)))
        .into_response()
}

/// The form that corrects a zone.
#[derive(Deserialize)]
pub(crate) struct ZoneForm {
    zone: String,
}

/// `POST /desk/sources/{source}/zone`
pub(crate) async fn set_zone(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
    Form(form): Form<ZoneForm>,
) -> Answer {
    let typed = form.zone.trim().to_owned();
    let (wanted, by) = (typed.clone(), principal.clone());
    let begun = app
        .blocking(move |app| {
            let source = app.db.read(|c| community::sources::get(c, &id))?;
            match begin_zone(app, &source, &wanted, &by) {
                Ok(()) => Ok(Ok(source.public_id)),
                Err(e) if e.kind == ErrorKind::Invalid => Ok(Err((source.public_id, e.message))),
                Err(e) => Err(e),
            }
        })
        .await?;
    match begun {
        Ok(source) => Ok(Redirect::to(&format!("/desk/sources/{source}?zone=changed")).into_response()),
        Err((source, message)) => {
            let (detail, known) = app.blocking(move |app| load_source(app, &source)).await?;
            let state =
                ZoneState::of(known.as_ref(), &detail.source.public_id, false, Some((typed, message)));
            Ok((StatusCode::UNPROCESSABLE_ENTITY, draw_source(&app, &principal, &headers, &detail, &state))
                .into_response())
        }
    }
}

/// Begins to correct the zone of a source, and tells the audit log. Blocks only while it begins.
///
/// # Errors
/// `Invalid` for a zone that is none, or a source whose times carry their own.
pub(crate) fn begin_zone(app: &App, source: &Source, zone: &str, by: &Principal) -> Result<()> {
    let zone = Zone::named(zone)?;
    if !source.zoneless {
        return Err(Error::invalid("Its times carry their own zone; there is nothing to correct."));
    }
    let (before, after) = (source.zone.clone(), zone.name().to_owned());
    work::start_zone(app, &source.public_id, zone)?;
    let subject = (crate::CORRECT_ZONE, source.public_id.as_str());
    told(app, by, subject, &format!("Corrected the zone of {}", source.name), (&before, &after))
}
