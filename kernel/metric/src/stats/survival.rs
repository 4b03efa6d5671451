//! Kaplan–Meier with log-log intervals (Kaplan and Meier 1958; Kalbfleisch and Prentice 1980).

use super::Z95;

/// How long one thing was watched, and whether what was waited for happened at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Observation {
    /// How long, in any one unit; negative counts as 0.
    pub time: i64,
    /// Whether it happened; otherwise it is censored.
    pub happened: bool,
}

/// A survival curve: a step at each time at which something happened.
#[derive(Clone, Debug, Default)]
pub(crate) struct Survival {
    steps: Vec<Step>,
}

#[derive(Clone, Copy, Debug)]
struct Step {
    time: i64,
    share: f64,
    /// Greenwood's sum of d ÷ (n (n − d)); infinite when the share is 0.
    variance: f64,
}

impl Survival {
    /// The curve of these observations. What is censored at a time was still at risk at it.
    pub fn of(mut observations: Vec<Observation>) -> Self {
        for o in &mut observations {
            o.time = o.time.max(0);
        }
        observations.sort_unstable_by_key(|o| o.time);
        let mut steps = Vec::new();
        let (mut share, mut variance) = (1.0, 0.0);
        let mut at = 0;
        while at < observations.len() {
            let time = observations[at].time;
            let same = observations[at..].iter().take_while(|o| o.time == time).count();
            let happened = observations[at..at + same].iter().filter(|o| o.happened).count();
            if happened > 0 {
                let (risk, d) = ((observations.len() - at) as f64, happened as f64);
                share *= 1.0 - d / risk;
                variance += d / (risk * (risk - d));
                steps.push(Step { time, share, variance });
            }
            at += same;
        }
        Self { steps }
    }

    /// The share that is still waiting after `time`.
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
        // Rounding must not move a share of exactly one half to the next step.
        self.steps.iter().find(|s| s.share <= 0.5 + 1e-12).map(|s| s.time)
    }

    fn step(&self, time: i64) -> Option<&Step> {
        self.steps[..self.steps.partition_point(|s| s.time <= time)].last()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(rows: &[(i64, bool)]) -> Survival {
        Survival::of(rows.iter().map(|&(time, happened)| Observation { time, happened }).collect())
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
