//! Which files may be opened, by Landlock.

use std::io;
use std::path::PathBuf;

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, BitFlags, LandlockStatus, PathBeneath, PathFd, Ruleset, RulesetAttr as _,
    RulesetCreatedAttr as _, Scope, make_bitflags,
};

use super::wish::Sandbox;

/// The newest version whose rules are known here. Where the kernel has an older one, what that has is used.
const NEWEST: ABI = ABI::V10;

/// The oldest version that keeps all that is promised of files: those before let files be cut short that may be read
/// alone (Linux 6.2).
pub(super) const WHOLE: u32 = 3;

/// What may be done below a folder that may be read, and below one that may be written. No program is run, and no device
/// or socket made.
const READ: BitFlags<AccessFs> = make_bitflags!(AccessFs::{ReadFile | ReadDir});
const WRITE: BitFlags<AccessFs> = make_bitflags!(AccessFs::{
    ReadFile | ReadDir | WriteFile | RemoveDir | RemoveFile | MakeDir | MakeReg | MakeFifo | MakeSym | Refer | Truncate
});

/// Leaves the calling thread, and those that it starts, no files but those of the wish, no TCP, and of sockets and processes
/// only what is as confined; the version of Landlock that the kernel has, if it has any. Paths that cannot be opened are
/// added to `missing`.
pub(super) fn restrict(sandbox: &Sandbox, missing: &mut Vec<String>) -> io::Result<Option<u32>> {
    let mut rules = Vec::new();
    let paths = [(&sandbox.read, READ), (&sandbox.write, WRITE)];
    for (path, access) in paths.iter().flat_map(|(paths, access)| paths.iter().map(|path| (path, *access))) {
        match rule(path, access) {
            Ok(rule) => rules.push(rule),
            Err(error) => missing.push(format!("{}, which it may reach, cannot be opened ({error})", path.display())),
        }
    }
    let ruleset = Ruleset::default()
        .handle_access(AccessFs::from_all(NEWEST))
        .and_then(|ruleset| ruleset.handle_access(AccessNet::from_all(NEWEST)))
        .and_then(|ruleset| ruleset.scope(Scope::from_all(NEWEST)))
        .and_then(Ruleset::create)
        .and_then(|ruleset| ruleset.add_rules(rules.into_iter().map(Ok::<_, landlock::RulesetError>)))
        .and_then(landlock::RulesetCreated::restrict_self);
    match ruleset.map_err(io::Error::other)?.landlock {
        LandlockStatus::Available { effective_abi, .. } => Ok(Some(effective_abi as u32)),
        LandlockStatus::NotEnabled | LandlockStatus::NotImplemented => Ok(None),
    }
}

fn rule(path: &PathBuf, access: BitFlags<AccessFs>) -> io::Result<PathBeneath<PathFd>> {
    let is_folder = std::fs::metadata(path)?.is_dir();
    let opened = PathFd::new(path).map_err(io::Error::other)?;
    // Rules for one file speak of what is done to files.
    Ok(PathBeneath::new(opened, if is_folder { access } else { access & AccessFs::from_file(NEWEST) }))
}

/// Which files that leaves, in words.
pub(super) fn in_words(sandbox: &Sandbox) -> String {
    let everything = |paths: &[PathBuf]| paths.iter().any(|path| path.parent().is_none());
    let count = |paths: &[PathBuf]| match paths.len() {
        1 => "1 path".to_owned(),
        number => format!("{number} paths"),
    };
    let to_read = match &sandbox.read[..] {
        [] => None,
        paths if everything(paths) => Some("all files to read".to_owned()),
        paths => Some(format!("{} to read", count(paths))),
    };
    let to_write = match &sandbox.write[..] {
        [] => None,
        paths if everything(paths) => Some("all files to write".to_owned()),
        paths => Some(format!("{} to write", count(paths))),
    };
    match (to_read, to_write) {
        (None, None) => "no files".to_owned(),
        (Some(files), None) | (None, Some(files)) => files,
        (Some(read), Some(write)) => format!("{read} and {write}"),
    }
}
