//! The page: parse, ask, render.

use crate::model::{Asked, find};
use crate::{PATH, view};
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use capability::{App, Principal, Problem};

/// `GET /desk/search`
pub(crate) async fn page(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Query(pairs): Query<Vec<(String, String)>>,
) -> std::result::Result<Response, Problem> {
    let asked = Asked::read(&pairs)?;
    let wanted = asked.clone();
    let found = app.blocking(move |app| find(app, &wanted, None)).await?;
    let shell = app.shell(&found.state.community, &principal, &headers, PATH);
    let title = if asked.q.is_empty() { "Search".to_owned() } else { format!("{} · Search", asked.q) };
    Ok(ui::page(&shell, &title, &view::page(&asked, &found)).into_response())
}
