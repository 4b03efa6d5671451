//! Mail as the program sees it: the job that hands mails over, and the link in every subscribed mail that ends the
//! subscription without signing in.

use crate::{App, JobKind, Manifest, Problem, Schedule, Sealed, Table};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use base::{Error, Result};
use store::Priority;
use ui::{Button, Look, Markup};

/// How many mails one node hands over at once.
const AT_ONCE: usize = 8;

/// A list of mails that people subscribe to, so that the link in each of them can end it.
#[derive(Clone, Copy)]
pub struct MailList {
    /// Its name in links: the id of the capability.
    pub id: &'static str,
    /// What the subscription is, in words ("Today, every working day at 8"); `None` when it has ended already.
    pub describe: fn(&App, &str) -> Result<Option<String>>,
    /// Ends it; ending it twice is no mistake.
    pub end: fn(&App, &str) -> Result<()>,
}

pub(crate) fn mail_manifest() -> Manifest {
    Manifest {
        id: "mail",
        title: "Mail",
        migrations: mailer::MIGRATIONS,
        jobs: vec![
            JobKind::new(mailer::SEND, |app, job| app.access.mail.run(&app.db, job, app.clock.now()))
                .at_once(AT_ONCE)
                .retries(mailer::RETRIES)
                .dead(jobs::Dead::Tell(|app, job, _| {
                    let now = app.clock.now();
                    app.db.write(Priority::Interactive, |tx| mailer::mark_dead(tx, job, now))
                })),
        ],
        schedules: vec![Schedule::new("mail.tidy", jobs::When::Daily(3 * 60 + 45), |app, _| {
            mailer::tidy(&app.db, app.clock.now()).map(|_| ())
        })],
        tables: vec![
            Table::impersonal("mail_secrets"),
            // Links in mails that wait live for a while only, and what was sent must not be sent again by a restore.
            Table::personal(
                "mail_messages",
                &["account_id", "email"],
                "when which mail was sent to the account; never what it said",
                "removed 30 days after the mail was sent or given up",
            )
            .left_out_of_backups(),
            Table::personal(
                "mail_attempts",
                &["answer"],
                "what the mail server answered",
                "removed with the mail",
            )
            .reached(crate::Found::Nowhere, crate::Erase::Keep)
            .left_out_of_backups(),
        ],
        sealed: vec![
            Sealed { table: "mail_secrets", column: "secret", id: "name" },
            Sealed { table: "mail_messages", column: "content", id: "public_id" },
        ],
        gauges: crate::meter::MAIL,
        ..Manifest::default()
    }
}

/// Routes that are open to anybody who has a signed link: the signature is the permission, and it allows one thing.
pub(crate) fn routes() -> Router<App> {
    Router::new().route("/mail/unsubscribe/{token}", get(ask).post(unsubscribe))
}

/// The subscription behind a link, and its list.
fn find(app: &App, token: &str) -> Result<(MailList, mailer::Unsubscribe)> {
    let u = app.db.read(|c| app.access.mail.read_unsubscribe(c, token))?;
    let lists = app.registry.mail_lists();
    let list = lists.into_iter().find(|l| l.id == u.list);
    let list = list.ok_or_else(|| Error::not_found("this list of mails does not exist any more"))?;
    Ok((list, u))
}

fn message(title: &str, text: &str, action: &Markup) -> Response {
    let page = ui::message(&crate::door::door_shell(""), title, text, action);
    ([(header::CACHE_CONTROL, "no-store")], page).into_response()
}

/// `GET /mail/unsubscribe/{token}`: asks. Programs that look at every link of a mail end nothing.
async fn ask(State(app): State<App>, Path(token): Path<String>) -> std::result::Result<Response, Problem> {
    let asked = token.clone();
    let words = app
        .blocking(move |app| {
            let (list, u) = find(app, &asked)?;
            (list.describe)(app, &u.subject)
        })
        .await?;
    let Some(words) = words else {
        return Ok(message("These mails have ended", "There is nothing left to do.", &Markup::empty()));
    };
    let button = Button { label: "Stop these mails", look: Look::Primary, ..Button::default() }.markup();
    let form = Markup::raw(format!(
        "<form class=\"stack\" method=\"post\" action=\"/mail/unsubscribe/{}\">{button}</form>",
        ui::esc(&token)
    ));
    Ok(message("Stop these mails?", &words, &form))
}

/// `POST /mail/unsubscribe/{token}`: ends it, whoever sends it, as mail programs do by themselves when their button is
/// pressed (RFC 8058). It carries no cookie and no form token: the signed link is what proves it.
async fn unsubscribe(
    State(app): State<App>,
    Path(token): Path<String>,
) -> std::result::Result<Response, Problem> {
    app.blocking(move |app| {
        let (list, u) = find(app, &token)?;
        (list.end)(app, &u.subject)
    })
    .await?;
    let text = "You get none of them any more. You can choose them again under Settings, Mail to me.";
    let mut response = message("These mails have ended", text, &Markup::empty());
    *response.status_mut() = StatusCode::OK;
    Ok(response)
}
