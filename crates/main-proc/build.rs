//! Compiles the modules of scripts that make up `electron` in a main process.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    #[cfg(feature = "js")]
    modules::compile();
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
        "child_stream",
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
        "opened",
        "ports",
        "process_link",
        "prompt",
        "session",
        "storage",
        "streams",
        "utility",
        "utility_options",
        "watched",
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
