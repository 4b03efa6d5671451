//! The pages: parse, ask, render.

use crate::gather::{channels, detail};
use crate::model::Filters;
use crate::{PATH, page, table};
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use capability::{App, Principal, Problem, csv_file, views};

type Page = std::result::Result<Response, Problem>;
type Pairs = Vec<(String, String)>;

/// `GET /desk/channels`
pub(crate) async fn list(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Query(pairs): Query<Pairs>,
) -> Page {
    let filters = Filters::parse(&pairs)?;
    let asked = filters.clone();
    let who = principal.clone();
    let (all, saved) = app
        .blocking(move |app| {
            let saved = app.db.read(|c| views::list(c, "channels", who.account))?;
            Ok((channels(app, &who, &asked)?, saved))
        })
        .await?;
    let shell = app.shell(&all.community, &principal, &headers, PATH);
    let bar = views::bar("channels", PATH, filters.query().trim_start_matches('?'), &saved, &shell.csrf);
    Ok(ui::page(&shell, "Channels", &table::body(&all, &filters, &bar)).into_response())
}

/// `GET /desk/channels/csv`
pub(crate) async fn csv(State(app): State<App>, who: Principal, Query(pairs): Query<Pairs>) -> Page {
    let filters = Filters::parse(&pairs)?;
    let asked = filters.clone();
    let all = app.blocking(move |app| channels(app, &who, &asked)).await?;
    Ok(csv_file("channels", table::csv(&all, &filters)))
}

/// `GET /desk/channels/{channel}`
pub(crate) async fn channel(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(pairs): Query<Pairs>,
) -> Page {
    let filters = Filters::parse(&pairs)?;
    let id: i64 = id.parse().map_err(|_| {
        base::Error::not_found("a channel's page has a number; the list of channels leads to each")
    })?;
    let asked = filters.clone();
    let who = principal.clone();
    let detail = app.blocking(move |app| detail(app, &who, id, &asked)).await?;
    let mut shell = app.shell(&detail.channels.community, &principal, &headers, PATH);
    shell.crumbs = vec![("Channels".into(), format!("{PATH}{}", filters.query()))];
    let title = detail.line.name.clone();
    Ok(ui::page(&shell, &title, &page::body(&detail, &filters)).into_response())
}
