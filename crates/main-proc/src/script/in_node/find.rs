//! Where Node is, and the addon that it needs.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::script::AppError;

/// The variable that names the Node to run main's script in.
const NODE: &str = "DIPOLE_NODE";
/// The variable that names the addon.
const ADDON: &str = "DIPOLE_ADDON";
/// What cargo calls the addon, and what the package does.
const NAMES: [&str; 2] = ["libnode_host.so", "dipole.node"];

fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// The program that is Node.
pub(super) fn node() -> PathBuf {
    variable(NODE).unwrap_or_else(|| "node".into()).into()
}

/// The addon for an app in that folder.
pub(super) fn addon(folder: &Path) -> Result<PathBuf, AppError> {
    if let Some(path) = variable(ADDON).map(PathBuf::from) {
        return match std::fs::canonicalize(&path) {
            Ok(path) => Ok(path),
            Err(error) => Err(AppError::Node(format!(
                "{ADDON} is set to '{}', which cannot be opened: {error}. Correct it, or unset it",
                path.display()
            ))),
        };
    }
    let beside = std::env::current_exe().ok().and_then(|program| program.parent().map(Path::to_owned));
    // A test's program is in a folder of its own beneath.
    let above = beside.as_deref().and_then(Path::parent).map(Path::to_owned);
    let packages = folder.ancestors().map(|folder| folder.join("node_modules/dipole/bin"));
    let places: Vec<PathBuf> = beside.iter().cloned().chain(above).chain(packages).collect();
    let found = places.iter().flat_map(|place| NAMES.map(|name| place.join(name))).find(|file| file.is_file());
    found.ok_or_else(|| {
        let beside = beside.unwrap_or_default();
        AppError::Node(format!(
            "main in Node needs the addon, which is not there: '{}' in '{}'. Build it with `cargo build -p node-host` \
             (with --release for a release), or name it in {ADDON}",
            NAMES[0],
            beside.display()
        ))
    })
}
