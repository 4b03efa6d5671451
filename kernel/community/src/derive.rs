//! Taking rows out of everything that is derived from the log, and putting them in: for what is rare
//! (undo, a replaced record, a corrected zone). Appending has its own faster path in `ingest`.

use crate::columns;
use crate::conversations;
use crate::log::LogRow;
use crate::rollup::fold::fold_now;
use crate::rollup::{Changes, FIRST, Frame, index, source_scope};
use base::{Day, Interval, Result};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use store::{Conn, Dialect};

/// Takes rows out of all derived tables. The log itself already lacks them (or shows their new form).
pub(crate) fn take_out(tx: &mut Conn<'_>, frame: &Frame, rows: &[LogRow]) -> Result<()> {
    fold_now(tx)?;
    let mut changes = Changes::default();
    for r in rows {
        changes.row(frame.zone.day_of(r.at), r.source_id, r.channel_id, r.kind, r.identity, -1);
    }
    changes.apply(tx, frame.generation)?;
    index::take(tx, rows)?;
    conversations::recompute(tx, &conversation_ids(rows))?;
    refresh_first_days(tx, frame, rows)
}

/// Puts rows into all derived tables. The log itself already has them.
pub(crate) fn put_in(tx: &mut Conn<'_>, frame: &Frame, rows: &[LogRow]) -> Result<()> {
    let mut changes = Changes::default();
    for r in rows {
        changes.row(frame.zone.day_of(r.at), r.source_id, r.channel_id, r.kind, r.identity, 1);
    }
    changes.apply(tx, frame.generation)?;
    index::put(tx, rows)?;
    conversations::recompute(tx, &conversation_ids(rows))?;
    refresh_first_days(tx, frame, rows)
}

fn conversation_ids(rows: &[LogRow]) -> Vec<i64> {
    let ids: BTreeSet<i64> = rows.iter().map(|r| r.conversation_id).filter(|&id| id != 0).collect();
    ids.into_iter().collect()
}

/// Finds the first active day anew for the identities of these rows, where one of them may have been it.
fn refresh_first_days(tx: &mut Conn<'_>, frame: &Frame, rows: &[LogRow]) -> Result<()> {
    let mut touched: BTreeMap<u32, (Day, i64)> = BTreeMap::new();
    for r in rows.iter().filter(|r| r.kind.is_active() && r.identity != 0) {
        let day = frame.zone.day_of(r.at);
        let entry = touched.entry(r.identity).or_insert((day, r.source_id));
        entry.0 = entry.0.min(day);
    }
    let mut changes = Changes::default();
    let all = first_days(tx, touched.keys().copied())?;
    for (identity, (day, source_id)) in touched {
        let known = all.get(&identity).copied();
        if known.is_some_and(|k| k < day) {
            continue;
        }
        let now = first_active_day(tx, frame, identity, known.map_or(day, |k| k.min(day)))?;
        if now == known {
            continue;
        }
        if let Some(k) = known {
            changes.add(source_scope(source_id), FIRST, k, identity, -1);
        }
        if let Some(n) = now {
            changes.add(source_scope(source_id), FIRST, n, identity, 1);
        }
        set_first_day(tx, identity, now)?;
    }
    changes.apply(tx, frame.generation)
}

/// Stores an identity's first active day.
pub(crate) fn set_first_day(tx: &mut Conn<'_>, identity: u32, day: Option<Day>) -> Result<()> {
    tx.execute(
        "UPDATE identities SET first_day = $1 WHERE identity = $2",
        &[day.map(|d| d.0).into(), identity.into()],
    )?;
    Ok(())
}

/// The same for many, in one round trip where that is dear.
pub(crate) fn set_first_days(tx: &mut Conn<'_>, days: &[(u32, Day)]) -> Result<()> {
    if tx.dialect() == Dialect::Sqlite || days.is_empty() {
        return days.iter().try_for_each(|(identity, day)| set_first_day(tx, *identity, Some(*day)));
    }
    tx.execute(
        "UPDATE identities i SET first_day = e.day
         FROM unnest(CAST(string_to_array($1, ',') AS bigint[]), CAST(string_to_array($2, ',') AS bigint[]))
           AS e (identity, day) WHERE i.identity = e.identity",
        &[
            (&columns::numbers(days.iter().map(|d| d.0))).into(),
            (&columns::numbers(days.iter().map(|d| d.1.0))).into(),
        ],
    )
    .map(|_| ())
}

/// The first active days of identities, of those that have one.
pub(crate) fn first_days(
    tx: &mut Conn<'_>,
    identities: impl Iterator<Item = u32>,
) -> Result<HashMap<u32, Day>> {
    let mut days = HashMap::new();
    if tx.dialect() == Dialect::Sqlite {
        for identity in identities {
            let day = tx.query_one(
                "SELECT first_day FROM identities WHERE identity = $1",
                &[identity.into()],
                |r| r.opt_int(0),
            )?;
            days.extend(day.map(|d| (identity, Day(d as i32))));
        }
        return Ok(days);
    }
    let wanted = columns::numbers(identities);
    tx.for_each(
        "SELECT identity, first_day FROM identities
         WHERE first_day IS NOT NULL AND identity = ANY (CAST(string_to_array($1, ',') AS bigint[]))",
        &[(&wanted).into()],
        |r| {
            days.insert(r.int(0)? as u32, Day(r.int(1)? as i32));
            Ok(())
        },
    )?;
    Ok(days)
}

/// The first active day of an identity, not before `from`.
fn first_active_day(tx: &mut Conn<'_>, frame: &Frame, identity: u32, from: Day) -> Result<Option<Day>> {
    // A day in another zone can begin in the UTC month before.
    let mut month = i64::from(Interval::Month.index(from.plus(-1)));
    let last =
        tx.query_opt("SELECT month FROM member_activities ORDER BY month DESC LIMIT 1", &[], |r| r.int(0))?;
    while last.is_some_and(|l| month <= l) {
        let at = tx.query(
            "SELECT at, kind FROM member_activities WHERE month = $1 AND identity = $2 ORDER BY at",
            &[month.into(), identity.into()],
            |r| Ok((r.int(0)?, crate::Kind(r.int(1)? as i16))),
        )?;
        if let Some((at, _)) = at.into_iter().find(|(_, kind)| kind.is_active()) {
            return Ok(Some(frame.zone.day_of(at)));
        }
        month += 1;
    }
    Ok(None)
}

/// Sets first and last activity of channels anew from the log.
pub(crate) fn refresh_channel_spans(tx: &mut Conn<'_>, source_id: i64) -> Result<()> {
    let spans = tx.query(
        "SELECT channel_id, min(at), max(at) FROM activities WHERE source_id = $1 GROUP BY channel_id",
        &[source_id.into()],
        |r| Ok((r.int(0)?, r.int(1)?, r.int(2)?)),
    )?;
    tx.execute(
        "UPDATE channels SET first_at = NULL, last_at = NULL WHERE source_id = $1",
        &[source_id.into()],
    )?;
    for (channel_id, first, last) in spans {
        tx.execute(
            "UPDATE channels SET first_at = $1, last_at = $2 WHERE channel_id = $3",
            &[first.into(), last.into(), channel_id.into()],
        )?;
    }
    Ok(())
}
