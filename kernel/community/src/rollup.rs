//! Roll-up cells: signed changes to them, and writing them.
//!
//! Channel cells are written with their batch. Unions and first days are left as parts ([`parts`]) and folded
//! by [`fold`]; the members' index is written behind the log by [`index`]. Readers add what is not folded.

pub(crate) mod fold;
pub(crate) mod index;
pub(crate) mod parts;

use crate::cell::{self, Pairs};
use crate::columns;
use crate::{Kind, settings};
use base::{Day, Result, Zone};
use std::collections::BTreeMap;
use store::{Conn, Dialect};

/// The pseudo-kind of a union of all active kinds.
pub(crate) const ACTIVE: i64 = 0;
/// The pseudo-kind of "first active day".
pub(crate) const FIRST: i64 = -1;
/// The scope of the whole community.
pub(crate) const COMMUNITY: i64 = 0;

/// The scope of a channel.
pub(crate) fn channel_scope(channel_id: i64) -> i64 {
    channel_id * 2
}

/// The scope of a source.
pub(crate) fn source_scope(source_id: i64) -> i64 {
    source_id * 2 + 1
}

/// Which generation of cells is in force, and its zone.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub generation: i64,
    pub zone: Zone,
}

impl Frame {
    pub(crate) fn load(c: &mut Conn<'_>) -> Result<Self> {
        let generation = settings::get(c, "generation")?.and_then(|v| v.parse().ok()).unwrap_or(1);
        let zone = match settings::get(c, "zone")? {
            Some(name) => Zone::named(&name)?,
            None => Zone::utc(),
        };
        Ok(Self { generation, zone })
    }
}

/// (scope, kind, day) → (identity, n).
pub(crate) type Groups = BTreeMap<(i64, i64, i32), Vec<(u32, i64)>>;

/// Signed changes to cells.
#[derive(Default)]
pub(crate) struct Changes(Groups);

impl Changes {
    /// One row more (`+1`) or less (`-1`), in all the cells it belongs to.
    pub(crate) fn row(
        &mut self,
        day: Day,
        source_id: i64,
        channel_id: i64,
        kind: Kind,
        identity: u32,
        n: i64,
    ) {
        self.add(channel_scope(channel_id), i64::from(kind.0), day, identity, n);
        if kind.is_active() && identity != 0 {
            self.add(source_scope(source_id), ACTIVE, day, identity, n);
            self.add(COMMUNITY, ACTIVE, day, identity, n);
        }
    }

    /// One change of one cell.
    pub(crate) fn add(&mut self, scope: i64, kind: i64, day: Day, identity: u32, n: i64) {
        self.0.entry((scope, kind, day.0)).or_default().push((identity, n));
    }

    /// Writes channel cells at once and leaves what belongs to unions and first days as one part, which is
    /// folded later. `part` is a number that no other batch has.
    pub(crate) fn append(mut self, tx: &mut Conn<'_>, generation: i64, part: i64) -> Result<()> {
        let parts: Groups = self.0.extract_if(.., |key, _| key.1 == ACTIVE || key.1 == FIRST).collect();
        let unions = parts::encode(parts.into_iter().filter(|(key, _)| key.0 != COMMUNITY));
        if !unions.is_empty() {
            tx.execute(
                "INSERT INTO cell_parts (part, generation, unions) VALUES ($1, $2, $3)",
                &[part.into(), generation.into(), (&unions).into()],
            )?;
        }
        self.apply(tx, generation)
    }

    /// Writes them.
    pub(crate) fn apply(self, tx: &mut Conn<'_>, generation: i64) -> Result<()> {
        if self.0.is_empty() {
            return Ok(());
        }
        // Readers keep day sets as long as no cell changed.
        crate::log::take_numbers(tx, "cells", 1)?;
        let mut old = match tx.dialect() {
            Dialect::Sqlite => BTreeMap::new(),
            Dialect::Postgres => load_many(tx, generation, self.0.keys())?,
        };
        let mut written: Vec<((i64, i64, i32), Pairs)> = Vec::new();
        for ((scope, kind, day), mut changes) in self.0 {
            changes.sort_unstable();
            let before = match tx.dialect() {
                Dialect::Sqlite => load(tx, generation, scope, kind, day)?,
                Dialect::Postgres => old.remove(&(scope, kind, day)).unwrap_or_default(),
            };
            let after = cell::merge(&before, &changes)?;
            match tx.dialect() {
                Dialect::Sqlite => save(tx, generation, (scope, kind, day), &after)?,
                Dialect::Postgres => written.push(((scope, kind, day), after)),
            }
        }
        save_many(tx, generation, &written)
    }
}

