//! Charts drawn on the server as SVG: no script, crisp, printable.
//!
//! Positions are per cent of the plot, so a chart stretches with its card while text and strokes keep
//! their size. Each chart is an image with a sentence for screen readers; the table beside it has the figures.

mod bars;
mod heat;
mod line;
mod notes;
mod scale;
mod svg;

pub use bars::{bars, bars_with, shares, stacked, stacked_with};
pub use heat::{Heat, HeatCell, HeatRow, heat};
pub use line::{line, line_with};
pub use scale::Figure;

use base::{Day, Interval};

/// What stands along the horizontal axis.
#[derive(Clone, Debug)]
pub enum Axis {
    /// Periods, by their first days.
    Time(Vec<Day>, Interval),
    /// Named groups, in order.
    Names(Vec<String>),
}

impl Axis {
    /// How many places it has.
    pub fn len(&self) -> usize {
        match self {
            Self::Time(days, _) => days.len(),
            Self::Names(names) => names.len(),
        }
    }
    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// One place in full: `Week of 2 March 2020`.
    pub fn long(&self, at: usize) -> String {
        match self {
            Self::Time(days, Interval::Day) => crate::format::day_long(days[at]),
            Self::Time(days, Interval::Week) => format!("Week of {}", crate::format::day_long(days[at])),
            Self::Time(days, Interval::Month) => crate::format::month_long(days[at]),
            Self::Names(names) => names[at].clone(),
        }
    }
}

/// One value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Value {
    /// The figure; `None` is a gap.
    pub value: Option<f64>,
    /// Lower limit of its interval.
    pub low: Option<f64>,
    /// Upper limit of its interval.
    pub high: Option<f64>,
    /// Whether its period is not finished.
    pub open: bool,
}

impl Value {
    /// A full count.
    pub fn of(value: f64) -> Self {
        Self { value: Some(value), ..Default::default() }
    }
}

/// One line, or one layer of bars.
#[derive(Clone, Debug, Default)]
pub struct Series {
    /// Its name.
    pub name: String,
    /// 1 to 8: the data colour; 0 is "other".
    pub hue: u8,
    /// One value for each place of the axis.
    pub values: Vec<Value>,
    /// Whether it is the earlier period: thin, grey and dashed.
    pub was: bool,
}

/// Something that happened, as a dashed upright with a label on top.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// The first day.
    pub first: Day,
    /// The last day; the first for a single day.
    pub last: Day,
    /// What happened, in a few words.
    pub text: String,
    /// What kind of thing it was, in a word.
    pub kind: String,
}

/// What is drawn over a chart.
#[derive(Clone, Copy, Debug, Default)]
pub struct Over<'a> {
    /// What happened, by day.
    pub notes: &'a [Note],
    /// A line over layers of bars, such as the net of what came and went.
    pub line: Option<&'a Series>,
}

/// How tall a chart is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Size {
    /// 180 px.
    Low,
    /// 220 px.
    #[default]
    Normal,
    /// 320 px, on a page of its own.
    Large,
}

/// Everything a line or bar chart needs.
#[derive(Clone, Debug)]
pub struct Chart {
    /// The sentence for those who do not see it.
    pub spoken: String,
    /// The unit, above the axis.
    pub unit: String,
    /// The horizontal axis.
    pub axis: Axis,
    /// The lines or layers.
    pub series: Vec<Series>,
    /// How figures are written.
    pub figure: Figure,
    /// How tall.
    pub size: Size,
    /// What an unfinished place is called in the key: `Week not finished`.
    pub open_note: String,
    /// What an interval is called in the key: `95 % interval, Wilson`.
    pub interval_note: String,
}

impl Chart {
    fn any_open(&self) -> bool {
        self.series.iter().any(|s| s.values.iter().any(|v| v.open && v.value.is_some()))
    }
    fn any_interval(&self) -> bool {
        self.series.iter().any(|s| s.values.iter().any(|v| v.low.is_some() && v.high.is_some()))
    }
}

#[cfg(test)]
pub(crate) fn sample() -> Chart {
    let first = Day::parse("2026-09-07").expect("a day");
    let days: Vec<Day> = (0..12).map(|i| first.plus(7 * i)).collect();
    let values = |base: f64| -> Vec<Value> {
        (0..12)
            .map(|i| Value {
                value: (i != 4).then_some(base + f64::from(i)),
                low: Some(base + f64::from(i) - 2.0),
                high: Some(base + f64::from(i) + 2.0),
                open: i == 11,
            })
            .collect()
    };
    Chart {
        spoken: "Active members a week".into(),
        unit: "members a week".into(),
        axis: Axis::Time(days, Interval::Week),
        series: vec![
            Series { name: "This".into(), hue: 1, values: values(40.0), was: false },
            Series { name: "Before".into(), hue: 0, values: values(30.0), was: true },
        ],
        figure: Figure::Count,
        size: Size::Normal,
        open_note: "Week not finished".into(),
        interval_note: "95 % interval".into(),
    }
}
