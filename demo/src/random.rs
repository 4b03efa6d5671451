//! Seeded randomness: the same seed gives the same bytes on every machine, which no crate promises across its
//! versions. SplitMix64 (Steele, Lea, Flood 2014), and only integer arithmetic decides.

/// Mixes a number into one that looks random.
pub(crate) fn mix(n: u64) -> u64 {
    let mut z = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A stream of random numbers.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(mix(seed))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number in `0..n`; 0 when `n` is 0.
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(n)) >> 64) as u64
    }

    /// A number in `low..=high`.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + self.below((high - low + 1).max(1) as u64) as i64
    }

    /// Whether something happens that happens `n` times in a thousand.
    pub(crate) fn chance(&mut self, n: u64) -> bool {
        self.below(1000) < n
    }

    /// How often something happens whose mean is `thousandths / 1000`: the whole part always, the rest by
    /// chance.
    pub(crate) fn count(&mut self, thousandths: u64) -> u64 {
        thousandths / 1000 + u64::from(self.chance(thousandths % 1000))
    }

    /// One of a list that is not empty.
    pub(crate) fn pick<T: Copy>(&mut self, list: &[T]) -> T {
        list[self.below(list.len() as u64) as usize]
    }

    /// A length with a long tail: most draws lie below `typical`, one in eight far above, at most about
    /// `typical * 2^10`.
    pub(crate) fn long_tail(&mut self, typical: i64) -> i64 {
        let mut scale = typical;
        for _ in 0..10 {
            if !self.chance(280) {
                break;
            }
            scale *= 2;
        }
        self.between(scale / 6, scale)
    }
}