fn load(tx: &mut Conn<'_>, generation: i64, scope: i64, kind: i64, day: i32) -> Result<Pairs> {
    let mut pairs = Pairs::new();
    tx.for_each(
        "SELECT people, counts FROM cells WHERE generation = $1 AND scope = $2 AND kind = $3 AND day = $4",
        &[generation.into(), scope.into(), kind.into(), day.into()],
        |r| cell::decode_into(r.bytes(0)?, r.bytes(1)?, &mut pairs),
    )?;
    Ok(pairs)
}

/// PostgreSQL: one round trip for all cells of a batch instead of one for each.
fn load_many<'k>(
    tx: &mut Conn<'_>,
    generation: i64,
    keys: impl Iterator<Item = &'k (i64, i64, i32)>,
) -> Result<BTreeMap<(i64, i64, i32), Pairs>> {
    let keys: Vec<String> = keys.map(|(s, k, d)| format!("[{s},{k},{d}]")).collect();
    let mut out = BTreeMap::new();
    tx.for_each(
        "SELECT c.scope, c.kind, c.day, c.people, c.counts
         FROM jsonb_array_elements(CAST($1 AS text)::jsonb) k
         JOIN cells c ON c.generation = $2 AND c.scope = (k->>0)::bigint AND c.kind = (k->>1)::bigint
                     AND c.day = (k->>2)::bigint",
        &[format!("[{}]", keys.join(",")).as_str().into(), generation.into()],
        |r| {
            let key = (r.int(0)?, r.int(1)?, r.int(2)? as i32);
            out.insert(key, cell::decode(r.bytes(3)?, r.bytes(4)?)?);
            Ok(())
        },
    )?;
    Ok(out)
}

/// PostgreSQL: writes cells in one round trip.
pub(crate) fn save_many(
    tx: &mut Conn<'_>,
    generation: i64,
    cells: &[((i64, i64, i32), Pairs)],
) -> Result<()> {
    let (empty, filled): (Vec<_>, Vec<_>) = cells.iter().partition(|c| c.1.is_empty());
    for (key, _) in empty {
        save(tx, generation, *key, &[])?;
    }
    if filled.is_empty() {
        return Ok(());
    }
    let rows = filled.iter().map(|c| c.1.iter().map(|p| i64::from(p.1)).sum::<i64>());
    let rows = columns::numbers(rows);
    let sets: Vec<(Vec<u8>, Vec<u8>)> = filled.iter().map(|c| cell::encode(&c.1)).collect();
    let column = |of: fn(&(i64, i64, i32)) -> i64| columns::numbers(filled.iter().map(|c| of(&c.0)));
    tx.execute(
        "INSERT INTO cells (generation, scope, kind, day, rows, people, counts)
         SELECT CAST($1 AS bigint), e.scope, e.kind, e.day, e.n, CAST(e.people AS bytea), CAST(e.counts AS bytea)
         FROM unnest(CAST(string_to_array($2, ',') AS bigint[]), CAST(string_to_array($3, ',') AS bigint[]),
           CAST(string_to_array($4, ',') AS bigint[]), CAST(string_to_array($5, ',') AS bigint[]),
           string_to_array($6, ','), string_to_array($7, ',')) AS e (scope, kind, day, n, people, counts)
         ON CONFLICT (generation, scope, kind, day)
         DO UPDATE SET rows = excluded.rows, people = excluded.people, counts = excluded.counts",
        &[
            generation.into(),
            (&column(|k| k.0)).into(),
            (&column(|k| k.1)).into(),
            (&column(|k| i64::from(k.2))).into(),
            (&rows).into(),
            (&columns::bytes(sets.iter().map(|s| Some(s.0.as_slice())))).into(),
            (&columns::bytes(sets.iter().map(|s| Some(s.1.as_slice())))).into(),
        ],
    )?;
    Ok(())
}

/// Writes one cell, or removes it when nobody is left.
pub(crate) fn save(
    tx: &mut Conn<'_>,
    generation: i64,
    key: (i64, i64, i32),
    pairs: &[(u32, u32)],
) -> Result<()> {
    let (scope, kind, day) = key;
    if pairs.is_empty() {
        tx.execute(
            "DELETE FROM cells WHERE generation = $1 AND scope = $2 AND kind = $3 AND day = $4",
            &[generation.into(), scope.into(), kind.into(), day.into()],
        )?;
        return Ok(());
    }
    let (people, counts) = cell::encode(pairs);
    let rows: i64 = pairs.iter().map(|p| i64::from(p.1)).sum();
    tx.execute(
        "INSERT INTO cells (generation, scope, kind, day, rows, people, counts)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
         ON CONFLICT (generation, scope, kind, day)
         DO UPDATE SET rows = excluded.rows, people = excluded.people, counts = excluded.counts",
        &[
            generation.into(),
            scope.into(),
            kind.into(),
            day.into(),
            rows.into(),
            (&people).into(),
            (&counts).into(),
        ],
    )?;
    Ok(())
}
