//! Node, for the tests that need it.

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
pub fn addon(program: &std::path::Path, left_out: &str) -> Option<std::path::PathBuf> {
    let folders = program.ancestors().skip(1).take(2);
    let found = folders.map(|folder| folder.join("libnode_host.so")).find(|file| file.is_file());
    if found.is_none() {
        eprintln!("LEFT OUT: {left_out} needs the addon: cargo build -p node-host");
    }
    found
}
