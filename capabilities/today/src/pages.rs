//! The pages: parse, ask, render.

use crate::gather::{Choice, gather};
use crate::model::Asked;
use crate::{PATH, store, view};
use axum::extract::{Form, Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use capability::{App, Principal, Problem, token_for, views};
use serde::Deserialize;

type Page = std::result::Result<Response, Problem>;

/// `GET /desk/today`
pub(crate) async fn today(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Page {
    let choice = Choice::parse(&pairs)?;
    let (asked, who) = (choice.clone(), principal.clone());
    let today = app.blocking(move |app| gather(app, &who, &asked)).await?;
    let shell = app.shell(&today.community, &principal, &headers, PATH);
    Ok(ui::page(&shell, "Today", &view::page(&today, &choice, &token_for(&principal, crate::DECIDE)))
        .into_response())
}

/// What a form sends beside the decision.
#[derive(Deserialize)]
pub(crate) struct DecisionForm {
    #[serde(default)]
    back: String,
    #[serde(flatten)]
    asked: FormAsked,
}

/// The decision as a form sends it: everything is text.
#[derive(Deserialize)]
struct FormAsked {
    key: String,
    kind: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    href: String,
    state: String,
    #[serde(default)]
    days: String,
    #[serde(default)]
    reason: String,
}

/// `POST /desk/today/states`
pub(crate) async fn decide(
    State(app): State<App>,
    principal: Principal,
    Form(form): Form<DecisionForm>,
) -> Page {
    let f = form.asked;
    let days = match f.days.trim() {
        "" => None,
        text => Some(text.parse().map_err(|_| base::Error::invalid("days is a number").at("days"))?),
    };
    let asked = Asked {
        key: f.key,
        kind: f.kind,
        title: f.title,
        href: f.href,
        state: f.state,
        days,
        reason: f.reason,
    };
    let new = asked.checked(app.clock.now())?;
    let back = back_to(&form.back)?;
    let id = app.blocking(move |app| store::decide(app, &new, &principal.name)).await?;
    let joint = if back.contains('?') { '&' } else { '?' };
    Ok(Redirect::to(&format!("{back}{joint}done={id}")).into_response())
}

/// Where a form comes back to.
#[derive(Deserialize)]
pub(crate) struct BackForm {
    #[serde(default)]
    back: String,
}

/// `POST /desk/today/states/{state}/removal`
pub(crate) async fn take_back(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    Form(form): Form<BackForm>,
) -> Page {
    let back = back_to(&form.back)?;
    app.blocking(move |app| store::take_back(app, &id, &principal.name)).await?;
    Ok(Redirect::to(back).into_response())
}

/// Where a form comes back to; Today where it names nothing.
fn back_to(back: &str) -> base::Result<&str> {
    if back.is_empty() { Ok(PATH) } else { views::on_the_desk(back) }
}
