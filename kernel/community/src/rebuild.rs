//! Making roll-ups anew from the log: for another zone, for a corrected source zone, and for `check`.

use crate::cell::{self, Pairs};
use crate::derive::{put_in, refresh_channel_spans, set_first_days, take_out};
use crate::log::{self, COLUMNS, LogRow};
use crate::rollup::fold::folding_first;
use crate::rollup::{ACTIVE, COMMUNITY, FIRST, Frame, channel_scope, save, save_many, source_scope};
use crate::{KINDS, Kind, settings, sources};
use base::{Day, Error, Result, Zone};
use jobs::lease::Lease;
use std::collections::{BTreeMap, HashMap};
use store::{Conn, Db, Dialect, Priority};

/// Cells written in one transaction.
const SLICE: usize = 200;
/// How far a stated time and its instant can lie apart, in days, zones and their changes included.
const SLACK_DAYS: i32 = 3;

/// One cell as the log has it.
pub(crate) type Emitted = (i64, i64, i32, Pairs);

/// The cells of all channels in this zone, computed from the log, one place after the other. A channel whose
/// rows lie in its source's place comes with that place.
pub(crate) fn channel_cells(
    c: &mut Conn<'_>,
    zone: &Zone,
    emit: &mut dyn FnMut(Emitted) -> Result<()>,
) -> Result<()> {
    let mut places: Vec<i64> = sources::channels(c)?.iter().map(|ch| ch.channel_id * 2).collect();
    places.extend(sources::list(c)?.iter().map(|s| s.source_id * 2 + 1));
    for place in places {
        place_cells(c, zone, place, emit)?;
    }
    Ok(())
}

type OpenDays = BTreeMap<i32, BTreeMap<(i64, i16), HashMap<u32, u32>>>;

fn place_cells(
    c: &mut Conn<'_>,
    zone: &Zone,
    place: i64,
    emit: &mut dyn FnMut(Emitted) -> Result<()>,
) -> Result<()> {
    let mut open = OpenDays::new();
    c.for_each(
        "SELECT stated_at, at, channel_id, kind, identity FROM activities WHERE place = $1
         ORDER BY place, stated_at, record, id_hash",
        &[place.into()],
        |r| {
            let stated = Day::of_micros(r.int(0)?).0;
            let day = zone.day_of(r.int(1)?).0;
            let of_day = open.entry(day).or_default();
            let cell = of_day.entry((r.int(2)?, r.int(3)? as i16)).or_default();
            *cell.entry(r.int(4)? as u32).or_default() += 1;
            while open.first_key_value().is_some_and(|(d, _)| *d < stated - SLACK_DAYS) {
                if let Some((d, cells)) = open.pop_first() {
                    emit_day(d, cells, emit)?;
                }
            }
            Ok(())
        },
    )?;
    for (day, cells) in open {
        emit_day(day, cells, emit)?;
    }
    Ok(())
}

fn emit_day(
    day: i32,
    cells: BTreeMap<(i64, i16), HashMap<u32, u32>>,
    emit: &mut dyn FnMut(Emitted) -> Result<()>,
) -> Result<()> {
    for ((channel, kind), people) in cells {
        let mut pairs: Pairs = people.into_iter().collect();
        pairs.sort_unstable();
        emit((channel_scope(channel), i64::from(kind), day, pairs))?;
    }
    Ok(())
}

/// The unions of sources and community and the first days, computed from the stored channel cells of a
/// generation.
pub(crate) fn union_cells(
    c: &mut Conn<'_>,
    generation: i64,
    emit: &mut dyn FnMut(Emitted) -> Result<()>,
) -> Result<()> {
    let channels = sources::channels(c)?;
    let span = c.query_one(
        "SELECT min(day), max(day) FROM cells WHERE generation = $1",
        &[generation.into()],
        |r| Ok(r.opt_int(0)?.zip(r.opt_int(1)?)),
    )?;
    let Some((first, last)) = span else { return Ok(()) };
    let active: Vec<Kind> = KINDS.iter().filter(|k| k.active).map(|k| k.kind).collect();
    let mut seen: HashMap<i64, roaring::RoaringBitmap> = HashMap::new();
    let mut from = first;
    while from <= last {
        let to = from + 29;
        let mut days: BTreeMap<(i64, i64), HashMap<u32, u32>> = BTreeMap::new();
        for channel in &channels {
            for kind in &active {
                c.for_each(
                    "SELECT day, people, counts FROM cells
                     WHERE generation = $1 AND scope = $2 AND kind = $3 AND day BETWEEN $4 AND $5",
                    &[
                        generation.into(),
                        channel_scope(channel.channel_id).into(),
                        i64::from(kind.0).into(),
                        from.into(),
                        to.into(),
                    ],
                    |r| {
                        let day = r.int(0)?;
                        for (id, n) in cell::decode(r.bytes(1)?, r.bytes(2)?)? {
                            if id != 0 {
                                let scope = source_scope(channel.source_id);
                                *days.entry((day, scope)).or_default().entry(id).or_default() += n;
                                *days.entry((day, COMMUNITY)).or_default().entry(id).or_default() += n;
                            }
                        }
                        Ok(())
                    },
                )?;
            }
        }
        for ((day, scope), people) in days {
            let mut pairs: Pairs = people.into_iter().collect();
            pairs.sort_unstable();
            if scope != COMMUNITY {
                let seen = seen.entry(scope).or_default();
                let firsts: Pairs = pairs.iter().filter(|p| seen.insert(p.0)).map(|p| (p.0, 1)).collect();
                if !firsts.is_empty() {
                    emit((scope, FIRST, day as i32, firsts))?;
                }
            }
            emit((scope, ACTIVE, day as i32, pairs))?;
        }
        from = to + 1;
    }
    Ok(())
}

