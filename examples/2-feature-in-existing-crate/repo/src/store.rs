//! The cache itself.

use std::collections::HashMap;

use crate::{Config, Error, Stats};

/// A cache of byte values under string keys.
#[derive(Debug, Default)]
pub struct Cache {
    config: Config,
    entries: HashMap<String, Vec<u8>>,
    stats: Stats,
}

impl Cache {
    /// An empty cache.
    pub fn new(config: Config) -> Self {
        Self {
            config,
            ..Self::default()
        }
    }

    /// Stores `value` under `key` and returns the value that was there before.
    ///
    /// # Errors
    ///
    /// Refuses an empty key, and a key or value above the limits of the [`Config`]. Nothing changes then.
    pub fn set(&mut self, key: &str, value: impl Into<Vec<u8>>) -> Result<Option<Vec<u8>>, Error> {
        let value = value.into();
        self.check(key, &value)?;
        let previous = self.entries.insert(key.to_owned(), value);
        match previous {
            Some(_) => self.stats.replacements += 1,
            None => self.stats.insertions += 1,
        }
        Ok(previous)
    }

    /// The value under `key`. Counts a hit or a miss.
    pub fn get(&mut self, key: &str) -> Option<&[u8]> {
        match self.entries.get(key) {
            Some(value) => {
                self.stats.hits += 1;
                Some(value)
            }
            None => {
                self.stats.misses += 1;
                None
            }
        }
    }

    /// Whether there is a value under `key`. Counts nothing.
    pub fn contains(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// Removes and returns the value under `key`.
    pub fn remove(&mut self, key: &str) -> Option<Vec<u8>> {
        let removed = self.entries.remove(key);
        if removed.is_some() {
            self.stats.removals += 1;
        }
        removed
    }

    /// Removes everything. Counters keep their values.
    pub fn clear(&mut self) {
        self.entries.clear();
    }

    /// How many values are stored.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no value is stored.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All keys, in no particular order.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.entries.keys().map(String::as_str)
    }

    /// The counters so far.
    pub fn stats(&self) -> Stats {
        self.stats
    }

    /// The settings the cache was made with.
    pub fn config(&self) -> &Config {
        &self.config
    }

    fn check(&self, key: &str, value: &[u8]) -> Result<(), Error> {
        if key.is_empty() {
            return Err(Error::EmptyKey);
        }
        let limit = self.config.max_key_bytes();
        if key.len() > limit {
            return Err(Error::KeyTooLong {
                len: key.len(),
                limit,
            });
        }
        let limit = self.config.max_value_bytes();
        if value.len() > limit {
            return Err(Error::ValueTooLong {
                len: value.len(),
                limit,
            });
        }
        Ok(())
    }
}
