//! The one rule of what main reads for a page: what lies below the folders that are the page's, wherever links lead.
//!
//! A renderer names what it wants by a path, which may be anybody's. It is compared with the page's folders as it is
//! written, so that nothing outside of them is even looked for; then the kernel opens it from the folder on and follows
//! no link out of that (openat2(2)). A link that leads to another of the page's folders is followed by hand. What comes
//! of it is a regular file or nothing.

use std::cell::OnceCell;
use std::fs::{self, File};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Component, Path, PathBuf};

use ipc_proto::system::{Part, Refused};
use rustix::fs::{FileType, Mode, OFlags};
use rustix::io::Errno;

use super::file_url::file_path;

/// So much is sent at a time: a renderer that does not read what it has asked for holds no more of main's memory.
pub(super) const PART: usize = 256 << 10;

/// The largest file that is read for a page.
const LARGEST: u64 = 256 << 20;

/// How often something is opened that is replaced meanwhile.
const ATTEMPTS: usize = 4;

/// How files are opened: one that is no file keeps nobody waiting, and no terminal becomes main's.
const READ: OFlags = OFlags::RDONLY.union(OFlags::CLOEXEC).union(OFlags::NONBLOCK).union(OFlags::NOCTTY);

/// What the files of a session's cookies begin with, some of which are for servers alone (main's `cookie_file.js`).
const COOKIES: &str = "Dipole Cookies";

/// Why a page does not get what others may.
const RULE: &str = "outside of what the page may load: the app's folder, userData, the folders of the page that main \
                    has loaded and of its preload script, and webPreferences.mayRead";

/// What a page may have.
#[derive(Debug, Default)]
pub struct Rule {
    folders: Vec<Place>,
    /// Single files, which main itself has named.
    files: Vec<Place>,
}

/// A folder or a file by its name, and by what that leads to.
#[derive(Debug)]
struct Place {
    named: PathBuf,
    real: OnceCell<Option<PathBuf>>,
}

impl Place {
    fn new(path: &Path) -> Option<Self> {
        Some(Self { named: plain(path)?, real: OnceCell::new() })
    }

    /// Where it is when links are followed.
    fn real(&self) -> Option<&Path> {
        self.real.get_or_init(|| fs::canonicalize(&self.named).ok()).as_deref()
    }
}

impl Rule {
    /// The rule for a page: `folders` are the app's, `page` is the address that main has loaded and `preload` the path
    /// of its preload script, or nothing, and `listed` is what the app has said besides. That something lies at the root
    /// of all files does not make all of them the page's.
    pub fn of_page(folders: Vec<String>, page: &str, preload: &str, listed: Vec<String>) -> Self {
        let files = [file_path(page), Some(PathBuf::from(preload))];
        let files: Vec<Place> = files.iter().flatten().filter_map(|path| Place::new(path)).collect();
        let listed: Vec<PathBuf> = listed.into_iter().map(PathBuf::from).collect();
        let beside = files.iter().filter_map(|file| file.named.parent().and_then(Place::new));
        let own = folders.iter().filter_map(|folder| Place::new(Path::new(folder))).chain(beside);
        let own = own.filter(|folder| folder.named.parent().is_some());
        let places = || listed.iter().filter_map(|path| Place::new(path));
        // A listed path may be a file as well.
        Self { folders: own.chain(places()).collect(), files: files.into_iter().chain(places()).collect() }
    }

