//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;

use crate::failure::Failure;

/// What the program is asked to do.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    /// Print every release of the catalog.
    List {
        /// The catalog's file.
        catalog: PathBuf,
    },
}

/// Reads the arguments that follow the program's name.
pub fn parse(args: impl Iterator<Item = OsString>) -> Result<Command, Failure> {
    let args: Vec<OsString> = args.collect();
    match args.as_slice() {
        [command, catalog] if command == "list" => Ok(Command::List {
            catalog: catalog.into(),
        }),
        _ => Err(Failure::Usage),
    }
}
