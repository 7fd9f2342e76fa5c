//! An in-memory key-value cache for single processes: string keys, byte values, limits on both, and counters.
//!
//! ```
//! use larder::{Cache, Config};
//!
//! # fn main() -> Result<(), larder::Error> {
//! let mut cache = Cache::new(Config::default().with_max_value_bytes(1024)?);
//! cache.set("greeting", "hello")?;
//! assert_eq!(cache.get("greeting"), Some(&b"hello"[..]));
//! assert_eq!(cache.stats().hits, 1);
//! # Ok(())
//! # }
//! ```

mod config;
mod error;
mod stats;
mod store;

pub use config::Config;
pub use error::Error;
pub use stats::Stats;
pub use store::Cache;
