//! Why the program could not do what it was asked.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Ends the program with status 2.
#[derive(Debug)]
pub enum Failure {
    /// The arguments make no command.
    Usage,
    /// A file cannot be read.
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file's content makes no sense.
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// Standard output does not take the result.
    Write(io::Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage => f.write_str("usage: versions list CATALOG"),
            Self::Read { path, source } => write!(f, "{}: {source}", path.display()),
            Self::Malformed { path, line, reason } => {
                write!(f, "{}:{line}: {reason}", path.display())
            }
            Self::Write(source) => write!(f, "cannot write the result: {source}"),
        }
    }
}
