//! Activities that other products send: each is judged by itself, and what is new goes through the log's one door.
//!
//! What identifies a record to its sender is its id alone. In the log its time is a part of its key, so that the first
//! time that it was sent with is kept beside the log (`pushed_records`).

use crate::told::told;
use axum::Json;
use axum::extract::State;
use base::{Error, ErrorKind, Micros, Result, hash64};
use capability::api::{Answer, fits, ok};
use capability::{App, Principal};
use community::sources::{self, Source};
use community::{
    ActivityDraft, Batch, ChannelDraft, ConversationKey, IdentityDraft, Ingestor, Kind, Place, Record,
};
use connect::text::harmless;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};
use store::{Conn, Priority};

/// The most bytes of a request.
pub(crate) const BODY_MAX: usize = 8 << 20;
/// The most activities in one request.
const MOST: usize = 1_000;
/// How far a record may lie ahead of this server's clock: clocks differ.
const AHEAD: Micros = 86_400 * 1_000_000;
/// What a source is called as a format that this made.
const FORMAT: &str = "api";
const NETWORKS: [&str; 5] = ["slack", "discord", "discourse", "mail", "other"];
/// That something was sent is told to the audit log once an hour for each sender and source: what was sent stands in
/// the log itself.
const TOLD_EVERY: Micros = 3_600 * 1_000_000;

/// A request.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pushed {
    source: String,
    #[serde(default)]
    network: String,
    activities: Vec<Value>,
}

/// One activity as it is sent.
#[derive(Clone, Debug, Deserialize)]
struct Item {
    id: String,
    kind: String,
    channel: String,
    channel_name: Option<String>,
    channel_private: Option<bool>,
    at: Option<String>,
    actor: Option<String>,
    actor_name: Option<String>,
    actor_handle: Option<String>,
    actor_email: Option<String>,
    actor_bot: Option<bool>,
    text: Option<String>,
    title: Option<String>,
    conversation: Option<String>,
    parent: Option<String>,
    permalink: Option<String>,
    edited_at: Option<String>,
    deleted: Option<bool>,
}

/// An activity that can be taken.
struct Sound {
    item: Item,
    kind: Kind,
    record: Record,
    at: Option<Micros>,
    edited_at: Option<Micros>,
}

/// What became of one.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Became {
    Created,
    Duplicate,
    Refused(String),
}

/// What identifies a record of a source.
type Key = (i64, i64);

impl Sound {
    /// # Errors
    /// `Invalid`, naming the field.
    fn of(app: &App, value: &Value, now: Micros) -> Result<Self> {
        fits(&app.registry, "NewActivity", value, "activity")?;
        let item: Item = serde_json::from_value(value.clone()).map_err(|e| Error::invalid(e.to_string()))?;
        let kind = Kind::named(&item.kind).ok_or_else(|| {
            let names: Vec<&str> = community::KINDS.iter().map(|k| k.name).collect();
            Error::invalid(format!("there is no kind \"{}\"; there are {}", item.kind, names.join(", ")))
                .at("kind")
        })?;
        let time = |text: &Option<String>, name: &str| {
            let read = |t: &String| connect::parse_rfc3339(t).map_err(|e| e.at(name));
            text.as_ref().map(read).transpose()
        };
        let at = time(&item.at, "at")?;
        if at.is_some_and(|at| at > now + AHEAD) {
            return Err(Error::invalid("lies more than a day in the future").at("at"));
        }
        let edited_at = time(&item.edited_at, "edited_at")?;
        if item.actor.is_none() && kind.is_active() && kind != Kind::MESSAGE_RELAYED {
            return Err(Error::invalid("is missing: somebody did it").at("actor"));
        }
        if item.permalink.as_ref().is_some_and(|p| !p.starts_with("https://") && !p.starts_with("http://")) {
            return Err(Error::invalid("begins with https:// or http://").at("permalink"));
        }
        Ok(Self { record: record_of(kind), item, kind, at, edited_at })
    }

    fn key(&self) -> Key {
        (self.record as i64, hash64(&self.item.id))
    }

    fn draft(&self, at: Micros, rank: i64) -> ActivityDraft {
        let i = &self.item;
        let conversation = match (&i.conversation, &i.parent) {
            _ if matches!(self.record, Record::Reaction | Record::Membership | Record::Acceptance) => None,
            (Some(id), _) => Some(id.clone()),
            (None, Some(parent)) => Some(parent.clone()),
            (None, None) if self.kind.opens() => Some(i.id.clone()),
            (None, None) => None,
        };
        let clean = |text: &Option<String>| {
            text.as_ref()
                .map(|t| harmless(&t.replace('\0', "\u{fffd}")).into_owned())
                .filter(|t| !t.is_empty())
        };
        ActivityDraft {
            place: Place::Source,
            record: self.record,
            rank,
            actor: i.actor.clone().filter(|a| !a.is_empty()),
            conversation: conversation.map(|key| ConversationKey { order: 0, key }),
            title: clean(&i.title),
            parent: i.parent.clone(),
            text: clean(&i.text),
            permalink: i.permalink.clone(),
            edited_at: self.edited_at,
            deleted: i.deleted.unwrap_or(false),
            ..ActivityDraft::new(self.kind, at, &i.id, &i.channel)
        }
    }

