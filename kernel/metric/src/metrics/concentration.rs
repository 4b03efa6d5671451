//! How unevenly the writing is spread over members.

use super::figures;
use crate::day_sets;
use crate::envelope::Parts;
use crate::registry::{Definition, Direction, RowKind, Shape};
use crate::stats::gini;
use crate::{Inputs, Needs, Query, Reach};

pub(crate) const DEFINITION: Definition = Definition {
    id: "concentration",
    title: "Concentration",
    definition: "Members sorted by their active rows between from and to: the shares of the top 1 % (rounded up \
        to a whole member), of the next up to 10 %, and of the rest; the absence factor, the smallest number \
        of members who hold at least half of the rows, and the pony factor at 80 %; the Gini coefficient \
        without small-sample correction; members with exactly one active row; the ten largest counts.",
    formula: "share of rows by the top ⌈1 %⌉, next to ⌈10 %⌉, rest; absence factor: least k with the k largest \
        ≥ 50 % of rows; Gini = 2 Σ i·xᵢ ÷ (n Σ xᵢ) − (n + 1) ÷ n",
    population: "active human members; people who only read are not in the base",
    unit: "share",
    direction: Direction::None,
    interval_method: "none",
    elsewhere: "Slack lists members by messages posted, Discourse its top users by posts and likes, and Discord \
        shows no list by member; none gives a share of the whole. The well-known 90-9-1 rule has everybody who \
        reads in its base; an export does not show readers, so ours is over people who wrote.",
    intervals: &[],
    by_kind: true,
    options: &[],
    shape: Shape::Summary,
    rows: RowKind::Members,
    needs: |query| Needs { actives: query.from.map_or(Reach::All, Reach::From), ..Needs::default() },
    compute,
};

fn compute(inputs: &Inputs, query: &Query) -> Parts {
    let mut counts = day_sets::rows_by_member(inputs.asked_days(query));
    if counts.is_empty() {
        return Parts::nothing();
    }
    counts.sort_unstable();
    let gini = gini(&counts);
    counts.reverse();
    let (members, events) = (counts.len(), counts.iter().sum::<u64>());
    let top = members.div_ceil(100);
    let tenth = members.div_ceil(10);
    let share = |part: &[u64]| part.iter().sum::<u64>() as f64 / events as f64;
    let summary = figures([
        ("members", members.into()),
        ("events", events.into()),
        ("share_top_1pct", share(&counts[..top]).into()),
        ("share_next_9pct", share(&counts[top..tenth]).into()),
        ("share_rest_90pct", share(&counts[tenth..]).into()),
        ("absence_factor_50", holders(&counts, events, 50).into()),
        ("pony_factor_80", holders(&counts, events, 80).into()),
        ("gini", gini.into()),
        ("one_time_members", counts.iter().filter(|n| **n == 1).count().into()),
        ("top10_counts", counts[..members.min(10)].to_vec().into()),
    ]);
    Parts { summary: Some(summary), ..Parts::default() }
}

/// The smallest number of the largest counts that hold at least `percent` of all.
fn holders(descending: &[u64], all: u64, percent: u64) -> usize {
    let mut held = 0;
    let more = descending.iter().take_while(|n| {
        let short = held * 100 < all * percent;
        held += **n;
        short
    });
    more.count()
}
