//! `versions`: looks up releases in a catalog.

mod args;
mod failure;
mod list;
mod table;

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use catalog::Catalog;

use crate::args::Command;
use crate::failure::Failure;

fn main() -> ExitCode {
    match run(std::env::args_os().skip(1)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("versions: {failure}");
            ExitCode::from(2)
        }
    }
}

fn run(args: impl Iterator<Item = OsString>) -> Result<(), Failure> {
    match args::parse(args)? {
        Command::List { catalog } => print(&list::list(&read_catalog(&catalog)?)),
    }
}

fn read_catalog(path: &Path) -> Result<Catalog, Failure> {
    Catalog::parse(&read(path)?).map_err(|error| Failure::Malformed {
        path: path.to_owned(),
        line: error.line,
        reason: error.to_string(),
    })
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|source| Failure::Read {
        path: path.to_owned(),
        source,
    })
}

fn print(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
        .map_err(Failure::Write)
}
