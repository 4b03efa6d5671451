//! What every reading of the log begins with, in one statement: settings, counters, sources, channels, and what is
//! not folded into cells yet.

use super::Delta;
use crate::rollup::Frame;
use crate::rollup::parts::{self, Group};
use crate::sources::{Channel, Source};
use crate::{Kind, settings};
use base::{Result, Zone};
use std::collections::HashMap;
use store::{Conn, Row};

/// The state of everything that is small.
#[derive(Default)]
pub(crate) struct Head {
    settings: HashMap<String, String>,
    counters: HashMap<String, i64>,
    /// Rows that are not folded into cells yet, in their order.
    pub(super) deltas: Vec<Delta>,
    /// Parts that are not folded into cells yet, in their order.
    pub(super) parts: Vec<Group>,
    /// Every source, by name.
    pub(super) sources: Vec<Source>,
    /// Every channel, by source and name.
    pub(super) channels: Vec<Channel>,
}

const PART: i64 = 0;
const DELTA: i64 = 1;
const SETTING: i64 = 2;
const SOURCE: i64 = 4;
const CHANNEL: i64 = 5;

/// The first line decides the types: numbers of 64 bits, texts, bytes.
const EVERYTHING: &str = "
    SELECT CAST(0 AS BIGINT) AS what, part AS place, '' AS name, '' AS value, unions, 0, 0, 0, 0, 0, '', '', '', ''
    FROM cell_parts
    UNION ALL SELECT 1, seq, '', '', NULL, day, source_id, channel_id, kind, identity, '', '', '', '' FROM deltas
    UNION ALL SELECT 2, 0, name, value, NULL, 0, 0, 0, 0, 0, '', '', '', '' FROM settings
    UNION ALL SELECT 3, value, name, '', NULL, 0, 0, 0, 0, 0, '', '', '', '' FROM counters
    UNION ALL SELECT 3, COALESCE(MAX(seq), 0), 'newest', '', NULL, 0, 0, 0, 0, 0, '', '', '', '' FROM activities
    UNION ALL SELECT 4, source_id, public_id, name, NULL, zoneless, has_replies, has_message_ids, has_leaves,
      created_at, network, format, id_form, zone FROM sources
    UNION ALL SELECT 5, channel_id, external_id, name, NULL, source_id, private, first_at, last_at, 0, category,
      '', '', '' FROM channels
    ORDER BY what, place";

impl Head {
    pub(crate) fn load(c: &mut Conn<'_>) -> Result<Self> {
        let mut head = Self::default();
        c.for_each(EVERYTHING, &[], |r| {
            match r.int(0)? {
                PART => head.parts.extend(parts::decode(r.bytes(4)?)?),
                DELTA => head.deltas.push(Delta {
                    day: r.int(5)? as i32,
                    source_id: r.int(6)?,
                    channel_id: r.int(7)?,
                    kind: Kind(r.int(8)? as i16),
                    identity: r.int(9)? as u32,
                }),
                SETTING => _ = head.settings.insert(r.text(2)?, r.text(3)?),
                SOURCE => head.sources.push(source(r)?),
                CHANNEL => head.channels.push(channel(r)?),
                _ => _ = head.counters.insert(r.text(2)?, r.int(1)?),
            }
            Ok(())
        })?;
        head.sources.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        head.channels.sort_unstable_by(|a, b| {
            (a.source_id, &a.name, &a.external_id).cmp(&(b.source_id, &b.name, &b.external_id))
        });
        Ok(head)
    }

    /// A counter; 0 as long as nothing was counted.
    pub(crate) fn counter(&self, name: &str) -> i64 {
        self.counters.get(name).copied().unwrap_or(0)
    }

    /// The stored text of a setting.
    pub(super) fn stored(&self, name: &str) -> Option<&str> {
        self.settings.get(name).map(String::as_str)
    }

    /// The text of a setting, or its default.
    pub(super) fn setting(&self, name: &str) -> &str {
        self.stored(name).unwrap_or_else(|| settings::default(name))
    }

    pub(super) fn frame(&self) -> Result<Frame> {
        let zone = self.stored("zone").map_or_else(|| Ok(Zone::utc()), Zone::named)?;
        Ok(Frame { generation: self.stored("generation").and_then(|v| v.parse().ok()).unwrap_or(1), zone })
    }
}

fn source(r: &Row<'_>) -> Result<Source> {
    Ok(Source {
        source_id: r.int(1)?,
        public_id: r.text(2)?,
        name: r.text(3)?,
        network: r.text(10)?,
        format: r.text(11)?,
        id_form: r.text(12)?,
        zone: r.text(13)?,
        zoneless: r.flag(5)?,
        has_replies: r.flag(6)?,
        has_message_ids: r.flag(7)?,
        has_leaves: r.flag(8)?,
        created_at: r.int(9)?,
    })
}

fn channel(r: &Row<'_>) -> Result<Channel> {
    Ok(Channel {
        channel_id: r.int(1)?,
        source_id: r.int(5)?,
        external_id: r.text(2)?,
        name: r.text(3)?,
        category: r.opt_text(10)?,
        private: r.flag(6)?,
        span: r.opt_int(7)?.zip(r.opt_int(8)?),
    })
}
