//! Why a module could not be compiled.

use std::path::PathBuf;

/// Why a module could not be compiled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CompileError {
    /// It is no JavaScript.
    #[error("{message} ({place})")]
    Syntax {
        /// What the engine says.
        message: String,
        /// Where.
        place: String,
    },
    /// A file cannot be read or written.
    #[error("{}: {reason}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// The engine does not start or cannot write bytecode.
    #[error("the engine failed: {0}")]
    Engine(String),
    /// Not called by a build script.
    #[error("cargo sets no {0}: this is for build scripts")]
    NoCargo(&'static str),
}
