//! The pages that are read: the list, a member with its parts, suggested links, contacts; and their files.

use crate::filters::{Filters, PAGE};
use crate::members::{self, Line, Selection};
use crate::profile::{Circle, Profile, Rhythm, Subject, TIMELINE, Timeline};
use crate::roster_file::RosterReport;
use crate::store::{self, tags};
use crate::view::list::ListPage;
use crate::view::{self, Now, PATH, Places};
use crate::{contacts, suggest};
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use base::{Micros, Result, csv};
use capability::{App, Principal, Problem, csv_file, csv_in_pieces, off, token_for, views};
use community::people;
use community::read::LogView;
use serde::Deserialize;
use std::collections::HashMap;
use ui::{Markup, format};

pub(crate) type Answer = std::result::Result<Response, Problem>;

/// For how long the last change of tags stands above the list with its way back: 15 minutes.
const UNDO_SHOWN: Micros = 15 * 60_000_000;
/// Contacts in the list.
const CONTACTS_SHOWN: i64 = 50;
/// Contacts in the file.
const CONTACTS_FILE: i64 = 10_000;
/// Members in one piece of the file.
const PIECE: usize = 500;

/// How somebody signs links, tags and notes.
pub(crate) fn signature(principal: &Principal) -> String {
    if principal.email.is_empty() { principal.name.clone() } else { principal.email.clone() }
}

/// `GET /desk/members`
pub(crate) async fn list(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Query(asked): Query<Vec<(String, String)>>,
) -> Answer {
    let filters = Filters::read(&asked)?;
    let who = principal.clone();
    let (name, page) =
        app.blocking(move |app| app.community.view(|v| load_list(app, v, filters, &who))).await?;
    let shell = app.shell(&name, &principal, &headers, PATH);
    Ok(ui::page(&shell, "Members", &view::list::body(&page)).into_response())
}

fn load_list(
    app: &App,
    view: &mut LogView<'_, '_>,
    filters: Filters,
    principal: &Principal,
) -> Result<(String, ListPage)> {
    let now = app.clock.now();
    let saved = views::list(view.conn(), "members", principal.account)?;
    let mut tags = tags::look(view.conn(), &filters.tags, (&signature(principal), now - UNDO_SHOWN))?;
    let tagged = std::mem::take(&mut tags.having);
    let selection = Selection::with(&app.community, view, &filters, tagged)?;
    let page = selection.page(&filters, PAGE);
    let glances: Vec<_> = page.rows.iter().map(|g| **g).collect();
    let lines = members::lines(view, &selection.roster, &glances)?;
    let places = Places::of(view);
    let mut sources: Vec<String> = view.sources().iter().map(|s| s.name.clone()).collect();
    let mut channels: Vec<String> =
        view.channels().iter().filter(|c| c.span.is_some()).map(|c| c.name.clone()).collect();
    for names in [&mut sources, &mut channels] {
        names.sort_unstable();
        names.dedup();
    }
    let name = view.setting("name").to_owned();
    let zone = view.zone();
    let address = filters.query();
    Ok((
        name,
        ListPage {
            now: Now::new(selection.roster.today, &zone, now),
            lines,
            earlier: page.earlier,
            total: page.total,
            before: page.before.clone(),
            after: page.after.clone(),
            tags: tags.in_use,
            places,
            sources,
            channels,
            views: views::bar("members", PATH, address.trim_start_matches('?'), &saved, &principal.csrf),
            last_act: tags.last_act,
            csrf: token_for(principal, crate::EDIT_MEMBERS),
            filters,
        },
    ))
}

/// `GET /desk/members/csv`: everybody who fits the filters.
pub(crate) async fn list_csv(State(app): State<App>, Query(asked): Query<Vec<(String, String)>>) -> Answer {
    let filters = Filters::read(&asked)?;
    Ok(csv_in_pieces("members", move |pieces| {
        let mut file = csv::File::new(&[
            "id",
            "name",
            "handle",
            "state",
            "active_rows_30_days",
            "first_active",
            "last_active",
            "sources",
            "tags",
            "staff",
        ]);
        // One selection for the whole file, so that nobody is in it twice.
        let (roster, all) = app.community.view(|v| {
            let selection = Selection::load(&app.community, v, &filters)?;
            let total = selection.members(&filters).len();
            let all: Vec<_> = selection.page(&filters, total).rows.into_iter().copied().collect();
            Ok((selection.roster, all))
        })?;
        for chunk in all.chunks(PIECE) {
            let lines = app.community.view(|v| members::lines(v, &roster, chunk))?;
            lines.iter().for_each(|l| line_cells(&mut file, l));
            if !pieces.send(file.take()) {
                return Ok(());
            }
        }
        let _ = pieces.send(file.take());
        Ok(())
    }))
}

