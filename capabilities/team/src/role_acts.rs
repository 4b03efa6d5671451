//! What can be done with roles: all of a form at once, or nothing of it.

use crate::model::permissions;
use access::{OWNER, Role};
use base::{Error, Micros, Result};
use capability::audit::{self, Change};
use capability::{App, Permission, Principal};
use std::collections::HashSet;
use store::{Conn, Priority};

const ACTION: &str = crate::MANAGE_ROLES.id;

/// What a form of roles says.
pub(crate) struct Wanted {
    /// The state that the form was drawn from.
    pub fingerprint: String,
    /// Only this role, by name; empty for all.
    pub only: String,
    /// `role permission`, for each box that was ticked.
    pub held: HashSet<(String, String)>,
}

/// Makes the roles hold what the form says; how many roles changed. Blocking.
///
/// # Errors
/// `Conflict` when somebody else changed a role meanwhile, or when whoever asks would lose the way back to this page;
/// `Forbidden` for a permission that they do not hold themselves.
pub(crate) fn save(app: &App, by: &Principal, wanted: &Wanted) -> Result<usize> {
    let now = app.clock.now();
    let all = permissions(app);
    app.db.write(Priority::Interactive, |tx| {
        let present = access::list_roles(tx)?;
        if access::roles_fingerprint(&present) != wanted.fingerprint {
            return Err(Error::conflict(
                "Somebody else changed the roles since this page was opened; nothing of yours was saved. \
                 The page shows the present state: make your changes again.",
            ));
        }
        let mut changed = 0;
        for (role, _) in &present {
            if role.slug == OWNER || (!wanted.only.is_empty() && role.slug != wanted.only) {
                continue;
            }
            let holds = |p: &Permission| wanted.held.contains(&(role.slug.clone(), p.id.to_owned()));
            changed += usize::from(make_hold(tx, by, role, (&all, &holds), now)?);
        }
        keeps_a_way_back(tx, by)?;
        Ok(changed)
    })
}

/// Makes one role hold exactly these permissions, by their ids; whether that changed anything. Blocking.
///
/// # Errors
/// As [`save`]; `Conflict` for the role of owners, `Invalid` for a permission that is not there.
pub(crate) fn hold(app: &App, by: &Principal, slug: &str, ids: &[String]) -> Result<bool> {
    let now = app.clock.now();
    let all = permissions(app);
    if let Some(unknown) = ids.iter().find(|id| !all.iter().any(|p| p.id == id.as_str())) {
        return Err(Error::invalid(format!(
            "there is no permission \"{unknown}\"; GET /api/v1/roles names them"
        )));
    }
    app.db.write(Priority::Interactive, |tx| {
        let role = access::role_named(tx, slug)?;
        if role.slug == OWNER {
            return Err(Error::conflict("owners may do everything; that cannot be changed"));
        }
        let holds = |p: &Permission| ids.iter().any(|id| id == p.id);
        let changed = make_hold(tx, by, &role, (&all, &holds), now)?;
        keeps_a_way_back(tx, by)?;
        Ok(changed)
    })
}

/// Sets a role back to what it holds at first; whether that changed anything. Blocking.
///
/// # Errors
/// As [`save`].
pub(crate) fn reset(app: &App, by: &Principal, slug: &str) -> Result<bool> {
    let now = app.clock.now();
    let all = permissions(app);
    app.db.write(Priority::Interactive, |tx| {
        let role = access::role_named(tx, slug)?;
        if role.slug == OWNER {
            return Ok(false);
        }
        let at_first = |p: &Permission| p.roles.contains(&role.slug);
        let changed = make_hold(tx, by, &role, (&all, &at_first), now)?;
        keeps_a_way_back(tx, by)?;
        Ok(changed)
    })
}

/// Whether a role is to hold a permission.
type Holds<'a> = &'a dyn Fn(&Permission) -> bool;