    fn channel(&self) -> Option<ChannelDraft> {
        let i = &self.item;
        (i.channel_name.is_some() || i.channel_private.is_some()).then(|| ChannelDraft {
            external_id: i.channel.clone(),
            name: i.channel_name.clone(),
            private: i.channel_private.unwrap_or(false),
            ..ChannelDraft::default()
        })
    }

    fn identity(&self) -> Option<IdentityDraft> {
        let i = &self.item;
        let said = i.actor_name.is_some()
            || i.actor_handle.is_some()
            || i.actor_email.is_some()
            || i.actor_bot.is_some();
        let actor = i.actor.as_ref().filter(|a| said && !a.is_empty())?;
        Some(IdentityDraft {
            external_id: actor.clone(),
            name: i.actor_name.clone(),
            handle: i.actor_handle.as_ref().map(|h| h.trim_start_matches('@').to_owned()),
            email: i.actor_email.as_ref().map(|e| e.to_lowercase()),
            bot: i.actor_bot,
            ..IdentityDraft::default()
        })
    }
}

fn record_of(kind: Kind) -> Record {
    match kind {
        Kind::REACTION_ADDED => Record::Reaction,
        Kind::MEMBER_JOINED | Kind::MEMBER_LEFT => Record::Membership,
        Kind::ANSWER_ACCEPTED => Record::Acceptance,
        _ => Record::Message,
    }
}

/// `POST /api/v1/activities`
pub(crate) async fn push(State(app): State<App>, by: Principal, Json(pushed): Json<Pushed>) -> Answer {
    let n = pushed.activities.len();
    if n == 0 || n > MOST {
        return Err(Error::invalid(format!("activities has {n} entries; send 1 to {MOST} at a time")).into());
    }
    let ids: Vec<Option<String>> =
        pushed.activities.iter().map(|a| a["id"].as_str().map(str::to_owned)).collect();
    let (source, results) = app.blocking(move |app| take(app, &by, &pushed)).await?;
    let count = |wanted: fn(&Became) -> bool| results.iter().filter(|r| wanted(r)).count();
    let items: Vec<Value> =
        results.iter().zip(ids).enumerate().map(|(n, (r, id))| result_json(n, r, id)).collect();
    ok(json!({
        "source": source.public_id,
        "created": count(|r| *r == Became::Created),
        "duplicates": count(|r| *r == Became::Duplicate),
        "refused": count(|r| matches!(r, Became::Refused(_))),
        "results": items,
    }))
}

fn result_json(index: usize, result: &Became, id: Option<String>) -> Value {
    let (word, why) = match result {
        Became::Created => ("created", None),
        Became::Duplicate => ("duplicate", None),
        Became::Refused(why) => ("refused", Some(why)),
    };
    json!({ "index": index, "id": id, "result": word, "why": why })
}

/// Takes a request in: one transaction. Blocks.
fn take(app: &App, by: &Principal, pushed: &Pushed) -> Result<(Source, Vec<Became>)> {
    let now = app.clock.now();
    let judged: Vec<Result<Sound>> =
        pushed.activities.iter().map(|value| Sound::of(app, value, now)).collect();
    if let Some(Err(broken)) =
        judged.iter().find(|j| j.as_ref().is_err_and(|e| e.kind == ErrorKind::Internal))
    {
        return Err(broken.clone());
    }
    // A record that is there with another text changes a stored row, for which everything must be folded.
    let (source, made, results) = community::folding_first(&app.db, || {
        app.db.write(Priority::Interactive, |tx| {
            let (source, made) = source_of(tx, pushed, now)?;
            let results = take_in(tx, &source, &judged, now)?;
            Ok((source, made, results))
        })
    })?;
    community::fold_if_behind(&app.db)?;
    tell(app, by, &source, made, now)?;
    Ok((source, results))
}

