//! What forms do about who is whom: links, refusals, rosters.

use crate::acts::{SLICE, to};
use crate::pages::{Answer, signature, suggestions_page};
use crate::roster_file::{self, RosterReport};
use crate::store::{pairs, subjects};
use crate::told::told_both;
use crate::view::PATH;
use crate::view::suggestions::SUGGESTIONS;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Form, Multipart, Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect};
use base::{Error, Micros, Result};
use capability::{App, Principal, Problem};
use community::people;
use serde::Deserialize;
use store::Priority;

/// The most bytes of a roster.
pub(crate) const ROSTER_MAX: usize = 5 << 20;

/// Two identities, and why.
#[derive(Deserialize)]
pub(crate) struct Pair {
    left: String,
    right: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    back: String,
}

/// `POST /desk/members/links`
pub(crate) async fn link(State(app): State<App>, principal: Principal, Form(form): Form<Pair>) -> Answer {
    let by = signature(&principal);
    let back = form.back.clone();
    app.blocking(move |app| {
        let now = app.clock.now();
        app.db.write(Priority::Interactive, |tx| {
            let (left, right) =
                (people::get_identity(tx, &form.left)?, people::get_identity(tx, &form.right)?);
            told_both(
                tx,
                (&principal, now),
                (&left.public_id, &right.public_id),
                "Said to be the same person as",
            )?;
            people::link(tx, &left, &right, &form.reason, &by, now)
        })
    })
    .await?;
    to(&back, PATH)
}

/// Why a link is taken back.
#[derive(Deserialize)]
pub(crate) struct Reason {
    #[serde(default)]
    reason: String,
    #[serde(default)]
    back: String,
}

/// `POST /desk/members/links/{link}/removal`
pub(crate) async fn unlink(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    Form(form): Form<Reason>,
) -> Answer {
    let by = signature(&principal);
    let back = form.back.clone();
    app.blocking(move |app| {
        let now = app.clock.now();
        app.db.write(Priority::Interactive, |tx| {
            people::unlink(tx, &id, &form.reason, &by, now)?;
            let (left, right) = subjects::of_link(tx, &id)?;
            told_both(tx, (&principal, now), (&left, &right), "Parted again from")
        })
    })
    .await?;
    to(&back, PATH)
}

/// `POST /desk/members/dismissals`
pub(crate) async fn dismiss(State(app): State<App>, principal: Principal, Form(form): Form<Pair>) -> Answer {
    let back = form.back.clone();
    refuse(&app, &principal, form, false).await?;
    to(&back, SUGGESTIONS)
}

/// `POST /desk/members/dismissals/removal`
pub(crate) async fn suggest_again(
    State(app): State<App>,
    principal: Principal,
    Form(form): Form<Pair>,
) -> Answer {
    let back = form.back.clone();
    refuse(&app, &principal, form, true).await?;
    to(&back, SUGGESTIONS)
}

async fn refuse(app: &App, principal: &Principal, pair: Pair, again: bool) -> Result<()> {
    let (by, principal) = (signature(principal), principal.clone());
    app.blocking(move |app| {
        let now = app.clock.now();
        app.db.write(Priority::Interactive, |tx| {
            let left = people::get_identity(tx, &pair.left)?.identity;
            let right = people::get_identity(tx, &pair.right)?.identity;
            let title =
                if again { "May be the same person again as" } else { "Said not to be the same person as" };
            told_both(tx, (&principal, now), (&pair.left, &pair.right), title)?;
            if again {
                pairs::withdraw(tx, (left, right), &by, now)
            } else {
                pairs::dismiss(tx, (left, right), &pair.reason, &by, now)
            }
        })
    })
    .await
}

