//! What every reading of the log begins with, in one statement: settings, counters, and what is not folded into
//! cells yet.

use super::Delta;
use crate::rollup::Frame;
use crate::rollup::parts::{self, Group};
use crate::{Kind, settings};
use base::{Result, Zone};
use std::collections::HashMap;
use store::Conn;

/// The state of everything that is small.
#[derive(Default)]
pub(crate) struct Head {
    settings: HashMap<String, String>,
    counters: HashMap<String, i64>,
    /// Rows that are not folded into cells yet, in their order.
    pub(super) deltas: Vec<Delta>,
    /// Parts that are not folded into cells yet, in their order.
    pub(super) parts: Vec<Group>,
}

const PART: i64 = 0;
const DELTA: i64 = 1;
const SETTING: i64 = 2;

impl Head {
    pub(crate) fn load(c: &mut Conn<'_>) -> Result<Self> {
        let mut head = Self::default();
        // The first line decides the types: numbers of 64 bits, texts, bytes.
        c.for_each(
            "SELECT CAST(0 AS BIGINT) AS what, part AS place, '' AS name, '' AS value, unions, 0, 0, 0, 0, 0
             FROM cell_parts
             UNION ALL SELECT 1, seq, '', '', NULL, day, source_id, channel_id, kind, identity FROM deltas
             UNION ALL SELECT 2, 0, name, value, NULL, 0, 0, 0, 0, 0 FROM settings
             UNION ALL SELECT 3, value, name, '', NULL, 0, 0, 0, 0, 0 FROM counters
             ORDER BY what, place",
            &[],
            |r| {
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
                    _ => _ = head.counters.insert(r.text(2)?, r.int(1)?),
                }
                Ok(())
            },
        )?;
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
