//! Which releases of which packages exist.
//!
//! ```
//! use catalog::Catalog;
//!
//! # fn main() -> Result<(), catalog::CatalogError> {
//! let catalog = Catalog::parse("alder 1.0.0\nalder 1.1.0 yanked\n")?;
//! assert_eq!(catalog.releases("alder").len(), 2);
//! assert!(catalog.releases("alder")[1].yanked);
//! # Ok(())
//! # }
//! ```

mod error;
mod releases;

pub use error::{CatalogError, CatalogErrorKind};
pub use releases::{Catalog, Release};
