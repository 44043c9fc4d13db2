//! Rules about the source tree that neither the compiler nor clippy (crates/clippy.toml) checks.

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

/// Every Rust file below the crates, with its path from the root.
fn sources() -> Vec<(String, String)> {
    let mut files = Vec::new();
    let mut folders = vec![root().join("crates")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root()).expect("below the root").display().to_string();
                files.push((name, fs::read_to_string(&path).expect("readable text")));
            }
        }
    }
    files
}

/// The files whose code (comments left out) contains one of the words.
fn naming(words: &[&str], except: &str) -> Vec<String> {
    let names = |text: &str| {
        let mut code = text.lines().map(|line| line.split("//").next().unwrap_or_default());
        code.any(|line| words.iter().any(|word| line.contains(word)))
    };
    let mut found: Vec<_> = sources()
        .into_iter()
        .filter(|(name, text)| !name.contains(except) && names(text))
        .map(|(name, _)| name)
        .collect();
    found.sort();
    found
}

#[test]
fn unsafe_code_lives_in_sys_modules() {
    let outside: Vec<_> = naming(&["unsafe {", "unsafe fn", "unsafe impl", "qjs::"], "/sys")
        .into_iter()
        .filter(|name| !name.ends_with("/sys.rs"))
        .collect();
    assert_eq!(outside, Vec::<String>::new());
}

#[test]
fn arrows_between_crates_point_down() {
    // Each crate, and the crates of this workspace that it may depend on.
    let allowed: &[(&str, &[&str])] = &[
        ("ipc-proto", &[]),
        ("ipc-link", &["ipc-proto"]),
        ("script-host", &["ipc-proto", "script-bytecode"]),
        ("renderer-proc", &["ipc-proto", "ipc-link", "script-host", "script-bytecode"]),
        ("main-proc", &["ipc-proto", "ipc-link", "script-host", "script-bytecode", "renderer-proc"]),
        ("node-host", &["ipc-proto", "ipc-link", "main-proc", "renderer-proc"]),
        ("dipole-macros", &[]),
        ("dipole", &["ipc-proto", "ipc-link", "renderer-proc", "main-proc", "dipole-macros"]),
    ];
    let crates: Vec<_> = allowed.iter().map(|(name, _)| *name).collect();
    for (name, may) in allowed {
        let manifest = fs::read_to_string(root().join("crates").join(name).join("Cargo.toml")).expect("a manifest");
        for other in &crates {
            let depends = manifest
                .lines()
                .any(|line| line.starts_with(&format!("{other} ")) || line.starts_with(&format!("{other}.")));
            assert!(!depends || may.contains(other), "{name} must not depend on {other}");
        }
    }
}

/// What a crate cannot be built without.
fn dependencies(manifest: &str) -> Vec<&str> {
    let mut of_these = false;
    let mut names = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            of_these = ["[dependencies]", "[build-dependencies]"].contains(&line);
        } else if of_these && !line.contains("optional = true") {
            names.extend(line.split_once(['.', ' ']).map(|(name, _)| name).filter(|name| !name.starts_with('#')));
        }
    }
    names
}

#[test]
fn the_fuzzers_lock_file_knows_what_the_crates_depend_on() {
    let lock = fs::read_to_string(root().join("fuzz/Cargo.lock")).expect("a lock file");
    let mut checked = 0;
    for package in lock.split("[[package]]") {
        let name = package.split('"').nth(1).unwrap_or_default();
        let Ok(manifest) = fs::read_to_string(root().join("crates").join(name).join("Cargo.toml")) else { continue };
        for needed in dependencies(&manifest) {
            // A version follows where there are several.
            let listed = [format!("\n \"{needed}\""), format!("\n \"{needed} ")];
            let is_there = listed.iter().any(|line| package.contains(line));
            assert!(is_there, "{name} needs {needed}: run `cargo metadata` in fuzz");
            checked += 1;
        }
    }
    assert!(checked > 20, "{checked}");
}

#[test]
fn the_product_names_no_folder_of_a_machine() {
    for (name, text) in sources() {
        for home in ["home", "root", "Users"] {
            let place = format!("/{home}/");
            assert!(!text.contains(&place) || name.contains("/tests"), "{name} names {place}");
        }
    }
}

/// The host's scripts that run in a page's world, where everything that is built in is the page's to replace: these
/// folders and files.
const IN_PAGES: &[&str] = &[
    "script-host/src/js/dom",
    "script-host/src/js/host/console.js",
    "script-host/src/js/host/text_codec.js",
    "script-host/src/js/host/texts.js",
    "script-host/src/js/host/timers.js",
    "script-host/src/js/host/web.js",
    "renderer-proc/src/script/js/act.js",
    "renderer-proc/src/script/js/control.js",
    "renderer-proc/src/script/js/describe_error.js",
    "renderer-proc/src/script/js/message_ports.js",
    "renderer-proc/src/script/js/page.js",
];

/// Methods of arrays, texts, functions, promises and regular expressions that no object of the DOM or of the host has.
const METHODS: &str = " at charAt charCodeAt codePointAt concat endsWith includes indexOf lastIndexOf match matchAll padEnd \
    padStart repeat replace replaceAll search slice split startsWith substring toLowerCase toUpperCase trim trimEnd \
    trimStart test exec every fill filter find findIndex findLast flat flatMap forEach join map pop push reduce reverse \
    shift some sort splice unshift bind call apply then catch finally ";

