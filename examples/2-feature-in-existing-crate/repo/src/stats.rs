//! Counters for monitoring.

/// What a cache has done since it was made. Counters never go down.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Calls of `get` that found a value.
    pub hits: u64,
    /// Calls of `get` that found none.
    pub misses: u64,
    /// Calls of `set` that stored a new key.
    pub insertions: u64,
    /// Calls of `set` that replaced a value.
    pub replacements: u64,
    /// Calls of `remove` that removed a value.
    pub removals: u64,
}

impl Stats {
    /// Share of hits among all calls of `get`, between 0 and 1; `None` before the first call.
    pub fn hit_ratio(&self) -> Option<f64> {
        let calls = self.hits + self.misses;
        (calls > 0).then(|| self.hits as f64 / calls as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hit_ratio_is_unknown_before_the_first_call() {
        assert_eq!(Stats::default().hit_ratio(), None);
    }

    #[test]
    fn hit_ratio_is_the_share_of_hits() {
        let stats = Stats {
            hits: 3,
            misses: 1,
            ..Stats::default()
        };
        assert_eq!(stats.hit_ratio(), Some(0.75));
    }
}
