//! Node, for the tests that need it.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The oldest Node that main's scripts run in.
const OLDEST: (u32, u32) = (20, 19);

/// A command that runs Node: `DIPOLE_NODE`, else the one on `PATH`. `None`, and a line that says what was left out, where
/// there is none, or it is too old.
#[must_use]
pub fn node(left_out: &str) -> Option<Command> {
    let program = std::env::var_os("DIPOLE_NODE").unwrap_or_else(|| "node".into());
    let version = Command::new(&program).arg("--version").output().ok().filter(|output| output.status.success());
    let version = version.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let mut parts = version.as_deref().unwrap_or_default().trim_start_matches('v').split('.').map(str::parse::<u32>);
    if let (Some(Ok(major)), Some(Ok(minor))) = (parts.next(), parts.next())
        && (major, minor) >= OLDEST
    {
        return Some(Command::new(program));
    }
    let found = version.unwrap_or_else(|| "none".to_owned());
    eprintln!("LEFT OUT: {left_out} needs Node {}.{} or later on PATH (found: {found})", OLDEST.0, OLDEST.1);
    None
}

/// The addon that Node loads, beside this program or in the folder above it. `None`, and a line that says what was left out,
/// where it has not been built: cargo builds it for nobody but who asks for it.
#[must_use]
pub fn addon(program: &Path, left_out: &str) -> Option<PathBuf> {
    let folders = program.ancestors().skip(1).take(2);
    let found = folders.map(|folder| folder.join("libnode_host.so")).find(|file| file.is_file());
    let Some(addon) = found else {
        eprintln!("LEFT OUT: {left_out} needs the addon: cargo build -p node-host");
        return None;
    };
    if let Some(source) = newer_source(&addon) {
        panic!("{} is older than {}: run `cargo build -p node-host`", addon.display(), source.display());
    }
    Some(addon)
}

/// A source that has changed since cargo made the addon of it: cargo writes beside it what it is made of. `None` also where
/// that says nothing of this addon, as in a folder that was copied.
fn newer_source(addon: &Path) -> Option<PathBuf> {
    let changed = |file: &Path| file.metadata().and_then(|about| about.modified()).ok();
    let made = changed(addon)?;
    let listed = std::fs::read_to_string(addon.with_extension("d")).ok()?;
    // A space within a name is written `\ `.
    let listed = listed.replace("\\ ", "\0");
    let made_of = listed.lines().next()?.strip_prefix(&addon.to_str()?.replace(' ', "\0"))?;
    let sources = made_of.strip_prefix(':')?;
    let mut sources = sources.split(' ').map(|name| PathBuf::from(name.replace('\0', " ")));
    sources.find(|source| source.is_file() && changed(source).is_some_and(|at| at > made))
}

#[cfg(test)]
mod tests {
    use super::newer_source;
    use std::time::{Duration, SystemTime};

    #[test]
    fn an_addon_older_than_what_it_is_made_of_is_found_out() {
        let folder = std::env::temp_dir().join(format!("dipole an addon {}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let (addon, source) = (folder.join("libnode_host.so"), folder.join("code.rs"));
        let written = |file: &std::path::Path| file.to_str().unwrap().replace(' ', "\\ ");
        std::fs::write(folder.join("libnode_host.d"), format!("{}: {}\n", written(&addon), written(&source))).unwrap();
        std::fs::write(&source, "").unwrap();
        let made = std::fs::File::create(&addon).unwrap();
        made.set_modified(SystemTime::now() + Duration::from_secs(9)).unwrap();
        assert_eq!(newer_source(&addon), None);
        made.set_modified(SystemTime::now() - Duration::from_secs(9)).unwrap();
        assert_eq!(newer_source(&addon), Some(source));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
