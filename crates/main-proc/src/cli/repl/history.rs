//! The lines typed before, in a file that is its user's alone.

use std::env;
use std::fs::{DirBuilder, OpenOptions};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use rustyline::history::FileHistory;
use rustyline::{Editor, Helper};

use crate::cli::exit::Failure;

/// How many lines are kept.
pub(super) const LENGTH: usize = 1000;

/// Where the history is when nothing else is asked for; none when the user has no home directory.
pub(super) fn usual() -> Option<PathBuf> {
    let absolute = |name: &str| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let state = absolute("XDG_STATE_HOME").or_else(|| Some(absolute("HOME")?.join(".local/state")))?;
    Some(state.join("dipole/repl_history"))
}

/// Whether a history can be in the file that was asked for: no folder is made for what may be a slip of the pen.
pub(super) fn check(file: &Path) -> Result<(), Failure> {
    let missing = file.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir());
    match missing {
        Some(folder) => Err(Failure::usage(format_args!(
            "the history cannot be kept in '{}': there is no folder '{}'",
            file.display(),
            folder.display()
        ))),
        None => Ok(()),
    }
}

/// Reads it, if it is there.
pub(super) fn load<H: Helper>(editor: &mut Editor<H, FileHistory>, file: &Path) {
    if let Err(error) = prepare(file).and_then(|()| editor.load_history(file).map_err(std::io::Error::other)) {
        tracing::warn!("the history '{}' cannot be read: {error}", file.display());
    }
}

/// Makes the file, for nobody else to read.
fn prepare(file: &Path) -> std::io::Result<()> {
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    OpenOptions::new().append(true).create(true).mode(0o600).open(file).map(drop)
}

/// Keeps a line, at once: the next prompt may be the last.
pub(super) fn add<H: Helper>(editor: &mut Editor<H, FileHistory>, file: Option<&Path>, line: &str) {
    let added = editor.add_history_entry(line).unwrap_or(false);
    if let Some(file) = file.filter(|_| added)
        && let Err(error) = editor.append_history(file)
    {
        tracing::warn!("the history '{}' cannot be written: {error}", file.display());
    }
}
