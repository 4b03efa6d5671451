//! What an import would do, without doing it.

use super::begin::{Request, plan};
use super::record::{SkipCount, Summary};
use super::{Progress, Runner};
use crate::{Collected, Files, Sink, Skipped};
use base::{Day, Error, Result, hash64};
use community::{ActivityDraft, ChannelDraft, IdentityDraft, Place};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Reads everything and counts what would happen. Nothing is written.
///
/// # Errors
/// As an import.
pub fn dry_run(
    runner: &Runner<'_>,
    request: &Request,
    progress: &mut dyn FnMut(&Progress),
) -> Result<Summary> {
    let began = runner.clock.now();
    let mut files = Files::open(&request.paths)?;
    let plan = plan(runner, request, &mut files)?;
    let known_channels: HashMap<String, i64> = runner.community.db().read(|c| {
        Ok(community::sources::channels(c)?
            .into_iter()
            .filter(|ch| !plan.is_new && ch.source_id == plan.source.source_id)
            .map(|ch| (ch.external_id, ch.channel_id))
            .collect())
    })?;
    let total_bytes = files.total_bytes();
    let mut count = Count {
        runner,
        source_id: plan.source.source_id,
        known_channels,
        keys: HashSet::new(),
        people: HashSet::new(),
        channels: HashSet::new(),
        by_kind: BTreeMap::new(),
        skipped: BTreeMap::new(),
        rest: Collected::default(),
        duplicates: 0,
        span: None,
        records: 0,
        progress: &mut |bytes, records| {
            progress(&Progress {
                import: String::new(),
                bytes,
                total_bytes,
                records,
                elapsed_micros: runner.clock.now() - began,
            });
        },
    };
    runner.importer(&request.format)?.read(&mut files, &plan.options, &mut count)?;
    let activities = count.by_kind.values().sum();
    let mut warnings = plan.notes;
    warnings.append(&mut count.rest.warnings);
    Ok(Summary {
        import: String::new(),
        source: plan.source.name,
        records: count.records,
        activities,
        by_kind: count.by_kind,
        duplicates: count.duplicates,
        skipped: count.skipped.into_iter().map(|(reason, count)| SkipCount { reason, count }).collect(),
        people: count.people.len() as u64,
        channels: count.channels.len() as u64,
        first: count.span.map(|s| Day::of_micros(s.0).to_string()),
        last: count.span.map(|s| Day::of_micros(s.1).to_string()),
        seconds: ((runner.clock.now() - began) as f64 / 10_000.0).round() / 100.0,
        warnings,
    })
}

struct Count<'a> {
    runner: &'a Runner<'a>,
    source_id: i64,
    known_channels: HashMap<String, i64>,
    keys: HashSet<(i64, i64, u8, i64)>,
    people: HashSet<i64>,
    channels: HashSet<String>,
    by_kind: BTreeMap<String, u64>,
    skipped: BTreeMap<String, u64>,
    rest: Collected,
    duplicates: u64,
    span: Option<(i64, i64)>,
    records: u64,
    progress: &'a mut dyn FnMut(u64, u64),
}

impl Count<'_> {
    fn stored(&self, place: i64, draft: &ActivityDraft, hash: i64) -> Result<bool> {
        self.runner.community.db().read(|c| {
            Ok(c.query_opt(
                "SELECT 1 FROM activities WHERE place = $1 AND stated_at = $2 AND record = $3 AND id_hash = $4",
                &[place.into(), draft.stated_at.into(), i64::from(draft.record as u8).into(), hash.into()],
                |r| r.int(0),
            )?
            .is_some())
        })
    }
}

impl Sink for Count<'_> {
    fn identity(&mut self, identity: IdentityDraft) -> Result<()> {
        self.people.insert(hash64(&identity.external_id));
        Ok(())
    }

    fn channel(&mut self, channel: ChannelDraft) -> Result<()> {
        self.channels.insert(channel.external_id);
        Ok(())
    }

    fn activity(&mut self, draft: ActivityDraft) -> Result<()> {
        if self.runner.stop.load(std::sync::atomic::Ordering::Relaxed) {
            return Err(Error::unavailable("the dry run was stopped"));
        }
        self.records += 1;
        let hash = hash64(&draft.external_id);
        let channel = hash64(&draft.channel);
        let (local, place) = match draft.place {
            Place::Source => (0, (self.source_id != 0).then_some(self.source_id * 2 + 1)),
            Place::Channel => (channel, self.known_channels.get(&draft.channel).map(|c| c * 2)),
        };
        let repeated = !self.keys.insert((local, draft.stated_at, draft.record as u8, hash));
        let stored = match place {
            Some(place) if !repeated => self.stored(place, &draft, hash)?,
            _ => false,
        };
        self.channels.insert(draft.channel);
        if let Some(actor) = &draft.actor {
            self.people.insert(hash64(actor));
        }
        if repeated || stored {
            self.duplicates += 1;
            return Ok(());
        }
        *self.by_kind.entry(draft.kind.name().to_owned()).or_default() += 1;
        self.span = Some(self.span.map_or((draft.at, draft.at), |(a, b)| (a.min(draft.at), b.max(draft.at))));
        Ok(())
    }

    fn skip(&mut self, skipped: Skipped) -> Result<()> {
        self.records += 1;
        *self.skipped.entry(skipped.reason).or_default() += 1;
        Ok(())
    }

    fn warn(&mut self, message: String) {
        self.rest.warn(message);
    }

    fn progress(&mut self, bytes: u64) {
        (self.progress)(bytes, self.records);
    }
}
