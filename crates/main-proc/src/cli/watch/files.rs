//! Noticing that files have changed, by inotify(7).

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify::{self, CreateFlags, ReadFlags, WatchFlags};
use rustix::io::Errno;

/// So long nothing has to happen: an editor writes a file in several steps, a build many files.
const QUIET: Duration = Duration::from_millis(30);
/// So long that is waited for at most.
const PATIENCE: Duration = Duration::from_millis(500);
/// Folders that are watched at most.
const FOLDERS: usize = 2000;
/// Files that are told at once at most; what goes beyond that is a change as well.
const FILES: usize = 1000;

/// Watches folders; cheap to share.
#[derive(Clone)]
pub(super) struct Files(Arc<Shared>);

struct Shared {
    inotify: OwnedFd,
    folders: Mutex<BTreeMap<i32, PathBuf>>,
}

impl Files {
    pub(super) fn new() -> io::Result<Self> {
        let inotify = inotify::init(CreateFlags::CLOEXEC | CreateFlags::NONBLOCK)?;
        Ok(Self(Arc::new(Shared { inotify, folders: Mutex::default() })))
    }

    /// Watches a folder, also when it is watched already.
    pub(super) fn add(&self, folder: &Path) {
        let mut folders = self.0.folders.lock().unwrap_or_else(PoisonError::into_inner);
        if folders.len() >= FOLDERS {
            return;
        }
        let events = WatchFlags::CLOSE_WRITE | WatchFlags::MOVED_TO | WatchFlags::CREATE | WatchFlags::ONLYDIR;
        match inotify::add_watch(&self.0.inotify, folder, events) {
            Ok(number) => drop(folders.insert(number, folder.to_owned())),
            Err(error) => tracing::warn!("changes in '{}' are not noticed: {error}", folder.display()),
        }
    }

    /// Watches a folder and those in it, but for `node_modules` and those whose names begin with a dot; the files that
    /// are there.
    pub(super) fn add_tree(&self, root: &Path) -> Vec<PathBuf> {
        let (mut open, mut files, mut count) = (vec![root.to_owned()], Vec::new(), 0);
        while let Some(folder) = open.pop() {
            self.add(&folder);
            count += 1;
            if count > FOLDERS {
                tracing::warn!("'{}' has more than {FOLDERS} folders: not all are watched", root.display());
                break;
            }
            for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
                match entry.file_type() {
                    Ok(kind) if kind.is_dir() && is_watched(&entry.file_name()) => open.push(entry.path()),
                    Ok(kind) if kind.is_file() && files.len() < FILES => files.push(entry.path()),
                    _ => {}
                }
            }
        }
        files
    }

    /// Tells of changes from now on, each time of those that came together, on a thread of its own. `news` is called
    /// after each.
    pub(super) fn start(&self, news: impl Fn() + Send + 'static) -> io::Result<Receiver<BTreeSet<PathBuf>>> {
        // Whoever is slow finds the rest in the queue of the system.
        let (sender, changes) = mpsc::sync_channel(1);
        let files = self.clone();
        let thread = std::thread::Builder::new().name("dipole-watch".into()).stack_size(256 << 10);
        thread.spawn(move || files.run(&sender, news))?;
        Ok(changes)
    }

    fn run(&self, changes: &SyncSender<BTreeSet<PathBuf>>, news: impl Fn()) {
        let mut changed = BTreeSet::new();
        while self.wait(None) {
            let until = Instant::now() + PATIENCE;
            self.read(&mut changed);
            while Instant::now() < until && self.wait(Some(QUIET)) {
                self.read(&mut changed);
            }
            // Editors rename what they have written.
            changed.retain(|path| path.exists());
            if changed.is_empty() {
                continue;
            }
            if changes.send(std::mem::take(&mut changed)).is_err() {
                return;
            }
            news();
        }
    }

    /// Waits for news; whether there are any.
    fn wait(&self, time: Option<Duration>) -> bool {
        let time = time.and_then(|time| Timespec::try_from(time).ok());
        loop {
            match poll(&mut [PollFd::new(&self.0.inotify, PollFlags::IN)], time.as_ref()) {
                Ok(count) => return count > 0,
                Err(Errno::INTR) => {}
                Err(_) => return false,
            }
        }
    }

    fn read(&self, changed: &mut BTreeSet<PathBuf>) {
        let mut buffer = [MaybeUninit::uninit(); 4096];
        let mut reader = inotify::Reader::new(&self.0.inotify, &mut buffer);
        // Ends when the queue is empty.
        while let Ok(event) = reader.next() {
            let Some(name) = event.file_name().map(|name| OsStr::from_bytes(name.to_bytes())) else { continue };
            let folder = self.0.folders.lock().unwrap_or_else(PoisonError::into_inner).get(&event.wd()).cloned();
            let Some(path) = folder.map(|folder| folder.join(name)) else { continue };
            let kind = event.events();
            if kind.contains(ReadFlags::ISDIR) {
                if is_watched(name) {
                    // What was put there before it was watched.
                    changed.extend(self.add_tree(&path));
                }
            } else if kind.intersects(ReadFlags::CLOSE_WRITE | ReadFlags::MOVED_TO) && changed.len() < FILES {
                changed.insert(path);
            }
        }
    }
}

fn is_watched(name: &OsStr) -> bool {
    name != "node_modules" && !name.as_bytes().starts_with(b".")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is told of, until a file of that name is.
    fn until(changes: &Receiver<BTreeSet<PathBuf>>, name: &str) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        while !names.contains(name) {
            let changed = changes.recv_timeout(Duration::from_secs(60)).expect("a change");
            names.extend(changed.iter().filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())));
        }
        names
    }

    #[test]
    fn files_that_are_written_or_renamed_are_told_and_those_of_packages_are_not() {
        let folder = std::env::temp_dir().join(format!("dipole-files-{}", std::process::id()));
        fs::create_dir_all(folder.join("node_modules/x")).expect("folders");
        fs::create_dir_all(folder.join(".git")).expect("a folder");
        fs::create_dir_all(folder.join("pages")).expect("a folder");
        let files = Files::new().expect("inotify");
        files.add_tree(&folder);
        let changes = files.start(|| ()).expect("a thread");
        fs::write(folder.join("node_modules/x/index.js"), "").expect("a file");
        fs::write(folder.join(".git/index"), "").expect("a file");
        fs::write(folder.join("main.js"), "").expect("a file");
        assert_eq!(until(&changes, "main.js").len(), 1);
        // As editors save.
        fs::write(folder.join("pages/.page.swp"), "").expect("a file");
        fs::rename(folder.join("pages/.page.swp"), folder.join("pages/page.html")).expect("a rename");
        assert!(until(&changes, "page.html").contains("page.html"));
        fs::remove_file(folder.join("main.js")).expect("a file");
        fs::write(folder.join("main.js"), "").expect("a file");
        until(&changes, "main.js");
        // A folder that is new, and what is in it.
        fs::create_dir_all(folder.join("more/deep")).expect("folders");
        fs::write(folder.join("more/deep/a.js"), "").expect("a file");
        until(&changes, "a.js");
        fs::write(folder.join("more/deep/b.js"), "").expect("a file");
        until(&changes, "b.js");
        fs::remove_dir_all(&folder).expect("the end");
    }
}
