//! Roles: what each of them may do, and where that is changed.

use crate::role_acts::{self, Wanted};
use crate::role_view;
use access::{Grant, Role};
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect};
use base::{Error, ErrorKind, Result, Zone};
use capability::settings_page::{self, Answer, Page, Told};
use capability::{App, Permission, Principal};
use serde::Deserialize;
use ui::{Markup, Tone};

pub(crate) const PATH: &str = "/desk/settings/roles";

const TOLD: &[(&str, &str)] = &[
    ("saved", "Saved. It holds from the next page that somebody opens."),
    ("same", "Nothing changed."),
    ("made", "The role is made and holds nothing yet: tick what it may do."),
    ("reset", "The role holds what it held at first."),
    ("removed", "The role is removed."),
    ("asks", "Whoever has this role must prove more than a password from now on."),
    ("asks-not", "A password is enough for this role again."),
];

/// What the pages are drawn from.
pub(crate) struct State_ {
    pub community: String,
    pub roles: Vec<(Role, String)>,
    pub grants: Vec<Grant>,
    /// Permissions under the title of their capability.
    pub groups: Vec<(&'static str, Vec<Permission>)>,
}

impl State_ {
    pub(crate) fn fingerprint(&self) -> String {
        access::roles_fingerprint(&self.roles)
    }

    pub(crate) fn permissions(&self) -> impl Iterator<Item = &Permission> {
        self.groups.iter().flat_map(|g| &g.1)
    }
}

async fn load(app: &App) -> Result<State_> {
    let mut groups: Vec<(&'static str, Vec<Permission>)> = Vec::new();
    for (title, permission) in app.registry.permissions() {
        match groups.last_mut().filter(|g| g.0 == title) {
            Some(group) => group.1.push(permission),
            None => groups.push((title, vec![permission])),
        }
    }
    app.blocking(move |app| {
        app.db.read(|c| {
            let (community, _): (String, Zone) = settings_page::frame(c)?;
            Ok(State_ { community, roles: access::list_roles(c)?, grants: access::grants(c)?, groups })
        })
    })
    .await
}

/// What a page of roles is asked with.
struct Asked<'a> {
    app: &'a App,
    by: &'a Principal,
    headers: &'a HeaderMap,
    /// Only this role; empty for all of them.
    only: &'a str,
}

impl Asked<'_> {
    async fn page(&self, status: StatusCode, above: &Markup) -> Answer {
        let state = load(self.app).await?;
        let one = state.roles.iter().find(|(r, _)| r.slug == self.only);
        if one.is_none() && !self.only.is_empty() {
            return Err(Error::not_found("there is no such role any more; load the list again").into());
        }
        let (title, sentence, body) = match one {
            Some((role, sentence)) => {
                (role.title.as_str(), sentence.as_str(), role_view::one(&state, role, self.by))
            }
            None => (
                "Roles",
                "What each role may do. Who has which role stands under Accounts.",
                role_view::all(&state, self.by),
            ),
        };
        let page = Page {
            app: self.app,
            principal: self.by,
            headers: self.headers,
            community: &state.community,
            path: PATH,
            title,
            sentence,
        };
        Ok(page.answer(status, &Markup::join([above, &body])))
    }

    /// On with the page, or back to it with what was wrong.
    async fn done(&self, result: Result<String>) -> Answer {
        match result {
            Ok(place) => Ok(Redirect::to(&place).into_response()),
            Err(e) if matches!(e.kind, ErrorKind::Invalid | ErrorKind::Conflict) => {
                let status = if e.kind == ErrorKind::Conflict {
                    StatusCode::CONFLICT
                } else {
                    StatusCode::UNPROCESSABLE_ENTITY
                };
                self.page(status, &ui::notice(Tone::Bad, "Not saved", &Markup::text(&e.message))).await
            }
            Err(e) => Err(e.into()),
        }
    }
}

fn said(told: &Told) -> Markup {
    let words = told.words(TOLD);
    if words.is_empty() { Markup::empty() } else { ui::notice(Tone::Good, "", &Markup::text(words)) }
}

