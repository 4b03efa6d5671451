//! From settings to a running program: database, schema, registry.

use crate::config::Config;
use crate::lists;
use access::Access;
use base::{Clock, Result};
use capability::{App, Limits, Registry};
use std::time::Duration;
use store::Db;

/// Opens the store, brings its schema up to date and puts the program together. Whoever calls this holds the
/// data folder's lock.
///
/// # Errors
/// When the database cannot be opened or is of a newer version.
pub fn open(config: &Config, clock: Clock) -> Result<App> {
    let registry = Registry::new(lists::manifests())?;
    backup::refuse_broken_off(&config.location())?;
    let db = Db::open(&config.location())?;
    db.migrate(&registry.migrations(), clock.now())?;
    let mut access = Access::new(db, clock, capability::look());
    access.public_url = Some(config.public_url.clone()).filter(|u| !u.is_empty());
    access.behind_proxy = config.behind_proxy;
    let mut app = App::new(access, registry, config.data.clone(), lists::IMPORTERS);
    app.limits = Limits::new(config.max_requests.into(), Duration::from_secs(config.request_seconds.into()));
    if !config.secret_key.is_empty() {
        app.sealer = seal::Sealer::with_keys(&config.secret_key, &config.secret_key_old)?;
    }
    app.outgoing =
        outgoing::Client::new(outgoing::Rules::read(&config.outgoing_networks, config.outgoing_http)?);
    // What a crash interrupted is finished before anybody asks; interrupted imports wait for `imports resume`.
    app.community.recover()?;
    connect::import::finish_undos(&app.community, app.clock.now())?;
    Ok(app)
}