/// `POST /desk/members/suggestions`: the chosen pairs of a roster are linked, each with its row as the reason.
pub(crate) async fn link_chosen(
    State(app): State<App>,
    principal: Principal,
    Form(form): Form<Vec<(String, String)>>,
) -> Answer {
    let chosen: Vec<String> = form.into_iter().filter(|p| p.0 == "pick").map(|p| p.1).collect();
    if chosen.is_empty() {
        return Err(
            Error::invalid("no pair is chosen: tick those that are one person, then link them").into()
        );
    }
    let by = signature(&principal);
    app.blocking(move |app| {
        let waiting = app.community.view(crate::suggest::load)?.waiting;
        let now = app.clock.now();
        for slice in chosen.chunks(SLICE) {
            app.db.write(Priority::Interactive, |tx| {
                for both in slice {
                    let (left, right) = both.split_once('.').ok_or_else(|| {
                        Error::invalid("a pair in the form is damaged; load the page again")
                    })?;
                    let (left, right) = (people::get_identity(tx, left)?, people::get_identity(tx, right)?);
                    let found = waiting.iter().find(|s| {
                        (s.left, s.right) == (left.identity, right.identity)
                            || (s.right, s.left) == (left.identity, right.identity)
                    });
                    // Somebody may have decided meanwhile.
                    if let Some(suggestion) = found {
                        people::link(tx, &left, &right, &suggestion.reason(), &by, now)?;
                        let both = (left.public_id.as_str(), right.public_id.as_str());
                        told_both(tx, (&principal, now), both, "Said to be the same person as")?;
                    }
                }
                Ok(())
            })?;
        }
        Ok(())
    })
    .await?;
    Ok(Redirect::to(SUGGESTIONS).into_response())
}

/// What an upload of a roster holds.
#[derive(Default)]
struct Uploaded {
    name: String,
    text: String,
    keep: bool,
}

async fn uploaded(multipart: &mut Multipart) -> std::result::Result<Uploaded, Problem> {
    let wrong = |e: axum::extract::multipart::MultipartError| Problem::new(e.status(), e.body_text());
    let mut found = Uploaded::default();
    while let Some(field) = multipart.next_field().await.map_err(wrong)? {
        match field.name().unwrap_or_default() {
            "file" => {
                found.name = field.file_name().unwrap_or_default().to_owned();
                let bytes = field.bytes().await.map_err(wrong)?;
                found.text = String::from_utf8(bytes.to_vec()).map_err(|_| {
                    Error::invalid("a roster is a CSV file in UTF-8; save it again in that form")
                })?;
            }
            "text" => found.text = field.text().await.map_err(wrong)?,
            "name" => found.name = field.text().await.map_err(wrong)?,
            "act" => found.keep = field.text().await.map_err(wrong)? == "keep",
            _ => {}
        }
    }
    Ok(found)
}

/// `POST /desk/members/suggestions/roster`: looks at a roster, or keeps what it suggests.
pub(crate) async fn roster(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    multipart: std::result::Result<Multipart, MultipartRejection>,
) -> Answer {
    let mut multipart = multipart.map_err(|e| Problem::new(e.status(), e.body_text()))?;
    let sent = uploaded(&mut multipart).await?;
    if sent.text.trim().is_empty() {
        return Err(Error::invalid("choose a roster: a CSV file with one person a row").into());
    }
    let by = signature(&principal);
    let (report, text) = app
        .blocking(move |app| {
            let report = import_roster(app, &sent.name, &sent.text, &by, !sent.keep)?;
            Ok((report, if sent.keep { String::new() } else { sent.text }))
        })
        .await?;
    suggestions_page(&app, &principal, &headers, Some((report, text))).await
}

/// Reads a roster and keeps what it suggests; `dry` only says what it would. Blocks.
///
/// # Errors
/// `Invalid` for what is no roster; what the database says.
pub fn import_roster(app: &App, name: &str, text: &str, by: &str, dry: bool) -> Result<RosterReport> {
    let name = name.rsplit(['/', '\\']).next().filter(|n| !n.is_empty()).unwrap_or("roster.csv");
    let (mut report, found) = app.community.view(|v| roster_file::read(v, name, text))?;
    if !dry {
        let now: Micros = app.clock.now();
        let (mut suggested, mut known) = (0, 0);
        for slice in found.chunks(SLICE) {
            app.db.write(Priority::Interactive, |tx| roster_file::keep(tx, &mut report, slice, by, now))?;
            suggested += report.suggested;
            known += report.known;
        }
        (report.suggested, report.known) = (suggested, known);
    }
    Ok(report)
}
