//! `folkmoot bench-access`: how long the one permission check takes.

use crate::out::Out;
use access::{Principal, Scope};
use axum::http::{HeaderMap, HeaderValue, header};
use base::{Error, Result};
use capability::{App, Permission};
use std::hint::black_box;
use std::time::Instant;
use store::Priority;

/// How often each role asks for each permission.
const ROUNDS: u32 = 20_000;
/// Source and channel grants of the last account, beside its role everywhere.
const PLACES: i64 = 50;

/// For an account of each role, and for one with many grants in places: every permission, many times.
pub fn run(app: &App, out: &mut dyn Out) -> Result<()> {
    let all: Vec<Permission> = app.registry.permissions().into_iter().map(|(_, p)| p).collect();
    let roles = app.db.read(access::list_roles)?;
    let people = roles.iter().map(|(r, _)| (r.title.clone(), vec![(r.slug.as_str(), Scope::Everything)]));
    let places =
        (1..=PLACES).map(|n| ("moderator", Scope::Channel(n))).chain([("analyst", Scope::Everything)]);
    let people = people.chain([(format!("{PLACES} places"), places.collect::<Vec<_>>())]);
    for (name, grants) in people.collect::<Vec<_>>() {
        let principal = somebody(app, &all, &grants)?;
        let begun = Instant::now();
        let mut allowed = 0u64;
        for _ in 0..ROUNDS {
            for permission in &all {
                allowed += u64::from(black_box(&principal).may(*black_box(permission)));
            }
        }
        let checks = u64::from(ROUNDS) * all.len() as u64;
        let nanos = begun.elapsed().as_nanos() as f64 / checks as f64;
        out.line(&format!(
            "{name}: {nanos:.0} ns a check, {} of {} allowed",
            allowed / u64::from(ROUNDS),
            all.len()
        ))?;
    }
    Ok(())
}

/// Somebody with these grants, as the guard knows them.
fn somebody(app: &App, all: &[Permission], grants: &[(&str, Scope)]) -> Result<Principal> {
    let now = app.clock.now();
    let session = app.db.write(Priority::Interactive, |tx| {
        let email = format!("{}@bench.example", base::TypeId::new("acc", now));
        let account = access::create(tx, &email, None, now)?;
        for (role, scope) in grants {
            access::grant(tx, &Principal::local(), all, account.id, role, *scope, now)?;
        }
        access::create_session(tx, account.id, now)
    })?;
    let mut headers = HeaderMap::new();
    let cookie = HeaderValue::from_str(&format!("folkmoot_session={session}"));
    headers.insert(header::COOKIE, cookie.map_err(|e| Error::internal(e.to_string()))?);
    let access = app.access.clone();
    // A thread of its own: whoever gave the command may be inside of a runtime.
    let found = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        runtime.block_on(access::authenticate(&access, &headers))
    });
    found.join().map_err(|_| Error::internal("the benchmark broke off"))?
}
