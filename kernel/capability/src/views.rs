//! Saved views: a list's filters under a name, for oneself or for everybody.
//!
//! A page with a list reads them with [`list`] in its one reading and puts [`bar`] above the list:
//!
//! ```ignore
//! let saved = views::list(c, "members", principal.account)?;
//! let bar = views::bar("members", "/desk/members", uri.query().unwrap_or_default(), &saved, &shell.csrf);
//! ```

use crate::{App, Principal, Problem};
use axum::extract::{Form, Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use base::{Error, Result, TypeId};
use serde::Deserialize;
use store::{Conn, Priority};
use ui::{Markup, esc};

/// The most views that an account keeps for one list.
const MOST: i64 = 50;
/// The longest name, in characters.
const NAME_MAX: usize = 60;
/// The longest query, in bytes.
const QUERY_MAX: usize = 2_000;

/// A list's filters under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedView {
    /// What addresses hold (`vie_…`).
    pub public_id: String,
    /// Its name.
    pub name: String,
    /// Its filters as the address has them, without `?`.
    pub query: String,
    /// Whether everybody sees it.
    pub shared: bool,
    /// Whether it belongs to whoever looks.
    pub own: bool,
    /// The name of whoever saved it.
    pub owner: String,
}

/// The views of a list that an account sees: its own and the shared ones, by name. One statement.
///
/// # Errors
/// When the database says no.
pub fn list(c: &mut Conn<'_>, list: &str, account: Option<i64>) -> Result<Vec<SavedView>> {
    let account = account.unwrap_or(-1);
    c.query(
        "SELECT v.public_id, v.name, v.query, v.shared_at, v.account_id, a.name
         FROM saved_views v JOIN accounts a ON a.account_id = v.account_id
         WHERE v.list = $1 AND (v.account_id = $2 OR v.shared_at IS NOT NULL)
         ORDER BY v.name, v.view_id",
        &[list.into(), account.into()],
        |r| {
            Ok(SavedView {
                public_id: r.text(0)?,
                name: r.text(1)?,
                query: r.text(2)?,
                shared: r.opt_int(3)?.is_some(),
                own: r.int(4)? == account,
                owner: r.text(5)?,
            })
        },
    )
}

/// A view with the name of its list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfList {
    /// The list (`members`).
    pub list: String,
    /// The view.
    pub view: SavedView,
}

/// The views of every list that an account sees, by list and name; only the one with this id where one is given. One
/// statement.
///
/// # Errors
/// When the database says no.
pub fn of_every_list(c: &mut Conn<'_>, account: i64, only: Option<&str>) -> Result<Vec<OfList>> {
    c.query(
        "SELECT v.public_id, v.name, v.query, v.shared_at, v.account_id, a.name, v.list
         FROM saved_views v JOIN accounts a ON a.account_id = v.account_id
         WHERE (v.account_id = $1 OR v.shared_at IS NOT NULL) AND v.public_id = COALESCE($2, v.public_id)
         ORDER BY v.list, v.name, v.view_id",
        &[account.into(), only.into()],
        |r| {
            let view = SavedView {
                public_id: r.text(0)?,
                name: r.text(1)?,
                query: r.text(2)?,
                shared: r.opt_int(3)?.is_some(),
                own: r.int(4)? == account,
                owner: r.text(5)?,
            };
            Ok(OfList { list: r.text(6)?, view })
        },
    )
}

/// The row of views above a list: everything, each saved view, "Save view" once something is filtered, and
/// the removal of one's own.
///
/// `list` is the list's name in the database, `path` its address, `query` the present filters without `?`.
pub fn bar(list: &str, path: &str, query: &str, views: &[SavedView], csrf: &str) -> Markup {
    let present = plain(query);
    let link = |label: &str, query: &str, title: &str, current: bool| {
        let href = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
        let current = if current { " aria-current=\"true\"" } else { "" };
        let title = if title.is_empty() { String::new() } else { format!(" title=\"{}\"", esc(title)) };
        format!("<a href=\"{}\"{current}{title}><span>{}</span></a>", esc(&href), esc(label))
    };
    let mut tabs = link("All", "", "", present.is_empty());
    for view in views {
        let title = match (view.own, view.shared) {
            (true, true) => "Your view, shared with everybody".to_owned(),
            (true, false) => "Your view".to_owned(),
            (false, _) => format!("Shared by {}", view.owner),
        };
        tabs.push_str(&link(&view.name, &view.query, &title, view.query == present));
    }
    let current = views.iter().find(|v| v.own && v.query == present);
    let mut tools = String::new();
    if let Some(view) = current {
        tools.push_str(&format!(
            "<form method=\"post\" action=\"/desk/views/{}/removal\">{}{}{}</form>",
            esc(&view.public_id),
            ui::hidden("csrf", csrf),
            ui::hidden("back", path),
            ui::Button {
                label: "Remove view",
                icon: "trash-2",
                look: ui::Look::Quiet,
                small: true,
                ..Default::default()
            }
            .markup(),
        ));
    } else if !present.is_empty() {
        tools.push_str(&save_form(list, path, &present, csrf));
    }
    Markup::raw(format!(
        "<div class=\"views\"><nav class=\"tabs\" aria-label=\"Saved views\">{tabs}</nav>{tools}</div>"
    ))
}

