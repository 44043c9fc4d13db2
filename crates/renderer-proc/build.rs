//! Compiles the modules of scripts that make up `electron` in a renderer.

fn main() {
    #[cfg(feature = "js")]
    modules::compile();
}

#[cfg(feature = "js")]
mod modules {
    /// The names under which programs may require `electron`.
    const PUBLIC: &[&str] = &["electron", "electron/common", "electron/main", "electron/renderer", "electron/utility"];

    /// What it is made of: `internal/NAME`.
    const INTERNAL: &[&str] = &[
        "act",
        "bridge",
        "bridge_agent",
        "bridge_values",
        "context_bridge",
        "control",
        "describe_error",
        "invoke_with",
        "ipc_renderer",
        "message_ports",
        "page",
        "preload",
        "renderer_process",
        "streams",
        "utility",
        "web_frame",
        "worker_scope",
    ];

    pub(super) fn compile() {
        let mut modules = script_bytecode::Modules::new("src/script/js");
        for name in PUBLIC {
            modules.add("Host", *name, format!("node:{name}"), "electron.js");
        }
        for name in INTERNAL {
            let file = format!("{name}.js");
            modules.add("Internal", format!("internal/{name}"), format!("node:internal/{name}"), &*file);
        }
        modules.write();
    }
}
