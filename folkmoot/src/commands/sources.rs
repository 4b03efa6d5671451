//! `folkmoot sources`: the places that the community's history comes from.

use super::json;
use crate::cli::{SourcesAction, SourcesArgs};
use crate::out::{Out, aligned, when};
use base::{Result, Zone};
use capability::App;
use community::sources;
use serde_json::json;
use std::collections::HashMap;

/// First and last activity of a source, and how many channels it has.
#[derive(Clone, Copy, Default)]
struct Extent {
    channels: u64,
    span: Option<(i64, i64)>,
}

/// Lists sources; corrects the zone of one.
pub fn sources(app: &App, args: &SourcesArgs, out: &mut dyn Out) -> Result<()> {
    match args.action.as_ref().unwrap_or(&SourcesAction::List) {
        SourcesAction::List => list(app, args.json, out),
        SourcesAction::Zone { name, zone } => {
            let zone = Zone::named(zone)?;
            app.community.set_source_zone(name, &zone)?;
            out.line(&format!("The times of {name} are now read in {}.", zone.name()))
        }
    }
}

fn list(app: &App, as_json: bool, out: &mut dyn Out) -> Result<()> {
    let (all, extents) = app.db.read(|c| {
        let mut extents: HashMap<i64, Extent> = HashMap::new();
        for channel in sources::channels(c)? {
            let extent = extents.entry(channel.source_id).or_default();
            extent.channels += 1;
            extent.span = match (extent.span, channel.span) {
                (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
                (known, new) => known.or(new),
            };
        }
        Ok((sources::list(c)?, extents))
    })?;
    let extent = |id: i64| extents.get(&id).copied().unwrap_or_default();
    if as_json {
        let rows: Vec<_> = all
            .iter()
            .map(|s| {
                let e = extent(s.source_id);
                json!({
                    "id": s.public_id, "name": s.name, "network": s.network, "format": s.format,
                    "zone": s.zone, "zoneless": s.zoneless, "replies": s.has_replies,
                    "message_ids": s.has_message_ids, "leaves": s.has_leaves, "channels": e.channels,
                    "first": e.span.map(|s| instant(s.0)), "last": e.span.map(|s| instant(s.1)),
                })
            })
            .collect();
        return out.line(&json(&rows)?);
    }
    if all.is_empty() {
        return out.note("There is no source yet. Bring an export in with: folkmoot import FORMAT PATH");
    }
    let rows: Vec<Vec<String>> = all
        .into_iter()
        .map(|s| {
            let e = extent(s.source_id);
            let zone = if s.zoneless { format!("{} (assumed)", s.zone) } else { s.zone };
            let (first, last) = e.span.map_or_else(Default::default, |s| (when(s.0), when(s.1)));
            vec![s.name, s.network, e.channels.to_string(), zone, first, last]
        })
        .collect();
    let head = ["name", "network", "channels", "zone", "first (UTC)", "last (UTC)"];
    aligned(&head, &rows).iter().try_for_each(|l| out.line(l))
}

fn instant(at: i64) -> String {
    jiff::Timestamp::from_microsecond(at).map(|t| t.to_string()).unwrap_or_default()
}
