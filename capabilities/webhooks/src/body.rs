//! What a message says: `type`, `timestamp` and `data`, as Standard Webhooks recommends. What it says of an activity is
//! read from the log when the message is sent.

use base::{Micros, Result, written};
use serde_json::{Value, json};
use std::collections::HashMap;
use store::Conn;

/// The whole body.
pub(crate) fn whole(kind: &str, at: Micros, data: Value) -> Value {
    json!({ "type": kind, "timestamp": written(at), "data": data })
}

/// What is told of these activities, by `seq`; one that is no longer in the log is missing.
pub(crate) fn of_activities(c: &mut Conn<'_>, seqs: &[i64]) -> Result<HashMap<i64, Value>> {
    let mut found = HashMap::new();
    for seq in seqs {
        let data = c.query_opt(
            "SELECT a.kind, s.public_id, s.name, c.channel_id, c.name, c.private, i.public_id, i.name, i.handle,
               i.bot + i.marked_bot, i.staff, a.conversation_id, m.text, m.title, m.permalink, m.deleted
             FROM activities a JOIN sources s ON s.source_id = a.source_id
             JOIN channels c ON c.channel_id = a.channel_id
             LEFT JOIN identities i ON i.identity = a.identity LEFT JOIN messages m ON m.seq = a.seq
             WHERE a.seq = $1",
            &[(*seq).into()],
            |r| {
                let kind = i16::try_from(r.int(0)?).map(community::Kind).map_or("unknown", community::Kind::name);
                let conversation = r.int(11)?;
                let by = match r.opt_text(6)? {
                    Some(id) => json!({
                        "id": id, "name": r.opt_text(7)?, "handle": r.opt_text(8)?,
                        "bot": r.int(9)? > 0, "staff": r.flag(10)?,
                    }),
                    None => Value::Null,
                };
                Ok(json!({
                    "id": format!("act_{seq}"),
                    "kind": kind,
                    "source": { "id": r.text(1)?, "name": r.text(2)? },
                    "channel": { "id": r.int(3)?, "name": r.text(4)?, "private": r.flag(5)? },
                    "by": by,
                    "conversation": if conversation > 0 { Value::from(conversation) } else { Value::Null },
                    "text": r.opt_text(12)?,
                    "title": r.opt_text(13)?,
                    "permalink": r.opt_text(14)?,
                }))
            },
        )?;
        if let Some(data) = data {
            found.insert(*seq, data);
        }
    }
    Ok(found)
}
