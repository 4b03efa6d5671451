//! Channels and identities of a batch: found, made, described.

use super::{Batch, Channel, Ingestor, Outcome};
use crate::graph;
use crate::log::take_numbers;
use crate::rules::{Rules, Who};
use crate::{ChannelDraft, IdentityDraft};
use base::{Day, Error, Micros, Result, TypeId};
use std::collections::{BTreeMap, HashMap};
use store::{Conn, Dialect};

impl Ingestor {
    pub(super) fn take_channels(
        &mut self,
        tx: &mut Conn<'_>,
        batch: &Batch,
        outcome: &mut Outcome,
    ) -> Result<()> {
        for draft in &batch.channels {
            self.put_channel(tx, draft, outcome)?;
        }
        for draft in &batch.activities {
            if !self.channels.contains_key(&draft.channel) {
                let bare = ChannelDraft { external_id: draft.channel.clone(), ..ChannelDraft::default() };
                self.put_channel(tx, &bare, outcome)?;
            }
        }
        Ok(())
    }

    fn put_channel(&mut self, tx: &mut Conn<'_>, draft: &ChannelDraft, outcome: &mut Outcome) -> Result<()> {
        let found = tx.query_opt(
            "SELECT channel_id, first_at, last_at FROM channels WHERE source_id = $1 AND external_id = $2",
            &[self.source_id.into(), (&draft.external_id).into()],
            |r| Ok((r.int(0)?, r.opt_int(1)?, r.opt_int(2)?)),
        )?;
        let channel = match found {
            Some((id, first, last)) => {
                tx.execute(
                    "UPDATE channels SET name = COALESCE($1, name), category = COALESCE($2, category),
                       permalink = COALESCE($3, permalink) WHERE channel_id = $4",
                    &[
                        draft.name.as_deref().into(),
                        draft.category.as_deref().into(),
                        draft.permalink.as_deref().into(),
                        id.into(),
                    ],
                )?;
                Channel { id, span: first.zip(last) }
            }
            None => {
                outcome.channels += 1;
                let id = tx.query_one(
                    "INSERT INTO channels (source_id, external_id, name, category, private, permalink)
                     VALUES ($1, $2, $3, $4, $5, $6) RETURNING channel_id",
                    &[
                        self.source_id.into(),
                        (&draft.external_id).into(),
                        draft.name.as_ref().unwrap_or(&draft.external_id).into(),
                        draft.category.as_deref().into(),
                        draft.private.into(),
                        draft.permalink.as_deref().into(),
                    ],
                    |r| r.int(0),
                )?;
                Channel { id, span: None }
            }
        };
        self.channels.insert(draft.external_id.clone(), channel);
        Ok(())
    }

    pub(super) fn take_identities(
        &mut self,
        tx: &mut Conn<'_>,
        batch: &Batch,
        now: Micros,
        outcome: &mut Outcome,
    ) -> Result<()> {
        let mut described: BTreeMap<&str, &IdentityDraft> = BTreeMap::new();
        for draft in &batch.identities {
            described.insert(&draft.external_id, draft);
        }
        let mut unknown: Vec<&str> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        let actors = batch.activities.iter().filter_map(|a| a.actor.as_deref());
        for id in described.keys().copied().chain(actors) {
            if !self.identities.contains_key(id) && seen.insert(id) {
                unknown.push(id);
            }
        }
        self.find_identities(tx, &unknown)?;
        self.find_erased(tx, &unknown)?;
        let missing: Vec<&str> =
            unknown.into_iter().filter(|id| !self.identities.contains_key(*id)).collect();
        if !missing.is_empty() || !described.is_empty() {
            crate::search::names_changed(tx)?;
        }
        let mut masks_changed = false;
        if !missing.is_empty() {
            outcome.people += missing.len() as u64;
            let first = take_numbers(tx, "identity", missing.len() as i64)?;
            for (i, id) in missing.iter().enumerate() {
                let number = u32::try_from(first + i as i64)
                    .map_err(|_| Error::internal("there are more than four thousand million identities"))?;
                let bare;
                let draft = match described.remove(id) {
                    Some(d) => d,
                    None => {
                        bare = IdentityDraft { external_id: (*id).to_owned(), ..IdentityDraft::default() };
                        &bare
                    }
                };
                masks_changed |= self.insert_identity(tx, number, draft, now)?;
                self.identities.insert((*id).to_owned(), number);
            }
        }
        for draft in described.values() {
            let number = self.identities[draft.external_id.as_str()];
            if self.door.is_erased(number) {
                continue;
            }
            masks_changed |= self.update_identity(tx, number, draft)?;
        }
        if masks_changed {
            graph::touch(tx)?;
        }
        Ok(())
    }

