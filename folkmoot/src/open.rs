//! From settings to a running program: database, schema, registry.

use crate::config::Config;
use crate::lists;
use access::Access;
use base::{Clock, Result};
use capability::{App, Limits, Registry};
use std::sync::Arc;
use std::time::Duration;
use store::Db;

/// Opens the store, brings its schema up to date and puts the program together. Whoever calls this holds the
/// data folder's lock.
///
/// # Errors
/// When the database cannot be opened or is of a newer version.
pub fn open(config: &Config, clock: Clock) -> Result<App> {
    open_as(config, clock, false)
}

/// The same for a server (`serves`), to which other nodes may leave what it was working on.
///
/// # Errors
/// As [`open`].
pub fn open_as(config: &Config, clock: Clock, serves: bool) -> Result<App> {
    let registry = Registry::new(lists::manifests())?;
    backup::refuse_broken_off(&config.location())?;
    let db = Db::open(&config.location())?;
    db.migrate(&registry.migrations(), clock.now())?;
    crate::node::introduce(&db, config)?;
    let presence = jobs::nodes::Presence::begin(&db, &clock, serves)?;
    let mut access = Access::new(db, clock, capability::look());
    access.public_url = Some(config.public_url.clone()).filter(|u| !u.is_empty());
    access.behind_proxy = config.behind_proxy;
    let mut app = App::new(access, registry, config.data.clone(), lists::IMPORTERS);
    app.presence = Some(Arc::new(presence));
    if !config.upload_folder.as_os_str().is_empty() {
        app.upload_dir = std::path::absolute(&config.upload_folder)?.into();
    }
    app.limits = Limits::new(config.max_requests.into(), Duration::from_secs(config.request_seconds.into()));
    app.api = capability::api::Rules {
        rates: capability::api::Rates::new(config.api_calls_a_minute),
        origins: config.origins()?.into(),
        examples: std::sync::Arc::new(capability::api::Examples::read(include_str!("api-examples.json"))),
    };
    if !config.secret_key.is_empty() {
        app = app.seal_with(seal::Sealer::with_keys(&config.secret_key, &config.secret_key_old)?);
    }
    if !config.backup_folder.as_os_str().is_empty() {
        app.backups = Some((config.backup_folder.as_path().into(), crate::backups::rule(config)));
    }
    let rules = outgoing::Rules::read(&config.outgoing_networks, config.outgoing_http)?;
    app.outgoing = outgoing::Client::new(rules.clone());
    app.access.mail = mailer::Mailer::new(app.sealer.clone(), config.mail_server()?, rules);
    // What a crash interrupted is finished before anybody asks, unless another node works on it; interrupted imports
    // wait for `imports resume`.
    app.community.recover()?;
    connect::import::finish_undos(&app.community, app.clock.now())?;
    Ok(app)
}
