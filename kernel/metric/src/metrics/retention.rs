//! Retention of first-time cohorts by week or month.

use super::MODE;
use crate::envelope::{Cohort, CohortCell, Parts, Pooled, State};
use crate::registry::{Definition, Direction, OptionDef, RowKind, Shape, Takes};
use crate::retention::{self, CohortTable, Mode};
use crate::series::Frame;
use crate::stats::Share;
use crate::{Inputs, Needs, Query};
use base::{Interval, Period};

pub(crate) const DEFINITION: Definition = Definition {
    id: "retention",
    title: "Retention",
    definition: "Members are grouped by the period of their first active row. exact: the share of a cohort \
        that was active k periods later; unbounded: the share whose last active period is k periods later or \
        more, so that recent columns still rise. A cell exists once period c + k has begun by the last active \
        row; it is partial while that period is not over, and cells beyond are not yet there. Cohorts without \
        members are left out. Pooled adds up the printed cohorts that have the cell.",
    formula: "exact(c, k) = members of c active in c + k ÷ members of c; unbounded(c, k) = members of c last \
        active in c + k or later ÷ members of c",
    population: "human members by the period of their first active row",
    unit: "share",
    direction: Direction::Up,
    interval_method: "wilson",
    elsewhere: "Discord shows how many newcomers are back after one week, counting visits and only for larger \
        servers. Slack and Discourse show no retention. Product analytics differ among themselves: some use \
        everybody active in a period as the cohort, some 24 hours from each person's own start. Ours uses \
        first activity, calendar weeks or months, names the mode, and never shows an unfinished cell as 0.",
    intervals: &[Interval::Week, Interval::Month],
    by_kind: true,
    options: &[
        MODE,
        OptionDef {
            name: "periods",
            takes: Takes::Whole(1, 520),
            default: Some("12"),
            replaces: &[],
            meaning: "How many periods a cohort is followed after its first",
        },
    ],
    shape: Shape::Cohorts,
    rows: RowKind::Members,
    needs: |query| Needs { actives: query.reach(0), ..Needs::default() },
    compute,
};

fn compute(inputs: &Inputs, query: &Query) -> Parts {
    let Some(span) = inputs.span else { return Parts::nothing() };
    let mode = if query.word("mode") == "exact" { Mode::Exact } else { Mode::Unbounded };
    let periods = query.whole("periods");
    let frame = Frame::printed(span, query.interval, query);
    let table = retention::cohorts(&inputs.actives, frame, periods, mode);
    let cohorts: Vec<Cohort> = (0..frame.len())
        .filter(|c| table.sizes[*c] > 0)
        .map(|c| cohort(c, frame, span, &table, periods, inputs))
        .collect();
    let pooled = (0..=periods).map(|k| pooled(k, &cohorts)).collect();
    Parts { cohorts: Some(cohorts), pooled: Some(pooled), ..Parts::default() }
}

fn cohort(
    c: usize,
    frame: Frame,
    span: Period,
    table: &CohortTable,
    periods: u32,
    inputs: &Inputs,
) -> Cohort {
    let all = Frame::of(span, frame.interval);
    let offset = (frame.first - all.first) as usize + c;
    let cell = |k: u32| {
        let period = offset + k as usize;
        if period >= all.len() {
            let (value, low, high) = (None, None, None);
            return CohortCell { k, retained: None, eligible: 0, value, low, high, state: State::NotYet };
        }
        let share = Share::of(table.retained(c, k as usize), table.sizes[c]);
        CohortCell {
            k,
            retained: Some(share.hits),
            eligible: share.n,
            value: share.value,
            low: share.low,
            high: share.high,
            // Only the end counts here: how a cohort began is the cohort's own state.
            state: all.state(period, all.start(period), inputs),
        }
    };
    Cohort {
        start: frame.start(c).to_string(),
        size: table.sizes[c],
        state: frame.state(c, span.first, inputs),
        values: (0..=periods).map(cell).collect(),
    }
}

/// The sum over cohorts; a step that no cohort has reached is 0 of 0, without a share.
fn pooled(k: u32, cohorts: &[Cohort]) -> Pooled {
    let cells = cohorts.iter().filter_map(|c| c.values.get(k as usize));
    let (retained, eligible) = cells
        .filter_map(|cell| cell.retained.map(|r| (r, cell.eligible)))
        .fold((0, 0), |(r, e), (retained, eligible)| (r + retained, e + eligible));
    let share = Share::of(retained, eligible);
    Pooled { k, retained, eligible, value: share.value, low: share.low, high: share.high }
}
