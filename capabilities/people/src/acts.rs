//! What forms do: tags, notes, contacts. Each ends where its form came from.

use crate::filters::Filters;
use crate::members::Selection;
use crate::pages::{Answer, list_address, signature};
use crate::store::{notes, subjects, tags};
use crate::told::{Signed, told};
use crate::view::{self, PATH};
use axum::extract::{Form, Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use base::{Error, Result};
use capability::{App, Principal, Problem, views};
use community::contacts::{self, NewContact};
use community::{marks, people};
use serde::Deserialize;
use std::collections::HashSet;
use store::{Conn, Priority};

/// Members or pairs in one transaction.
pub(crate) const SLICE: usize = 200;

/// A tag for many.
pub(crate) struct Bulk {
    pub adds: bool,
    pub tag: String,
    /// The chosen identities' ids; empty for everybody who fits.
    pub chosen: Vec<String>,
    pub filters: Filters,
}

fn value<'f>(form: &'f [(String, String)], name: &str) -> &'f str {
    form.iter().find(|p| p.0 == name).map_or("", |p| p.1.as_str())
}

/// The pairs of an address's query.
fn pairs_of(query: &str) -> Result<Vec<(String, String)>> {
    let uri: axum::http::Uri = format!("/?{query}")
        .parse()
        .map_err(|_| Error::invalid("the filters in the form are damaged; load the list again"))?;
    let axum::extract::Query(pairs) = axum::extract::Query::try_from_uri(&uri)
        .map_err(|_| Error::invalid("the filters in the form are damaged; load the list again"))?;
    Ok(pairs)
}

impl Bulk {
    fn read(form: &[(String, String)]) -> Result<Self> {
        let all = form.iter().any(|p| p.0 == "all" && p.1 == "1");
        let adds = match value(form, "act") {
            "add" => true,
            "remove" => false,
            _ => return Err(Error::invalid("say whether the tag is added or removed")),
        };
        let chosen: Vec<String> = form.iter().filter(|p| p.0 == "pick").map(|p| p.1.clone()).collect();
        if chosen.is_empty() && !all {
            return Err(Error::invalid(
                "nobody is chosen: tick members in the list, then add or remove the tag",
            ));
        }
        let filters = Filters::read(&pairs_of(value(form, "query"))?)?;
        Ok(Self {
            adds,
            tag: tags::named(value(form, "tag"))?,
            chosen: if all { Vec::new() } else { chosen },
            filters,
        })
    }

    /// Finds the members it is about, and for each the identities to change: the lowest for a new tag (nobody
    /// who has it already), all that have it when it is taken. Also how many have it.
    fn targets(&self, app: &App) -> Result<(usize, Vec<Vec<u32>>, usize)> {
        app.community.view(|view| {
            let selection = Selection::load(&app.community, view, &self.filters)?;
            let roster = &selection.roster;
            let members: Vec<u32> = if self.chosen.is_empty() {
                selection.members(&self.filters).iter().map(|g| g.member).collect()
            } else {
                let mut members = Vec::new();
                for id in &self.chosen {
                    members.push(roster.member_of(people::get_identity(view.conn(), id)?.identity));
                }
                members.sort_unstable();
                members.dedup();
                members
            };
            let held = tags::having(view.conn(), std::slice::from_ref(&self.tag))?;
            let having: HashSet<u32> = held.iter().map(|i| roster.member_of(*i)).collect();
            let have = members.iter().filter(|m| having.contains(m)).count();
            let changed = members.iter().filter(|m| having.contains(m) != self.adds);
            let targets = changed.map(|m| {
                if self.adds {
                    return vec![*m];
                }
                roster.identities_of(*m).into_iter().filter(|i| held.contains(i)).collect()
            });
            Ok((members.len(), targets.collect(), have))
        })
    }

    /// Does it in short transactions; gives how many members changed and the act's id.
    pub(crate) fn apply(&self, app: &App, who: &Principal) -> Result<(usize, String)> {
        let (_, targets, _) = self.targets(app)?;
        let (by, now) = (signature(who), app.clock.now());
        let signed = (by.as_str(), now);
        let (act, id) = app.db.write(Priority::Interactive, |tx| {
            let (act, id) = tags::begin(tx, self.adds, &self.tag, targets.len() as u64, signed)?;
            self.tell(tx, (who, now), targets.len(), &id)?;
            Ok((act, id))
        })?;
        for slice in targets.chunks(SLICE) {
            let identities: Vec<u32> = slice.iter().flatten().copied().collect();
            app.db.write(Priority::Interactive, |tx| {
                if self.adds {
                    tags::add(tx, act, &self.tag, &identities, signed)
                } else {
                    tags::remove(tx, act, &self.tag, &identities, signed)
                }
            })?;
        }
        Ok((targets.len(), id))
    }

