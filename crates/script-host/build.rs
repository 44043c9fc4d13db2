//! Compiles the builtin modules: those of Node, the set-up of a realm, and the DOM.

use script_bytecode::Modules;

/// Modules that programs may require.
const NODE: &[(&str, &str)] = &[
    ("assert", "node/assert.js"),
    ("assert/strict", "node/assert_strict.js"),
    ("buffer", "node/buffer.js"),
    ("console", "host/console_module.js"),
    ("constants", "node/constants.js"),
    ("diagnostics_channel", "node/diagnostics_channel.js"),
    ("events", "node/events.js"),
    ("fs", "host/fs.js"),
    ("fs/promises", "host/fs_promises.js"),
    ("module", "host/module.js"),
    ("os", "node/os.js"),
    ("path", "node/path.js"),
    ("path/posix", "node/path_posix.js"),
    ("path/win32", "node/path_win32.js"),
    ("process", "host/process.js"),
    ("punycode", "node/punycode.js"),
    ("querystring", "node/querystring.js"),
    ("string_decoder", "node/string_decoder.js"),
    ("timers", "node/timers.js"),
    ("timers/promises", "node/timers_promises.js"),
    ("url", "node/url.js"),
    ("util", "node/util.js"),
    ("util/types", "node/util_types.js"),
];

/// Names and exports of Node's modules that are not built in, or only in part.
const ABSENT: &str = "src/js/node/absent.txt";

/// Those of them that are built in in part.
const IN_PART: &[(&str, &str)] = &[
    ("async_hooks", "node/async_hooks.js"),
    ("cluster", "node/cluster.js"),
    ("crypto", "node/crypto.js"),
    ("net", "node/net.js"),
    ("perf_hooks", "node/perf_hooks.js"),
    ("tty", "node/tty.js"),
];

/// Parts of those, by file.
const INTERNAL: &[&str] = &[
    "host/bootstrap.js",
    "host/cjs.js",
    "host/console.js",
    "host/console_class.js",
    "host/console_table.js",
    "host/event_target.js",
    "host/fs_constants.js",
    "host/fs_folders.js",
    "host/fs_stats.js",
    "host/intrinsics.js",
    "host/process_more.js",
    "host/prompt.js",
    "host/prompt_complete.js",
    "host/prompt_words.js",
    "host/text_codec.js",
    "host/texts.js",
    "host/timers.js",
    "host/web.js",
    "node/absent.js",
    "node/assertion_error.js",
    "node/buffer_numbers.js",
    "node/buffer_search.js",
    "node/buffer_text.js",
    "node/deep_equal.js",
    "node/errors.js",
    "node/events_async.js",
    "node/format.js",
    "node/hashes.js",
    "node/parse_args.js",
    "node/inspect.js",
    "node/inspect_classify.js",
    "node/inspect_colors.js",
    "node/inspect_error.js",
    "node/inspect_kinds.js",
    "node/inspect_layout.js",
    "node/inspect_text.js",
    "node/instead.js",
    "node/lacking.js",
    "node/os_constants.js",
    "node/os_linux.js",
    "node/types.js",
    "node/url_legacy.js",
    "node/path_windows.js",
    "node/url_search.js",
    "web/blob.js",
    "web/canvas.js",
    "web/clipboard.js",
    "web/compression.js",
    "web/crypto_keys.js",
    "web/css.js",
    "web/devices.js",
    "web/fetch.js",
    "web/fetch_classes.js",
    "web/fetch_main.js",
    "web/file_reader.js",
    "web/form_data.js",
    "web/geometry.js",
    "web/idb_data.js",
    "web/idb_keys.js",
    "web/idb_stores.js",
    "web/indexed_db.js",
    "web/locks.js",
    "web/messaging.js",
    "web/observers.js",
    "web/parsing.js",
    "web/performance.js",
    "web/ranges.js",
    "web/readable.js",
    "web/scheduler.js",
    "web/shared_worker.js",
    "web/stream_queue.js",
    "web/subtle.js",
    "web/transform.js",
    "web/unseen.js",
    "web/url_pattern.js",
    "web/web_class.js",
    "web/web_crypto.js",
    "web/worker.js",
    "web/writable.js",
    "web/xpath.js",
    "web/xpath_parse.js",
    "web/xpath_values.js",
];

/// `Intl`, by file.
const INTL: &[&str] = &["dates", "intl", "locales", "numbers", "texts"];

/// The DOM; `index.js` is `dom`.
const DOM: &[&str] = &[
    "abort",
    "address",
    "attributes",
    "caret",
    "clicks",
    "collections",
    "core",
    "custom",
    "define",
    "delivery",
    "document",
    "element",
    "events",
    "forms",
    "handlers",
    "html",
    "internals",
    "media",
    "message",
    "node",
    "observer",
    "opened",
    "shadow",
    "storage",
    "svg",
    "target",
    "validity",
    "walkers",
    "window",
    "worker_scope",
];

fn main() {
    let mut modules = Modules::new("src/js");
    for (name, file) in NODE {
        modules.add("Node", *name, format!("node:{name}"), *file);
    }
    for name in absent().into_iter().filter(|name| NODE.iter().all(|(other, _)| other != name)) {
        let (visibility, name) = match name.strip_prefix("node:") {
            Some(name) => ("Scheme", name),
            None => ("Node", &*name),
        };
        let file = IN_PART.iter().find(|(other, _)| *other == name).map_or("node/absent_module.js", |(_, file)| file);
        modules.add(visibility, name, format!("node:{name}"), file);
    }
    for file in INTERNAL {
        let stem = file.rsplit('/').next().unwrap_or(file).trim_end_matches(".js");
        let name = format!("internal/{stem}");
        modules.add("Internal", &*name, format!("node:{name}"), *file);
    }
    for stem in INTL {
        modules.add(
            "Internal",
            format!("intl/{stem}"),
            format!("node:internal/intl/{stem}"),
            format!("intl/{stem}.js"),
        );
    }
    modules.add("Internal", "dom", "node:internal/dom", "dom/index.js");
    for stem in DOM {
        modules.add("Internal", format!("dom/{stem}"), format!("node:internal/dom/{stem}"), format!("dom/{stem}.js"));
    }
    modules.write();
}

fn absent() -> Vec<String> {
    let table = std::fs::read_to_string(ABSENT).unwrap_or_else(|error| panic!("{ABSENT}: {error}"));
    table.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}
