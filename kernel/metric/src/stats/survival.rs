//! Kaplan–Meier with log-log intervals (Kaplan and Meier 1958; Kalbfleisch and Prentice 1980).

use super::Z95;
use base::roomy;

/// A survival curve, known at chosen times.
#[derive(Clone, Debug, Default)]
pub(crate) struct Survival {
    /// The time, and the last step at or before it.
    steps: Vec<(i64, Option<Step>)>,
    median: Option<i64>,
}

#[derive(Clone, Copy, Debug)]
struct Step {
    share: f64,
    /// Greenwood's sum of d ÷ (n (n − d)); infinite when the share is 0.
    variance: f64,
}

impl Survival {
    /// The curve of what happened after these times (ascending, at least 0) and what is still being waited for
    /// after those (in any order; negative ones count as 0), known at `times` (ascending). What is censored at a
    /// time was still at risk at it.
    pub fn of(happened: &[i64], waiting: impl Iterator<Item = i64>, times: &[i64]) -> Self {
        let last = happened.last().copied().unwrap_or(i64::MIN);
        // What waits for longer than anything took is at risk throughout, whenever it began.
        let mut beyond = 0usize;
        let mut censored: Vec<i64> = roomy(0);
        censored.extend(waiting.map(|time| time.max(0)).filter(|time| {
            beyond += usize::from(*time > last);
            *time <= last
        }));
        censored.sort_unstable();
        let mut curve = Self::default();
        let mut step = None;
        let (mut share, mut variance) = (1.0, 0.0);
        let (mut at, mut gone) = (0, 0);
        while at < happened.len() {
            let time = happened[at];
            curve.know(times, time, step);
            let same = happened[at..].iter().take_while(|t| **t == time).count();
            gone += censored[gone..].iter().take_while(|t| **t < time).count();
            let at_risk = (happened.len() - at) + (censored.len() - gone) + beyond;
            let (risk, d) = (at_risk as f64, same as f64);
            share *= 1.0 - d / risk;
            variance += d / (risk * (risk - d));
            step = Some(Step { share, variance });
            // Rounding must not move a share of exactly one half to the next step.
            if curve.median.is_none() && share <= 0.5 + 1e-12 {
                curve.median = Some(time);
            }
            at += same;
        }
        curve.know(times, i64::MAX, step);
        curve
    }

    /// Notes the step that holds at each of the times before `end`.
    fn know(&mut self, times: &[i64], end: i64, step: Option<Step>) {
        let new = times[self.steps.len()..].iter().take_while(|t| **t < end);
        self.steps.extend(new.map(|t| (*t, step)));
    }

    /// The share that is still waiting after one of the chosen times.
    pub fn at(&self, time: i64) -> f64 {
        self.step(time).map_or(1.0, |s| s.share)
    }

    /// The 95 % log-log interval at `time`; `None` where the share is 1 or 0, as the transform has no value.
    pub fn interval(&self, time: i64) -> Option<(f64, f64)> {
        let step = self.step(time)?;
        if step.share <= 0.0 || step.share >= 1.0 {
            return None;
        }
        let spread = Z95 * step.variance.sqrt() / step.share.ln();
        let (a, b) = (step.share.powf(spread.exp()), step.share.powf((-spread).exp()));
        Some((a.min(b), a.max(b)))
    }

    /// The smallest time at which at most half are waiting.
    pub fn median(&self) -> Option<i64> {
        self.median
    }

    fn step(&self, time: i64) -> Option<Step> {
        let place = self.steps.partition_point(|s| s.0 < time);
        debug_assert!(self.steps.get(place).is_some_and(|s| s.0 == time), "the time was chosen");
        self.steps.get(place).and_then(|s| s.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(rows: &[(i64, bool)]) -> Survival {
        let of = |want: bool| rows.iter().filter(move |r| r.1 == want).map(|r| r.0);
        let mut happened: Vec<i64> = of(true).collect();
        happened.sort_unstable();
        Survival::of(&happened, of(false), &[0, 1, 2, 3, 4, 5, 100])
    }

    #[test]
    fn censored_rows_leave_without_a_step() {
        // At risk 5, 4 (one censored at 2), 3, 2: 4/5, then 4/5 · 2/3, then half of it.
        let s = curve(&[(1, true), (2, false), (3, true), (4, true), (9, false)]);
        assert!((s.at(0) - 1.0).abs() < 1e-12);
        assert!((s.at(1) - 0.8).abs() < 1e-12);
        assert!((s.at(2) - 0.8).abs() < 1e-12);
        assert!((s.at(3) - 0.8 * 2.0 / 3.0).abs() < 1e-12);
        assert!((s.at(100) - 0.8 / 3.0).abs() < 1e-12);
        assert_eq!(s.median(), Some(4));
    }

    #[test]
    fn censored_at_the_time_of_a_step_is_still_at_risk() {
        let s = curve(&[(5, false), (5, true)]);
        assert!((s.at(5) - 0.5).abs() < 1e-12);
        assert_eq!(s.median(), Some(5));
    }

    #[test]
    fn no_median_when_most_wait_on() {
        let s = curve(&[(1, true), (9, false), (9, false)]);
        assert_eq!(s.median(), None);
        assert_eq!(curve(&[]).median(), None);
    }

    #[test]
    fn the_interval_is_log_log() {
        // 10 at risk, 2 events at 1: S = 0.8, V = 2 / (10 · 8); exp(±1.96 · sqrt(V) / ln 0.8).
        let mut rows = vec![(1, true), (1, true)];
        rows.extend([(2, false); 8]);
        let (low, high) = curve(&rows).interval(1).expect("an interval");
        assert!((low - 0.408_691).abs() < 1e-5 && (high - 0.945_873).abs() < 1e-5, "{low} {high}");
        assert_eq!(curve(&rows).interval(0), None);
    }
}
