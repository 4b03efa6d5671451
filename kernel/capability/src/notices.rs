//! Notices: what the desk tells people without being asked, such as "Import of export.zip finished". Kept in a
//! short list behind the bell, shown as a toast on pages that are open.

use crate::{App, Principal, Problem};
use axum::Json;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use base::{Micros, Result, Zone};
use community::settings;
use serde::Deserialize;
use serde_json::json;
use store::{Conn, Priority};
use ui::{Markup, Tone, esc};

/// How many the list shows.
const SHOWN: i64 = 30;
/// How many a toast may come of at once; more are counted.
const TOASTS: i64 = 5;
/// The most that a program is given.
const KEPT: i64 = 1_000;
/// How long a notice is kept: 60 days.
const KEEP: Micros = 60 * 86_400 * 1_000_000;

/// Something to tell.
#[derive(Clone, Debug, Default)]
pub struct Notice<'a> {
    /// To whom; `None` for everybody.
    pub account: Option<i64>,
    /// How it is meant.
    pub tone: Tone,
    /// One sentence, with its figures.
    pub text: &'a str,
    /// The page that says more, on the desk.
    pub link: &'a str,
}

/// A notice as it is listed.
pub(crate) struct Told {
    pub id: i64,
    pub tone: String,
    pub text: String,
    pub link: String,
    pub at: Micros,
}

impl App {
    /// Keeps a notice and tells open pages of it. Blocks. A notice that cannot be kept is logged: what it is
    /// about is done all the same.
    pub fn notify(&self, notice: &Notice<'_>) {
        let now = self.clock.now();
        match self.db.write(Priority::Interactive, |tx| keep(tx, notice, now)) {
            Ok(()) => self.events.tell("notices"),
            Err(error) => tracing::warn!(text = notice.text, %error, "a notice was not kept"),
        }
    }
}

fn word(tone: Tone) -> &'static str {
    match tone {
        Tone::Good => "good",
        Tone::Warn => "warn",
        Tone::Bad => "bad",
        _ => "info",
    }
}

fn keep(tx: &mut Conn<'_>, n: &Notice<'_>, now: Micros) -> Result<()> {
    tx.execute("DELETE FROM notices WHERE told_at < $1", &[(now - KEEP).into()])?;
    tx.execute(
        "INSERT INTO notices (account_id, tone, text, link, told_at) VALUES ($1, $2, $3, $4, $5)",
        &[n.account.into(), word(n.tone).into(), n.text.into(), n.link.into(), now.into()],
    )?;
    Ok(())
}

/// The newest notices for an account that come after one, newest first.
fn after(c: &mut Conn<'_>, account: i64, id: i64, most: i64) -> Result<Vec<Told>> {
    c.query(
        "SELECT notice_id, tone, text, link, told_at FROM notices
         WHERE (account_id IS NULL OR account_id = $1) AND notice_id > $2 ORDER BY notice_id DESC LIMIT $3",
        &[account.into(), id.into(), most.into()],
        |r| Ok(Told { id: r.int(0)?, tone: r.text(1)?, text: r.text(2)?, link: r.text(3)?, at: r.int(4)? }),
    )
}

/// How many are unread, and the newest one's number.
fn unread(c: &mut Conn<'_>, account: i64) -> Result<(i64, i64)> {
    c.query_one(
        "SELECT CAST(COALESCE(sum(CASE WHEN notice_id > COALESCE(
                  (SELECT read_to FROM notice_marks WHERE account_id = $1), 0) THEN 1 ELSE 0 END), 0) AS BIGINT),
                CAST(COALESCE(max(notice_id), 0) AS BIGINT)
         FROM notices WHERE account_id IS NULL OR account_id = $1",
        &[account.into()],
        |r| Ok((r.int(0)?, r.int(1)?)),
    )
}

/// Every notice that is kept for an account, newest first, and up to which it has read them.
///
/// # Errors
/// When the database says no.
pub(crate) fn all(c: &mut Conn<'_>, account: i64) -> Result<(Vec<Told>, i64)> {
    let read_to = "SELECT read_to FROM notice_marks WHERE account_id = $1";
    let read_to = c.query_opt(read_to, &[account.into()], |r| r.int(0))?.unwrap_or(0);
    Ok((after(c, account, 0, KEPT)?, read_to))
}

/// Notes that an account has read what it was told up to a notice that there is. Blocking.
///
/// # Errors
/// When the database says no.
pub(crate) fn mark_to(app: &App, account: i64, to: i64) -> Result<()> {
    let now = app.clock.now();
    app.db.write(Priority::Interactive, |tx| {
        let newest = unread(tx, account)?.1;
        mark(tx, account, to.min(newest), now)
    })
}

