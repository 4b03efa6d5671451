//! Every query of this capability.

use crate::model::{ChannelLine, Listing, Quality, SourceDetail, SourceLine, gaps};
use base::{Day, Error, Result, Zone};
use community::Kind;
use community::read::{LogView, Scope, Totals};
use community::{settings, sources};
use connect::Skipped;
use connect::import::{self, ImportRecord, ImportState};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use store::Conn;

/// The cells that are in force; a change of the community's zone makes new ones beside them.
const GENERATION: &str =
    "COALESCE((SELECT CAST(value AS INTEGER) FROM settings WHERE name = 'generation'), 1)";

/// The community's name and the zone of its figures.
pub(crate) fn frame(c: &mut Conn<'_>) -> Result<(String, Zone)> {
    let settings = settings::all(c)?;
    Ok((settings.text("name").to_owned(), Zone::named(settings.text("zone"))?))
}

/// The list of sources with their counts.
pub(crate) fn listing(c: &mut Conn<'_>) -> Result<Listing> {
    let (community, zone) = frame(c)?;
    let rows = rows_by_channel(c)?;
    let people = people_by_source(c)?;
    let imports = import::list(c)?;
    let (sources, channels) = sources::places(c)?;
    let sources = sources
        .into_iter()
        .map(|source| {
            let own: Vec<_> = channels.iter().filter(|ch| ch.source_id == source.source_id).collect();
            let spans = own.iter().filter_map(|ch| ch.span);
            SourceLine {
                span: spans.clone().map(|s| s.0).min().zip(spans.map(|s| s.1).max()),
                activities: own.iter().filter_map(|ch| rows.get(&ch.channel_id)).sum(),
                people: people.get(&source.source_id).copied().unwrap_or(0),
                channels: own.len() as u64,
                last_import: imports
                    .iter()
                    .find(|i| i.source_id == source.source_id && i.state != ImportState::Undone)
                    .cloned(),
                source,
            }
        })
        .collect();
    Ok(Listing { community, zone, sources, imports })
}

/// Activities by channel: what the cells hold and what is not folded into them yet.
fn rows_by_channel(c: &mut Conn<'_>) -> Result<BTreeMap<i64, u64>> {
    let sql = format!(
        "SELECT channel, CAST(sum(n) AS BIGINT) FROM (
           SELECT scope / 2 AS channel, rows AS n FROM cells WHERE generation = {GENERATION} AND kind > 0
           UNION ALL SELECT channel_id AS channel, 1 AS n FROM deltas) AS parts GROUP BY channel"
    );
    Ok(c.query(&sql, &[], |r| Ok((r.int(0)?, r.int(1)? as u64)))?.into_iter().collect())
}

fn people_by_source(c: &mut Conn<'_>) -> Result<BTreeMap<i64, u64>> {
    let sql = "SELECT source_id, count(*) FROM identities GROUP BY source_id";
    Ok(c.query(sql, &[], |r| Ok((r.int(0)?, r.int(1)? as u64)))?.into_iter().collect())
}

/// Everything about one source, by public id or name.
pub(crate) fn detail(view: &mut LogView<'_, '_>, id: &str) -> Result<SourceDetail> {
    let source =
        view.sources().iter().find(|s| s.public_id == id || s.name == id).cloned().ok_or_else(|| {
            Error::not_found(format!("there is no source {id}; the list of sources has every one there is"))
        })?;
    let scope = Scope { sources: vec![source.source_id], ..Scope::default() };
    let totals = view.totals(&scope, None)?;
    let zone = view.zone();
    let own: Vec<_> = view.channels().iter().filter(|ch| ch.source_id == source.source_id).cloned().collect();
    let community = view.setting("name").to_owned();
    let c = view.conn();
    let (rows, days) = rows_and_days(c, source.source_id)?;
    let mut channels: Vec<ChannelLine> = own
        .into_iter()
        .map(|channel| ChannelLine {
            activities: rows.get(&channel.channel_id).copied().unwrap_or(0),
            channel,
        })
        .collect();
    channels
        .sort_by(|a, b| b.activities.cmp(&a.activities).then_with(|| a.channel.name.cmp(&b.channel.name)));
    let imports: Vec<ImportRecord> =
        import::list(c)?.into_iter().filter(|i| i.source_id == source.source_id).collect();
    Ok(SourceDetail {
        community,
        people: people_by_source(c)?.get(&source.source_id).copied().unwrap_or(0),
        activities: rows.values().sum(),
        quality: quality(&totals, &days),
        zone,
        source,
        channels,
        imports,
    })
}