/// What the lease of a change of the community's zone is called.
pub const ZONE_LEASE: &str = "zone";

/// Collects cells and writes them in short transactions, each of which makes sure that no other node has taken the
/// work over.
struct Writer<'d> {
    db: &'d Db,
    lease: &'d Lease,
    generation: i64,
    held: Vec<Emitted>,
}

impl Writer<'_> {
    fn take(&mut self, cell: Emitted) -> Result<()> {
        self.held.push(cell);
        if self.held.len() >= SLICE { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<()> {
        let held = std::mem::take(&mut self.held);
        let generation = self.generation;
        self.db.write(Priority::Bulk, |tx| {
            self.lease.confirm(tx, None)?;
            let firsts = held.iter().filter(|cell| cell.1 == FIRST);
            let firsts: Vec<(u32, Day)> =
                firsts.flat_map(|cell| cell.3.iter().map(|p| (p.0, Day(cell.2)))).collect();
            set_first_days(tx, &firsts)?;
            if tx.dialect() == Dialect::Postgres {
                let cells: Vec<_> =
                    held.iter().map(|cell| ((cell.0, cell.1, cell.2), cell.3.clone())).collect();
                return save_many(tx, generation, &cells);
            }
            held.iter().try_for_each(|cell| save(tx, generation, (cell.0, cell.1, cell.2), &cell.3))
        })
    }
}

/// Begins to move the community to another zone: from now on nothing is taken in until
/// [`finish_zone_change`] is done. Durable: after a crash it is begun again.
///
/// # Errors
/// `Conflict` when one is under way.
pub(crate) fn begin_zone_change(db: &Db, zone: &Zone) -> Result<()> {
    db.write(Priority::Interactive, |tx| {
        log::lock_append(tx)?;
        if settings::get(tx, "work.rebuild")?.is_some() {
            return Err(Error::conflict("another change of the time zone is still under way"));
        }
        settings::put(tx, "work.rebuild", zone.name())
    })
}

/// Does what [`begin_zone_change`] promised; nothing when nothing was promised, or another node does it.
///
/// # Errors
/// When the database says no; then it can be called again. `Conflict` when another node took it over.
pub fn finish_zone_change(db: &Db) -> Result<()> {
    if !is_rebuilding(db)? {
        return clear_old_generations(db);
    }
    let Some(lease) = Lease::take(db, ZONE_LEASE, ZONE_LEASE)? else { return Ok(()) };
    // Another node may have done it between the look and the lease.
    let Some(name) = db.read(|c| settings::get(c, "work.rebuild"))? else { return Ok(()) };
    let zone = Zone::named(&name)?;
    let old = db.read(Frame::load)?;
    let next = old.generation + 1;
    clear_generation(db, next, Some(&lease))?;
    crate::rollup::fold::fold_all(db)?;
    let mut writer = Writer { db, lease: &lease, generation: next, held: Vec::new() };
    db.read(|c| channel_cells(c, &zone, &mut |cell| writer.take(cell)))?;
    writer.flush()?;
    db.read(|c| union_cells(c, next, &mut |cell| writer.take(cell)))?;
    writer.flush()?;
    db.write(Priority::Interactive, |tx| {
        lease.end_in(tx)?;
        settings::put(tx, "zone", zone.name())?;
        settings::put(tx, "generation", &next.to_string())?;
        tx.execute("DELETE FROM settings WHERE name = 'work.rebuild'", &[])?;
        Ok(())
    })?;
    lease.ended();
    clear_generation(db, old.generation, None)
}

/// Whether a change of the community's zone is under way, on whatever node.
///
/// # Errors
/// When the database says no.
pub(crate) fn is_rebuilding(db: &Db) -> Result<bool> {
    Ok(db.read(|c| settings::get(c, "work.rebuild"))?.is_some())
}

/// Removes cells of an earlier generation: a crash can come between the switch to a new one and the end.
fn clear_old_generations(db: &Db) -> Result<()> {
    loop {
        let oldest = db.read(|c| {
            let now = Frame::load(c)?.generation;
            let oldest = c.query_one("SELECT min(generation) FROM cells", &[], |r| r.opt_int(0))?;
            Ok(oldest.filter(|&g| g < now))
        })?;
        let Some(oldest) = oldest else { return Ok(()) };
        clear_generation(db, oldest, None)?;
    }
}

/// Removes the cells of a generation that nobody reads; of one that is being written, as whoever writes it.
fn clear_generation(db: &Db, generation: i64, lease: Option<&Lease>) -> Result<()> {
    let scopes = db.read(|c| {
        c.query("SELECT DISTINCT scope FROM cells WHERE generation = $1", &[generation.into()], |r| r.int(0))
    })?;
    for scope in scopes {
        db.write(Priority::Bulk, |tx| {
            if let Some(lease) = lease {
                lease.confirm(tx, None)?;
            }
            tx.execute(
                "DELETE FROM cells WHERE generation = $1 AND scope = $2",
                &[generation.into(), scope.into()],
            )
        })?;
    }
    Ok(())
}

/// Reads a zoneless source's times in another zone: stamps its rows anew and doubles none.
///
/// # Errors
/// `Invalid` when the source's times carry their own zone.
pub(crate) fn begin_restamp(db: &Db, source: &str, zone: &Zone) -> Result<()> {
    db.write(Priority::Interactive, |tx| {
        let mut s = sources::get(tx, source)?;
        if !s.zoneless {
            return Err(Error::invalid(format!(
                "the times of \"{}\" carry their own zone; there is nothing to correct",
                s.name
            )));
        }
        if settings::get(tx, "work.restamp")?.is_some() {
            return Err(Error::conflict("another source's zone is still being corrected"));
        }
        let open = tx.query_opt(
            "SELECT public_id FROM imports WHERE source_id = $1 AND state = 'running' LIMIT 1",
            &[s.source_id.into()],
            |r| r.text(0),
        )?;
        if let Some(open) = open {
            // It reads its times in the zone of its beginning.
            return Err(Error::conflict(format!(
                "the import {open} into \"{}\" is not at its end: let it finish, continue it or take it back first",
                s.name
            )));
        }
        s.zone = zone.name().to_owned();
        sources::update_form(tx, &s)?;
        settings::put(tx, "work.restamp", &format!("{}:0", s.source_id))
    })
}

/// Does what [`begin_restamp`] promised; nothing when nothing was promised.
///
/// # Errors
/// When the database says no; then it can be called again and goes on where it was.
pub fn finish_restamp(db: &Db) -> Result<()> {
    loop {
        let more = folding_first(db, || {
            db.write(Priority::Bulk, |tx| {
                let Some(work) = settings::get(tx, "work.restamp")? else { return Ok(false) };
                let (source_id, cursor): (i64, i64) = work
                    .split_once(':')
                    .and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)))
                    .ok_or_else(|| Error::internal("the restamp note is damaged"))?;
                restamp_slice(tx, source_id, cursor)
            })
        })?;
        if !more {
            return Ok(());
        }
    }
}