fn save_form(list: &str, path: &str, query: &str, csrf: &str) -> String {
    let name = ui::field(&ui::Field {
        label: "Name",
        name: "name",
        hint: "A view of yours with this name is replaced.",
        attributes: &[("maxlength", "60"), ("autocomplete", "off")],
        ..Default::default()
    });
    format!(
        "<details class=\"menu-box\" name=\"menu\"><summary class=\"btn quiet sm\">{}Save view</summary>\
         <form class=\"popover popover-form at-end\" method=\"post\" action=\"/desk/views\">{}{}{}{}{name}{}{}</form></details>",
        ui::icon_small("bookmark"),
        ui::hidden("csrf", csrf),
        ui::hidden("list", list),
        ui::hidden("path", path),
        ui::hidden("query", query),
        ui::check("Share with everybody", "share", "1", false),
        ui::button("Save view", ui::Look::Primary),
    )
}

/// The filters of a query in one form: empty ones and the place in the list left out, sorted.
fn plain(query: &str) -> String {
    const PLACES: [&str; 5] = ["page", "after", "before", "cursor", "selected"];
    let mut pairs: Vec<&str> = query
        .trim_start_matches('?')
        .split('&')
        .filter(|pair| pair.split_once('=').is_some_and(|(n, v)| !v.is_empty() && !PLACES.contains(&n)))
        .collect();
    pairs.sort_unstable();
    pairs.join("&")
}

/// An address on the desk, and nothing else: what a form sends is not sent on to elsewhere.
pub fn on_the_desk(path: &str) -> Result<&str> {
    let inside = path == "/desk" || path.starts_with("/desk/") || path.starts_with("/desk?");
    if inside && !path.chars().any(|c| c.is_control() || c == '\\') {
        Ok(path)
    } else {
        Err(Error::invalid("the form leads to no page of the desk; load the page again and repeat"))
    }
}

fn account_of(principal: &Principal) -> Result<i64> {
    principal.account.ok_or_else(|| {
        Error::forbidden("views belong to an account; sign in with one to save or remove a view")
    })
}

/// What the form sends.
#[derive(Deserialize)]
pub(crate) struct NewView {
    list: String,
    path: String,
    query: String,
    name: String,
    #[serde(default)]
    share: String,
}

/// `POST /desk/views`
pub(crate) async fn save(
    State(app): State<App>,
    principal: Principal,
    Form(form): Form<NewView>,
) -> std::result::Result<Response, Problem> {
    let query = plain(&form.query);
    let target = format!("{}?{query}", on_the_desk(&form.path)?.split('?').next().unwrap_or("/desk"));
    let wanted = Wanted { list: form.list, name: form.name, query, share: form.share == "1" };
    app.blocking(move |app| save_telling(app, &principal, &wanted)).await?;
    Ok(Redirect::to(&target).into_response())
}

/// A view to be saved.
pub(crate) struct Wanted {
    pub list: String,
    pub name: String,
    pub query: String,
    pub share: bool,
}

/// Saves a view of whoever asks, in place of theirs of this list and name, and tells the audit log. Blocking.
///
/// # Errors
/// `Forbidden` for whoever has no account, `Invalid` for what is no view, `Conflict` when there are too many.
pub(crate) fn save_telling(app: &App, principal: &Principal, wanted: &Wanted) -> Result<OfList> {
    let (account, now) = (account_of(principal)?, app.clock.now());
    app.db.write(Priority::Interactive, |tx| {
        let name = create(tx, account, wanted, now)?;
        let title = if wanted.share { "Shared a view with the team" } else { "Saved a view" };
        let (action, subject) = (crate::USE_DESK.id, &*wanted.list);
        let change = access::audit::Change { action, subject, title, before: "", after: &name };
        access::audit::record(tx, principal, now, &change)?;
        let view = list(tx, &wanted.list, Some(account))?.into_iter().find(|v| v.own && v.name == name);
        let view = view.ok_or_else(|| Error::internal("the view that was saved is not there"))?;
        Ok(OfList { list: wanted.list.clone(), view })
    })
}

