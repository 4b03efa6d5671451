//! People as JSON. Every problem is problem+json; lists answer `{"items": […], "next": …}`, and `next` goes into
//! `cursor` of the next request. What each takes and gives stands in [`crate::described`].

mod identities;

pub(crate) use identities::{create_link, list_identities, list_links, remove_link};

use crate::acts::{self, Bulk, Contacted};
use crate::contacts::{self, Outcome};
use crate::filters::Filters;
use crate::members::{self, Line, Selection};
use crate::pages::signature;
use crate::profile::{Profile, Subject, Timeline};
use crate::store::notes::{self, Note};
use crate::store::{pairs, subjects};
use crate::suggest;
use crate::told::{told, told_both};
use crate::view::Places;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use base::{Error, Micros, Result};
use capability::api::{Answer, Paging, created, ok};
use capability::{App, Principal};
use community::people;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::HashMap;
use store::Priority;

/// Members in one answer when nothing else is said, and at most.
const PAGE: (usize, usize) = (50, 200);
/// The contacts that a list goes back to.
const CONTACTS: i64 = 2_000;

fn line_json(l: &Line) -> Value {
    json!({
        "id": l.public_id(),
        "name": l.title(),
        "state": l.standing.word(),
        "active_rows_30_days": l.glance.recent,
        "first_active": l.glance.first().map(|d| d.to_string()),
        "last_active": l.glance.last().map(|d| d.to_string()),
        "tags": l.tags,
        "staff": l.staff,
        "bot": l.bot,
        "identities": l.identities.iter().map(identities::identity_json).collect::<Vec<_>>(),
    })
}

/// `GET /api/v1/members`
pub(crate) async fn list_members(
    State(app): State<App>,
    Query(asked): Query<Vec<(String, String)>>,
) -> Answer {
    let filters = Filters::read(&asked)?;
    let limit = match asked.iter().find(|p| p.0 == "limit") {
        None => PAGE.0,
        Some((_, text)) => text
            .parse()
            .ok()
            .filter(|n| (1..=PAGE.1).contains(n))
            .ok_or_else(|| Error::invalid(format!("limit is a number from 1 to {}", PAGE.1)))?,
    };
    let (items, total, next) = app
        .blocking(move |app| {
            app.community.view(|v| {
                let selection = Selection::load(&app.community, v, &filters)?;
                let page = selection.page(&filters, limit);
                let glances: Vec<_> = page.rows.iter().map(|g| **g).collect();
                let lines = members::lines(v, &selection.roster, &glances)?;
                Ok((lines.iter().map(line_json).collect::<Vec<_>>(), page.total, page.after.clone()))
            })
        })
        .await?;
    ok(json!({ "items": items, "total": total, "next": next }))
}

fn note_json(n: &Note) -> Value {
    json!({
        "id": n.public_id, "text": n.text, "written_by": n.written_by, "written_at": base::written_to_second(n.written_at),
        "edited_at": n.edited_at.map(base::written_to_second),
    })
}

/// `GET /api/v1/members/{id}`
pub(crate) async fn get_member(State(app): State<App>, Path(id): Path<String>) -> Answer {
    let now = app.clock.now();
    let profile = app
        .blocking(move |app| {
            app.community.view(|v| {
                let subject = Subject::find(v, &id)?;
                Profile::load(v, &subject, now)
            })
        })
        .await?;
    let mut member = line_json(&profile.line);
    member["notes"] = profile.kept.notes.iter().map(note_json).collect();
    member["waiting"] = profile
        .owed
        .iter()
        .filter(|t| t.asks)
        .map(|t| json!({ "conversation": t.conversation, "opened_at": base::written_to_second(t.at), "text": t.text }))
        .collect();
    member["last_contact"] = profile.kept.contacts.first().map_or(
        Value::Null,
        |c| json!({ "id": c.public_id, "why": c.why, "by": c.made_by, "made_at": base::written_to_second(c.made_at) }),
    );
    ok(member)
}