/// Notes that an account has read everything up to a notice.
fn mark(tx: &mut Conn<'_>, account: i64, to: i64, now: Micros) -> Result<()> {
    tx.execute(
        "INSERT INTO notice_marks (account_id, read_to, read_at) VALUES ($1, $2, $3)
         ON CONFLICT (account_id) DO UPDATE SET read_to = excluded.read_to, read_at = excluded.read_at
         WHERE excluded.read_to > notice_marks.read_to",
        &[account.into(), to.into(), now.into()],
    )?;
    Ok(())
}

fn icon(tone: &str) -> &'static str {
    match tone {
        "good" => "circle-check",
        "warn" => "triangle-alert",
        "bad" => "circle-alert",
        _ => "info",
    }
}

/// The notices as a list.
fn listed(all: &[Told], zone: &Zone) -> Markup {
    if all.is_empty() {
        let text = "When an import or other long work is done, it says so here.";
        return ui::empty("bell", "Nothing yet", text, &Markup::empty());
    }
    let rows: String = all
        .iter()
        .map(|n| {
            format!(
                "<li class=\"told {}\">{}<div class=\"grow\"><a href=\"{}\">{}</a><small class=\"sub\">{}</small></div></li>",
                esc(&n.tone),
                ui::icon(icon(&n.tone)),
                esc(&n.link),
                esc(&n.text),
                ui::time(n.at, zone)
            )
        })
        .collect();
    Markup::raw(format!("<ul class=\"list\">{rows}</ul>"))
}

fn load(c: &mut Conn<'_>, account: i64) -> Result<(String, Zone, Vec<Told>)> {
    let name = settings::get_or_default(c, "name")?;
    let zone = Zone::named(&settings::get_or_default(c, "zone")?)?;
    Ok((name, zone, after(c, account, 0, SHOWN)?))
}

fn note_read(app: &App, principal: &Principal, all: &[Told]) -> Result<()> {
    let (Some(account), Some(newest)) = (principal.account, all.first()) else { return Ok(()) };
    let now = app.clock.now();
    app.db.write(Priority::Interactive, |tx| mark(tx, account, newest.id, now))
}

/// `GET /desk/notices`: the whole list.
pub(crate) async fn page(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
) -> std::result::Result<Response, Problem> {
    let account = principal.account.unwrap_or(-1);
    let (name, zone, all) = app.blocking(move |app| app.db.read(|c| load(c, account))).await?;
    let shell = app.shell(&name, &principal, &headers, "/desk/notices");
    let list = ui::card("", "", &Markup::empty(), &listed(&all, &zone), &Markup::empty());
    let read = if all.is_empty() {
        Markup::empty()
    } else {
        Markup::raw(format!(
            "<form method=\"post\" action=\"/desk/notices/mark\">{}{}</form>",
            ui::hidden("csrf", &shell.csrf),
            ui::button("Mark all as read", ui::Look::Plain)
        ))
    };
    let head = ui::page_head("Notices", "What finished, and what waits for an answer of yours.", &read);
    Ok(ui::page(&shell, "Notices", &Markup::join([&head, &list])).into_response())
}

/// `GET /desk/notices/list`: the list behind the bell.
pub(crate) async fn list(
    State(app): State<App>,
    principal: Principal,
) -> std::result::Result<Response, Problem> {
    let account = principal.account.unwrap_or(-1);
    let (_, zone, all) = app.blocking(move |app| app.db.read(|c| load(c, account))).await?;
    Ok(listed(&all, &zone).into_response())
}

/// `POST /desk/notices/mark`: everything is read.
pub(crate) async fn mark_read(
    State(app): State<App>,
    principal: Principal,
) -> std::result::Result<Response, Problem> {
    let account = principal.account.unwrap_or(-1);
    app.blocking(move |app| {
        let newest = app.db.read(|c| after(c, account, 0, 1))?;
        note_read(app, &principal, &newest)
    })
    .await?;
    Ok(Redirect::to("/desk/notices").into_response())
}

/// After which notice news are asked for; −1 asks only where one stands.
#[derive(Deserialize)]
pub(crate) struct After {
    #[serde(default = "nothing")]
    after: i64,
}

fn nothing() -> i64 {
    -1
}

/// `GET /desk/notices/news?after=`: how many are unread, and those after a number, for toasts.
pub(crate) async fn news(
    State(app): State<App>,
    principal: Principal,
    Query(asked): Query<After>,
) -> std::result::Result<Response, Problem> {
    let account = principal.account.unwrap_or(-1);
    let ((unread, newest), new) = app
        .blocking(move |app| {
            app.db.read(|c| {
                let state = unread(c, account)?;
                let new = if asked.after < 0 { Vec::new() } else { after(c, account, asked.after, TOASTS)? };
                Ok((state, new))
            })
        })
        .await?;
    let new: Vec<_> =
        new.iter().rev().map(|n| json!({ "text": n.text, "link": n.link, "tone": n.tone })).collect();
    Ok(Json(json!({ "unread": unread, "newest": newest, "new": new })).into_response())
}
