//! Compiles the modules of scripts that make up `electron` in a main process, and says how the program is linked.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    compact_relocations();
    neighbours();
    #[cfg(feature = "js")]
    modules::compile();
}

fn is(name: &str, value: &str) -> bool {
    std::env::var(name).is_ok_and(|found| found == value)
}

/// Whether the program is for Linux with glibc.
fn for_glibc() -> bool {
    is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu")
}

/// The program's tables hold some 20,000 addresses, which each process fills in when it starts. Since 2.36 glibc also
/// takes the list of their places in a form of a twentieth of the size: that much less memory is read by every process.
fn compact_relocations() {
    // What will load the program is known only where it is built for this system.
    let here = std::env::var("HOST").ok() == std::env::var("TARGET").ok();
    if here && for_glibc() && libc_takes_them().unwrap_or(false) {
        println!("cargo::rustc-link-arg-bins=-Wl,-z,pack-relative-relocs");
    }
}

/// Whether the C library of this system says that it knows that form: the one that this script itself runs with.
fn libc_takes_them() -> Option<bool> {
    const MARK: &[u8] = b"GLIBC_ABI_DT_RELR";
    let maps = std::fs::read_to_string("/proc/self/maps").ok()?;
    let path =
        maps.lines().find_map(|line| line.split_whitespace().last().filter(|path| path.ends_with("/libc.so.6")))?;
    Some(std::fs::read(path).ok()?.windows(MARK.len()).any(|bytes| bytes == MARK))
}

/// A Rust program's renderer runs 300 of the program's 7,000 functions, one of scripts 1,000. Each page that is used for
/// the first time brings its fifteen neighbours along, so while those functions were strewn about, half of the program
/// was mapped by every renderer, which bears its part of that. Scripts for the linker put them side by side, those that
/// run with every call first, and what processes read beside them. Linkers that the compiler would not have chosen may not
/// understand them: `DIPOLE_LAYOUT=off` in the environment of a build goes without.
fn neighbours() {
    println!("cargo::rerun-if-env-changed=DIPOLE_LAYOUT");
    let folder = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    let flags = std::env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let chosen = std::env::var_os("RUSTC_LINKER").is_some() || flags.contains("link") || is("DIPOLE_LAYOUT", "off");
    for script in ["link/renderer.ld", "link/script.ld", "link/layout.ld"] {
        println!("cargo::rerun-if-changed={script}");
        if is("PROFILE", "release") && for_glibc() && !chosen {
            // Not behind `-Wl`, which a comma in the folder's name would end.
            println!("cargo::rustc-link-arg-bins=-T");
            println!("cargo::rustc-link-arg-bins={folder}/{script}");
        }
    }
}

#[cfg(feature = "js")]
mod modules {
    /// What programs may require. All three names give the same object in a main process; `electron/renderer` has
    /// nothing to offer here but must not throw.
    const PUBLIC: &[(&str, &str)] = &[
        ("electron", "electron.js"),
        ("electron/main", "electron.js"),
        ("electron/common", "electron.js"),
        ("electron/renderer", "electron_renderer.js"),
    ];

    /// What they are made of: `dipole/NAME`.
    const INTERNAL: &[&str] = &[
        "app",
        "app_paths",
        "app_quit",
        "command_line",
        "contents",
        "contents_load",
        "contents_view",
        "control",
        "desktop",
        "dialog",
        "dispatch",
        "exports",
        "frame",
        "info",
        "ipc_events",
        "ipc_main",
        "load_errors",
        "menu",
        "ports",
        "process_link",
        "session",
        "utility",
        "utility_options",
        "window",
        "window_state",
    ];

    pub(super) fn compile() {
        let mut modules = script_bytecode::Modules::new("src/script/js");
        for (name, file) in PUBLIC {
            modules.add("Host", *name, format!("node:electron/{file}"), *file);
        }
        for name in INTERNAL {
            let file = format!("{name}.js");
            modules.add("Internal", format!("dipole/{name}"), format!("node:electron/{file}"), &*file);
        }
        modules.write();
    }
}
