//! What a build script calls: a list of modules, written as a table in Rust.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use crate::{CompileError, Compiler, sys};

/// The parameters of a builtin module's function.
const PARAMETERS: &str = "exports, require, module, binding";

/// The builtin modules of a crate.
#[derive(Debug)]
pub struct Modules {
    folder: PathBuf,
    list: Vec<Module>,
}

#[derive(Debug)]
struct Module {
    visibility: &'static str,
    name: String,
    label: String,
    file: String,
}

impl Modules {
    /// No modules yet; their files are in `folder`, which is relative to the crate's manifest.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), list: Vec::new() }
    }

    /// Adds a module: who may require it (the name of a `script_host::Visibility`), the name it is required by, the
    /// file name in its stack frames, its file.
    pub fn add(
        &mut self,
        visibility: &'static str,
        name: impl Into<String>,
        label: impl Into<String>,
        file: impl Into<String>,
    ) {
        self.list.push(Module { visibility, name: name.into(), label: label.into(), file: file.into() });
    }

    /// Compiles all and writes the table for `script_host::builtins!()`. If that fails, tells cargo why and ends the
    /// build script.
    pub fn write(self) {
        if let Err(error) = self.try_write() {
            println!("cargo::error={error}");
            std::process::exit(1);
        }
    }

    fn try_write(mut self) -> Result<(), CompileError> {
        let variable = |name: &'static str| env::var_os(name).map(PathBuf::from).ok_or(CompileError::NoCargo(name));
        let (manifest, out) = (variable("CARGO_MANIFEST_DIR")?, variable("OUT_DIR")?);
        let folder = manifest.join(&self.folder);
        println!("cargo::rerun-if-changed={}", folder.display());
        println!("cargo::rerun-if-changed=build.rs");
        // The engine finds a module by bisection.
        self.list.sort_by(|a, b| a.name.cmp(&b.name));
        let compiler = if same_machine() { Some(Compiler::new()?) } else { None };
        let mut table = String::from("pub(super) static MODULES: &[(&str, BuiltinModule)] = &[\n");
        for (number, module) in self.list.iter().enumerate() {
            let Module { visibility, name, label, file } = module;
            let source = folder.join(file);
            let line = match &compiler {
                Some(compiler) => {
                    let text = read(&source)?;
                    let target = out.join(format!("{number}.bytecode"));
                    let bytes = compiler.function(PARAMETERS, &text, label)?;
                    write(&target, &bytes)?;
                    sys::table_entry(name, visibility, &target)
                }
                None => format!(
                    "    ({name:?}, BuiltinModule::text(Visibility::{visibility}, {label:?}, \
                     include_str!({source:?}))),"
                ),
            };
            // Writing to a string cannot fail.
            let _ = writeln!(table, "{line}");
        }
        table.push_str("];\n");
        write(&out.join("builtins.rs"), table.as_bytes())
    }
}

/// Bytecode has the byte order of the machine that wrote it; for another one the text is built in.
fn same_machine() -> bool {
    let target = |name| env::var(name).unwrap_or_default();
    let order = if cfg!(target_endian = "little") { "little" } else { "big" };
    target("CARGO_CFG_TARGET_ENDIAN") == order && target("CARGO_CFG_TARGET_POINTER_WIDTH") == usize::BITS.to_string()
}

fn read(path: &Path) -> Result<String, CompileError> {
    fs::read_to_string(path).map_err(|error| CompileError::File { path: path.to_owned(), reason: error.to_string() })
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), CompileError> {
    fs::write(path, bytes).map_err(|error| CompileError::File { path: path.to_owned(), reason: error.to_string() })
}