/// `GET /api/v1/members/{member}/activities`
pub(crate) async fn list_activities(
    State(app): State<App>,
    Path(id): Path<String>,
    paging: Paging,
    Query(pairs): Query<Vec<(String, String)>>,
) -> Answer {
    let source = pairs.into_iter().find(|p| p.0 == "source").map(|p| p.1).unwrap_or_default();
    let (timeline, places) = app
        .blocking(move |app| {
            app.community.view(|v| {
                let subject = Subject::find(v, &id)?;
                let line = subject.line(v)?;
                let page = (&*paging.cursor, paging.limit);
                Ok((Timeline::load(v, (&subject, &line), &source, page)?, Places::of(v)))
            })
        })
        .await?;
    let items: Vec<Value> = timeline
        .rows
        .iter()
        .map(|r| {
            let (name, source) = timeline.names.get(&r.identity).cloned().unwrap_or_default();
            json!({
                "seq": r.seq, "at": base::written_to_second(r.at), "kind": r.kind.name(), "as": name, "source": source,
                "channel_id": r.channel_id, "channel": places.channel(r.channel_id),
                "conversation": (r.conversation != 0).then_some(r.conversation), "title": r.title, "text": r.text,
                "permalink": r.permalink,
            })
        })
        .collect();
    ok(json!({ "items": items, "next": timeline.next }))
}

async fn one_member(app: &App, id: String) -> Result<Value> {
    app.blocking(move |app| {
        app.community.view(|v| {
            let subject = Subject::find(v, &id)?;
            Ok(line_json(&subject.line(v)?))
        })
    })
    .await
}

/// A tag.
#[derive(Deserialize)]
pub(crate) struct NewTag {
    tag: String,
}

/// `POST /api/v1/members/{id}/tags`; answers the member as it now is.
pub(crate) async fn add_tag(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    Json(new): Json<NewTag>,
) -> Answer {
    tag(&app, &principal, id, new.tag, true).await
}

/// `DELETE /api/v1/members/{id}/tags/{tag}`; answers the member as it now is.
pub(crate) async fn remove_tag(
    State(app): State<App>,
    principal: Principal,
    Path((id, text)): Path<(String, String)>,
) -> Answer {
    tag(&app, &principal, id, text, false).await
}

async fn tag(app: &App, principal: &Principal, id: String, text: String, adds: bool) -> Answer {
    let (by, asked) = (principal.clone(), id.clone());
    app.blocking(move |app| Bulk::one(adds, &text, &asked)?.apply(app, &by)).await?;
    ok(one_member(app, id).await?)
}

/// A tag for many.
#[derive(Deserialize)]
pub(crate) struct NewTags {
    act: String,
    tag: String,
    members: Vec<String>,
}

/// `POST /api/v1/tag-acts`
pub(crate) async fn change_tags(
    State(app): State<App>,
    principal: Principal,
    Json(new): Json<NewTags>,
) -> Answer {
    if new.members.is_empty() || new.members.len() > PAGE.1 {
        return Err(Error::invalid(format!("members has 1 to {} ids", PAGE.1)).into());
    }
    let (members, id) = app
        .blocking(move |app| Bulk::many(new.act == "add", &new.tag, new.members)?.apply(app, &principal))
        .await?;
    created(&format!("/api/v1/tag-acts/{id}"), json!({ "id": id, "members": members }))
}

