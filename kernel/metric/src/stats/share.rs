//! A share with its Wilson interval (Wilson 1927, without continuity correction).

use super::Z95;

/// `hits` of `n` as a share with a 95 % interval; all `None` when `n` is 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Share {
    /// The numerator.
    pub hits: u64,
    /// The denominator.
    pub n: u64,
    /// `hits / n`.
    pub value: Option<f64>,
    /// Lower limit.
    pub low: Option<f64>,
    /// Upper limit.
    pub high: Option<f64>,
}

impl Share {
    /// The share of `hits` in `n`.
    pub fn of(hits: u64, n: u64) -> Self {
        if n == 0 {
            return Self { hits, n, value: None, low: None, high: None };
        }
        let (size, z2) = (n as f64, Z95 * Z95);
        let p = hits as f64 / size;
        let centre = p + z2 / (2.0 * size);
        let half = Z95 * (p * (1.0 - p) / size + z2 / (4.0 * size * size)).sqrt();
        let scale = 1.0 + z2 / size;
        // The clamps only remove rounding errors at shares of 0 and 1.
        let low = if hits == 0 { 0.0 } else { ((centre - half) / scale).max(0.0) };
        let high = if hits == n { 1.0 } else { ((centre + half) / scale).min(1.0) };
        Self { hits, n, value: Some(p), low: Some(low), high: Some(high) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(hits: u64, n: u64, low: f64, high: f64) {
        let share = Share::of(hits, n);
        let (l, h) = (share.low.expect("a limit"), share.high.expect("a limit"));
        assert!((l - low).abs() < 1e-6 && (h - high).abs() < 1e-6, "{hits}/{n}: {l} {h}");
    }

    #[test]
    fn wilson_limits_are_the_known_ones() {
        check(12, 146, 0.047_641, 0.138_165);
        check(42, 377, 0.083_484, 0.147_167);
        check(0, 10, 0.0, 0.277_533);
        check(10, 10, 0.722_467, 1.0);
        assert_eq!(Share::of(0, 0).value, None);
        assert_eq!(Share::of(0, 0).low, None);
    }
}
