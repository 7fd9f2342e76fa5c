//! `versions list`: every release of a catalog.

use catalog::Catalog;

use crate::table;

/// The table that `versions list` prints.
pub fn list(catalog: &Catalog) -> String {
    let rows: Vec<[String; 3]> = catalog
        .packages()
        .flat_map(|package| {
            catalog.releases(package).iter().map(move |release| {
                let state = if release.yanked {
                    "yanked"
                } else {
                    "available"
                };
                [
                    package.to_owned(),
                    release.version.clone(),
                    state.to_owned(),
                ]
            })
        })
        .collect();
    table::render(["PACKAGE", "VERSION", "STATE"], &rows)
}
