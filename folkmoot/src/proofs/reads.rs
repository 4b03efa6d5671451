//! A page, a part of one or an API read asks the database at most eight times, the session's look-up included.
//!
//! The routes are read from the sources: a new one is visited by itself when its address has no parameter, and
//! otherwise as soon as its parameter has a value in `filled.rs` or an address of its own in [`VISITS`].

use super::filled::{self, Filled};
use super::source::{self, Route};
use crate::lists;
use access::Access;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use capability::{App, Registry, assemble, look};
use std::collections::{BTreeMap, BTreeSet};
use store::Db;
use tower::ServiceExt as _;

/// How many statements one answer may take.
const LIMIT: usize = 8;

/// Addresses beside the plain one, by route: what is asked in another way, and values that only this route
/// knows. A parameter in `{}` is put in from `filled.rs`.
const VISITS: &[(&str, &[&str])] = &[
    ("/assets/{version}/{*path}", &["/assets/x/desk.css"]),
    ("/desk/health/annotations/{id}", &["/desk/health/annotations/ann_test"]),
    ("/desk/help/pictures/{name}", &["/desk/help/pictures/health-light.png"]),
    ("/signin/link/{token}", &["/signin/link/{token}"]),
    ("/signin/address/{token}", &["/signin/address/{address_token}"]),
    ("/mail/unsubscribe/{token}", &["{unsubscribe_path}"]),
    ("/desk/health/cards/{key}", &["/desk/health/cards/{metric}", "/desk/health/cards/lead"]),
    ("/desk/health", &["/desk/health?period=12m", "/desk/health?source={source}&staff=exclude"]),
    (
        "/desk/health/{metric}",
        &[
            "/desk/health/{metric}",
            "/desk/health/{metric}?source={source}&staff=only",
            "/desk/health/{metric}?channel=place-1",
        ],
    ),
    ("/desk/health/{metric}/rows", &["/desk/health/{metric}/rows", "/desk/health/{metric}/rows?cursor=2"]),
    ("/desk/sources/looks/{look}/progress", &["/desk/sources/looks/none/progress"]),
    ("/desk/settings/privacy/rules", &["/desk/settings/privacy/rules?kind=&source=Forum&days=30"]),
    ("/api/v1/retention-rules/preview", &["/api/v1/retention-rules/preview?kind=message.posted&days=30"]),
    ("/desk/sources/import", &["/desk/sources/import?source=Forum&format=activities"]),
];

/// Routes that take more, the first time after a start and again: what is left to do. Only shrinks.
const OVER: &[(&str, [usize; 2])] = &[];

/// Routes on a listener of their own, which no page and no person reads, and those that lead to another server and back.
const ELSEWHERE: [&str; 4] = [
    "/metrics",
    "/signin/with/{provider}",
    "/signin/with/{provider}/callback",
    "/account/logins/{provider}/begin",
];

/// What an address may answer beside 200: where it leads on.
fn fits(status: StatusCode) -> bool {
    status == StatusCode::OK || status.is_redirection()
}

/// The addresses of a route, with something in place of every parameter.
///
/// # Errors
/// What to do about a parameter that nothing is known about.
fn addresses(route: &Route, filled: &Filled) -> Result<Vec<String>, String> {
    let own = VISITS.iter().find(|v| v.0 == route.path).map_or(&[][..], |v| v.1);
    let plain = own.is_empty() || !route.path.contains('{');
    let patterns = own.iter().copied().chain(plain.then_some(route.path.as_str()));
    let mut found = Vec::new();
    for pattern in patterns {
        let mut open = vec![pattern.to_owned()];
        while open[0].contains('{') {
            let name = open[0].split(['{', '}']).nth(1).unwrap_or_default().to_owned();
            let values = filled.ids.iter().find(|i| i.0 == name).map(|i| &i.1).ok_or_else(|| {
                format!(
                    "{} ({}): nothing stands for {{{name}}}; give it a value in proofs/filled.rs, or an address in \
                     VISITS of proofs/reads.rs",
                    route.path, route.place
                )
            })?;
            let wanted = format!("{{{name}}}");
            open = open.iter().flat_map(|o| values.iter().map(|v| o.replacen(&wanted, v, 1))).collect();
        }
        found.extend(open);
    }
    Ok(found)
}

