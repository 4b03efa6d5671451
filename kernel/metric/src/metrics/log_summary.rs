//! What the log holds.

use super::figures;
use crate::envelope::Parts;
use crate::registry::{Definition, Direction, RowKind, Shape};
use crate::{Inputs, Needs, Query};
use serde_json::{Map, Value};

pub(crate) const DEFINITION: Definition = Definition {
    id: "log_summary",
    title: "Log summary",
    definition: "Counts of the log between from and to. rows: posts, messages, joins, leaves and notices; kinds: \
        the same by kind, bots included; bot_rows: rows by bots, whatever the kind; no_member_rows: rows \
        without a known author; active_rows, active_members and channels: what human members wrote, who they \
        are, and where. Reactions and accepted answers are no rows and stand in not_rows.",
    formula: "rows = sum of kinds; active rows: a member, no bot, an active kind",
    population: "every row of the log",
    unit: "activities",
    direction: Direction::None,
    interval_method: "none",
    elsewhere: "Slack's, Discord's and Discourse's totals mix people, bots and notices, and Slack's include \
        private channels that an export leaves out. Ours counts what was imported, by kind, and says how much \
        of it is by bots or by nobody, so that every other figure can be traced to it.",
    intervals: &[],
    by_kind: false,
    options: &[],
    shape: Shape::Summary,
    rows: RowKind::Activities,
    needs: |_| Needs { totals: true, ..Needs::default() },
    compute,
};

fn compute(inputs: &Inputs, _query: &Query) -> Parts {
    let totals = &inputs.totals;
    let counts = |rows: bool| -> Map<String, Value> {
        let those = totals.kinds.iter().filter(|(kind, _)| kind.is_row() == rows);
        those.map(|(kind, n)| (kind.name().to_owned(), (*n).into())).collect()
    };
    let rows: u64 = totals.kinds.iter().filter(|(kind, _)| kind.is_row()).map(|(_, n)| n).sum();
    let day = |day: Option<base::Day>| -> Value { day.map(|d| d.to_string()).into() };
    let summary = figures([
        ("rows", rows.into()),
        ("kinds", Value::Object(counts(true))),
        ("not_rows", Value::Object(counts(false))),
        ("bot_rows", totals.bot_rows.into()),
        ("no_member_rows", totals.no_member_rows.into()),
        ("active_rows", totals.active_rows.into()),
        ("active_members", totals.active_members.into()),
        ("channels", totals.channels.into()),
        ("first_active_day", day(inputs.span.map(|s| s.first))),
        ("last_active_day", day(inputs.span.map(|s| s.last))),
    ]);
    Parts { summary: Some(summary), ..Parts::default() }
}
