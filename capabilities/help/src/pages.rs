//! The pages: parse, look up, render.

use crate::view;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base::Error;
use capability::{App, Principal, Problem};
use community::settings;
use serde::Deserialize;
use ui::Markup;

type Answer = std::result::Result<Response, Problem>;

/// The pictures of the guide.
#[derive(rust_embed::RustEmbed)]
#[folder = "../../docs/pictures"]
pub(crate) struct Pictures;

/// Who asks, and for what.
struct Ask {
    app: App,
    principal: Principal,
    headers: HeaderMap,
}

impl Ask {
    /// A page under Help; every page but the first says how to come back to it.
    async fn draw(&self, title: &str, crumbs: &[(&str, &str)], body: &Markup) -> Answer {
        let name = self.app.blocking(|app| app.db.read(|c| settings::get_or_default(c, "name"))).await?;
        let mut shell = self.app.shell(&name, &self.principal, &self.headers, "/desk/help");
        shell.crumbs = crumbs.iter().map(|(t, h)| ((*t).to_owned(), (*h).to_owned())).collect();
        Ok(ui::page(&shell, title, body).into_response())
    }
}

/// What is looked for.
#[derive(Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    q: String,
}

/// `GET /desk/help`
pub(crate) async fn index(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Answer {
    let body = view::index(&app.registry, asked.q.trim());
    Ask { app, principal, headers }.draw("Help", &[], &body).await
}

/// `GET /desk/help/{chapter}`
pub(crate) async fn chapter(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(slug): Path<String>,
) -> Answer {
    let chapters = view::chapters(&app.registry);
    let at = chapters
        .iter()
        .position(|c| c.slug == slug)
        .ok_or_else(|| Error::not_found("the guide has no such chapter; Help lists all of them"))?;
    let body = view::chapter(&chapters, at);
    let title = chapters[at].title;
    Ask { app, principal, headers }.draw(title, &[("Help", "/desk/help")], &body).await
}

/// `GET /desk/help/metrics`
pub(crate) async fn metrics(State(app): State<App>, principal: Principal, headers: HeaderMap) -> Answer {
    let ask = Ask { app, principal, headers };
    ask.draw("Metrics", &[("Help", "/desk/help")], &view::metrics()).await
}

/// `GET /desk/help/metrics/{metric}`
pub(crate) async fn metric(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Answer {
    let definition = metric::definition(&id)?;
    let crumbs = [("Help", "/desk/help"), ("Metrics", "/desk/help/metrics")];
    let opens = capability::may(&app, &principal, "insights.read");
    let ask = Ask { app, principal, headers };
    ask.draw(definition.title, &crumbs, &view::metric(definition, opens)).await
}

/// `GET /desk/help/pictures/{name}`
pub(crate) async fn picture(Path(name): Path<String>) -> Response {
    match Pictures::get(&name) {
        Some(file) if name.ends_with(".png") => {
            let kept =
                [(header::CONTENT_TYPE, "image/png"), (header::CACHE_CONTROL, "private, max-age=3600")];
            (kept, file.data.into_owned()).into_response()
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}