fn restamp_slice(tx: &mut Conn<'_>, source_id: i64, cursor: i64) -> Result<bool> {
    log::lock_append(tx)?;
    crate::ingest::refuse_while_rebuilding(tx)?;
    let frame = Frame::load(tx)?;
    let name =
        tx.query_one("SELECT zone FROM sources WHERE source_id = $1", &[source_id.into()], |r| r.text(0))?;
    let zone = Zone::named(&name)?;
    let rows = tx.query(
        &format!("SELECT {COLUMNS} FROM activities a WHERE a.seq > $1 AND a.source_id = $2 ORDER BY a.seq LIMIT 250"),
        &[cursor.into(), source_id.into()],
        LogRow::read,
    )?;
    let Some(last) = rows.last().map(|r| r.seq) else {
        refresh_channel_spans(tx, source_id)?;
        tx.execute("DELETE FROM settings WHERE name = 'work.restamp'", &[])?;
        return Ok(false);
    };
    let (before, after): (Vec<LogRow>, Vec<LogRow>) = rows
        .into_iter()
        .map(|r| {
            let moved = LogRow { at: zone.from_local(r.stated_at), ..r.clone() };
            (r, moved)
        })
        .filter(|(a, b)| a != b)
        .unzip();
    crate::search::changing(tx, &before)?;
    for row in &after {
        log::rewrite(tx, row)?;
    }
    take_out(tx, &frame, &before)?;
    put_in(tx, &frame, &after)?;
    settings::put(tx, "work.restamp", &format!("{source_id}:{last}"))?;
    Ok(true)
}
