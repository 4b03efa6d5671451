//! One router out of all manifests: each group of routes behind its permission, everything behind the same
//! headers, limits and compression.

use crate::{App, Principal, Problem, Routes, api, envelope, limits, memory, probes};
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use std::any::Any;
use tower::ServiceExt as _;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;

/// How many bytes a request's body may have where nothing else is said.
const BODY_MAX: usize = 1 << 20;

/// The whole product as one service.
pub fn assemble(app: App) -> Router {
    let mut router = Router::new()
        .merge(probes::routes())
        .merge(ui::assets())
        .merge(access::routes::<App>(&app.access))
        .merge(crate::mail::routes())
        .route("/", get(async || Redirect::to("/desk")))
        .route("/desk", get(first_page));
    for routes in groups(&app) {
        router = router.merge(guarded(&app, &routes));
    }
    for open in app.registry.manifests().iter().flat_map(|m| &m.open) {
        router = router.merge((open.router)().layer(from_fn_with_state(app.clone(), limits::in_time)));
    }
    router
        .fallback(async || StatusCode::NOT_FOUND)
        .layer(DefaultBodyLimit::max(BODY_MAX))
        // Inside of the envelope, which dresses what a panic leaves and writes it into the log.
        .layer(CatchPanicLayer::custom(broken_off))
        .layer(from_fn_with_state(app.clone(), api::cors))
        .layer(from_fn_with_state(app.clone(), envelope::envelope))
        // Outside of the envelope: an error's body is drawn there, and a body is compressed once it stands.
        .layer(CompressionLayer::new())
        .with_state(app)
}

/// The paths of navigation entries behind which there is no page; a test holds it empty.
pub async fn unresolved_navigation(app: &App) -> Vec<&'static str> {
    let mut open = Router::new();
    for routes in groups(app) {
        // Without a guard, and with a principal that may do everything: only whether there is a route matters.
        open = open.merge((routes.router)());
    }
    let open = open.fallback(async || StatusCode::NOT_FOUND).layer(from_fn(as_local)).with_state(app.clone());
    let mut missing = Vec::new();
    for entry in app.registry.navigation() {
        let request = Request::builder().uri(entry.path).body(Body::empty());
        let status = match request {
            Ok(request) => {
                // The error type of a router is `Infallible`.
                open.clone().oneshot(request).await.map_or(StatusCode::NOT_FOUND, |r| r.status())
            }
            Err(_) => StatusCode::NOT_FOUND,
        };
        if status == StatusCode::NOT_FOUND || status == StatusCode::METHOD_NOT_ALLOWED {
            missing.push(entry.path);
        }
    }
    missing
}

fn groups(app: &App) -> Vec<Routes> {
    app.registry.manifests().iter().flat_map(|m| m.routes.iter().chain(&m.api)).copied().collect()
}

fn guarded(app: &App, routes: &Routes) -> Router<App> {
    let Routes { permission, personal, by_session, .. } = *routes;
    let gate = access::Gate { permission, personal, by_session };
    let guard = from_fn_with_state(app.clone(), move |State(app): State<App>, r: Request, next: Next| {
        access::guard(app.access, gate, r, next)
    });
    let router = match routes.operations {
        [] => (routes.router)(),
        // Behind the guard: who asks is known there.
        _ => (routes.router)().route_layer(from_fn_with_state(app.clone(), api::call)),
    };
    let router = router.route_layer(from_fn_with_state(app.clone(), memory::note_changes)).route_layer(guard);
    match routes.body_limit {
        // What takes long bodies takes as long as they do.
        Some(bytes) => router.layer(DefaultBodyLimit::max(bytes)),
        None => router.layer(from_fn_with_state(app.clone(), limits::in_time)),
    }
}

/// What is answered when a handler panics: an error like any other inside.
fn broken_off(cause: Box<dyn Any + Send>) -> Response {
    let said = cause.downcast_ref::<String>().map(String::as_str);
    let said = said.or_else(|| cause.downcast_ref::<&str>().copied()).unwrap_or("no message");
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, format!("a handler panicked: {said}")).into_response()
}

async fn as_local(mut request: Request, next: Next) -> Response {
    request.extensions_mut().insert(Principal::local());
    next.run(request).await
}

/// The first entry of the navigation that whoever asks may see. Nobody learns here which pages there are: the first
/// of all asks them to sign in.
async fn first_page(State(app): State<App>, headers: HeaderMap) -> Response {
    let principal = match access::authenticate(&app.access, &headers).await {
        Ok(principal) => principal,
        Err(error) => return Problem::from(error).into_response(),
    };
    let entries = app.registry.navigation();
    let allowed = entries.iter().find(|e| principal.may(e.permission));
    match allowed.or(entries.first()) {
        Some(entry) => Redirect::to(entry.path).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