    /// Of one member it is told with the member's id, of many with the act's.
    fn tell(&self, tx: &mut Conn<'_>, signed: Signed<'_>, members: usize, act: &str) -> Result<()> {
        let what = if self.adds { "Gave the tag" } else { "Took the tag" };
        let (subject, title) = match self.chosen.as_slice() {
            [one] => (one.as_str(), format!("{what} {}", self.tag)),
            _ => (act, format!("{what} {}: {members} members", self.tag)),
        };
        told(tx, signed, crate::EDIT_MEMBERS, subject, &title)
    }

    /// A tag for one member.
    pub(crate) fn one(adds: bool, tag: &str, id: &str) -> Result<Self> {
        Self::many(adds, tag, vec![id.to_owned()])
    }

    /// A tag for these members, of whom there is at least one.
    pub(crate) fn many(adds: bool, tag: &str, chosen: Vec<String>) -> Result<Self> {
        Ok(Self { adds, tag: tags::named(tag)?, chosen, filters: Filters::default() })
    }
}

/// `POST /desk/members/tags`: for the chosen at once; for everybody who fits after a look at how many.
pub(crate) async fn tag_many(
    State(app): State<App>,
    principal: Principal,
    headers: HeaderMap,
    Form(form): Form<Vec<(String, String)>>,
) -> Answer {
    let bulk = Bulk::read(&form)?;
    let query = value(&form, "query").to_owned();
    if bulk.chosen.is_empty() && value(&form, "sure") != "1" {
        let csrf = principal.csrf.clone();
        let (name, body) = app
            .blocking(move |app| {
                let name = app.db.read(|c| community::settings::get_or_default(c, "name"))?;
                let (total, _, have) = bulk.targets(app)?;
                let preview = view::list::Preview {
                    adds: bulk.adds,
                    tag: &bulk.tag,
                    total,
                    have,
                    query: &query,
                    csrf: &csrf,
                };
                Ok((name, view::list::preview(&preview)))
            })
            .await?;
        let mut shell = app.shell(&name, &principal, &headers, PATH);
        shell.crumbs = view::parts::crumbs(None);
        let head = ui::page_head("Change tags", "", &ui::Markup::empty());
        return Ok(ui::page(&shell, "Change tags", &ui::Markup::join([&head, &body])).into_response());
    }
    app.blocking(move |app| bulk.apply(app, &principal)).await?;
    Ok(Redirect::to(&list_address(&pairs_of(&query)?)?).into_response())
}

/// Where a form came from.
#[derive(Deserialize)]
pub(crate) struct Back {
    #[serde(default)]
    back: String,
}

/// The page to go to; `other` where the form names none.
pub(crate) fn to(back: &str, other: &str) -> std::result::Result<Response, Problem> {
    let target = if back.is_empty() { other } else { views::on_the_desk(back)? };
    Ok(Redirect::to(target).into_response())
}

/// `POST /desk/members/tags/{act}/undo`
pub(crate) async fn undo_tags(
    State(app): State<App>,
    principal: Principal,
    Path(act): Path<String>,
    Form(form): Form<Back>,
) -> Answer {
    app.blocking(move |app| undo_tag_act(app, &principal, &act)).await?;
    to(&form.back, PATH)
}

/// Undoes a change of tags and tells the audit log. Blocking.
///
/// # Errors
/// `NotFound` when there is none with this id, `Conflict` when it was undone already.
pub(crate) fn undo_tag_act(app: &App, principal: &Principal, act: &str) -> Result<()> {
    let (by, now) = (signature(principal), app.clock.now());
    app.db.write(Priority::Interactive, |tx| {
        told(tx, (principal, now), crate::EDIT_MEMBERS, act, "Undid a change of tags")?;
        tags::undo(tx, act, &by, now)
    })
}

/// One tag.
#[derive(Deserialize)]
pub(crate) struct Tag {
    tag: String,
}

/// `POST /desk/members/{member}/tags`
pub(crate) async fn add_tag(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    Form(form): Form<Tag>,
) -> Answer {
    tag_one(&app, &principal, id, form.tag, true).await
}

/// `POST /desk/members/{member}/tags/removal`
pub(crate) async fn remove_tag(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    Form(form): Form<Tag>,
) -> Answer {
    tag_one(&app, &principal, id, form.tag, false).await
}