/// The program as it is after a start: nothing is kept in memory but who is who, which is read again only after
/// a link or a mark was changed.
fn fresh(filled: &Filled) -> (Router, Db) {
    // What a node says of itself every few seconds would be counted with a page's statements.
    if let Some(presence) = &filled.app.presence {
        presence.end();
    }
    let access = Access::new(filled.app.db.clone(), filled.clock.clone(), look());
    let registry = Registry::new(lists::manifests()).expect("a sound registry");
    let app = App::new(access, registry, filled.config.data.clone(), lists::IMPORTERS);
    app.community.view(|_| Ok(())).expect("a reading");
    (assemble(app.clone()), app.db)
}

/// The statements that an answer took the first time and the second, and how it answered.
fn visit(filled: &Filled, address: &str) -> ([Vec<String>; 2], StatusCode) {
    let (router, db) = fresh(filled);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut status = StatusCode::OK;
    let took = [(); 2].map(|()| {
        db.watch_statements();
        status = runtime.block_on(answer(router.clone(), address, &filled.session));
        db.watch_statements()
    });
    // What the program holds is closed outside of the runtime, as its driver waits.
    drop(runtime);
    (took, status)
}

async fn answer(router: Router, address: &str, session: &str) -> StatusCode {
    let request = Request::builder()
        .uri(address)
        .header("cookie", format!("folkmoot_session={session}"))
        .body(Body::empty())
        .expect("a request");
    let response = router.oneshot(request).await.expect("an answer");
    let status = response.status();
    let kind = response.headers().get("content-type").and_then(|v| v.to_str().ok()).unwrap_or_default();
    // A stream of events has no end; files are made while they are sent.
    if !kind.starts_with("text/event-stream") {
        to_bytes(response.into_body(), 64 << 20).await.expect("a whole body");
    }
    status
}

/// What an address asked, each text once with how often.
fn too_many(address: &str, took: &[String], round: usize, database: &str) -> String {
    let mut texts: BTreeMap<String, usize> = BTreeMap::new();
    for sql in took {
        let line = sql.split_whitespace().collect::<Vec<_>>().join(" ");
        *texts.entry(line.chars().take(110).collect()).or_default() += 1;
    }
    let lines: Vec<String> = texts.iter().map(|(sql, n)| format!("\n    {n} × {sql}")).collect();
    let when = ["at first", "again"][round];
    format!("{address}: {} statements {when} on {database}{}", took.len(), lines.concat())
}

#[test]
fn every_read_takes_at_most_eight_statements() {
    let sources = source::all();
    let mut routes = source::get_routes(&sources);
    routes.retain(|r| !ELSEWHERE.contains(&r.path.as_str()));
    assert!(routes.len() > 25, "only {} routes were found", routes.len());
    let mut wrong = BTreeSet::new();
    // The most that any address of a route took, the first time and the second.
    let mut most: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    for filled in filled::on_both() {
        for route in &routes {
            let addresses = addresses(route, &filled).unwrap_or_else(|e| {
                wrong.insert(e);
                Vec::new()
            });
            let allowed = OVER.iter().find(|o| o.0 == route.path).map_or([LIMIT; 2], |o| o.1);
            for address in addresses {
                let (took, status) = visit(&filled, &address);
                let seen = most.entry(&route.path).or_default();
                for round in 0..2 {
                    seen[round] = seen[round].max(took[round].len());
                    if took[round].len() > allowed[round] {
                        wrong.insert(too_many(&address, &took[round], round, filled.database));
                    }
                }
                if !fits(status) {
                    wrong.insert(format!("{address}: answered {status} on {}", filled.database));
                }
            }
        }
    }
    for (path, allowed) in OVER {
        let seen = most.get(path).copied().unwrap_or_default();
        // What was gained is held: a lower count takes the place of the one before.
        let held = seen.map(|n| n.max(LIMIT));
        if held.iter().zip(allowed).any(|(now, before)| now < before) {
            wrong.insert(format!("{path}: takes {seen:?} now; OVER says {allowed:?}, and only shrinks"));
        }
    }
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), Vec::from_iter(wrong).join("\n"));
}

#[test]
fn the_tables_name_only_routes_that_are_there() {
    let sources = source::all();
    let routes: BTreeMap<String, String> =
        source::get_routes(&sources).into_iter().map(|r| (r.path, r.place)).collect();
    for path in VISITS.iter().map(|v| v.0).chain(OVER.iter().map(|o| o.0)) {
        assert!(
            routes.contains_key(path),
            "there is no route {path} any more; take it out of proofs/reads.rs"
        );
    }
}
