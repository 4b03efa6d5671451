//! A record that comes again: what changes, and what is kept so that the change can be taken back.

use super::Prepared;
use crate::conversations::{self, Conversation};
use crate::derive::{put_in, take_out};
use crate::log::{self, Body, LogRow};
use crate::rollup::Frame;
use base::Result;
use store::Conn;

/// A record that is there already: the newest export wins, the lower rank stays, and what it replaces is kept
/// for taking the import back.
pub(super) fn reconcile(
    tx: &mut Conn<'_>,
    frame: &Frame,
    known: LogRow,
    new: Prepared,
    import_id: i64,
) -> Result<()> {
    let known_body = log::find_body(tx, known.seq)?;
    let mut body = new.body;
    let mut row = LogRow { rank: known.rank.min(new.row.rank), ..known.clone() };
    let before = known_body.clone().unwrap_or_default();
    if body.edited_at < before.edited_at {
        body = Body { reactions: body.reactions.max(before.reactions), ..before.clone() };
    } else if body.deleted && known.kind.is_active() {
        // Deleted by its author: it happened, so it still counts; the text goes.
        body = Body { text: None, deleted: true, ..before.clone() };
    } else {
        row.kind = new.row.kind;
        row.identity = new.row.identity;
        row.channel_id = new.row.channel_id;
        row.at = new.row.at;
        if row.conversation_id != new.row.conversation_id {
            row.conversation_id = new.row.conversation_id;
            row.follows = new.row.follows;
        }
    }
    if before.asks.is_some() {
        // What was dropped stays dropped, whoever sends it again.
        body.drop_text(row.kind);
        body.asks = body.asks.or(before.asks);
    }
    let body_changes = !(body.is_empty() && known_body.is_none()) && body != before;
    if row == known && !body_changes {
        return Ok(());
    }
    let kept = serde_json::json!({ "row": row_json(&known), "body": known_body });
    tx.execute(
        "INSERT INTO revisions (import_id, seq, body) VALUES ($1, $2, $3)",
        &[import_id.into(), known.seq.into(), kept.to_string().as_str().into()],
    )?;
    if row.conversation_id != 0 && conversations::load_many(tx, &[row.conversation_id])?.is_empty() {
        let key = new.conversation.unwrap_or_default();
        let mut made = Conversation::empty(row.conversation_id, key, row.source_id);
        made.title = new.title.clone().filter(|_| body.asks.is_none());
        made.add(&row, body.asks_by_rule(row.kind));
        conversations::insert_many(tx, &[&made])?;
    }
    crate::search::changing(tx, std::slice::from_ref(&known))?;
    replace_row(tx, frame, &known, &row)?;
    if body_changes {
        log::put_body(tx, known.seq, &body)?;
        conversations::text_changed(tx, row.conversation_id, row.seq)?;
    }
    Ok(())
}

/// Gives a row of the log another form, in the log and in everything derived.
pub(crate) fn replace_row(tx: &mut Conn<'_>, frame: &Frame, from: &LogRow, to: &LogRow) -> Result<()> {
    if from == to {
        return Ok(());
    }
    log::rewrite(tx, to)?;
    take_out(tx, frame, std::slice::from_ref(from))?;
    put_in(tx, frame, std::slice::from_ref(to))
}

/// The changeable columns of a row, for a revision.
fn row_json(row: &LogRow) -> serde_json::Value {
    serde_json::json!([
        row.at,
        row.rank,
        row.kind.0,
        row.channel_id,
        row.identity,
        row.conversation_id,
        row.follows
    ])
}