/// Whose functions of these names are the host's own.
const OWN: &[&str] = &["texts", "lists", "Reflect", "b", "partOf"];

/// What a line of code uses that a page may have replaced.
fn replaceable(code: &str) -> Option<String> {
    let [is_template, spreads, goes_over] = [code.contains('`'), code.contains("[..."), code.contains("for (")];
    if is_template || spreads || code.contains("const [") || code.contains("let [") {
        return Some("a template, or an array that is spread or destructured".to_owned());
    }
    if goes_over && code.contains(" of ") && !code.contains(" of each(") {
        return Some("for ... of without each".to_owned());
    }
    let is_name = |c: char| c.is_alphanumeric() || "_$#".contains(c);
    code.match_indices('.').find_map(|(at, _)| {
        let (before, after) = (&code[..at], &code[at + 1..]);
        let name = after.split(|c| !is_name(c)).next().unwrap_or_default();
        let is_called = after[name.len()..].starts_with('(') && METHODS.contains(&format!(" {name} "));
        let of = before.trim_end_matches('?').rsplit(|c| !is_name(c)).next().unwrap_or_default();
        (is_called && !OWN.contains(&of)).then(|| format!("{of}.{name}"))
    })
}

#[test]
fn the_host_s_scripts_in_a_page_s_world_use_nothing_that_the_page_can_replace() {
    let mut files = Vec::new();
    for place in IN_PAGES {
        let place = root().join("crates").join(place);
        if place.is_dir() {
            files.extend(fs::read_dir(&place).expect("a readable folder").map(|entry| entry.expect("an entry").path()));
        } else {
            files.push(place);
        }
    }
    assert!(files.len() > IN_PAGES.len() + 10, "{files:?}");
    let mut found = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).expect("readable text");
        for (at, line) in text.lines().enumerate() {
            let code = line.split(" // ").next().unwrap_or_default().trim_start();
            if code.starts_with("//") || code.starts_with("/*") || code.starts_with('*') {
                continue;
            }
            found.extend(replaceable(code).map(|what| format!("{}:{}: {what}", file.display(), at + 1)));
        }
    }
    // The bytes of the decoder are of a class whose methods are not covered.
    found.retain(|one| !one.ends_with("bytes.slice"));
    assert!(found.is_empty(), "use internal/intrinsics and internal/texts: {found:#?}");
    for code in ["`${x}`", "[...x]", "for (const x of y) z", "a.b().trim()", "x?.split(' ')", "const [a] = b"] {
        assert!(replaceable(code).is_some(), "{code}");
    }
}

#[test]
fn the_facade_has_what_the_libraries_export() {
    let facade = fs::read_to_string(root().join("crates/dipole/src/lib.rs")).expect("the facade");
    let has = |name: &str| facade.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name);
    for library in ["main-proc", "renderer-proc"] {
        let text = fs::read_to_string(root().join("crates").join(library).join("src/lib.rs")).expect("a library");
        let exports: Vec<&str> = text.split(';').filter_map(|item| item.trim().strip_prefix("pub use ")).collect();
        assert!(exports.len() > 5, "{library}: {exports:?}");
        for export in exports {
            let names = export.rsplit_once("::").map_or(export, |(_, names)| names);
            for name in names.trim_matches(['{', '}', ' ', '\n']).split(',').map(str::trim) {
                let name = name.split(" as ").last().unwrap_or(name);
                assert!(has(name), "{library} exports {name}, which users of the facade do not find");
            }
        }
    }
}

#[test]
fn the_page_on_testing_shows_a_test_that_runs() {
    let page = fs::read_to_string(root().join("docs/testing.md")).expect("docs/testing.md");
    let test = fs::read_to_string(root().join("crates/dipole/tests/without_harness.rs")).expect("the test");
    let (_, program) = test.split_once("\n\n").expect("a line about it, then the program");
    assert!(
        page.contains(program),
        "docs/testing.md shows another program than crates/dipole/tests/without_harness.rs"
    );
}

#[test]
fn the_readme_has_every_limit_with_its_default() {
    let readme = fs::read_to_string(root().join("README.md")).expect("README.md");
    let plain = |value: &str| match value.split_once(' ') {
        Some((number, "KiB")) => (number.parse::<u64>().expect("a number") << 10).to_string(),
        Some((number, "MiB")) => (number.parse::<u64>().expect("a number") << 20).to_string(),
        Some((number, unit)) => format!("{number}{unit}"),
        None => value.replace(',', ""),
    };
    let rows = readme.lines().skip_while(|line| !line.starts_with("| `Limits` |")).skip(2);
    let rows = rows.map_while(|line| line.strip_prefix("| ")).filter_map(|row| row.split_once(" | "));
    let mut documented: Vec<String> = rows
        .flat_map(|(names, rest)| {
            let values = rest.split(" | ").next().unwrap_or_default().split("; ");
            names.split(", ").zip(values).map(|(name, value)| format!("{}: {}", name.trim_matches('`'), plain(value)))
        })
        .collect();
    let shown = format!("{:?}", ipc_proto::limits::Limits::default());
    let fields = shown.strip_prefix("Limits { ").and_then(|text| text.strip_suffix(" }")).expect("a structure");
    let mut fields: Vec<_> = fields.split(", ").map(str::to_owned).collect();
    documented.sort();
    fields.sort();
    assert_eq!(documented, fields);
}
