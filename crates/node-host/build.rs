//! Lists the JavaScript that the library has inside: Electron's modules, and what makes Node run them.

use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};
use std::{env, fs};

/// The constants that the list is made of, and the folders of their files.
const FOLDERS: [(&str, &str); 2] = [("MODULES", "../main-proc/src/script/js"), ("NODE", "../../node/lib")];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let mut list = String::new();
    let mut all = DefaultHasher::new();
    env::var("CARGO_PKG_VERSION").expect("cargo sets it").hash(&mut all);
    for (name, folder) in FOLDERS {
        let folder = here.join(folder);
        println!("cargo::rerun-if-changed={}", folder.display());
        let _ = writeln!(list, "/// File names and texts.\npub(crate) const {name}: &[(&str, &str)] = &[");
        for file in scripts(&folder) {
            let name = file.file_name().expect("a file's name").to_string_lossy();
            fs::read(&file).expect("a script that is there").hash(&mut all);
            let _ = writeln!(list, "    ({name:?}, include_str!({:?})),", file.display().to_string());
        }
        list.push_str("];\n");
    }
    let all = all.finish();
    let _ = writeln!(list, "/// Another one for other texts.\npub(crate) const ID: u64 = {all:#x};");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("sources.rs"), list).expect("a file can be written where cargo wants it");
    // Node has what is not found in the library; only this linker wants to be told.
    if env::var("CARGO_CFG_TARGET_VENDOR").is_ok_and(|vendor| vendor == "apple") {
        println!("cargo::rustc-cdylib-link-arg=-undefined");
        println!("cargo::rustc-cdylib-link-arg=dynamic_lookup");
    }
}

/// The scripts in a folder, in the order of their names.
fn scripts(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let is_script =
        |path: &PathBuf| path.extension().is_some_and(|ending| ["js", "cjs", "mjs"].iter().any(|one| ending == *one));
    let mut files: Vec<_> = entries.map(|entry| entry.path()).filter(is_script).collect();
    files.sort();
    files
}
