//! People: who is staff and which accounts are bots. Figures leave them out or show only them; nothing that is
//! stored changes.

use crate::store::{self, Lists};
use axum::extract::{Form, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect};
use base::Result;
use capability::settings_page::{Answer, Page, Told, form_card};
use capability::{App, Principal, audit};
use serde::Deserialize;
use ui::{LongText, Markup, format, long_text};

pub(crate) const PATH: &str = "/desk/settings/people";

/// One entry a line, as people read and write it.
fn lines(stored: &str) -> String {
    stored.split([',', '\n']).map(str::trim).filter(|e| !e.is_empty()).collect::<Vec<_>>().join("\n")
}

/// As it is stored: separated by commas.
fn stored(lines: &str) -> String {
    lines.split([',', '\n']).map(str::trim).filter(|e| !e.is_empty()).collect::<Vec<_>>().join(", ")
}

fn body(lists: &Lists, csrf: &str) -> Markup {
    let (staff, listed_bots, bots) = lists.matched;
    let staff_hint = match (staff, lists.some.as_slice()) {
        (0, _) => "One a line: an e-mail address, a domain such as @example.org, a handle or a name. Nobody matches now.".to_owned(),
        (n, some) => format!(
            "One a line: an e-mail address, a domain such as @example.org, a handle or a name. {} now: {}{}.",
            format::counted(n, "account matches", "accounts match"),
            some.join(", "),
            if n as usize > some.len() { " and others" } else { "" }
        ),
    };
    let bots_hint = format!(
        "One a line: a name, a handle or an id, beside those that a source marks itself ({} now). {} from this list.",
        format::counted(bots, "account", "accounts"),
        format::counted(listed_bots, "account", "accounts")
    );
    let fields = Markup::join([
        &long_text(&LongText {
            label: "Staff",
            name: "staff",
            value: &lines(&lists.staff),
            hint: &staff_hint,
            rows: 7,
            optional: true,
            ..LongText::default()
        }),
        &long_text(&LongText {
            label: "Bots",
            name: "bots",
            value: &lines(&lists.bots),
            hint: &bots_hint,
            rows: 5,
            optional: true,
            ..LongText::default()
        }),
    ]);
    Markup::join([
        &form_card("Staff and bots", PATH, csrf, &fields, "Save lists"),
        &Markup::raw(
            "<p class=\"hint\">Every figure can leave staff out, include them or show only them (the filter Staff on Health). Bots \
             are in no figure about members. Both take effect at once, also for the past, and can be changed back.</p>",
        ),
    ])
}

/// `GET /desk/settings/people`
pub(crate) async fn show(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Query(told): Query<Told>,
) -> Answer {
    let (name, lists) = app
        .blocking(|app| app.db.read(|c| Ok((capability::settings_page::frame(c)?.0, store::lists(c)?))))
        .await?;
    let page = Page {
        app: &app,
        principal: &principal,
        headers: &headers,
        community: &name,
        path: PATH,
        title: "People",
        sentence: "Who is staff and who is a bot, so that figures count whom you mean.",
    };
    Ok(page.draw(told.words(crate::TOLD), &body(&lists, &principal.csrf)))
}

/// The form.
#[derive(Deserialize)]
pub(crate) struct Listed {
    #[serde(default)]
    staff: String,
    #[serde(default)]
    bots: String,
}

/// `POST /desk/settings/people`
pub(crate) async fn save(State(app): State<App>, principal: Principal, Form(form): Form<Listed>) -> Answer {
    app.blocking(move |app| {
        set_list(app, "staff", &form.staff, &principal)?;
        set_list(app, "bots", &form.bots, &principal)
    })
    .await?;
    Ok(Redirect::to(&format!("{PATH}?told=saved")).into_response())
}

/// Changes the list of staff or bots, and tells the audit log. Blocks.
///
/// # Errors
/// When the database says no.
pub(crate) fn set_list(app: &App, name: &'static str, text: &str, by: &Principal) -> Result<()> {
    let (text, now) = (stored(text), app.clock.now());
    if text != app.db.read(|c| community::settings::get_or_default(c, name))? {
        let title = format!("Changed the list of {name}");
        app.community.set_telling(name, &text, |tx, before, after| {
            audit::record(tx, by, now, &crate::decided(name, &title, before, after))
        })?;
        app.events.tell("members");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_lines_for_people_and_commas_for_the_store() {
        assert_eq!(lines("Ana, @example.org,,bo"), "Ana\n@example.org\nbo");
        assert_eq!(stored(" Ana\r\n@example.org\n\nbo,kim"), "Ana, @example.org, bo, kim");
    }
}