/// The source that is named; one that is not there is made.
fn source_of(tx: &mut Conn<'_>, pushed: &Pushed, now: Micros) -> Result<(Source, bool)> {
    let name = pushed.source.trim();
    if name.is_empty() || name.chars().count() > 80 {
        return Err(Error::invalid("source is a name of 1 to 80 characters"));
    }
    if let Some(source) = sources::find(tx, name)? {
        if source.zoneless {
            return Err(Error::conflict(format!(
                "the times of {name} carry no zone, and what is sent here does; send into a source of its own"
            )));
        }
        return Ok((source, false));
    }
    if name.starts_with("src_") {
        return Err(Error::not_found(format!("there is no source {name}")));
    }
    let network = if pushed.network.is_empty() { "other" } else { pushed.network.as_str() };
    if !NETWORKS.contains(&network) {
        return Err(Error::invalid(format!("network is one of {}", NETWORKS.join(", "))));
    }
    let new = Source {
        source_id: 0,
        public_id: String::new(),
        name: name.to_owned(),
        network: network.to_owned(),
        format: FORMAT.into(),
        id_form: FORMAT.into(),
        zone: "UTC".into(),
        zoneless: false,
        has_replies: true,
        has_message_ids: true,
        has_leaves: true,
        created_at: now,
    };
    Ok((sources::create(tx, new, now)?, true))
}

/// Judges what is sound against what was sent before, and takes it in.
fn take_in(tx: &mut Conn<'_>, source: &Source, judged: &[Result<Sound>], now: Micros) -> Result<Vec<Became>> {
    let keys: Vec<Key> = judged.iter().flatten().map(Sound::key).collect();
    let known = known(tx, source.source_id, &keys)?;
    let mut times: HashMap<Key, Micros> = known.clone();
    let mut results: Vec<Became> = Vec::with_capacity(judged.len());
    let mut batch = Batch::default();
    let mut seen: HashSet<Key> = HashSet::new();
    for (n, one) in judged.iter().enumerate() {
        let sound = match one {
            Ok(sound) => sound,
            Err(e) => {
                results.push(Became::Refused(e.message.clone()));
                continue;
            }
        };
        let key = sound.key();
        let at = match (times.get(&key), sound.at) {
            (Some(&was), Some(at)) if was != at => {
                results.push(Became::Refused(
                    "at: this id was sent before with another time, which is part of what a record is".into(),
                ));
                continue;
            }
            (Some(&was), _) => was,
            (None, at) => at.unwrap_or(now),
        };
        times.insert(key, at);
        batch.channels.extend(sound.channel());
        batch.identities.extend(sound.identity());
        batch.activities.push(sound.draft(at, n as i64));
        // Which of them are new is known once they are taken in; of several with one id, the first.
        results.push(if seen.insert(key) { Became::Created } else { Became::Duplicate });
    }
    let outcome = Ingestor::new(source.source_id, 0).ingest(tx, batch, now)?;
    let appended: HashSet<Key> = outcome.appended.iter().copied().collect();
    for (result, sound) in results.iter_mut().zip(judged) {
        if let (Became::Created, Ok(sound)) = (&*result, sound)
            && !appended.contains(&sound.key())
        {
            *result = Became::Duplicate;
        }
    }
    for (key, at) in times.iter().filter(|(key, _)| !known.contains_key(*key)) {
        tx.execute(
            "INSERT INTO pushed_records (source_id, record, id_hash, stated_at) VALUES ($1, $2, $3, $4)",
            &[source.source_id.into(), key.0.into(), key.1.into(), (*at).into()],
        )?;
    }
    Ok(results)
}

/// The times with which records were sent before.
fn known(tx: &mut Conn<'_>, source_id: i64, keys: &[Key]) -> Result<HashMap<Key, Micros>> {
    let mut known = HashMap::new();
    for some in keys.chunks(200) {
        let marks: Vec<String> = (2..2 + some.len()).map(|n| format!("${n}")).collect();
        let sql = format!(
            "SELECT record, id_hash, stated_at FROM pushed_records WHERE source_id = $1 AND id_hash IN ({})",
            marks.join(", ")
        );
        let mut params = vec![source_id.into()];
        params.extend(some.iter().map(|k| store::Param::from(k.1)));
        known.extend(tx.query(&sql, &params, |r| Ok(((r.int(0)?, r.int(1)?), r.int(2)?)))?);
    }
    Ok(known)
}

/// When each sender was last told of for each source.
static TOLD: Mutex<Option<HashMap<String, Micros>>> = Mutex::new(None);

fn tell(app: &App, by: &Principal, source: &Source, made: bool, now: Micros) -> Result<()> {
    by.noted_elsewhere();
    let sender = by.token.clone().unwrap_or_else(|| by.name.clone());
    let key = format!("{sender} {} {}", source.public_id, app.data_dir.display());
    {
        let mut told = TOLD.lock().unwrap_or_else(PoisonError::into_inner);
        let told = told.get_or_insert_default();
        told.retain(|_, at| *at + TOLD_EVERY > now && *at <= now);
        if told.contains_key(&key) && !made {
            return Ok(());
        }
        told.insert(key, now);
    }
    let title = if made {
        format!("Made the source {} by sending activities", source.name)
    } else {
        format!("Sent activities into {}", source.name)
    };
    told(app, by, (crate::PUSH_ACTIVITIES, &source.public_id), &title, ("", ""))
}
