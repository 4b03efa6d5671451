//! When a job that failed is tried again.

use base::Micros;

/// How long to wait after each failed attempt, in seconds; after one attempt more than there are waits a job is dead.
pub type Retries = &'static [u32];

/// The usual: seconds at first, then minutes, then hours; given up after a day and a half.
pub const LATER: Retries = &[5, 30, 300, 1_800, 7_200, 21_600, 43_200, 43_200];

/// How long to wait after attempt number `attempt` failed; `None` when it was the last. `chance` moves the wait by up
/// to a fifth either way, so that what failed together does not come back together.
pub(crate) fn wait(retries: Retries, attempt: u32, chance: u32) -> Option<Micros> {
    let seconds = retries.get(attempt.saturating_sub(1) as usize)?;
    Some(jittered(i64::from(*seconds) * 1_000_000, chance))
}

/// A wait moved by up to a fifth either way.
fn jittered(wait: Micros, chance: u32) -> Micros {
    let fifth = i128::from(wait / 5);
    let moved = fifth * 2 * i128::from(chance) / i128::from(u32::MAX) - fifth;
    wait + i64::try_from(moved).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_end_and_are_spread() {
        let steps: Retries = &[10, 100];
        assert_eq!(wait(steps, 1, 0), Some(8_000_000));
        assert_eq!(wait(steps, 1, u32::MAX), Some(12_000_000));
        assert_eq!(wait(steps, 2, u32::MAX / 2).map(|w| w / 1_000_000), Some(99));
        assert_eq!(wait(steps, 3, 7), None);
        assert_eq!(wait(&[], 1, 7), None);
    }
}
