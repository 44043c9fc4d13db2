use serde_json::{Value, json};

use super::peer::Peer;

const FILES: [(&str, &str); 6] = [
    ("index.html", "<title>T</title><script src=a.js></script><script type=module src=m.mjs></script><p>more text</p>"),
    ("a.js", "globalThis.seen = ['script, which is longer than one of the parts that main sends'];"),
    (
        "m.mjs",
        "import { word } from './deep/n.mjs'; seen.push(word); seen.push(await import('./no.mjs').catch(String));",
    ),
    ("deep/n.mjs", "export const word = 'module ' + import.meta.filename.split('/').at(-1);"),
    ("p.js", "globalThis.own = 'preload, of which there is more than one part as well';"),
    ("deep/empty.js", ""),
];

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("deep")).expect("a folder");
    for (name, text) in FILES {
        std::fs::write(folder.path().join(name), text).expect("a file");
    }
    folder
}

fn load(peer: &mut Peer, folder: &std::path::Path, preferences: Value) {
    peer.load_url(&format!("file://{}/index.html", folder.display()), json!(folder.join("p.js")), preferences);
    let seen = peer.page("seen");
    assert_eq!(seen[0], json!("script, which is longer than one of the parts that main sends"));
    assert_eq!(seen[1], json!("module n.mjs"));
    let missing = format!("Cannot find module '{}'", folder.join("no.mjs").display());
    assert!(seen[2].as_str().is_some_and(|text| text.contains(&missing)), "{seen}");
    assert_eq!(peer.preload("own"), json!("preload, of which there is more than one part as well"));
}

#[test]
fn a_sandboxed_page_asks_main_for_all_it_is_made_of_in_parts() {
    let folder = folder();
    let mut peer = Peer::start();
    load(&mut peer, folder.path(), json!({}));
    let reads = peer.reads();
    for (kind, parts) in [("document", 3), ("script", 6), ("module", 3), ("preload", 2)] {
        let asked = reads.iter().filter(|read| read.starts_with(kind)).count();
        assert!(asked >= parts, "{kind}: {reads:?}");
    }
}

#[test]
fn a_page_without_a_sandbox_reads_by_itself() {
    let folder = folder();
    let mut peer = Peer::start();
    load(&mut peer, folder.path(), json!({ "sandbox": false }));
    assert_eq!(peer.reads(), [""; 0]);
}
