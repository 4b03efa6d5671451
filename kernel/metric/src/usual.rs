//! What is usual: the one rule by which a full count is held against earlier ones, on Health and on Today.

use crate::stats::quantile;

/// So many robust standard deviations from the median are still usual.
pub const DEVIATIONS: f64 = 3.0;

/// A median absolute deviation times this estimates the standard deviation of what is normally distributed
/// (1 ÷ the 75 % point of the normal distribution).
const NORMAL: f64 = 1.4826;

/// Where a value is expected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expected {
    /// The median of the earlier values.
    pub usual: f64,
    /// Lower limit; it is still usual.
    pub low: f64,
    /// Upper limit; it is still usual.
    pub high: f64,
}

impl Expected {
    /// By earlier values: their median ± three robust standard deviations (1.4826 × the median absolute deviation),
    /// and at least ± `least`. `None` without any.
    pub fn of(earlier: &[f64], least: f64) -> Option<Self> {
        let usual = median(earlier.to_vec())?;
        let spread = median(earlier.iter().map(|v| (v - usual).abs()).collect())?;
        let width = (DEVIATIONS * NORMAL * spread).max(least);
        Some(Self { usual, low: usual - width, high: usual + width })
    }

    /// Whether a value is usual.
    pub fn holds(self, value: f64) -> bool {
        self.low <= value && value <= self.high
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    quantile(&values, 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_are_three_robust_deviations_from_the_median() {
        // Median 10, median absolute deviation 2.
        let earlier = [6.0, 8.0, 10.0, 12.0, 14.0];
        let expected = Expected::of(&earlier, 0.0).expect("values");
        assert_eq!(expected.usual, 10.0);
        assert!((expected.high - 18.8956).abs() < 1e-9 && (expected.low - 1.1044).abs() < 1e-9);
        assert!(expected.holds(18.8) && !expected.holds(18.9) && !expected.holds(1.1));
        assert_eq!(Expected::of(&earlier, 20.0).map(|e| (e.low, e.high)), Some((-10.0, 30.0)));
        assert_eq!(Expected::of(&[], 1.0), None);
    }
}
