//! Every mail of the last days: where it stands, what the server answered to each attempt, and one more attempt.

use ::store::Priority;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect};
use base::{Micros, Result, Zone};
use capability::settings_page::{Answer, Page, Told, small_post};
use capability::{App, Principal, audit};
use mailer::{AttemptRow, Filter, MessageRow, State as Standing};
use serde::Deserialize;
use ui::{Choice, Column, Look, Markup, Table, Tone, esc};

pub(crate) const PATH: &str = "/desk/settings/mail/messages";

/// Mails on one page.
const SHOWN: usize = 50;

const TOLD: &[(&str, &str)] = &[("again", "It is sent again; load the page in a moment to see the answer.")];

/// Which mails are listed.
#[derive(Default, Deserialize)]
pub(crate) struct Asked {
    #[serde(default)]
    state: String,
    #[serde(default)]
    before: String,
}

fn badge(row: &MessageRow) -> Markup {
    match row.state() {
        Standing::Sent => ui::badge("Sent", Tone::Good),
        Standing::Failed => ui::badge("Failed", Tone::Bad),
        Standing::Waiting if row.attempts > 0 => ui::badge("Tried again", Tone::Warn),
        Standing::Waiting => ui::badge("Waiting", Tone::Info),
    }
}

fn when(at: Option<Micros>, zone: &Zone) -> Markup {
    at.map_or_else(|| Markup::text("–"), |at| ui::time(at, zone))
}

fn line(row: &MessageRow, zone: &Zone) -> Vec<Markup> {
    let whom = if row.to.name.is_empty() { String::new() } else { format!("{} ", esc(&row.to.name)) };
    vec![
        Markup::raw(format!(
            "<a href=\"{PATH}/{}\"><b>{}</b></a><br><small class=\"muted\">{}</small>",
            esc(&row.public_id),
            esc(&row.subject),
            esc(&row.kind)
        )),
        Markup::raw(format!("{whom}<small class=\"muted\">{}</small>", esc(&row.to.email))),
        badge(row),
        ui::time(row.queued_at, zone),
        when(row.sent_at, zone),
    ]
}

fn page<'a>(
    app: &'a App,
    by: &'a Principal,
    headers: &'a HeaderMap,
    community: &'a str,
    title: &'a str,
) -> Page<'a> {
    let sentence = "What was sent to whom, and what the mail server answered. What a mail said is not kept.";
    Page { app, principal: by, headers, community, path: crate::mail::PATH, title, sentence }
}

