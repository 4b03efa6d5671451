//! Percentiles, the interval of a median, and inequality.

use super::Z95;

/// The `q`-quantile (0 to 1) of ascending values with linear interpolation; `None` when there are none.
pub(crate) fn quantile(ascending: &[f64], q: f64) -> Option<f64> {
    let last = ascending.len().checked_sub(1)?;
    let place = q * last as f64;
    let below = (place.floor() as usize).min(last);
    let above = (below + 1).min(last);
    let part = place - below as f64;
    Some(ascending[below] + (ascending[above] - ascending[below]) * part)
}

/// The mean; `None` when there are no values.
pub(crate) fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// A 95 % interval of the median of ascending values, from order statistics (the sign test turned round):
/// exact binomial up to 1,000 values, its normal approximation above. `None` below 6 values, where no pair
/// of values covers 95 %.
pub(crate) fn median_interval(ascending: &[f64]) -> Option<(f64, f64)> {
    let n = ascending.len();
    let rank = if n <= 1_000 { exact_rank(n)? } else { approximate_rank(n) };
    Some((ascending[rank - 1], ascending[n - rank]))
}

/// The highest rank `j` (from 1) with P(Binomial(n, ½) < j) ≤ 0.025.
fn exact_rank(n: usize) -> Option<usize> {
    let mut chance = 0.5f64.powi(n as i32);
    let mut below = 0.0;
    let mut rank = 0;
    for j in 0..n {
        below += chance;
        if below > 0.025 {
            break;
        }
        rank = j + 1;
        chance *= (n - j) as f64 / (j + 1) as f64;
    }
    (rank > 0).then_some(rank)
}

fn approximate_rank(n: usize) -> usize {
    let size = n as f64;
    ((size - Z95 * size.sqrt()) / 2.0).floor().max(1.0) as usize
}

/// The Gini coefficient of ascending counts, without the n ÷ (n − 1) correction; `None` when nothing is held.
pub(crate) fn gini(ascending: &[u64]) -> Option<f64> {
    let total: u64 = ascending.iter().sum();
    if total == 0 {
        return None;
    }
    let n = ascending.len() as f64;
    let weighted: f64 = ascending.iter().enumerate().map(|(i, &x)| (i as f64 + 1.0) * x as f64).sum();
    Some(2.0 * weighted / (n * total as f64) - (n + 1.0) / n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_interpolate() {
        let values = [1.0, 2.0, 4.0, 8.0];
        assert_eq!(quantile(&values, 0.5), Some(3.0));
        assert_eq!(quantile(&values, 0.25), Some(1.75));
        assert_eq!(quantile(&values, 1.0), Some(8.0));
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(quantile(&[7.0], 0.9), Some(7.0));
    }

    #[test]
    fn the_median_interval_has_the_tabled_ranks() {
        // Tabled ranks of the sign test at 95 %: n = 6 → 1, 9 → 2, 10 → 2, 20 → 6, 100 → 40.
        for (n, rank) in [(6usize, 1usize), (9, 2), (10, 2), (20, 6), (100, 40)] {
            let values: Vec<f64> = (1..=n).map(|x| x as f64).collect();
            let expected = (rank as f64, (n + 1 - rank) as f64);
            assert_eq!(median_interval(&values), Some(expected), "{n}");
        }
        assert_eq!(median_interval(&[1.0; 5]), None);
        // The two ways meet where they change over.
        assert_eq!(exact_rank(1_000).map(|r| r.abs_diff(approximate_rank(1_000)) <= 1), Some(true));
    }

    #[test]
    fn gini_of_equals_is_zero_and_of_one_holder_nearly_one() {
        assert!(gini(&[5, 5, 5]).expect("a figure").abs() < 1e-12);
        assert!((gini(&[0, 0, 0, 8]).expect("a figure") - 0.75).abs() < 1e-12);
        assert_eq!(gini(&[]), None);
    }
}