async fn tag_one(app: &App, principal: &Principal, id: String, tag: String, adds: bool) -> Answer {
    let (by, target) = (principal.clone(), view::href(&id));
    app.blocking(move |app| Bulk::one(adds, &tag, &id)?.apply(app, &by)).await?;
    Ok(Redirect::to(&target).into_response())
}

/// The text of a note.
#[derive(Deserialize)]
pub(crate) struct NoteText {
    text: String,
    #[serde(default)]
    back: String,
}

/// `POST /desk/members/{member}/notes`
pub(crate) async fn create_note(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    Form(form): Form<NoteText>,
) -> Answer {
    let by = signature(&principal);
    let target = format!("{}#notes", view::href(&id));
    app.blocking(move |app| {
        let now = app.clock.now();
        app.db.write(Priority::Interactive, |tx| {
            let identity = people::get_identity(tx, &id)?.identity;
            told(tx, (&principal, now), crate::EDIT_MEMBERS, &id, "Wrote a note")?;
            notes::create(tx, identity, &form.text, &by, now)
        })
    })
    .await?;
    Ok(Redirect::to(&target).into_response())
}

/// `POST /desk/members/notes/{note}`
pub(crate) async fn update_note(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    Form(form): Form<NoteText>,
) -> Answer {
    let by = signature(&principal);
    let back = form.back.clone();
    app.blocking(move |app| {
        let now = app.clock.now();
        app.db.write(Priority::Interactive, |tx| {
            notes::update(tx, &id, &form.text, &by, now)?;
            let subject = subjects::of_note(tx, &id)?;
            told(tx, (&principal, now), crate::EDIT_MEMBERS, &subject, "Changed a note")
        })
    })
    .await?;
    to(&back, PATH)
}

/// `POST /desk/members/notes/{note}/removal`
pub(crate) async fn remove_note(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    Form(form): Form<Back>,
) -> Answer {
    let by = signature(&principal);
    app.blocking(move |app| {
        let now = app.clock.now();
        app.db.write(Priority::Interactive, |tx| {
            notes::remove(tx, &id, &by, now)?;
            let subject = subjects::of_note(tx, &id)?;
            told(tx, (&principal, now), crate::EDIT_MEMBERS, &subject, "Removed a note")
        })
    })
    .await?;
    to(&form.back, PATH)
}

/// That somebody wrote to a member.
#[derive(Deserialize)]
pub(crate) struct Sent {
    identity: String,
    #[serde(default)]
    conversation: String,
    #[serde(default)]
    why: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    back: String,
}

/// `POST /desk/contacts`
pub(crate) async fn create_contact(
    State(app): State<App>,
    principal: Principal,
    Form(form): Form<Sent>,
) -> Answer {
    let back = form.back.clone();
    if !back.is_empty() {
        views::on_the_desk(&back)?;
    }
    app.blocking(move |app| {
        let conversation = match form.conversation.trim() {
            "" => None,
            text => Some(text.parse().map_err(|_| Error::invalid("a conversation is named by its number"))?),
        };
        let sent = Contacted { identity: &form.identity, conversation, why: &form.why, text: &form.text };
        record(app, &principal, &sent)
    })
    .await?;
    to(&back, view::contacts::CONTACTS)
}

/// A contact to be kept.
pub(crate) struct Contacted<'a> {
    pub identity: &'a str,
    pub conversation: Option<i64>,
    pub why: &'a str,
    pub text: &'a str,
}

/// Keeps a contact; gives its id.
pub(crate) fn record(app: &App, who: &Principal, sent: &Contacted<'_>) -> Result<String> {
    let now = app.clock.now();
    let by = if who.name.is_empty() { &who.email } else { &who.name };
    let id = app.db.write(Priority::Interactive, |tx| {
        let identity = people::get_identity(tx, sent.identity)?.identity;
        let conversation = sent.conversation.map(|n| marks::key_of(tx, n)).transpose()?;
        told(tx, (who, now), crate::CONTACT, sent.identity, "Recorded a contact")?;
        contacts::record(tx, &NewContact { identity, conversation, why: sent.why, text: sent.text, by }, now)
    })?;
    app.events.tell("today");
    Ok(id)
}

/// `POST /desk/contacts/{contact}/removal`
pub(crate) async fn remove_contact(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    Form(form): Form<Back>,
) -> Answer {
    let by = signature(&principal);
    app.blocking(move |app| {
        let now = app.clock.now();
        app.db.write(Priority::Interactive, |tx| {
            contacts::remove(tx, &id, &by, now)?;
            let subject = subjects::of_contact(tx, &id)?;
            told(tx, (&principal, now), crate::CONTACT, &subject, "Took a contact back")
        })
    })
    .await?;
    to(&form.back, view::contacts::CONTACTS)
}