/// The name under which it was kept.
fn create(tx: &mut Conn<'_>, account: i64, wanted: &Wanted, now: base::Micros) -> Result<String> {
    let (name, query) = (wanted.name.split_whitespace().collect::<Vec<_>>().join(" "), plain(&wanted.query));
    let known = !wanted.list.is_empty() && wanted.list.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    if !known || query.is_empty() || query.len() > QUERY_MAX || query.chars().any(char::is_control) {
        return Err(Error::invalid("there is nothing to save: filter the list first, then save the view"));
    }
    if name.is_empty() || name.chars().count() > NAME_MAX {
        return Err(Error::invalid(format!("a view has a name of 1 to {NAME_MAX} characters")));
    }
    let kept = tx.query_one(
        "SELECT count(*) FROM saved_views WHERE list = $1 AND account_id = $2 AND name <> $3",
        &[(&wanted.list).into(), account.into(), (&name).into()],
        |r| r.int(0),
    )?;
    if kept >= MOST {
        return Err(Error::conflict(format!("you have {MOST} views of this list; remove one first")));
    }
    let shared_at = wanted.share.then_some(now);
    let id = TypeId::new("vie", now);
    tx.execute(
        "INSERT INTO saved_views (public_id, list, name, query, account_id, saved_at, shared_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (list, account_id, name) DO UPDATE
         SET query = excluded.query, saved_at = excluded.saved_at, shared_at = excluded.shared_at",
        &[
            id.as_str().into(),
            (&wanted.list).into(),
            (&name).into(),
            (&query).into(),
            account.into(),
            now.into(),
            shared_at.into(),
        ],
    )?;
    Ok(name)
}

/// What the removal's form sends.
#[derive(Deserialize)]
pub(crate) struct Back {
    back: String,
}

/// `POST /desk/views/{id}/removal`
pub(crate) async fn remove(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    Form(form): Form<Back>,
) -> std::result::Result<Response, Problem> {
    let target = on_the_desk(&form.back)?.to_owned();
    app.blocking(move |app| remove_own(app, &principal, &id)).await?;
    Ok(Redirect::to(&target).into_response())
}

/// Removes a view of whoever asks. Blocking.
///
/// # Errors
/// `Forbidden` for whoever has no account, `NotFound` when it is not theirs.
pub(crate) fn remove_own(app: &App, principal: &Principal, id: &str) -> Result<()> {
    let account = account_of(principal)?;
    let gone = app.db.write(Priority::Interactive, |tx| {
        let own = "DELETE FROM saved_views WHERE public_id = $1 AND account_id = $2";
        tx.execute(own, &[id.into(), account.into()])
    })?;
    if gone == 0 {
        return Err(Error::not_found("this view is not yours or is gone already"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_have_one_form() {
        for (given, expect) in [
            ("", ""),
            ("?b=2&a=1&page=4&c=", "a=1&b=2"),
            ("after=x", ""),
            ("q=a%26b&tag=x&tag=y", "q=a%26b&tag=x&tag=y"),
        ] {
            assert_eq!(plain(given), expect, "{given}");
        }
    }

    #[test]
    fn forms_lead_to_the_desk_only() {
        for (path, fine) in [
            ("/desk/members?a=1", true),
            ("/desk", true),
            ("//evil.example/desk/", false),
            ("/deskevil", false),
            ("https://evil.example", false),
            ("/desk/\r\nx: y", false),
        ] {
            assert_eq!(on_the_desk(path).is_ok(), fine, "{path}");
        }
    }

    #[test]
    fn the_bar_marks_the_present_view_and_offers_what_fits() {
        let view = |name: &str, query: &str, own: bool| SavedView {
            public_id: format!("vie_{name}"),
            name: name.to_owned(),
            query: query.to_owned(),
            shared: !own,
            own,
            owner: "Ruth".into(),
        };
        let views = [view("mine", "a=1", true), view("theirs", "b=2", false)];
        let html = |query: &str| bar("members", "/desk/members", query, &views, "t").into_string();
        assert!(html("").contains("aria-current=\"true\"><span>All") && !html("").contains("Save view"));
        assert!(html("page=2&a=1").contains("removal") && !html("a=1").contains("Save view"));
        assert!(html("b=2").contains("Save view") && html("b=2").contains("Shared by Ruth"));
        assert_eq!(html("c=3").matches("aria-current").count(), 0);
    }
}
