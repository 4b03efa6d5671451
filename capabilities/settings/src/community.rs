//! Community: its name, and the zone that days, weeks and months count in.

use crate::store::{self, Rebuild};
use ::store::Priority;
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use base::{ErrorKind, Result, Zone};
use capability::audit;
use capability::notices::Notice;
use capability::settings_page::{Answer, Page, Told, form_card};
use capability::{App, Principal};
use serde::Deserialize;
use ui::{Field, Markup, Tone, field};

pub(crate) const PATH: &str = "/desk/settings/community";

struct State_ {
    name: String,
    zone: Zone,
    rebuild: Option<Rebuild>,
}

fn load(app: &App) -> Result<State_> {
    app.db.read(|c| {
        let (name, zone) = capability::settings_page::frame(c)?;
        Ok(State_ { name, zone, rebuild: store::rebuild(c)? })
    })
}

/// What was typed and refused, and why.
#[derive(Default)]
struct Refused {
    name: Option<(String, String)>,
    zone: Option<(String, String)>,
}

fn page<'a>(app: &'a App, principal: &'a Principal, headers: &'a HeaderMap, name: &'a str) -> Page<'a> {
    let sentence = "What the whole team sees. Whoever may change the community's settings decides it.";
    Page { app, principal, headers, community: name, path: PATH, title: "Community", sentence }
}

fn body(state: &State_, refused: &Refused, csrf: &str) -> Markup {
    let typed = |pair: &Option<(String, String)>, kept: &str| {
        pair.clone().unwrap_or_else(|| (kept.to_owned(), String::new()))
    };
    let (name, name_error) = typed(&refused.name, &state.name);
    let (zone, zone_error) = typed(&refused.zone, state.zone.name());
    let name = field(&Field {
        label: "Name",
        name: "name",
        value: &name,
        error: &name_error,
        hint: "Stands at the top of every page and in sign-in links.",
        attributes: &[("maxlength", "80"), ("autocomplete", "off")],
        ..Field::default()
    });
    let zone_field = field(&Field {
        label: "Time zone",
        name: "zone",
        value: &zone,
        error: &zone_error,
        hint: "Days, weeks and months of every figure begin and end in it. A name such as Europe/Berlin.",
        attributes: &[("list", "zones"), ("autocomplete", "off"), ("spellcheck", "false")],
        ..Field::default()
    });
    let zone = Markup::join([
        &zone_field,
        &ui::zone_list(),
        &Markup::raw(
            "<p class=\"hint\">A change makes all figures anew, about a minute for 20 million activities; until it is done they name \
             the old zone, and imports wait.</p>\
             <p class=\"hint\">Weeks in figures are ISO weeks, Monday to Sunday. Only calendars may start on Sunday.</p>",
        ),
    ]);
    Markup::join([
        &progress(state.rebuild.as_ref(), &state.zone),
        &form_card("", PATH, csrf, &name, "Save name"),
        &form_card("", "/desk/settings/community/zone", csrf, &zone, "Change zone"),
    ])
}

/// How far a change of the zone is; nothing when there is none.
fn progress(rebuild: Option<&Rebuild>, zone: &Zone) -> Markup {
    let Some(r) = rebuild else { return Markup::empty() };
    let label = format!("Figures move from {} to {}", zone.name(), r.zone);
    let share = (r.done * 100).checked_div(r.total).unwrap_or(0).min(100);
    let bar = ui::progress(&ui::Progress {
        label: &label,
        done: r.done,
        total: Some(r.total.max(r.done)).filter(|t| *t > 0),
        note: &format!(
            "{share} % of the days are made anew. You can leave this page; a notice says when it is done."
        ),
    });
    Markup::raw(format!(
        "<div class=\"card\" data-fragment data-live=\"settings\" hx-get=\"{PATH}/rebuild\" hx-trigger=\"live, every 2s\" \
         hx-swap=\"outerHTML\"><div class=\"card-body\">{bar}</div></div>"
    ))
}

/// `GET /desk/settings/community`
pub(crate) async fn show(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Query(told): Query<Told>,
) -> Answer {
    let state = app.blocking(load).await?;
    let body = body(&state, &Refused::default(), &principal.csrf);
    Ok(page(&app, &principal, &headers, &state.name).draw(told.words(crate::TOLD), &body))
}

