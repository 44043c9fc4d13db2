//! Compiles the modules of scripts that make up `electron` in a main process.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    #[cfg(feature = "js")]
    modules::compile();
}

#[cfg(feature = "js")]
mod modules {
    /// What programs may require. All names give the same object in a main process; `electron/renderer` has
    /// nothing to offer here but must not throw.
    const PUBLIC: &[(&str, &str)] = &[
        ("electron", "electron.js"),
        ("electron/main", "electron.js"),
        ("electron/common", "electron.js"),
        ("electron/renderer", "electron_renderer.js"),
        ("electron/utility", "electron.js"),
        ("original-fs", "original_fs.js"),
    ];

    /// What they are made of: `dipole/NAME`.
    const INTERNAL: &[&str] = &[
        "answers",
        "app",
        "app_metrics",
        "app_paths",
        "app_quit",
        "bodies",
        "child_stream",
        "clipboard",
        "command_line",
        "contents",
        "contents_asks",
        "contents_denied",
        "contents_end",
        "contents_history",
        "contents_input",
        "contents_load",
        "contents_opens",
        "contents_steps",
        "contents_told",
        "contents_tools",
        "contents_view",
        "control",
        "cookie_file",
        "cookies",
        "cors",
        "debugger",
        "desktop",
        "dialog",
        "dispatch",
        "download_names",
        "downloads",
        "exports",
        "frame",
        "hosts",
        "info",
        "ipc_events",
        "ipc_main",
        "keys",
        "load_errors",
        "logins",
        "menu",
        "menu_roles",
        "native_image",
        "native_theme",
        "net",
        "net_errors",
        "opened",
        "ports",
        "process_link",
        "prompt",
        "protocol",
        "proxies",
        "readable",
        "resources",
        "safe_storage",
        "screen",
        "sent",
        "session",
        "signals",
        "sites",
        "storage",
        "streams",
        "support",
        "utility",
        "utility_options",
        "views",
        "watched",
        "web_request",
        "window",
        "window_features",
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