/// Gives and takes until the role holds what `holds` says, and tells both.
fn make_hold(
    tx: &mut Conn<'_>,
    by: &Principal,
    role: &Role,
    (all, holds): (&[Permission], Holds<'_>),
    now: Micros,
) -> Result<bool> {
    let (mut taken, mut given) = (Vec::new(), Vec::new());
    for p in all {
        if access::change_role(tx, by, &role.slug, p, holds(p), now)? {
            if holds(p) { given.push(p.title) } else { taken.push(p.title) }
        }
    }
    if taken.is_empty() && given.is_empty() {
        return Ok(false);
    }
    let title = match (taken.is_empty(), given.is_empty()) {
        (false, true) => format!("The role {} lost permissions", role.title),
        (true, false) => format!("The role {} was given permissions", role.title),
        _ => format!("The role {} lost permissions and was given others", role.title),
    };
    let (before, after) = (taken.join("; "), given.join("; "));
    let change =
        Change { action: ACTION, subject: &role.slug, title: &title, before: &before, after: &after };
    audit::record(tx, by, now, &change)?;
    Ok(true)
}

/// Whoever changes roles can still change them afterwards.
fn keeps_a_way_back(tx: &mut Conn<'_>, by: &Principal) -> Result<()> {
    let Some(account) = by.account else { return Ok(()) };
    let roles = access::list_roles(tx)?;
    let kept = access::grants(tx)?.iter().any(|g| {
        g.account == account
            && g.scope == access::Scope::Everything
            && roles.iter().any(|(r, _)| r.id == g.role && r.holds(&crate::MANAGE_ROLES))
    });
    if kept {
        return Ok(());
    }
    Err(Error::conflict(format!(
        "Nothing was saved: you would take \"{}\" from your own role and could not come back here.",
        crate::MANAGE_ROLES.title
    )))
}

/// Makes a role that holds nothing yet; blocking.
///
/// # Errors
/// `Invalid` or `Conflict` for a title that cannot be.
pub(crate) fn add(app: &App, by: &Principal, title: &str, sentence: &str) -> Result<Role> {
    let now = app.clock.now();
    if sentence.chars().count() > 200 {
        return Err(Error::invalid("a role's sentence has at most 200 characters"));
    }
    app.db.write(Priority::Interactive, |tx| {
        let role = access::create_role(tx, by, title, sentence, now)?;
        let title = format!("Made the role {}", role.title);
        let change =
            Change { action: ACTION, subject: &role.slug, title: &title, after: sentence, before: "" };
        audit::record(tx, by, now, &change)?;
        Ok(role)
    })
}

/// Says whether whoever has a role must prove more than a password; whether that changed anything. Blocking.
///
/// # Errors
/// `Forbidden` for a role that holds more than whoever asks.
pub(crate) fn demand(app: &App, by: &Principal, slug: &str, demanded: bool) -> Result<bool> {
    let now = app.clock.now();
    let all = permissions(app);
    app.db.write(Priority::Interactive, |tx| {
        let changed = access::demand_second_factor(tx, by, &all, slug, demanded)?;
        if changed {
            let role = access::role_named(tx, slug)?;
            let (word, before, after) = if demanded {
                ("Asked for", "", "second factor")
            } else {
                ("Stopped asking for", "second factor", "")
            };
            let title = format!("{word} a second factor of whoever has the role {}", role.title);
            let change = Change { action: ACTION, subject: &role.slug, title: &title, before, after };
            audit::record(tx, by, now, &change)?;
        }
        Ok(changed)
    })
}

/// Removes a role of one's own making; blocking.
///
/// # Errors
/// `Conflict` for one of the seven, and for one that somebody has or had; `Forbidden` for one that holds more than whoever
/// asks.
pub(crate) fn remove(app: &App, by: &Principal, slug: &str) -> Result<Role> {
    let now = app.clock.now();
    let all = permissions(app);
    app.db.write(Priority::Interactive, |tx| {
        access::must_outrank_role(by, &access::role_named(tx, slug)?, &all)?;
        let role = access::remove_role(tx, slug)?;
        let title = format!("Removed the role {}", role.title);
        let held: Vec<&str> = all.iter().filter(|p| role.holds(p)).map(|p| p.title).collect();
        let change = Change {
            action: ACTION,
            subject: &role.slug,
            title: &title,
            before: &held.join("; "),
            after: "",
        };
        audit::record(tx, by, now, &change)?;
        Ok(role)
    })
}