    /// A part of the file at `path`, from `offset` on; `version` is 0, or that of the parts before it.
    pub fn read(&self, path: &Path, offset: u64, version: u64, most: usize) -> Result<Part, Refused> {
        let file = self.open(path)?;
        let data = file.metadata().map_err(|error| Refused::failed(error.to_string()))?;
        let size = data.len();
        if size > LARGEST {
            return Err(Refused::too_big(format!("it has {size} bytes, and a page is given {LARGEST} at most")));
        }
        let own = version_of(data.dev(), data.ino());
        if version != 0 && version != own {
            return Err(Refused::failed("it was replaced while it was read"));
        }
        let left = usize::try_from(size.saturating_sub(offset)).unwrap_or(most).min(most);
        let mut bytes = vec![0; left];
        let count = fill(&file, &mut bytes, offset).map_err(|error| Refused::failed(error.to_string()))?;
        bytes.truncate(count);
        // One that is shorter by now ends where it ends.
        let size = if count < left { offset + count as u64 } else { size };
        Ok(Part { bytes: bytes.into(), size, version: own, ..Part::default() })
    }

    /// Opens the file at `path`, if it is one and the page's.
    fn open(&self, path: &Path) -> Result<File, Refused> {
        let Some(path) = plain(path) else { return Err(Refused::access_denied("it is no absolute path")) };
        if path.file_name().is_some_and(|name| name.as_bytes().starts_with(COOKIES.as_bytes())) {
            return Err(Refused::access_denied("it has the cookies of a session"));
        }
        let file = self.find(&path)?;
        let (kind, is_system) = examine(&file).map_err(|error| Refused::failed(error.to_string()))?;
        match kind {
            FileType::Directory => Err(Refused::not_found("it is a folder")),
            FileType::RegularFile if !is_system => Ok(File::from(file)),
            FileType::RegularFile => Err(Refused::access_denied("it is the system's, and no file")),
            _ => Err(Refused::access_denied("it is no regular file")),
        }
    }

    fn find(&self, path: &Path) -> Result<OwnedFd, Refused> {
        let below = |folder: &Path| Some(path.strip_prefix(folder).ok()?.to_owned());
        // By the names that main has given them at first: that costs no look at the file system.
        let by_name = self.folders.iter().find_map(|place| Some((&*place.named, below(&place.named)?)));
        let found = by_name.or_else(|| {
            let mut real = self.folders.iter().filter_map(Place::real);
            real.find_map(|folder| Some((folder, below(folder)?)))
        });
        let is_file = self.files.iter().any(|file| file.named == path);
        match found.map(|(folder, rest)| beneath(folder, &rest)) {
            Some(Err(Errno::XDEV | Errno::LOOP | Errno::NOSYS | Errno::PERM | Errno::INVAL)) => self.follow(path),
            Some(Err(Errno::NOTDIR)) | None if is_file => self.follow(path),
            Some(opened) => opened.map_err(refused),
            None => Err(Refused::access_denied(format!("it lies {RULE}"))),
        }
    }

    /// Opens what links lead to, where that is the page's as well; also where there is no openat2(2).
    fn follow(&self, path: &Path) -> Result<OwnedFd, Refused> {
        for _ in 0..ATTEMPTS {
            let real = fs::canonicalize(path).map_err(|error| refused(errno(&error)))?;
            let is_own = self.files.iter().any(|file| file.real() == Some(&real))
                || self.folders.iter().any(|folder| folder.real().is_some_and(|folder| real.starts_with(folder)));
            if !is_own {
                return Err(Refused::access_denied(format!("it is a link to what lies {RULE}")));
            }
            match exactly(&real) {
                // Something on the way has just been replaced.
                Err(Errno::LOOP | Errno::XDEV | Errno::AGAIN) => {}
                opened => return opened.map_err(refused),
            }
        }
        Err(Refused::failed("it is replaced all the time"))
    }
}

/// An absolute path without `.`, `..` and doubled slashes; `None` for any other.
fn plain(path: &Path) -> Option<PathBuf> {
    if !path.is_absolute() || path.as_os_str().as_bytes().contains(&0) {
        return None;
    }
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(plain.pop()),
            Component::CurDir => {}
            part => plain.push(part),
        }
    }
    Some(plain)
}

