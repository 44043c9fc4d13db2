//! What V8 has compiled of the scripts that the library has inside, kept from one start to the next.
//!
//! It is in a file of the user's cache folder, one for each Node. V8 takes it as it is: so it is only read when nobody else
//! could have written it, when it is whole, and when it was made of the same scripts. Whatever goes wrong, there is none.

use std::env;
use std::fs::{DirBuilder, File, OpenOptions, rename};
use std::hash::{DefaultHasher, Hasher as _};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::PathBuf;

use rustix::process::{geteuid, getpid};

use crate::sources::ID;

/// Set to `off`, nothing is read or kept.
const VARIABLE: &str = "DIPOLE_CODE_CACHE";
/// More than that is not what was written.
const LARGEST: u64 = 16 << 20;
/// The numbers before the code: of the scripts, and of the code itself.
const HEAD: usize = 16;

/// The folder of such files.
fn folder() -> Option<PathBuf> {
    if env::var_os(VARIABLE).is_some_and(|value| value == "off") {
        return None;
    }
    let absolute = |path: PathBuf| path.is_absolute().then_some(path);
    let named = |name| env::var_os(name).map(PathBuf::from).and_then(absolute);
    let caches = named("XDG_CACHE_HOME").or_else(|| Some(named("HOME")?.join(".cache")))?;
    Some(caches.join("dipole"))
}

/// The file for that Node.
fn file(node: &str) -> Option<PathBuf> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
    let is_name = !node.is_empty() && node.bytes().all(plain);
    Some(folder()?.join(format!("code-{}-{node}", env::consts::ARCH))).filter(|_| is_name)
}

fn sum(code: &[u8]) -> u64 {
    let mut sum = DefaultHasher::new();
    sum.write(code);
    sum.finish()
}

/// What was kept for that Node.
pub(crate) fn saved(node: &str) -> Option<Vec<u8>> {
    let file = File::open(file(node)?).ok()?;
    let about = file.metadata().ok()?;
    let is_ours = about.uid() == geteuid().as_raw() && about.mode() & 0o022 == 0;
    if !is_ours || !about.is_file() || about.len() > LARGEST {
        return None;
    }
    let mut all = Vec::new();
    file.take(LARGEST).read_to_end(&mut all).ok()?;
    let (scripts, rest) = all.split_first_chunk()?;
    let (expected, code) = rest.split_first_chunk()?;
    if u64::from_le_bytes(*scripts) != ID || u64::from_le_bytes(*expected) != sum(code) {
        return None;
    }
    all.drain(..HEAD);
    Some(all)
}

/// Keeps it for that Node, instead of what there was.
pub(crate) fn save(node: &str, code: &[u8]) -> io::Result<()> {
    let Some(file) = file(node) else { return Ok(()) };
    if let Some(folder) = file.parent() {
        DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    // Whoever reads it meanwhile has the old one.
    let new = file.with_extension(format!("{}.new", getpid().as_raw_nonzero()));
    let mut written = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    written.write_all(&ID.to_le_bytes())?;
    written.write_all(&sum(code).to_le_bytes())?;
    written.write_all(code)?;
    rename(new, file)
}
