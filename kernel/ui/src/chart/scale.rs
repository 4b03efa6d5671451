//! Nice ticks, and how figures are written on and beside them.

use crate::format;

/// What kind of figure an axis carries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Figure {
    /// Whole things.
    #[default]
    Count,
    /// 0 to 1, shown in per cent.
    Share,
    /// Seconds, shown as durations.
    Seconds,
    /// Anything else.
    Decimal,
}

impl Figure {
    /// A figure in words.
    pub fn text(self, value: f64) -> String {
        match self {
            Self::Count => format::number(value, 0),
            Self::Share => format::share(value),
            Self::Seconds => format::duration(value),
            Self::Decimal => format::number(value, 2),
        }
    }
    /// An interval in words.
    pub fn range(self, low: f64, high: f64) -> String {
        match self {
            Self::Share => format::share_range(low, high),
            _ => format!("{} to {}", self.text(low), self.text(high)),
        }
    }
    fn tick(self, value: f64) -> String {
        match self {
            Self::Share => format!("{}\u{a0}%", format::number(value * 100.0, 1)),
            _ => self.text(value),
        }
    }
    /// The smallest step that makes sense between two grid lines.
    fn finest(self) -> f64 {
        match self {
            Self::Count | Self::Seconds => 1.0,
            Self::Share => 0.001,
            Self::Decimal => 0.01,
        }
    }
}

/// Steps that people count time in, in seconds.
const TIME_STEPS: [f64; 17] = [
    1.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 1800.0, 3600.0, 7200.0, 14_400.0, 21_600.0, 43_200.0, 86_400.0,
    172_800.0, 345_600.0, 604_800.0,
];

/// The vertical scale of a chart.
#[derive(Clone, Debug)]
pub(crate) struct Scale {
    low: f64,
    high: f64,
    /// Value and text of each grid line, from below.
    pub ticks: Vec<(f64, String)>,
}

impl Scale {
    /// A scale from zero (or below, where values are negative) to a round number above all values.
    pub fn over(values: impl Iterator<Item = f64>, figure: Figure) -> Self {
        let (mut low, mut high) = (0.0_f64, 0.0_f64);
        for value in values.filter(|value| value.is_finite()) {
            low = low.min(value);
            high = high.max(value);
        }
        if high - low <= 0.0 {
            high = if figure == Figure::Share { 1.0 } else { figure.finest().max(1.0) };
        }
        let step = nice_step((high - low) / 4.0, figure);
        let first = (low / step).floor() as i64;
        let mut last = (high / step - 1e-9).ceil() as i64;
        if figure == Figure::Share && high <= 1.0 {
            last = last.min((1.0 / step).ceil() as i64);
        }
        let at = |i: i64| i as f64 * step;
        let ticks = (first..=last.max(first + 1)).map(|i| (at(i), figure.tick(at(i)))).collect::<Vec<_>>();
        Self { low: at(first), high: at(last.max(first + 1)), ticks }
    }

    /// Per cent from the top.
    pub fn y(&self, value: f64) -> f64 {
        ((self.high - value) / (self.high - self.low) * 100.0).clamp(-2.0, 102.0)
    }

    /// The class that leaves room for the widest text.
    pub fn room(&self) -> &'static str {
        match self.ticks.iter().map(|(_, text)| text.chars().count()).max().unwrap_or(0) {
            0..=2 => "y-1",
            3 => "y-2",
            4 | 5 => "y-3",
            6 | 7 => "y-4",
            _ => "y-5",
        }
    }
}

fn nice_step(rough: f64, figure: Figure) -> f64 {
    if figure == Figure::Seconds && rough <= 604_800.0 {
        return TIME_STEPS.into_iter().find(|step| *step >= rough).unwrap_or(604_800.0);
    }
    let rough = rough.max(figure.finest());
    let magnitude = 10f64.powf(rough.log10().floor());
    let step =
        [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().find(|f| f * magnitude >= rough * 0.999).unwrap_or(10.0)
            * magnitude;
    // Half a member is none.
    if matches!(figure, Figure::Count | Figure::Seconds) { step.ceil() } else { step }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticks(values: &[f64], figure: Figure) -> String {
        let scale = Scale::over(values.iter().copied(), figure);
        scale.ticks.iter().map(|(_, text)| text.replace('\u{a0}', " ")).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn ticks_are_numbers_that_people_count_in() {
        assert_eq!(ticks(&[5200.0], Figure::Count), "0|2,000|4,000|6,000");
        assert_eq!(ticks(&[3.0], Figure::Count), "0|1|2|3");
        assert_eq!(ticks(&[], Figure::Count), "0|1");
        assert_eq!(ticks(&[-430.0, 2100.0], Figure::Count), "−1,000|0|1,000|2,000|3,000");
        assert_eq!(ticks(&[0.62], Figure::Share), "0 %|20 %|40 %|60 %|80 %");
        assert_eq!(ticks(&[1.0], Figure::Share), "0 %|25 %|50 %|75 %|100 %");
        assert_eq!(ticks(&[9000.0], Figure::Seconds), "0 s|1 h|2 h|3 h");
    }

    #[test]
    fn the_top_is_nothing_and_the_bottom_all() {
        let scale = Scale::over([80.0].into_iter(), Figure::Count);
        assert_eq!((scale.y(0.0), scale.y(80.0)), (100.0, 0.0));
    }
}
