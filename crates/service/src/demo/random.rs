//! Chance that repeats itself: the same seed gives the same company on every machine. Not for secrets.

/// A splitmix64 generator. Tiny, and its output is fixed for ever, which a library's need not be.
pub(super) struct Random(u64);

impl Random {
    /// An own stream for each number: what happens to one lead does not depend on the others.
    pub(super) fn of(seed: u64, number: u32) -> Self {
        Random(mix(seed ^ mix(u64::from(number))))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// From 0 up to, but not including, 1.
    pub(super) fn unit(&mut self) -> f64 {
        // The upper 53 bits are what an f64 holds exactly.
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// From 0 up to, but not including, `n`.
    pub(super) fn below(&mut self, n: u32) -> u32 {
        (self.unit() * f64::from(n)) as u32
    }

    /// From `low` up to, but not including, `high`.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        low + (self.unit() * (high - low) as f64) as i64
    }

    /// True in `p` of all cases.
    pub(super) fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// One of several, each as likely as the others.
    pub(super) fn pick<T: Copy>(&mut self, among: &[T]) -> T {
        among[(self.unit() * among.len() as f64) as usize]
    }

    /// The number of one of several, each as likely as its weight says.
    pub(super) fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.unit() * weights.iter().sum::<f64>();
        for (i, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return i;
            }
        }
        weights.len() - 1
    }

    /// Around `median`, never below zero, with a long tail upwards: how prices and delays are spread.
    pub(super) fn around(&mut self, median: f64, spread: f64) -> f64 {
        // Four uniform numbers add up to something close enough to a bell curve.
        let bell = (self.unit() + self.unit() + self.unit() + self.unit() - 2.0) * 3f64.sqrt();
        median * (bell * spread).exp()
    }
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Where `i` lands when the numbers below `n` are shuffled: every number is hit exactly once.
///
/// Drawing names at random would draw some twice long before all are used up.
pub(super) fn shuffled(i: u32, n: u32) -> u32 {
    let bits = (u32::BITS - (n - 1).leading_zeros()).div_ceil(2).max(1);
    let mask = (1u32 << bits) - 1;
    let mut x = i;
    loop {
        // A Feistel network is a permutation of 2^(2·bits) numbers, whatever its rounds compute.
        for round in 1..=4u64 {
            let (left, right) = (x >> bits, x & mask);
            x = right << bits | ((left ^ mix(round << 32 | u64::from(right)) as u32) & mask);
        }
        if x < n {
            return x;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shuffle_hits_every_number_once() {
        for n in [1, 2, 3, 100, 14_400] {
            let mut seen: Vec<u32> = (0..n).map(|i| shuffled(i, n)).collect();
            seen.sort_unstable();
            assert!(seen.into_iter().eq(0..n), "{n}");
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_chances() {
        let draw = |seed| (0..5).map(|_| Random::of(seed, 7).next()).collect::<Vec<_>>();
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
    }
}
