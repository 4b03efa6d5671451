//! What can be done with providers: each in one transaction with its entry in the audit log.

use crate::model::permissions;
use access::sso::{self, Provider, ProviderDraft, Tested};
use base::Result;
use capability::audit::{self, Change};
use capability::{App, Principal};
use store::{Conn, Priority};

const ACTION: &str = crate::MANAGE_SIGN_IN.id;

fn told(
    tx: &mut Conn<'_>,
    (app, by): (&App, &Principal),
    subject: &str,
    title: &str,
    (before, after): (&str, &str),
) -> Result<()> {
    audit::record(tx, by, app.clock.now(), &Change { action: ACTION, subject, title, before, after })
}

/// Makes a provider; blocking.
///
/// # Errors
/// As [`sso::create`], and `Invalid` for an address that requests may not go to.
pub fn create(app: &App, by: &Principal, draft: &ProviderDraft) -> Result<Provider> {
    app.outgoing.check(draft.issuer.trim()).map_err(|e| e.at("issuer"))?;
    let all = permissions(app);
    app.db.write(Priority::Interactive, |tx| {
        let made = sso::create(tx, (by, &all), &app.sealer, draft, app.clock.now())?;
        let title = format!("Let people sign in with {}", made.name);
        told(tx, (app, by), &made.public_id, &title, ("", &made.words()))?;
        Ok(made)
    })
}

/// Changes a provider; blocking.
///
/// # Errors
/// As [`sso::update`].
pub fn update(app: &App, by: &Principal, id: &str, draft: &ProviderDraft) -> Result<Provider> {
    let all = permissions(app);
    app.db.write(Priority::Interactive, |tx| {
        let (before, after) = sso::update(tx, (by, &all), &app.sealer, id, draft)?;
        let title = if draft.client_secret.is_some() {
            format!("Changed how people sign in with {}, its secret included", after.name)
        } else {
            format!("Changed how people sign in with {}", after.name)
        };
        told(tx, (app, by), id, &title, (&before.words(), &after.words()))?;
        Ok(after)
    })
}

/// Removes a provider; blocking.
///
/// # Errors
/// As [`sso::remove`].
pub fn remove(app: &App, by: &Principal, id: &str) -> Result<Provider> {
    app.db.write(Priority::Interactive, |tx| {
        let gone = sso::remove(tx, by, id, app.clock.now())?;
        let title = format!("Ended signing in with {}", gone.name);
        told(tx, (app, by), id, &title, (&gone.words(), ""))?;
        Ok(gone)
    })
}

/// Asks a provider whether it is there; blocking.
///
/// # Errors
/// `NotFound`, or what is wrong about its answer.
pub fn test(app: &App, id: &str) -> Result<Tested> {
    let provider = app.db.read(|c| sso::get(c, id))?;
    sso::test(&app.access, &app.outgoing, &provider)
}