fn line_cells(file: &mut csv::File, l: &Line) {
    let first = l.identities.first();
    let mut sources: Vec<&str> = l.identities.iter().map(|i| i.source.as_str()).collect();
    sources.sort_unstable();
    sources.dedup();
    file.text(l.public_id()).text(l.title());
    file.text(first.and_then(|i| i.handle.as_deref()).unwrap_or_default());
    file.text(l.standing.word()).figure(l.glance.recent);
    for day in [l.glance.first(), l.glance.last()] {
        match day {
            Some(day) => file.figure(day),
            None => file.empty(),
        };
    }
    file.text(&sources.join("; ")).text(&l.tags.join("; ")).figure(if l.staff { "yes" } else { "no" }).end();
}

/// Whether whoever looks may read what was done to a member's file.
fn has_log(app: &App, principal: &Principal) -> bool {
    let pages = app.registry.settings_pages();
    pages.iter().any(|p| p.path == "/desk/settings/audit" && principal.may(p.permission))
}

/// `GET /desk/members/{member}`
pub(crate) async fn profile(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Answer {
    let now = app.clock.now();
    let asked = id.clone();
    let (name, page) = app
        .blocking(move |app| {
            app.community.view(|v| {
                let subject = Subject::find(v, &asked)?;
                Ok((v.setting("name").to_owned(), Profile::load(v, &subject, now)?))
            })
        })
        .await?;
    if page.line.public_id() != id {
        return Ok(Redirect::to(&view::href(page.line.public_id())).into_response());
    }
    let looking = view::profile::Looking {
        csrf: &principal.csrf,
        off_contacts: &off(&principal, crate::CONTACT),
        off_edits: &off(&principal, crate::EDIT_MEMBERS),
        off_links: &off(&principal, crate::LINK_IDENTITIES),
        audit: has_log(&app, &principal),
        privacy: capability::may(&app, &principal, "privacy.consents"),
        me: &signature(&principal),
        clock: now,
        community: &name,
    };
    let mut shell = app.shell(&name, &principal, &headers, PATH);
    shell.crumbs = view::parts::crumbs(None);
    Ok(ui::page(&shell, page.line.title(), &view::profile::body(&page, &looking)).into_response())
}

/// Whose page it is, and who asks for a part of it.
struct Asker {
    app: App,
    principal: Principal,
    headers: HeaderMap,
    id: String,
}

impl Asker {
    /// Answers with a part of a member's page: for htmx the part alone, else a page around it.
    async fn part(
        self,
        title: &str,
        make: impl FnOnce(&mut LogView<'_, '_>, &Subject, &Line) -> Result<Markup> + Send + 'static,
    ) -> Answer {
        let id = self.id;
        let (name, line, part) = self
            .app
            .blocking(move |app| {
                app.community.view(|v| {
                    let subject = Subject::find(v, &id)?;
                    let line = subject.line(v)?;
                    let part = make(v, &subject, &line)?;
                    Ok((v.setting("name").to_owned(), line, part))
                })
            })
            .await?;
        if self.headers.contains_key("hx-request") {
            return Ok(part.into_response());
        }
        let mut shell = self.app.shell(&name, &self.principal, &self.headers, PATH);
        shell.crumbs = view::parts::crumbs(Some(&line));
        Ok(ui::page(&shell, title, &view::parts::alone(title, &line, &part)).into_response())
    }
}

/// What the address of a timeline may carry.
#[derive(Deserialize)]
pub(crate) struct AskedTimeline {
    #[serde(default)]
    source: String,
    #[serde(default)]
    before: String,
}

/// `GET /desk/members/{member}/timeline`
pub(crate) async fn timeline(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(asked): Query<AskedTimeline>,
) -> Answer {
    Asker { app, principal, headers, id }
        .part("Timeline", move |v, subject, line| {
            let timeline = Timeline::load(v, (subject, line), &asked.source, (&asked.before, TIMELINE))?;
            Ok(view::parts::timeline(&timeline, line.public_id(), &Places::of(v), &v.zone()))
        })
        .await
}

/// `GET /desk/members/{member}/rhythm`
pub(crate) async fn rhythm(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Answer {
    Asker { app, principal, headers, id }
        .part("Rhythm", |v, subject, _| Ok(view::parts::rhythm(&Rhythm::load(v, subject)?, &v.zone())))
        .await
}

/// `GET /desk/members/{member}/circle`
pub(crate) async fn circle(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Answer {
    Asker { app, principal, headers, id }
        .part("Talks with", |v, subject, _| Ok(view::parts::circle(&Circle::load(v, subject)?)))
        .await
}

/// `GET /desk/members/{member}/suggestions`
pub(crate) async fn suggested(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Answer {
    let csrf = token_for(&principal, crate::LINK_IDENTITIES);
    Asker { app, principal, headers, id }
        .part("Suggested links", move |v, subject, line| {
            let about = suggest::about(v, subject.member, &subject.roster)?;
            let other = |s: &suggest::Suggestion| {
                let sides = [s.left, s.right].map(|i| subject.roster.member_of(i));
                if sides[0] == subject.member { sides[1] } else { sides[0] }
            };
            let mut members: Vec<u32> = about.iter().map(other).collect();
            members.sort_unstable();
            members.dedup();
            let glances: Vec<_> = members.iter().filter_map(|m| subject.roster.get(*m)).copied().collect();
            let lines: HashMap<u32, _> = members::lines(v, &subject.roster, &glances)?
                .into_iter()
                .map(|l| (l.glance.member, l))
                .collect();
            let found: Vec<_> =
                about.into_iter().filter_map(|s| lines.get(&other(&s)).cloned().map(|l| (s, l))).collect();
            Ok(view::parts::suggested(&found, line.public_id(), &Places::of(v), &csrf))
        })
        .await
}

/// What is looked for.
#[derive(Deserialize)]
pub(crate) struct AskedFor {
    #[serde(default)]
    q: String,
}

/// `GET /desk/members/{member}/link`: another account of the same person is looked for.
pub(crate) async fn link(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Path(id): Path<String>,
    Query(asked): Query<AskedFor>,
) -> Answer {
    const FOUND: i64 = 20;
    let csrf = principal.csrf.clone();
    let (name, line, body) = app
        .blocking(move |app| {
            app.community.view(|v| {
                let subject = Subject::find(v, &id)?;
                let line = subject.line(v)?;
                let q = asked.q.trim();
                let (mut found, mut speaks) = (Vec::new(), Vec::new());
                if !q.is_empty() {
                    let hits = store::find(v.conn(), q, 0, FOUND)?;
                    let mut members: Vec<u32> = hits.iter().map(|i| subject.roster.member_of(*i)).collect();
                    members.dedup();
                    members.retain(|m| *m != subject.member);
                    let glances: Vec<_> =
                        members.iter().filter_map(|m| subject.roster.get(*m)).copied().collect();
                    found = members::lines(v, &subject.roster, &glances)?;
                    speaks = suggest::speaks_for(v, subject.member, &subject.roster)?;
                }
                let body = view::link::body(&line, q, (&found, &speaks), &Places::of(v), &csrf);
                Ok((v.setting("name").to_owned(), line, body))
            })
        })
        .await?;
    let mut shell = app.shell(&name, &principal, &headers, PATH);
    shell.crumbs = view::parts::crumbs(Some(&line));
    Ok(ui::page(&shell, "Link another account", &body).into_response())
}

/// `GET /desk/members/suggestions`
pub(crate) async fn suggestions(State(app): State<App>, principal: Principal, headers: HeaderMap) -> Answer {
    suggestions_page(&app, &principal, &headers, None).await
}

/// The page of suggestions, with what came of a roster and its text while it is only looked at.
pub(crate) async fn suggestions_page(
    app: &App,
    principal: &Principal,
    headers: &HeaderMap,
    report: Option<(RosterReport, String)>,
) -> Answer {
    let csrf = token_for(principal, crate::LINK_IDENTITIES);
    let off = off(principal, crate::LINK_IDENTITIES);
    let (name, body) = app
        .blocking(move |app| {
            app.community.view(|v| {
                let suggest::Suggestions { waiting: mut suggestions, refused } = suggest::load(v)?;
                let total = suggestions.len();
                suggestions.truncate(view::suggestions::SHOWN);
                let mut numbers: Vec<u32> = suggestions.iter().flat_map(|s| [s.left, s.right]).collect();
                numbers.extend(refused.iter().flat_map(|d| [d.left, d.right]));
                let identities: HashMap<u32, _> =
                    people::identities(v.conn(), &numbers)?.into_iter().map(|i| (i.identity, i)).collect();
                let page = view::suggestions::Shown {
                    suggestions,
                    total,
                    refused,
                    identities,
                    places: Places::of(v),
                    zone: v.zone(),
                    report,
                    csrf,
                    off,
                };
                Ok((v.setting("name").to_owned(), view::suggestions::body(&page)))
            })
        })
        .await?;
    let mut shell = app.shell(&name, principal, headers, PATH);
    shell.crumbs = view::parts::crumbs(None);
    Ok(ui::page(&shell, "Suggested links", &body).into_response())
}

/// Whose contacts are shown.
#[derive(Deserialize)]
pub(crate) struct AskedContacts {
    #[serde(default)]
    member: String,
}

/// `GET /desk/contacts`
pub(crate) async fn contact_list(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Query(asked): Query<AskedContacts>,
) -> Answer {
    let csrf = principal.csrf.clone();
    let (name, body) = app
        .blocking(move |app| {
            app.community.view(|v| {
                let of = match asked.member.as_str() {
                    "" => None,
                    id => Some(Subject::find(v, id)?),
                };
                let identities = of.as_ref().map(|s| s.identities.as_slice());
                let entries = contacts::load(v, identities, 0, CONTACTS_SHOWN)?;
                let line = match &of {
                    // Whoever was written to is known with the contacts.
                    Some(s) => Some(entries.people.get(&s.member).cloned().map_or_else(|| s.line(v), Ok)?),
                    None => None,
                };
                let as_of = format::day_short(v.roster()?.today, true);
                let body = view::contacts::body(&entries, line.as_ref(), &as_of, &v.zone(), &csrf);
                Ok((v.setting("name").to_owned(), body))
            })
        })
        .await?;
    let mut shell = app.shell(&name, &principal, &headers, PATH);
    shell.crumbs = view::parts::crumbs(None);
    Ok(ui::page(&shell, "Contacts", &body).into_response())
}

/// `GET /desk/contacts/csv`
pub(crate) async fn contact_csv(State(app): State<App>, Query(asked): Query<AskedContacts>) -> Answer {
    let text = app
        .blocking(move |app| {
            app.community.view(|v| {
                let of = match asked.member.as_str() {
                    "" => None,
                    id => Some(Subject::find(v, id)?),
                };
                let identities = of.as_ref().map(|s| s.identities.as_slice());
                let entries = contacts::load(v, identities, 0, CONTACTS_FILE)?;
                Ok(contact_cells(&entries))
            })
        })
        .await?;
    Ok(csv_file("contacts", text))
}

fn contact_cells(e: &contacts::Entries) -> String {
    let mut file =
        csv::File::new(&["contact", "to", "name", "why", "by", "made_at", "outcome", "outcome_at"]);
    for entry in &e.entries {
        let line = e.people.get(&entry.member);
        file.text(&entry.contact.public_id)
            .text(line.map_or("", Line::public_id))
            .text(line.map_or("", Line::title))
            .text(&entry.contact.why)
            .text(&entry.contact.made_by)
            .figure(base::written_to_second(entry.contact.made_at));
        let (word, at) = crate::api::outcome_words(&entry.outcome);
        file.figure(word);
        match at {
            Some(at) => file.figure(base::written_to_second(at)),
            None => file.empty(),
        };
        file.end();
    }
    file.take()
}

/// An address within the list of members, from the filters that a form kept.
pub(crate) fn list_address(pairs: &[(String, String)]) -> Result<String> {
    Ok(format!("{PATH}{}", ui::query(&Filters::read(pairs)?.pairs())))
}