/// `GET /desk/settings/community/rebuild`: the part of the page that changes.
pub(crate) async fn rebuild(State(app): State<App>) -> Answer {
    let state = app.blocking(load).await?;
    Ok(match &state.rebuild {
        Some(_) => progress(state.rebuild.as_ref(), &state.zone).into_response(),
        // The zone in the form has changed as well.
        None => [("hx-refresh", "true")].into_response(),
    })
}

async fn refuse(app: &App, principal: &Principal, headers: &HeaderMap, refused: Refused) -> Answer {
    let state = app.blocking(load).await?;
    let body = body(&state, &refused, &principal.csrf);
    Ok(page(app, principal, headers, &state.name).answer(StatusCode::UNPROCESSABLE_ENTITY, &body))
}

fn back(told: &str) -> Response {
    Redirect::to(&format!("{PATH}?told={told}")).into_response()
}

/// The form of the name.
#[derive(Deserialize)]
pub(crate) struct Named {
    name: String,
}

/// `POST /desk/settings/community`
pub(crate) async fn save(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Form(form): Form<Named>,
) -> Answer {
    let typed = form.name.clone();
    let by = principal.clone();
    match app.blocking(move |app| rename(app, &form.name, &by)).await {
        Ok(()) => Ok(back("saved")),
        Err(e) if e.kind == ErrorKind::Invalid => {
            let refused = Refused { name: Some((typed, e.message)), ..Refused::default() };
            refuse(&app, &principal, &headers, refused).await
        }
        Err(e) => Err(e.into()),
    }
}

/// The form of the zone.
#[derive(Deserialize)]
pub(crate) struct Zoned {
    zone: String,
}

/// `POST /desk/settings/community/zone`: the long part runs on a thread of its own and survives a crash.
pub(crate) async fn set_zone(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Form(form): Form<Zoned>,
) -> Answer {
    let typed = form.zone.trim().to_owned();
    let by = principal.clone();
    match app.blocking(move |app| begin(app, &form.zone, &by)).await {
        Ok(true) => Ok(Redirect::to(PATH).into_response()),
        Ok(false) => Ok(back("same")),
        Err(e) if matches!(e.kind, ErrorKind::Invalid | ErrorKind::Conflict) => {
            let refused = Refused { zone: Some((typed, e.message)), ..Refused::default() };
            refuse(&app, &principal, &headers, refused).await
        }
        Err(e) => Err(e.into()),
    }
}

/// Renames the community and tells the audit log. Blocks.
///
/// # Errors
/// `Invalid` for a name that is empty or too long.
pub(crate) fn rename(app: &App, name: &str, by: &Principal) -> Result<()> {
    let now = app.clock.now();
    app.community.set_telling("name", name, |tx, before, after| {
        audit::record(tx, by, now, &crate::decided("name", "Renamed the community", before, after))
    })
}

/// Begins to change the zone; says whether there was anything to change. Blocks only while it begins.
///
/// # Errors
/// `Invalid` for a zone that is none, `Conflict` while another change is under way.
pub(crate) fn begin(app: &App, zone: &str, by: &Principal) -> Result<bool> {
    let before = app.db.read(|c| community::settings::get_or_default(c, "zone"))?;
    if !app.community.begin_zone(zone)? {
        return Ok(false);
    }
    let (account, now) = (by.account, app.clock.now());
    let change = crate::decided("zone", "Changed the time zone of figures", &before, zone.trim());
    app.db.write(Priority::Interactive, |tx| audit::record(tx, by, now, &change))?;
    let (app, zone) = (app.clone(), zone.trim().to_owned());
    std::thread::Builder::new().name("zone".into()).spawn(move || {
        base::give_way();
        let result = community::finish_zone_change(&app.db);
        let (tone, text) = match &result {
            Ok(()) => (Tone::Good, format!("Figures count in {zone} now")),
            Err(error) => {
                tracing::error!(%zone, %error, "the change of the zone broke off");
                (Tone::Bad, format!("The change to {zone} broke off; it goes on at the next start"))
            }
        };
        app.notify(&Notice { account, tone, text: &text, link: PATH });
        app.events.tell("settings");
    })?;
    Ok(true)
}
