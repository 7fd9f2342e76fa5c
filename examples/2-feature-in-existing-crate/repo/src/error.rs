//! What can go wrong.

use std::fmt;

/// Why a setting or an entry was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The key is empty.
    EmptyKey,
    /// The key is longer than the cache accepts.
    KeyTooLong {
        /// Length of the refused key in bytes.
        len: usize,
        /// The longest key that is accepted, in bytes.
        limit: usize,
    },
    /// The value is longer than the cache accepts.
    ValueTooLong {
        /// Length of the refused value in bytes.
        len: usize,
        /// The longest value that is accepted, in bytes.
        limit: usize,
    },
    /// A limit was set to 0, with which nothing could ever be stored.
    ZeroLimit {
        /// Name of the setting.
        setting: &'static str,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyKey => f.write_str("the key \"\" is empty"),
            Self::KeyTooLong { len, limit } => {
                write!(f, "the key has {len} bytes, at most {limit} are accepted")
            }
            Self::ValueTooLong { len, limit } => {
                write!(f, "the value has {len} bytes, at most {limit} are accepted")
            }
            Self::ZeroLimit { setting } => {
                write!(f, "{setting} is 0, so nothing could ever be stored")
            }
        }
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_contain_the_refused_values() {
        let message = Error::KeyTooLong {
            len: 300,
            limit: 250,
        }
        .to_string();
        assert_eq!(message, "the key has 300 bytes, at most 250 are accepted");
        let message = Error::ZeroLimit {
            setting: "max_key_bytes",
        }
        .to_string();
        assert!(message.starts_with("max_key_bytes is 0"));
    }
}
