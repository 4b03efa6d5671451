//! The same as JSON.

use crate::model::{Asked, Found, Page, find};
use axum::Json;
use axum::extract::{Query, State};
use base::Error;
use capability::{App, Problem};
use community::search::{Hit, MemberHit, Piece};
use community::sources::Channel;
use serde_json::{Value, json};

/// The most hits in one answer.
const LIMIT_MAX: usize = 200;

/// `GET /api/v1/search?q=&type=messages|members|channels&sort=best|newest&from=&in=&source=&after=&before=&unanswered=&cursor=&limit=`
pub(crate) async fn search(
    State(app): State<App>,
    Query(pairs): Query<Vec<(String, String)>>,
) -> std::result::Result<Json<Value>, Problem> {
    let limit = match pairs.iter().find(|(name, _)| name == "limit") {
        None => None,
        Some((_, text)) => {
            let limit = text.parse().ok().filter(|n| (1..=LIMIT_MAX).contains(n));
            Some(limit.ok_or_else(|| Error::invalid(format!("limit is a number from 1 to {LIMIT_MAX}")))?)
        }
    };
    let asked = Asked::read(&pairs)?;
    let found = app.blocking(move |app| find(app, &asked, limit)).await?;
    Ok(Json(answer(&found)?))
}

/// What was found as JSON.
///
/// # Errors
/// What is wrong with the question.
pub fn answer(found: &Found) -> base::Result<Value> {
    let (items, total, more): (Vec<Value>, usize, bool) = match found.page.as_ref().map_err(Clone::clone)? {
        Page::Messages(hits) => {
            (hits.hits.iter().map(|h| hit_json(h, found)).collect(), hits.found, hits.more)
        }
        Page::Members(members, all) => (members.iter().map(member_json).collect(), *all, false),
        Page::Channels(channels, all) => {
            (channels.iter().map(|c| channel_json(c, found)).collect(), *all, false)
        }
    };
    Ok(json!({
        "items": items,
        "next": (!found.next.is_empty()).then_some(&found.next),
        "found": total,
        "more": more,
        "complete": found.state.complete,
        "complete_from": found.state.back_to,
    }))
}

fn hit_json(hit: &Hit, found: &Found) -> Value {
    json!({
        "seq": hit.seq,
        "at": hit.at,
        "kind": hit.kind.info().map_or("", |k| k.name),
        "member": hit.member,
        "author": hit.author.as_ref().map(|a| json!({ "id": a.public_id, "title": a.title() })),
        "source": found.source(hit.source_id).map(|s| &s.name),
        "channel": found.channel(hit.channel_id).map(|c| json!({ "id": c.channel_id, "name": c.name })),
        "conversation": hit.conversation_id,
        "title": hit.title.as_deref().map(plain),
        "excerpt": plain(&hit.excerpt),
        "pieces": hit.excerpt,
        "permalink": hit.permalink,
        "reactions": hit.reactions,
        "score": hit.score,
    })
}

fn member_json(m: &MemberHit) -> Value {
    json!({
        "id": m.id,
        "title": m.identity.title(),
        "handle": m.identity.handle,
        "email": m.identity.email,
        "source": m.identity.source,
        "identity": m.identity.public_id,
        "other_identities": m.others,
        "bot": m.identity.bot,
        "staff": m.identity.staff,
    })
}

fn channel_json(c: &Channel, found: &Found) -> Value {
    json!({
        "id": c.channel_id,
        "name": c.name,
        "category": c.category,
        "source": found.source(c.source_id).map(|s| &s.name),
        "first_at": c.span.map(|s| s.0),
        "last_at": c.span.map(|s| s.1),
    })
}

/// A text without its marks.
pub(crate) fn plain(pieces: &[Piece]) -> String {
    pieces.iter().map(|p| p.text.as_str()).collect()
}
