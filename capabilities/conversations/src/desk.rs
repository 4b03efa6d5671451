//! The pages that are read: the list, a conversation, targets; and the list's file.

use crate::filters::{Filters, PAGE};
use crate::store::Decided;
use crate::view::list::ListPage;
use crate::view::settings::AnswersPage;
use crate::view::thread::Around;
use crate::view::{self, PATH};
use crate::{list, thread};
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use base::csv;
use capability::{App, Principal, Problem, csv_in_pieces, may, off_for_contacts, off_in, token_for, views};
use ui::Markup;

type Pairs = Vec<(String, String)>;
pub(crate) type Answer = std::result::Result<Response, Problem>;

/// Conversations in one piece of the file.
const PIECE: usize = 500;

/// `GET /desk/conversations`
pub(crate) async fn list(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Query(pairs): Query<Pairs>,
) -> Answer {
    let filters = Filters::read(&pairs)?;
    let who = principal.clone();
    let (community, page) = app
        .blocking(move |app| {
            let present = app.clock.now();
            app.community.view(|v| {
                let decided = Decided::load(v)?;
                let listing = list::load(v, &filters, &decided, &who, (present, PAGE))?;
                let saved = views::list(v.conn(), "conversations", who.account)?;
                let query = filters.query();
                let bar = views::bar("conversations", PATH, query.trim_start_matches('?'), &saved, &who.csrf);
                let csrf = token_for(&who, crate::MARK);
                let (marks, searches) = (who.reach(crate::MARK), may(app, &who, "search.search"));
                Ok((decided.community, ListPage { filters, listing, views: bar, csrf, marks, searches }))
            })
        })
        .await?;
    let shell = app.shell(&community, &principal, &headers, PATH);
    Ok(ui::page(&shell, "Conversations", &view::list::body(&page)).into_response())
}

/// `GET /desk/conversations/csv`: everything that fits the filters.
pub(crate) async fn list_csv(
    State(app): State<App>,
    principal: Principal,
    Query(pairs): Query<Pairs>,
) -> Answer {
    let mut filters = Filters::read(&pairs)?;
    filters.after = None;
    Ok(csv_in_pieces("conversations", move |pieces| {
        let mut file = csv::File::new(&[
            "conversation",
            "title",
            "source",
            "channel",
            "opened_by",
            "opened_at",
            "question",
            "state",
            "replies",
            "people",
            "first_answer_after_seconds",
            "due_at",
            "assigned_to",
            "permalink",
        ]);
        loop {
            let present = app.clock.now();
            let listing = app.community.view(|v| {
                let decided = Decided::load(v)?;
                list::load(v, &filters, &decided, &principal, (present, PIECE))
            })?;
            for l in &listing.lines {
                let t = &l.thread;
                file.figure(t.conversation)
                    .text(&view::list::name(l))
                    .text(listing.places.source(t.source_id));
                file.text(&listing.places.channel(t.channel_id)).text(&t.author.name);
                file.text(&ui::moment(t.at, &listing.zone)).figure(if t.question { "yes" } else { "no" });
                file.figure(l.standing.state.word()).figure(t.replies).figure(t.people);
                match t.answered_at {
                    Some(at) => file.figure((at - t.at) / 1_000_000),
                    None => file.empty(),
                };
                match l.due {
                    Some(due) => file.text(&ui::moment(due, &listing.zone)),
                    None => file.empty(),
                };
                file.text(l.assigned.as_ref().map_or("", |a| &a.name));
                file.text(t.permalink.as_deref().unwrap_or_default()).end();
            }
            if !pieces.send(file.take()) {
                return Ok(());
            }
            match listing.next {
                Some(place) => filters.after = Some(place),
                None => return Ok(()),
            }
        }
    }))
}

/// `GET /desk/conversations/{conversation}`
pub(crate) async fn thread(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<i64>,
    Query(pairs): Query<Pairs>,
) -> Answer {
    let filters = Filters::read(&pairs)?;
    let who = principal.clone();
    let page = app
        .blocking(move |app| {
            let present = app.clock.now();
            app.community.view(|v| thread::load(v, id, &who, present))
        })
        .await?;
    let mut shell = app.shell(&page.community, &principal, &headers, PATH);
    let list = filters.query();
    shell.crumbs = vec![("Conversations".into(), format!("{PATH}{list}"))];
    let around = Around {
        list: &list,
        csrf: &shell.csrf,
        account: principal.account,
        off_marks: &off_in(&principal, crate::MARK, (page.thread.source_id, page.thread.channel_id)),
        off_contacts: &off_for_contacts(&app, &principal),
        targets: principal.may(crate::SET_TARGETS),
    };
    Ok(ui::page(&shell, &page.title(), &view::thread::body(&page, &around)).into_response())
}

/// `GET /desk/conversations/{conversation}/neighbours`: the ways to those before and after in the list.
pub(crate) async fn neighbours(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<i64>,
    Query(pairs): Query<Pairs>,
) -> std::result::Result<Markup, Problem> {
    let filters = Filters::read(&pairs)?;
    let list = filters.query();
    let (before, after) = app
        .blocking(move |app| app.community.view(|v| thread::neighbours(v, id, &filters, &principal)))
        .await?;
    Ok(view::thread::neighbours(before, after, &list))
}

/// `GET /desk/settings/answers`
pub(crate) async fn answers(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Query(pairs): Query<Pairs>,
) -> Answer {
    let told = |name: &str| pairs.iter().find(|p| p.0 == name).map(|p| p.1.clone());
    let edit = told("channel").and_then(|c| c.parse().ok()).unwrap_or(0);
    let saved = told("told").is_some();
    let csrf = principal.csrf.clone();
    let (community, body) = app
        .blocking(move |app| {
            app.community.view(|v| {
                let decided = Decided::load(v)?;
                let help = v.setting("question_channels").to_owned();
                let zone = v.zone();
                let page = AnswersPage {
                    decided: &decided,
                    channels: v.channels(),
                    sources: v.sources(),
                    help: &help,
                    zone: &zone,
                    csrf: &csrf,
                    edit,
                    saved,
                };
                Ok((decided.community.clone(), view::settings::body(&page)))
            })
        })
        .await?;
    let path = view::settings::PATH;
    let shell = app.shell(&community, &principal, &headers, path);
    let sentence = "When a question is late, and what counts as one.";
    let whole = Markup::raw(format!(
        "{}{}<div class=\"settings stack\">{body}</div>",
        ui::page_head("Answer times", sentence, &Markup::empty()),
        app.settings_tabs(&principal, path)
    ));
    Ok(ui::page(&shell, "Answer times", &whole).into_response())
}