/// Opens what lies below a folder, by links too as long as they lead nowhere else.
#[cfg(target_os = "linux")]
fn beneath(folder: &Path, rest: &Path) -> Result<OwnedFd, Errno> {
    use rustix::fs::ResolveFlags;

    let folder = rustix::fs::open(folder, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
    let rest = if rest.as_os_str().is_empty() { Path::new(".") } else { rest };
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS;
    for _ in 0..ATTEMPTS {
        match rustix::fs::openat2(&folder, rest, READ, Mode::empty(), resolve) {
            Err(Errno::AGAIN | Errno::INTR) => {}
            result => return result,
        }
    }
    Err(Errno::AGAIN)
}

#[cfg(not(target_os = "linux"))]
fn beneath(_: &Path, _: &Path) -> Result<OwnedFd, Errno> {
    Err(Errno::NOSYS)
}

/// Opens the file of a path on which there is no link: [`Errno::LOOP`] where there is one by now.
fn exactly(path: &Path) -> Result<OwnedFd, Errno> {
    #[cfg(target_os = "linux")]
    match rustix::fs::openat2(rustix::fs::CWD, path, READ, Mode::empty(), rustix::fs::ResolveFlags::NO_SYMLINKS) {
        Err(Errno::NOSYS | Errno::PERM | Errno::INVAL) => {}
        result => return result,
    }
    step_by_step(path)
}

/// The same by the means of any system.
fn step_by_step(path: &Path) -> Result<OwnedFd, Errno> {
    #[cfg(target_os = "linux")]
    const FOLDER: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
    #[cfg(not(target_os = "linux"))]
    const FOLDER: OFlags = OFlags::DIRECTORY.union(OFlags::CLOEXEC);
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else { return Err(Errno::ISDIR) };
    let mut folder = rustix::fs::open("/", FOLDER, Mode::empty())?;
    for part in parent.components().filter(|part| matches!(part, Component::Normal(_))) {
        let next = rustix::fs::openat(&folder, part.as_os_str(), FOLDER | OFlags::NOFOLLOW, Mode::empty());
        // A link is no folder.
        folder = next.map_err(|error| if error == Errno::NOTDIR { Errno::LOOP } else { error })?;
    }
    rustix::fs::openat(&folder, name, READ | OFlags::NOFOLLOW, Mode::empty())
}

/// What an open file is, and whether the system makes it up: the files of /proc tell of main.
fn examine(file: &OwnedFd) -> io::Result<(FileType, bool)> {
    let kind = FileType::from_raw_mode(rustix::fs::fstat(file)?.st_mode);
    #[cfg(target_os = "linux")]
    let is_system = {
        const SYSFS: u64 = 0x6265_6572;
        let found = rustix::fs::fstatfs(file)?.f_type;
        #[expect(clippy::cast_sign_loss, reason = "a magic number")]
        let found = found as u64;
        [rustix::fs::PROC_SUPER_MAGIC as u64, SYSFS].contains(&found)
    };
    #[cfg(not(target_os = "linux"))]
    let is_system = false;
    Ok((kind, is_system))
}

fn fill(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut count = 0;
    while count < bytes.len() {
        match file.read_at(&mut bytes[count..], offset + count as u64) {
            Ok(0) => break,
            Ok(more) => count += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(count)
}

/// A number of a file, never 0.
fn version_of(device: u64, inode: u64) -> u64 {
    (device.rotate_left(32) ^ inode).max(1)
}

fn errno(error: &io::Error) -> Errno {
    Errno::from_io_error(error).unwrap_or(Errno::IO)
}

fn refused(error: Errno) -> Refused {
    let text = io::Error::from(error).to_string();
    match error {
        Errno::NOENT | Errno::NOTDIR | Errno::NAMETOOLONG => Refused::not_found(text),
        Errno::ACCESS | Errno::PERM | Errno::NXIO => Refused::access_denied(text),
        _ => Refused::failed(text),
    }
}

#[cfg(test)]
mod tests;