/// `GET /desk/settings/roles`
pub(crate) async fn show(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Query(told): Query<Told>,
) -> Answer {
    let asked = Asked { app: &app, by: &principal, headers: &headers, only: "" };
    asked.page(StatusCode::OK, &said(&told)).await
}

/// `GET /desk/settings/roles/{role}`
pub(crate) async fn show_one(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(role): Path<String>,
    Query(told): Query<Told>,
) -> Answer {
    let asked = Asked { app: &app, by: &principal, headers: &headers, only: &role };
    asked.page(StatusCode::OK, &said(&told)).await
}

/// `POST /desk/settings/roles`: every box of the form that was ticked is a pair `held=role permission`.
pub(crate) async fn save(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Answer {
    let value = |name: &str| pairs.iter().find(|p| p.0 == name).map(|p| p.1.clone()).unwrap_or_default();
    let held = pairs.iter().filter(|p| p.0 == "held").filter_map(|p| p.1.split_once(' '));
    let wanted = Wanted {
        fingerprint: value("fingerprint"),
        only: value("only"),
        held: held.map(|(role, permission)| (role.to_owned(), permission.to_owned())).collect(),
    };
    let (only, by) = (wanted.only.clone(), principal.clone());
    let saved = app.blocking(move |app| role_acts::save(app, &by, &wanted)).await;
    let place = if only.is_empty() { PATH.to_owned() } else { format!("{PATH}/{}", ui::encoded(&only)) };
    let asked = Asked { app: &app, by: &principal, headers: &headers, only: &only };
    asked.done(saved.map(|n| format!("{place}?told={}", if n == 0 { "same" } else { "saved" }))).await
}

/// The form of a new role.
#[derive(Deserialize)]
pub(crate) struct Named {
    title: String,
    #[serde(default)]
    sentence: String,
}

/// `POST /desk/settings/roles/additions`
pub(crate) async fn add(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Form(form): Form<Named>,
) -> Answer {
    let by = principal.clone();
    let made = app.blocking(move |app| role_acts::add(app, &by, &form.title, &form.sentence)).await;
    let asked = Asked { app: &app, by: &principal, headers: &headers, only: "" };
    asked.done(made.map(|role| format!("{PATH}/{}?told=made", ui::encoded(&role.slug)))).await
}

/// `POST /desk/settings/roles/{role}/reset`
pub(crate) async fn reset(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(role): Path<String>,
) -> Answer {
    let (by, slug) = (principal.clone(), role.clone());
    let changed = app.blocking(move |app| role_acts::reset(app, &by, &slug)).await;
    let asked = Asked { app: &app, by: &principal, headers: &headers, only: &role };
    let place = |changed: bool| {
        format!("{PATH}/{}?told={}", ui::encoded(&role), if changed { "reset" } else { "same" })
    };
    asked.done(changed.map(place)).await
}

/// The form of a second factor.
#[derive(Deserialize)]
pub(crate) struct Demanded {
    #[serde(default)]
    demanded: String,
}

/// `POST /desk/settings/roles/{role}/second-factor`
pub(crate) async fn demand(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(role): Path<String>,
    Form(form): Form<Demanded>,
) -> Answer {
    let (by, slug, wanted) = (principal.clone(), role.clone(), !form.demanded.is_empty());
    let changed = app.blocking(move |app| role_acts::demand(app, &by, &slug, wanted)).await;
    let asked = Asked { app: &app, by: &principal, headers: &headers, only: &role };
    let told = if wanted { "asks" } else { "asks-not" };
    asked.done(changed.map(|_| format!("{PATH}/{}?told={told}", ui::encoded(&role)))).await
}

/// `POST /desk/settings/roles/{role}/removal`
pub(crate) async fn remove(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(role): Path<String>,
) -> Answer {
    let (by, slug) = (principal.clone(), role.clone());
    let removed = app.blocking(move |app| role_acts::remove(app, &by, &slug)).await;
    let asked = Asked { app: &app, by: &principal, headers: &headers, only: &role };
    asked.done(removed.map(|_| format!("{PATH}?told=removed"))).await
}
