//! Stored values as people read them: times, names of places, and no numbers that mean something inside only.

use crate::declared::Stored;
use crate::subject::Subject;
use crate::words::written;
use base::Result;
use capability::App;
use serde_json::{Map, Value};
use std::collections::HashMap;

/// Names of sources and channels.
pub(crate) struct Places {
    sources: HashMap<i64, String>,
    channels: HashMap<i64, String>,
}

impl Places {
    pub(crate) fn load(app: &App) -> Result<Self> {
        app.db.read(|c| {
            let sources =
                c.query("SELECT source_id, name FROM sources", &[], |r| Ok((r.int(0)?, r.text(1)?)))?;
            let channels =
                c.query("SELECT channel_id, name FROM channels", &[], |r| Ok((r.int(0)?, r.text(1)?)))?;
            Ok(Self { sources: sources.into_iter().collect(), channels: channels.into_iter().collect() })
        })
    }
}

/// One row; what says nothing to a person is left out, and who of the team did something is "the team".
pub(crate) fn row(
    places: &Places,
    subject: &Subject,
    columns: &[String],
    values: Vec<Stored>,
) -> Map<String, Value> {
    let mut row = Map::new();
    for (name, value) in columns.iter().zip(values) {
        if let Some((name, value)) = cell(places, subject, name, value) {
            row.insert(name, value);
        }
    }
    row
}

fn cell(places: &Places, subject: &Subject, name: &str, value: Stored) -> Option<(String, Value)> {
    let whole = |value: Value| Some((name.to_owned(), value));
    match value {
        Stored::Nothing => None,
        Stored::Text(_) if name.ends_with("_by") || name == "who" => whole("the team".into()),
        // Where somebody of the team asked from is theirs.
        Stored::Text(_) if ["address", "salt", "chain", "details_hash"].contains(&name) => None,
        Stored::Text(text) => whole(text.into()),
        Stored::Real(n) => whole(n.into()),
        Stored::Number(n) if name == "at" || name.ends_with("_at") => whole(written(n).into()),
        Stored::Number(n) if name.ends_with("_day") => {
            whole(i32::try_from(n).map_or_else(|_| n.to_string(), |d| base::Day(d).to_string()).into())
        }
        Stored::Number(n) if name == "source_id" => {
            places.sources.get(&n).map(|s| ("source".into(), s.as_str().into()))
        }
        Stored::Number(n) if name == "channel_id" => {
            places.channels.get(&n).map(|s| ("channel".into(), s.as_str().into()))
        }
        Stored::Number(n) if name == "identity" || name.ends_with("_identity") => {
            let own = subject.identities.iter().find(|i| i64::from(i.identity) == n);
            whole(
                own.map_or_else(|| "somebody else".to_owned(), |i| format!("{}:{}", i.source, i.external_id))
                    .into(),
            )
        }
        Stored::Number(_) if name.ends_with("_id") || INSIDE.contains(&name) => None,
        Stored::Number(n) if YES_OR_NO.contains(&name) => whole((n != 0).into()),
        Stored::Number(n) => whole(n.into()),
    }
}

/// Numbers that mean something inside only.
const INSIDE: [&str; 6] = ["place", "ordering", "key_hash", "added_act", "removed_act", "part"];
/// Numbers that mean yes or no.
const YES_OR_NO: [&str; 6] = ["bot", "marked_bot", "staff", "given", "mentions", "adds"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_as_people_read_them() {
        let places = Places { sources: [(3, "Forum".to_owned())].into(), channels: HashMap::new() };
        let identity = community::people::Identity {
            identity: 7,
            public_id: "idn_1".into(),
            source: "Forum".into(),
            external_id: "ana".into(),
            name: None,
            handle: None,
            email: None,
            bot: false,
            staff: false,
        };
        let subject = Subject { identities: vec![identity] };
        let columns =
            ["note_id", "identity", "other_identity", "source_id", "text", "written_by", "written_at", "bot"];
        let columns = columns.map(str::to_owned);
        let values = vec![
            Stored::Number(1),
            Stored::Number(7),
            Stored::Number(8),
            Stored::Number(3),
            Stored::Text("kind".into()),
            Stored::Text("bo@example.org".into()),
            Stored::Number(1_704_067_200_000_000),
            Stored::Number(0),
        ];
        let expect = serde_json::json!({
            "identity": "Forum:ana", "other_identity": "somebody else", "source": "Forum", "text": "kind",
            "written_by": "the team", "written_at": "2024-01-01T00:00:00Z", "bot": false,
        });
        assert_eq!(Value::Object(row(&places, &subject, &columns, values)), expect);
    }
}
