//! The package of npm: made, installed in a fresh folder without a Rust toolchain, and used as the guide says
//! (docs/testing-electron-apps.md), word for word.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ipc_tests::node::{addon, node};

const PROGRAM: &str = env!("CARGO_BIN_EXE_main_fixture");
const LEFT_OUT: &str = "the package of npm";

/// npm, where it is there; else a line that says what was left out.
fn npm() -> Option<PathBuf> {
    let paths = std::env::var_os("PATH")?;
    let found = std::env::split_paths(&paths).map(|folder| folder.join("npm")).find(|file| file.is_file());
    if found.is_none() {
        eprintln!("LEFT OUT: {LEFT_OUT} needs npm on PATH");
    }
    found
}

/// What the command does in that folder, without what names other builds; `no_rust` has a cargo and a rustc that fail.
fn done(no_rust: &Path, folder: &Path, command: &mut Command) -> Output {
    for name in
        ["DIPOLE_ADDON", "DIPOLE_RENDERER", "DIPOLE_NODE", "NODE_OPTIONS", "NODE_TEST_CONTEXT", "CARGO_TARGET_DIR"]
    {
        command.env_remove(name);
    }
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::iter::once(no_rust.to_owned()).chain(std::env::split_paths(&paths));
    command.env("PATH", std::env::join_paths(paths).expect("a path"));
    let output = command.current_dir(folder).output().expect("it starts");
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// Writes the guide's files: each of its blocks of code that begins with a comment that is a file's name.
fn follow_the_guide(folder: &Path) {
    let guide = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/testing-electron-apps.md");
    let guide = std::fs::read_to_string(guide).expect("the guide");
    let mut written = Vec::new();
    for block in guide.split("\n```").skip(1).step_by(2) {
        let Some((_language, code)) = block.split_once('\n') else { continue };
        let first = code.lines().next().unwrap_or_default();
        let name = first.trim_start_matches("<!-- ").trim_end_matches(" -->").trim_start_matches("// ");
        if name != first {
            std::fs::write(folder.join(name), code).expect("a file");
            written.push(name.to_owned());
        }
    }
    assert_eq!(written, ["main.js", "preload.js", "index.html", "app.test.mjs"]);
    let package = guide.split('`').find(|text| text.starts_with("{ \"name\"")).expect("its package.json");
    std::fs::write(folder.join("package.json"), package).expect("a file");
}

#[test]
fn a_fresh_project_installs_it_and_follows_the_guide_without_rust() {
    let (Some(_), Some(addon), Some(npm)) = (node(LEFT_OUT), addon(Path::new(PROGRAM), LEFT_OUT), npm()) else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let [built, app, no_rust] = ["built", "app", "no-rust"].map(|name| folder.path().join(name));
    for made in [&built, &app, &no_rust] {
        std::fs::create_dir(made).expect("a folder");
    }
    for name in ["cargo", "rustc"] {
        std::os::unix::fs::symlink("/bin/false", no_rust.join(name)).expect("a link");
    }
    std::os::unix::fs::symlink(PROGRAM, built.join("main-proc")).expect("a link");
    std::os::unix::fs::symlink(addon, built.join("libnode_host.so")).expect("a link");
    // A copy, so that nothing else finds what is put into the package meanwhile.
    let package = folder.path().join("node");
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/../node");
    done(&no_rust, folder.path(), Command::new("cp").args(["-r", source]).arg(&package));
    for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
        let file = Path::new(source).join("..").join(licence);
        std::fs::copy(file, folder.path().join(licence)).expect("a licence");
    }
    let mut pack = Command::new(&npm);
    pack.args(["pack", "--silent", "--pack-destination"]).arg(folder.path()).env("DIPOLE_PACK_FROM", &built);
    let packed = done(&no_rust, &package, &mut pack);
    let file = String::from_utf8_lossy(&packed.stdout).lines().last().unwrap_or_default().to_owned();
    assert!(!package.join("bin").exists(), "what was packed is taken away again");

    follow_the_guide(&app);
    let mut install = Command::new(&npm);
    install.args(["install", "--offline", "--no-audit", "--save-dev"]).arg(folder.path().join(file));
    done(&no_rust, &app, &mut install);
    done(&no_rust, &app, Command::new("node").arg("--test"));
    let command = app.join("node_modules/.bin/dipole");
    let answer =
        done(&no_rust, &app, Command::new(command).args(["invoke", ".", "ping", "--main", "node", "--timeout", "60"]));
    assert_eq!(String::from_utf8_lossy(&answer.stdout), "\"pong\"\n");
}
