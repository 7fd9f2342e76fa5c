//! Settings of a cache, checked when they are made.

use crate::Error;

/// Settings of a [`Cache`](crate::Cache).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    max_key_bytes: usize,
    max_value_bytes: usize,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            max_key_bytes: 250,
            max_value_bytes: 1024 * 1024,
        }
    }
}

impl Config {
    /// Accepts keys of at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// [`Error::ZeroLimit`] for a limit of 0.
    pub fn with_max_key_bytes(mut self, limit: usize) -> Result<Self, Error> {
        self.max_key_bytes = nonzero("max_key_bytes", limit)?;
        Ok(self)
    }

    /// Accepts values of at most `limit` bytes.
    ///
    /// # Errors
    ///
    /// [`Error::ZeroLimit`] for a limit of 0.
    pub fn with_max_value_bytes(mut self, limit: usize) -> Result<Self, Error> {
        self.max_value_bytes = nonzero("max_value_bytes", limit)?;
        Ok(self)
    }

    /// The longest key that is accepted, in bytes.
    pub fn max_key_bytes(&self) -> usize {
        self.max_key_bytes
    }

    /// The longest value that is accepted, in bytes.
    pub fn max_value_bytes(&self) -> usize {
        self.max_value_bytes
    }
}

fn nonzero(setting: &'static str, limit: usize) -> Result<usize, Error> {
    if limit == 0 {
        return Err(Error::ZeroLimit { setting });
    }
    Ok(limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_limits_it_was_given() {
        let config = Config::default()
            .with_max_key_bytes(10)
            .and_then(|config| config.with_max_value_bytes(20))
            .unwrap();
        assert_eq!((config.max_key_bytes(), config.max_value_bytes()), (10, 20));
    }

    #[test]
    fn refuses_a_limit_of_zero() {
        assert_eq!(
            Config::default().with_max_key_bytes(0),
            Err(Error::ZeroLimit {
                setting: "max_key_bytes"
            })
        );
        assert_eq!(
            Config::default().with_max_value_bytes(0),
            Err(Error::ZeroLimit {
                setting: "max_value_bytes"
            })
        );
    }
}
