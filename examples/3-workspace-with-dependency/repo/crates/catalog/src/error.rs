//! What can be wrong with a catalog.

use std::error::Error;
use std::fmt;

/// A line of a catalog that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CatalogError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub kind: CatalogErrorKind,
}

/// What is wrong with a line of a catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CatalogErrorKind {
    /// The line names a package, but no version.
    MissingVersion {
        /// The package.
        package: String,
    },
    /// Something follows the version that is not the word `yanked`.
    UnknownMark {
        /// What follows the version.
        mark: String,
    },
}

impl fmt::Display for CatalogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            CatalogErrorKind::MissingVersion { package } => {
                write!(f, "package `{package}` has no version")
            }
            CatalogErrorKind::UnknownMark { mark } => {
                write!(f, "`{mark}` is not a mark; only `yanked` is")
            }
        }
    }
}

impl Error for CatalogError {}
