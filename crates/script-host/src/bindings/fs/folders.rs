//! Names: folders, links, attributes.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, FileTypeExt as _, MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use rquickjs::convert::List;
use rquickjs::{Ctx, Object};
use rustix::io::Errno;

use super::calls;

pub(super) fn add<'js>(ctx: &Ctx<'js>, object: &Object<'js>) -> rquickjs::Result<()> {
    calls! { ctx, object;
        "stat" "stat" (path: String) [&path] fs::metadata(&path).map(|data| numbers(&data));
        "lstat" "lstat" (path: String) [&path] fs::symlink_metadata(&path).map(|data| numbers(&data));
        "exists" "access" (path: String) [] Ok(Path::new(&path).exists());
        "access" "access" (path: String, mode: u32) [&path] {
            let mode = rustix::fs::Access::from_bits_truncate(mode);
            Ok(rustix::fs::access(&path, mode)?)
        };
        "readdir" "scandir" (path: String) [&path] read_folder(&path);
        "mkdir" "mkdir" (path: String, mode: u32) [&path] fs::DirBuilder::new().mode(mode).create(&path);
        "mkdirs" "mkdir" (path: String, mode: u32) [&path] make_folders(&path, mode);
        "mkdtemp" "mkdtemp" (prefix: String) [&format!("{prefix}XXXXXX")] make_temporary(&prefix);
        "rmdir" "rmdir" (path: String) [&path] fs::remove_dir(&path);
        "removeAll" "rm" (path: String) [&path] fs::remove_dir_all(&path);
        "unlink" "unlink" (path: String) [&path] Ok(rustix::fs::unlink(&path)?);
        "rename" "rename" (from: String, to: String) [&from, &to] fs::rename(&from, &to);
        "realpath" "lstat" (path: String) [&std::path::absolute(&path).map(text).unwrap_or_default()] {
            fs::canonicalize(&path).map(text)
        };
        "readlink" "readlink" (path: String) [&path] fs::read_link(&path).map(text);
        "symlink" "symlink" (target: String, path: String) [&target, &path] std::os::unix::fs::symlink(&target, &path);
        "link" "link" (from: String, to: String) [&from, &to] fs::hard_link(&from, &to);
        "chmod" "chmod" (path: String, mode: u32) [&path] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode))
        };
        "chown" "chown" (path: String, user: i64, group: i64) [&path] {
            std::os::unix::fs::chown(&path, owner(user), owner(group))
        };
        "lchown" "lchown" (path: String, user: i64, group: i64) [&path] {
            std::os::unix::fs::lchown(&path, owner(user), owner(group))
        };
        "utimes" "utime" (path: String, accessed: f64, modified: f64) [&path] {
            let times = fs::FileTimes::new().set_accessed(time(accessed)).set_modified(time(modified));
            fs::File::open(&path)?.set_times(times)
        };
    }
    Ok(())
}

/// A number of a user or group; `None`, which leaves it, for -1.
fn owner(number: i64) -> Option<u32> {
    u32::try_from(number).ok()
}

fn text(path: PathBuf) -> String {
    path.to_string_lossy().into_owned()
}

/// Seconds since 1970 as a time; what is out of range becomes 1970.
fn time(seconds: f64) -> SystemTime {
    let offset = Duration::try_from_secs_f64(seconds.abs()).unwrap_or_default();
    let shifted = if seconds < 0.0 {
        SystemTime::UNIX_EPOCH.checked_sub(offset)
    } else {
        SystemTime::UNIX_EPOCH.checked_add(offset)
    };
    shifted.unwrap_or(SystemTime::UNIX_EPOCH)
}

/// The fields of `Stats`, in the order `fs.js` reads them.
pub(super) fn numbers(data: &Metadata) -> Vec<f64> {
    let millis = |seconds: i64, nanos: i64| seconds as f64 * 1e3 + nanos as f64 / 1e6;
    let changed = millis(data.ctime(), data.ctime_nsec());
    let born = data.created().ok().and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
    vec![
        data.dev() as f64,
        f64::from(data.mode()),
        data.nlink() as f64,
        f64::from(data.uid()),
        f64::from(data.gid()),
        data.rdev() as f64,
        data.blksize() as f64,
        data.ino() as f64,
        data.size() as f64,
        data.blocks() as f64,
        millis(data.atime(), data.atime_nsec()),
        millis(data.mtime(), data.mtime_nsec()),
        changed,
        born.map_or(changed, |since| since.as_secs_f64() * 1e3),
    ]
}

/// Names and kinds, sorted by name: the order of the disk is nobody's friend.
fn read_folder(path: &str) -> io::Result<Vec<List<(String, i32)>>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        // The numbers of fs.constants.UV_DIRENT_*.
        let number = if kind.is_file() {
            1
        } else if kind.is_dir() {
            2
        } else if kind.is_symlink() {
            3
        } else if kind.is_fifo() {
            4
        } else if kind.is_socket() {
            5
        } else if kind.is_char_device() {
            6
        } else if kind.is_block_device() {
            7
        } else {
            0
        };
        entries.push((entry.file_name().to_string_lossy().into_owned(), number));
    }
    entries.sort();
    Ok(entries.into_iter().map(List).collect())
}

/// Makes a folder and those above it; the first that was new.
fn make_folders(path: &str, mode: u32) -> io::Result<Option<String>> {
    let path = std::path::absolute(path)?;
    let mut missing = Vec::new();
    for folder in path.ancestors() {
        match fs::metadata(folder) {
            Ok(data) if data.is_dir() => break,
            Ok(_) if missing.is_empty() => return Err(Errno::EXIST.into()),
            Ok(_) => return Err(Errno::NOTDIR.into()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => missing.push(folder),
            Err(error) => return Err(error),
        }
    }
    for folder in missing.iter().rev() {
        match fs::DirBuilder::new().mode(mode).create(folder) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
    }
    Ok(missing.last().map(|folder| folder.to_string_lossy().into_owned()))
}

/// Makes a folder whose name is `prefix` and six letters that no other folder has.
fn make_temporary(prefix: &str) -> io::Result<String> {
    use std::hash::{BuildHasher as _, RandomState};
    const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    for attempt in 0..100_u32 {
        let mut random = RandomState::new().hash_one(attempt);
        let mut path = prefix.to_owned();
        for _ in 0..6 {
            path.push(char::from(LETTERS[(random % LETTERS.len() as u64) as usize]));
            random /= LETTERS.len() as u64;
        }
        match fs::DirBuilder::new().mode(0o700).create(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            outcome => return outcome.map(|()| path),
        }
    }
    Err(Errno::EXIST.into())
}