/// `GET /desk/settings/mail/messages`
pub(crate) async fn list(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Answer {
    let state = Standing::ALL.into_iter().find(|s| s.word() == asked.state);
    let filter = Filter { state, before: asked.before.parse().ok() };
    let (community, zone, rows) = app
        .blocking(move |app| {
            app.db.read(|c| {
                let (community, zone) = capability::settings_page::frame(c)?;
                Ok((community, zone, mailer::list(c, &filter, SHOWN + 1)?))
            })
        })
        .await?;
    let word = state.map_or("", Standing::word);
    let mut choices = vec![Choice::new("All", PATH, word.is_empty())];
    choices.extend(Standing::ALL.iter().map(|s| {
        let name = s.word();
        Choice::new(name[..1].to_uppercase() + &name[1..], format!("{PATH}?state={name}"), name == word)
    }));
    let list = if rows.is_empty() {
        let text = "Invitations, sign-in links and digests stand here once one is sent.";
        ui::empty("inbox", "No mail here", text, &Markup::empty())
    } else {
        let columns = [
            Column { label: "Mail", ..Column::default() },
            Column { label: "To", ..Column::default() },
            Column { label: "State", ..Column::default() },
            Column { label: "Put in", rank: 2, ..Column::default() },
            Column { label: "Sent", rank: 3, ..Column::default() },
        ];
        let lines = rows.iter().take(SHOWN).map(|r| line(r, &zone)).collect();
        ui::table(&Table { caption: "Mails, the newest first", columns: &columns, rows: lines })
    };
    let older = rows.get(SHOWN - 1).filter(|_| rows.len() > SHOWN).map_or_else(Markup::empty, |last| {
        let state = if word.is_empty() { String::new() } else { format!("&state={word}") };
        let href = format!("{PATH}?before={}{state}", last.place());
        Markup::raw(format!("<p class=\"card-body\">{}</p>", ui::link_button("Older", &href, Look::Plain)))
    });
    let tabs =
        Markup::raw(format!("<div class=\"card-body\">{}</div>", ui::tabs("State of mails", &choices)));
    let body = Markup::join([&tabs, &list, &older]);
    let card = ui::card("", "", &Markup::empty(), &body, &Markup::empty());
    Ok(page(&app, &principal, &headers, &community, "Mails").draw("", &card))
}

/// `GET /desk/settings/mail/messages/{mail}`
pub(crate) async fn show(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(told): Query<Told>,
) -> Answer {
    let (community, zone, row, tried) = app
        .blocking(move |app| {
            app.db.read(|c| {
                let (community, zone) = capability::settings_page::frame(c)?;
                let row = mailer::get(c, &id)?;
                let tried = mailer::attempts(c, &row)?;
                Ok((community, zone, row, tried))
            })
        })
        .await?;
    let now = app.clock.now();
    let body =
        Markup::join([&about(&row, &zone), &attempts(&tried, &zone), &again(&row, now, &principal.csrf)]);
    let title = if row.subject.is_empty() { "Mail" } else { &row.subject };
    Ok(page(&app, &principal, &headers, &community, title).draw(told.words(TOLD), &body))
}

fn about(row: &MessageRow, zone: &Zone) -> Markup {
    let next = match row.state() {
        Standing::Waiting => when(row.next_at, zone),
        _ => Markup::text("–"),
    };
    let facts = ui::facts(&[
        ("State", badge(row)),
        ("To", Markup::text(&format!("{} <{}>", row.to.name, row.to.email))),
        ("For", Markup::text(&row.kind)),
        ("Put in", ui::time(row.queued_at, zone)),
        ("Sent", when(row.sent_at, zone)),
        ("Given up", when(row.died_at, zone)),
        ("Next attempt", next),
        ("Of use until", when(row.expires_at, zone)),
        ("Message-ID", Markup::raw(format!("<code>{}</code>", esc(&row.mime_id)))),
    ]);
    let body = Markup::raw(format!("<div class=\"card-body\">{facts}</div>"));
    ui::card("", "Mail", &Markup::empty(), &body, &Markup::empty())
}

fn attempts(tried: &[AttemptRow], zone: &Zone) -> Markup {
    if tried.is_empty() {
        let none = Markup::raw("<p class=\"card-body muted\">None yet.</p>");
        return ui::card("", "Attempts", &Markup::empty(), &none, &Markup::empty());
    }
    let columns = [
        Column { label: "When", ..Column::default() },
        Column { label: "Outcome", ..Column::default() },
        Column { label: "Answer", ..Column::default() },
        Column { label: "Took", number: true, rank: 2 },
    ];
    let rows = tried.iter().map(|a| {
        let outcome = match a.outcome.as_str() {
            "sent" => ui::badge("Taken", Tone::Good),
            "later" => ui::badge("Later", Tone::Warn),
            _ => ui::badge("Refused", Tone::Bad),
        };
        let code = a.code.map(|code| format!("<b>{code}</b> ")).unwrap_or_default();
        let answer = Markup::raw(format!("{code}{}", esc(&a.answer)));
        vec![ui::time(a.at, zone), outcome, answer, Markup::text(&format!("{} ms", a.took / 1_000))]
    });
    let caption = "Attempts, the newest first";
    let table = ui::table(&Table { caption, columns: &columns, rows: rows.collect() });
    ui::card("", "Attempts", &Markup::empty(), &table, &Markup::empty())
}

fn again(row: &MessageRow, now: Micros, csrf: &str) -> Markup {
    let too_late = row.expires_at.is_some_and(|at| at <= now);
    let text = match row.state() {
        Standing::Sent => {
            "It was sent; what it said is not kept. Begin what it was for once more to send another one."
        }
        _ if too_late || !row.can_be_sent => {
            "It is of no use any more: what it held has ended. Begin what it was for once more."
        }
        _ => "It bears the same Message-ID, by which mailboxes know a repetition.",
    };
    let can = row.state() != Standing::Sent && row.can_be_sent && !too_late;
    let button = if can {
        small_post(&format!("{PATH}/{}/attempts", row.public_id), csrf, "Send again", Look::Plain)
    } else {
        Markup::empty()
    };
    let body = format!(
        "<div class=\"card-body stack\"><p class=\"muted\">{}</p><div class=\"row\">{button}</div></div>",
        esc(text)
    );
    ui::card("", "One more attempt", &Markup::empty(), &Markup::raw(body), &Markup::empty())
}

/// `POST /desk/settings/mail/messages/{mail}/attempts`
pub(crate) async fn send_again(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
) -> Answer {
    let asked = id.clone();
    app.blocking(move |app| -> Result<()> {
        let now = app.clock.now();
        app.db.write(Priority::Interactive, |tx| {
            let row = mailer::replay(tx, &asked, now)?;
            let change = audit::Change {
                action: crate::CHANGE_MAIL.id,
                subject: &row.public_id,
                title: "Sent a mail again",
                before: "",
                after: &format!("{} to {}", row.kind, row.to.email),
            };
            audit::record(tx, &principal, now, &change)
        })
    })
    .await?;
    Ok(Redirect::to(&format!("{PATH}/{id}?told=again")).into_response())
}
