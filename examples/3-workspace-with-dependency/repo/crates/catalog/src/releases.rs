//! The catalog and its file format.

use std::collections::BTreeMap;

use crate::{CatalogError, CatalogErrorKind};

/// One release of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// The version as the catalog spells it.
    pub version: String,
    /// Whether the release was withdrawn.
    pub yanked: bool,
}

/// All releases of all packages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Catalog {
    packages: BTreeMap<String, Vec<Release>>,
}

impl Catalog {
    /// Reads a catalog: one release a line, as the README of the workspace describes.
    ///
    /// # Errors
    ///
    /// The first line that names no version or carries an unknown mark.
    pub fn parse(text: &str) -> Result<Self, CatalogError> {
        let mut packages: BTreeMap<String, Vec<Release>> = BTreeMap::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (package, release) = parse_line(line).map_err(|kind| CatalogError {
                line: index + 1,
                kind,
            })?;
            packages
                .entry(package.to_owned())
                .or_default()
                .push(release);
        }
        Ok(Self { packages })
    }

    /// The names of all packages, sorted.
    pub fn packages(&self) -> impl Iterator<Item = &str> {
        self.packages.keys().map(String::as_str)
    }

    /// The releases of a package in the order of the catalog; none for a package that is not in it.
    pub fn releases(&self, package: &str) -> &[Release] {
        self.packages.get(package).map_or(&[], Vec::as_slice)
    }
}

fn parse_line(line: &str) -> Result<(&str, Release), CatalogErrorKind> {
    let (package, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let rest = rest.trim_start();
    if rest.is_empty() {
        return Err(CatalogErrorKind::MissingVersion {
            package: package.to_owned(),
        });
    }
    let (version, mark) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let yanked = match mark.trim_start() {
        "" => false,
        "yanked" => true,
        mark => {
            return Err(CatalogErrorKind::UnknownMark {
                mark: mark.to_owned(),
            });
        }
    };
    let version = version.to_owned();
    Ok((package, Release { version, yanked }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_releases_in_the_order_of_the_file() {
        let catalog = Catalog::parse("birch 2.0.0\nalder 1.1.0\nalder 1.0.0 yanked\n").unwrap();
        assert_eq!(catalog.packages().collect::<Vec<_>>(), ["alder", "birch"]);
        let alder: Vec<_> = catalog
            .releases("alder")
            .iter()
            .map(|release| (release.version.as_str(), release.yanked))
            .collect();
        assert_eq!(alder, [("1.1.0", false), ("1.0.0", true)]);
    }

    #[test]
    fn skips_comments_empty_lines_and_extra_spaces() {
        let catalog = Catalog::parse("# comment\n\n  alder \t 1.0.0   yanked \r\n").unwrap();
        assert_eq!(catalog.packages().count(), 1);
        assert!(catalog.releases("alder")[0].yanked);
    }

    #[test]
    fn has_no_releases_of_an_unknown_package() {
        assert_eq!(Catalog::default().releases("alder"), []);
    }

    #[test]
    fn refuses_a_package_without_version() {
        let error = Catalog::parse("birch 2.0.0\nalder\n").unwrap_err();
        assert_eq!(error.line, 2);
        assert_eq!(error.to_string(), "package `alder` has no version");
    }

    #[test]
    fn refuses_an_unknown_mark() {
        let error = Catalog::parse("alder 1.0.0 yanked twice\n").unwrap_err();
        assert_eq!(
            error.kind,
            CatalogErrorKind::UnknownMark {
                mark: "yanked twice".to_owned()
            }
        );
    }
}
