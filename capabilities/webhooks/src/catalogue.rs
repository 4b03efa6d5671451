//! Every event that can be sent, each with a sample: the kinds of activity, and what manifests register.

use crate::body;
use base::{Error, Micros, Result};
use capability::Registry;
use community::{KINDS, Kind};
use serde_json::{Value, json};

/// The event that the test button sends when nothing else is chosen.
pub(crate) const TEST: &str = "webhooks.test";

/// An event that can be sent.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub kind: &'static str,
    pub meaning: &'static str,
    pub data: Value,
}

impl Event {
    /// The whole body, as it would be sent.
    pub(crate) fn sample(&self, at: Micros) -> Value {
        body::whole(self.kind, at, self.data.clone())
    }
}

/// All of them, activities first.
pub(crate) fn all(registry: &Registry) -> Vec<Event> {
    let activities = KINDS.iter().map(|k| Event { kind: k.name, meaning: k.meaning, data: sample(k.kind) });
    let told =
        registry.events().into_iter().map(|e| Event { kind: e.id, meaning: e.meaning, data: (e.sample)() });
    activities.chain(told).collect()
}

/// One of them; the test event is one too.
pub(crate) fn find(registry: &Registry, kind: &str) -> Result<Event> {
    if kind == TEST {
        let data = json!({ "test": true });
        return Ok(Event { kind: TEST, meaning: "Somebody pressed the test button", data });
    }
    let found = all(registry).into_iter().find(|e| e.kind == kind);
    found.ok_or_else(|| {
        Error::invalid(format!("there is no event \"{kind}\"; /api/v1/webhooks/events lists them"))
    })
}

/// What is told of an activity, as an example.
fn sample(kind: Kind) -> Value {
    let says = matches!(
        kind,
        Kind::MESSAGE_POSTED
            | Kind::REPLY_POSTED
            | Kind::TOPIC_OPENED
            | Kind::QUESTION_ASKED
            | Kind::ANSWER_POSTED
            | Kind::COMMENT_POSTED
            | Kind::NOTICE_POSTED
            | Kind::MESSAGE_RELAYED
            | Kind::POST_PUBLISHED
    );
    let said = |text: &str| if says { Value::from(text) } else { Value::Null };
    json!({
        "id": "act_18204",
        "kind": kind.name(),
        "source": { "id": "src_01j8zq7x4mftz8w2v3k5n6p7qr", "name": "Forum" },
        "channel": { "id": 12, "name": "help", "private": false },
        "by": {
            "id": "idn_01j8zq7x4mftz8w2v3k5n6p7qr", "name": "Ana Lima", "handle": "ana", "bot": false, "staff": false,
        },
        "conversation": if says { Value::from(4_711) } else { Value::Null },
        "text": said("Which thread pitch does the spindle take?"),
        "title": said("Spindle thread"),
        "permalink": said("https://forum.example.org/t/spindle-thread/4711"),
    })
}

/// What an endpoint wants to hear of: everything, or a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted(pub Vec<String>);

/// Stands for every event.
pub(crate) const EVERYTHING: &str = "*";

impl Wanted {
    /// Takes a list of names.
    ///
    /// # Errors
    /// `Invalid` for one that is no event, and for none.
    pub(crate) fn of(registry: &Registry, names: &[String]) -> Result<Self> {
        let mut kinds: Vec<String> =
            names.iter().map(|n| n.trim()).filter(|n| !n.is_empty()).map(str::to_owned).collect();
        kinds.sort_unstable();
        kinds.dedup();
        if kinds.is_empty() {
            return Err(Error::invalid("choose at least one event, or * for all of them"));
        }
        if kinds.iter().any(|k| k == EVERYTHING) {
            return Ok(Self(vec![EVERYTHING.into()]));
        }
        for kind in &kinds {
            find(registry, kind)?;
        }
        Ok(Self(kinds))
    }

    pub(crate) fn holds(&self, kind: &str) -> bool {
        self.0.iter().any(|k| k == kind || k == EVERYTHING)
    }

    pub(crate) fn is_everything(&self) -> bool {
        self.holds(EVERYTHING)
    }

    pub(crate) fn stored(&self) -> String {
        self.0.join(" ")
    }

    pub(crate) fn read(stored: &str) -> Self {
        Self(stored.split(' ').filter(|k| !k.is_empty()).map(str::to_owned).collect())
    }
}