    fn find_identities(&mut self, tx: &mut Conn<'_>, ids: &[&str]) -> Result<()> {
        for chunk in ids.chunks(2000) {
            let list = serde_json::to_string(chunk).map_err(|e| Error::internal(e.to_string()))?;
            let sql = by_external_id(tx.dialect());
            let (found, first_days) = (&mut self.identities, &mut self.first_days);
            tx.for_each(sql, &[list.as_str().into(), self.source_id.into()], |r| {
                let number = r.int(1)? as u32;
                if let Some(day) = r.opt_int(2)? {
                    first_days.insert(number, Day(day as i32));
                }
                found.insert(r.text(0)?, number);
                Ok(())
            })?;
        }
        Ok(())
    }

    /// Those of them that were erased, under what their rows are called since.
    fn find_erased(&mut self, tx: &mut Conn<'_>, ids: &[&str]) -> Result<()> {
        let unknown = ids.iter().filter(|id| !self.identities.contains_key(**id));
        let marks: HashMap<String, &str> =
            unknown.filter_map(|id| self.door.mark(self.source_id, id).map(|mark| (mark, *id))).collect();
        for chunk in marks.keys().collect::<Vec<_>>().chunks(2000) {
            let list = serde_json::to_string(chunk).map_err(|e| Error::internal(e.to_string()))?;
            let (found, first_days) = (&mut self.identities, &mut self.first_days);
            let sql = by_external_id(tx.dialect());
            tx.for_each(sql, &[list.as_str().into(), self.source_id.into()], |r| {
                let number = r.int(1)? as u32;
                if let Some(day) = r.opt_int(2)? {
                    first_days.insert(number, Day(day as i32));
                }
                if let Some(id) = marks.get(&r.text(0)?) {
                    found.insert((*id).to_owned(), number);
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    fn rules(&mut self, tx: &mut Conn<'_>) -> Result<&Rules> {
        if self.rules.is_none() {
            self.rules = Some(Rules::load(tx)?);
        }
        Ok(self.rules.as_ref().expect("it was just loaded"))
    }

    /// Returns whether it changes a mask.
    fn insert_identity(
        &mut self,
        tx: &mut Conn<'_>,
        number: u32,
        d: &IdentityDraft,
        now: Micros,
    ) -> Result<bool> {
        let who = who(d);
        let rules = self.rules(tx)?;
        let (marked, staff) = (rules.bots.matches(&who), rules.staff.matches(&who));
        let bot = d.bot.unwrap_or(false);
        tx.execute(
            "INSERT INTO identities (identity, public_id, source_id, external_id, name, handle, email, avatar,
               bot, marked_bot, staff) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
            &[
                number.into(),
                TypeId::new("idn", now).as_str().into(),
                self.source_id.into(),
                (&d.external_id).into(),
                d.name.as_deref().into(),
                d.handle.as_deref().into(),
                d.email.as_deref().into(),
                d.avatar.as_deref().into(),
                bot.into(),
                marked.into(),
                staff.into(),
            ],
        )?;
        Ok(bot || marked || staff)
    }

    /// Returns whether it changes a mask.
    fn update_identity(&mut self, tx: &mut Conn<'_>, number: u32, d: &IdentityDraft) -> Result<bool> {
        let who = who(d);
        let rules = self.rules(tx)?;
        let (marked, staff) = (rules.bots.matches(&who), rules.staff.matches(&who));
        let before = tx.query_one(
            "SELECT bot, marked_bot, staff FROM identities WHERE identity = $1",
            &[number.into()],
            |r| Ok((r.flag(0)?, r.flag(1)?, r.flag(2)?)),
        )?;
        let after = (d.bot.unwrap_or(before.0), marked || before.1, staff || before.2);
        tx.execute(
            "UPDATE identities SET name = COALESCE($1, name), handle = COALESCE($2, handle),
               email = COALESCE($3, email), avatar = COALESCE($4, avatar), bot = $5, marked_bot = $6, staff = $7
             WHERE identity = $8",
            &[
                d.name.as_deref().into(),
                d.handle.as_deref().into(),
                d.email.as_deref().into(),
                d.avatar.as_deref().into(),
                after.0.into(),
                after.1.into(),
                after.2.into(),
                number.into(),
            ],
        )?;
        Ok(after != before)
    }
}

/// Identities of a source by a list of what their rows call them.
fn by_external_id(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => {
            "SELECT i.external_id, i.identity, i.first_day FROM json_each($1) j CROSS
             JOIN identities i ON i.source_id = $2 AND i.external_id = j.value"
        }
        Dialect::Postgres => {
            "SELECT i.external_id, i.identity, i.first_day
             FROM jsonb_array_elements_text(CAST($1 AS text)::jsonb) j
             JOIN identities i ON i.source_id = $2 AND i.external_id = j.value"
        }
    }
}

fn who(d: &IdentityDraft) -> Who<'_> {
    Who {
        external_id: &d.external_id,
        name: d.name.as_deref(),
        handle: d.handle.as_deref(),
        email: d.email.as_deref(),
    }
}