/// `DELETE /api/v1/tag-acts/{act}`
pub(crate) async fn undo_tags(
    State(app): State<App>,
    principal: Principal,
    Path(act): Path<String>,
) -> Answer {
    app.blocking(move |app| acts::undo_tag_act(app, &principal, &act)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `GET /api/v1/members/{id}/notes`
pub(crate) async fn list_notes(State(app): State<App>, Path(id): Path<String>, paging: Paging) -> Answer {
    let found = app
        .blocking(move |app| {
            app.community.view(|v| {
                let subject = Subject::find(v, &id)?;
                notes::of(v.conn(), &subject.identities)
            })
        })
        .await?;
    ok(paging.answer(found.iter().map(note_json).collect())?)
}

/// The text of a note.
#[derive(Deserialize)]
pub(crate) struct NoteText {
    text: String,
}

/// `POST /api/v1/members/{id}/notes`
pub(crate) async fn create_note(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    Json(new): Json<NoteText>,
) -> Answer {
    let by = signature(&principal);
    let note = app
        .blocking(move |app| {
            let now = app.clock.now();
            app.db.write(Priority::Interactive, |tx| {
                let identity = people::get_identity(tx, &id)?.identity;
                told(tx, (&principal, now), crate::EDIT_MEMBERS, &id, "Wrote a note")?;
                let note = notes::create(tx, identity, &new.text, &by, now)?;
                notes::get(tx, &note)
            })
        })
        .await?;
    created(&format!("/api/v1/notes/{}", note.public_id), note_json(&note))
}

/// `PATCH /api/v1/notes/{id}`
pub(crate) async fn update_note(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    Json(new): Json<NoteText>,
) -> Answer {
    let by = signature(&principal);
    let note = app
        .blocking(move |app| {
            let now = app.clock.now();
            app.db.write(Priority::Interactive, |tx| {
                notes::update(tx, &id, &new.text, &by, now)?;
                let subject = subjects::of_note(tx, &id)?;
                told(tx, (&principal, now), crate::EDIT_MEMBERS, &subject, "Changed a note")?;
                notes::get(tx, &id)
            })
        })
        .await?;
    ok(note_json(&note))
}

/// `DELETE /api/v1/notes/{id}`
pub(crate) async fn remove_note(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
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
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// An outcome as programs read it, and when.
pub(crate) fn outcome_words(outcome: &Outcome) -> (&'static str, Option<Micros>) {
    match outcome {
        Outcome::Answered(_, at) => ("answered", Some(*at)),
        Outcome::Back(at) => ("back", Some(*at)),
        Outcome::Nothing => ("none", None),
    }
}

fn entry_json(e: &contacts::Entry, people: &HashMap<u32, Line>) -> Value {
    let (word, at) = outcome_words(&e.outcome);
    let id = |member: u32| people.get(&member).map(Line::public_id);
    let by = match e.outcome {
        Outcome::Answered(who, _) => id(who),
        _ => None,
    };
    json!({
        "id": e.contact.public_id,
        "member": id(e.member),
        "conversation": e.conversation,
        "why": e.contact.why,
        "text": e.contact.text,
        "by": e.contact.made_by,
        "made_at": base::written_to_second(e.contact.made_at),
        "outcome": { "word": word, "at": at.map(base::written_to_second), "by": by },
    })
}

/// Whose contacts.
#[derive(Deserialize)]
pub(crate) struct OfMember {
    #[serde(default)]
    member: String,
}

/// `GET /api/v1/contacts`
pub(crate) async fn list_contacts(
    State(app): State<App>,
    paging: Paging,
    Query(asked): Query<OfMember>,
) -> Answer {
    let items = app
        .blocking(move |app| {
            app.community.view(|v| {
                let of = match asked.member.as_str() {
                    "" => None,
                    id => Some(Subject::find(v, id)?.identities),
                };
                let found = contacts::load(v, of.as_deref(), 0, CONTACTS)?;
                Ok(found.entries.iter().map(|e| entry_json(e, &found.people)).collect::<Vec<_>>())
            })
        })
        .await?;
    ok(paging.answer(items)?)
}

/// That somebody was written to.
#[derive(Deserialize)]
pub(crate) struct NewContact {
    identity: String,
    conversation: Option<i64>,
    #[serde(default)]
    why: String,
    #[serde(default)]
    text: String,
}

/// `POST /api/v1/contacts`
pub(crate) async fn create_contact(
    State(app): State<App>,
    principal: Principal,
    Json(new): Json<NewContact>,
) -> Answer {
    let id = app
        .blocking(move |app| {
            let (why, text) = (new.why.as_str(), new.text.as_str());
            let sent = Contacted { identity: &new.identity, conversation: new.conversation, why, text };
            acts::record(app, &principal, &sent)
        })
        .await?;
    created(&format!("/api/v1/contacts/{id}"), json!({ "id": id }))
}

/// `DELETE /api/v1/contacts/{id}`
pub(crate) async fn remove_contact(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
) -> Answer {
    let by = signature(&principal);
    app.blocking(move |app| {
        let now = app.clock.now();
        app.db.write(Priority::Interactive, |tx| {
            community::contacts::remove(tx, &id, &by, now)?;
            let subject = subjects::of_contact(tx, &id)?;
            told(tx, (&principal, now), crate::CONTACT, &subject, "Took a contact back")
        })
    })
    .await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `GET /api/v1/link-suggestions`
pub(crate) async fn list_suggestions(State(app): State<App>, paging: Paging) -> Answer {
    let items = app
        .blocking(|app| {
            app.community.view(|v| {
                let all = suggest::load(v)?.waiting;
                let numbers: Vec<u32> = all.iter().flat_map(|s| [s.left, s.right]).collect();
                let found: HashMap<u32, _> =
                    people::identities(v.conn(), &numbers)?.into_iter().map(|i| (i.identity, i)).collect();
                let json = |n: u32| found.get(&n).map(identities::identity_json);
                Ok(all
                    .iter()
                    .map(|s| {
                        let evidence: Vec<String> = s.evidence.iter().map(ToString::to_string).collect();
                        json!({ "left": json(s.left), "right": json(s.right), "evidence": evidence, "reason": s.reason() })
                    })
                    .collect::<Vec<_>>())
            })
        })
        .await?;
    let name = |pair: &Value| {
        let side = |side: &str| pair[side]["id"].as_str().unwrap_or_default().to_owned();
        format!("{}.{}", side("left"), side("right"))
    };
    let (items, next) = paging.cut_by(items, name)?;
    ok(json!({ "items": items, "next": next }))
}

/// Two identities, and why they are not one person.
#[derive(Deserialize)]
pub(crate) struct Refusal {
    left: String,
    right: String,
    #[serde(default)]
    reason: String,
}

/// `POST /api/v1/link-dismissals`
pub(crate) async fn create_dismissal(
    State(app): State<App>,
    principal: Principal,
    Json(pair): Json<Refusal>,
) -> Answer {
    refuse(&app, &principal, pair, false).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `DELETE /api/v1/link-dismissals`
pub(crate) async fn remove_dismissal(
    State(app): State<App>,
    principal: Principal,
    Json(pair): Json<Refusal>,
) -> Answer {
    refuse(&app, &principal, pair, true).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn refuse(app: &App, principal: &Principal, pair: Refusal, again: bool) -> Result<()> {
    let (by, principal) = (signature(principal), principal.clone());
    app.blocking(move |app| {
        let now = app.clock.now();
        app.db.write(Priority::Interactive, |tx| {
            let left = people::get_identity(tx, &pair.left)?.identity;
            let right = people::get_identity(tx, &pair.right)?.identity;
            let title =
                if again { "May be the same person again as" } else { "Said not to be the same person as" };
            told_both(tx, (&principal, now), (&pair.left, &pair.right), title)?;
            match again {
                true => pairs::withdraw(tx, (left, right), &by, now),
                false => pairs::dismiss(tx, (left, right), &pair.reason, &by, now),
            }
        })
    })
    .await
}

/// How a roster is taken.
#[derive(Deserialize)]
pub(crate) struct AskedRoster {
    #[serde(default)]
    name: String,
    #[serde(default)]
    dry_run: String,
}

/// `POST /api/v1/rosters`: what came of it, with every row that could not be used.
pub(crate) async fn create_roster(
    State(app): State<App>,
    principal: Principal,
    Query(asked): Query<AskedRoster>,
    text: String,
) -> Answer {
    let by = signature(&principal);
    let dry = matches!(asked.dry_run.as_str(), "1" | "true" | "yes");
    let report =
        app.blocking(move |app| crate::linking::import_roster(app, &asked.name, &text, &by, dry)).await?;
    ok(serde_json::to_value(report).map_err(|e| Error::internal(e.to_string()))?)
}