fn quality(totals: &Totals, days: &BTreeSet<i32>) -> Quality {
    let span = days.first().zip(days.last()).map(|(a, b)| (Day(*a), Day(*b)));
    Quality {
        days: span,
        span_days: span.map_or(0, |(a, b)| (b.0 - a.0 + 1) as u64),
        active_days: days.len() as u64,
        gaps: gaps(days),
        kinds: totals.kinds.iter().map(|(kind, n)| (kind.name(), *n)).collect(),
        rows: totals.kinds.iter().filter(|(kind, _)| Kind::is_row(**kind)).map(|(_, n)| n).sum(),
        rows_without_author: totals.no_member_rows,
        rows_by_bots: totals.bot_rows,
    }
}

/// Rows by channel and the days with any activity, of one source.
fn rows_and_days(c: &mut Conn<'_>, source_id: i64) -> Result<(BTreeMap<i64, u64>, BTreeSet<i32>)> {
    let (mut rows, mut days) = (BTreeMap::new(), BTreeSet::new());
    let sql = format!(
        "SELECT scope / 2, day, rows FROM cells WHERE generation = {GENERATION} AND kind > 0
           AND scope IN (SELECT channel_id * 2 FROM channels WHERE source_id = $1)
         UNION ALL SELECT channel_id, day, 1 FROM deltas WHERE source_id = $1"
    );
    c.for_each(&sql, &[source_id.into()], |r| {
        let n = r.int(2)? as u64;
        if n > 0 {
            *rows.entry(r.int(0)?).or_default() += n;
            days.insert(r.int(1)? as i32);
        }
        Ok(())
    })?;
    Ok((rows, days))
}

/// The skipped lines of an import that come after a given one, in the order read, with their numbers.
pub(crate) fn skips_after(
    c: &mut Conn<'_>,
    import_id: i64,
    after: i64,
    limit: i64,
) -> Result<Vec<(i64, Skipped)>> {
    c.query(
        "SELECT skip_id, reason, place, excerpt FROM import_skips WHERE import_id = $1 AND skip_id > $2
         ORDER BY skip_id LIMIT $3",
        &[import_id.into(), after.into(), limit.into()],
        |r| Ok((r.int(0)?, Skipped { reason: r.text(1)?, place: r.text(2)?, excerpt: r.text(3)? })),
    )
}

/// The files that an import reads.
pub(crate) fn paths(c: &mut Conn<'_>, import_id: i64) -> Result<Vec<PathBuf>> {
    let kept =
        c.query_one("SELECT options FROM imports WHERE import_id = $1", &[import_id.into()], |r| r.text(0))?;
    let kept: serde_json::Value = serde_json::from_str(&kept)
        .map_err(|_| Error::internal("what is kept of an import's options is damaged"))?;
    let paths = kept["paths"].as_array().map(Vec::as_slice).unwrap_or_default();
    Ok(paths.iter().filter_map(|p| p.as_str()).map(PathBuf::from).collect())
}

/// The mapping of a source's newest import that had one, so that the next file is read the same way.
pub(crate) fn last_map(c: &mut Conn<'_>, source_id: i64) -> Result<Option<String>> {
    let kept = c.query(
        "SELECT options FROM imports WHERE source_id = $1 AND state <> 'failed' ORDER BY import_id DESC LIMIT 5",
        &[source_id.into()],
        |r| r.text(0),
    )?;
    let maps = kept.iter().filter_map(|k| serde_json::from_str::<serde_json::Value>(k).ok());
    Ok(maps.filter_map(|k| k["map"].as_str().map(str::to_owned)).next())
}

/// Every import that was begun and not finished, with the files it reads.
pub(crate) fn unfinished(c: &mut Conn<'_>) -> Result<Vec<(ImportRecord, Vec<PathBuf>)>> {
    let running: Vec<_> = import::list(c)?.into_iter().filter(|i| i.state == ImportState::Running).collect();
    running
        .into_iter()
        .map(|import| {
            let paths = paths(c, import.import_id)?;
            Ok((import, paths))
        })
        .collect()
}
