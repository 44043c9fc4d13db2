//! `app.requestSingleInstanceLock()`: of the instances of an app that share a folder, the first has the lock, and hears
//! of each further one.
//!
//! The lock is one of the system's on a file in that folder, which ends with its process. The file says where the first
//! instance listens: a socket in a folder of its own, since the path of a socket may not be as long as one of a folder.

use std::cell::{Cell, RefCell};
use std::fs::{self, DirBuilder, File, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use super::reading::Steps;
use super::scripts::{Hook, Scripts};

/// What another instance may say at most.
const MOST: u64 = 1 << 20;
/// How long it may take to say it: it has written all of it before it lets go.
const PATIENCE: Duration = Duration::from_millis(500);
/// Names of folders that are tried.
const ATTEMPTS: u32 = 16;

/// What an app has of the lock.
#[derive(Debug, Default)]
pub struct Instances {
    first: RefCell<Option<First>>,
    called: Cell<bool>,
}

/// What the first instance holds. Its end leaves nothing.
#[derive(Debug)]
struct First {
    lock: File,
    listener: Rc<UnixListener>,
    folder: PathBuf,
}

impl Drop for First {
    fn drop(&mut self) {
        // Emptied before the lock ends: who comes next finds no place that nobody listens at.
        let _ = self.lock.set_len(0);
        let _ = fs::remove_dir_all(&self.folder);
    }
}

impl Instances {
    /// Whether this is the first instance with that folder; if not, the first one is told `message`.
    ///
    /// # Errors
    ///
    /// When the folder cannot be worked in.
    pub fn request(&self, folder: &Path, message: &[u8]) -> io::Result<bool> {
        if self.is_first() {
            return Ok(true);
        }
        let named = |path: &Path, error: io::Error| {
            io::Error::new(error.kind(), format!("the single-instance lock needs '{}': {error}", path.display()))
        };
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|error| named(folder, error))?;
        // Whoever asks has the folder to itself meanwhile: a lock that is taken has its place written down.
        let turn = File::open(folder).map_err(|error| named(folder, error))?;
        turn.lock().map_err(|error| named(folder, error))?;
        let path = folder.join("SingletonLock");
        let mut options = File::options();
        let options = options.read(true).write(true).create(true).truncate(false).mode(0o600);
        let mut lock = options.open(&path).map_err(|error| named(&path, error))?;
        match lock.try_lock() {
            Ok(()) => {
                let (listener, folder) = listen()?;
                lock.set_len(0)?;
                lock.write_all(folder.as_os_str().as_encoded_bytes())?;
                *self.first.borrow_mut() = Some(First { lock, listener: Rc::new(listener), folder });
                Ok(true)
            }
            Err(TryLockError::WouldBlock) => {
                let mut place = String::new();
                lock.take(4096).read_to_string(&mut place)?;
                // One that ends at this moment cannot be told.
                if let Err(error) = tell(Path::new(&place), message) {
                    tracing::debug!(%error, "the first instance could not be told");
                }
                Ok(false)
            }
            Err(TryLockError::Error(error)) => Err(named(&path, error)),
        }
    }

    pub fn is_first(&self) -> bool {
        self.first.borrow().is_some()
    }

    /// Lets another instance be the first.
    pub fn release(&self) {
        drop(self.first.take());
    }

    /// Where other instances are heard.
    pub fn listener(&self) -> Option<Rc<UnixListener>> {
        self.first.borrow().as_ref().map(|first| Rc::clone(&first.listener))
    }

    /// Somebody may be there.
    pub fn called(&self) {
        self.called.set(true);
    }
}

/// A socket in a folder that is nobody else's.
fn listen() -> io::Result<(UnixListener, PathBuf)> {
    for attempt in 0..ATTEMPTS {
        let folder = std::env::temp_dir().join(format!("dipole-{}-{attempt}", std::process::id()));
        match DirBuilder::new().mode(0o700).create(&folder) {
            Ok(()) => {
                let listener = UnixListener::bind(folder.join("socket"))?;
                listener.set_nonblocking(true)?;
                return Ok((listener, folder));
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::new(io::ErrorKind::AlreadyExists, "there is no free name for a folder of the single-instance lock"))
}

fn tell(folder: &Path, message: &[u8]) -> io::Result<()> {
    let mut stream = UnixStream::connect(folder.join("socket"))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(message)
}

impl<S: Scripts> Steps<'_, S> {
    /// Hands scripts what other instances have said; whether there was anything.
    pub fn hear_instances(&self) -> bool {
        if !self.host.instances.called.take() {
            return false;
        }
        let Some(listener) = self.host.instances.listener() else { return false };
        let Ok((stream, _)) = listener.accept() else { return false };
        // There may be more of them.
        self.host.instances.called.set(true);
        let mut bytes = Vec::new();
        let heard = stream.set_nonblocking(false).and_then(|()| stream.set_read_timeout(Some(PATIENCE)));
        if let Err(error) = heard.and_then(|()| stream.take(MOST).read_to_end(&mut bytes)) {
            tracing::warn!(%error, "another instance of the app could not be heard");
            return true;
        }
        let bad = self.scripts.call(Hook::SecondInstance { message: &bytes });
        if let Some(bad) = bad {
            tracing::warn!("what another instance of the app has said cannot be read: {}", bad.text());
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_several_instances_has_the_lock_and_hears_of_the_others() {
        let home = tempfile::tempdir().expect("a folder");
        let folder = home.path().join("app");
        let (first, second) = (Instances::default(), Instances::default());
        assert!(first.request(&folder, b"").expect("a lock"));
        assert!(first.request(&folder, b"").expect("its own lock"));
        assert!(!second.request(&folder, b"hello").expect("an answer"));
        assert!(!second.is_first());
        let (stream, _) = first.listener().expect("a listener").accept().expect("a call");
        let mut said = Vec::new();
        stream.set_nonblocking(false).expect("a socket");
        { stream }.read_to_end(&mut said).expect("words");
        assert_eq!(said, b"hello");
        let place = first.first.borrow().as_ref().expect("the first").folder.clone();
        first.release();
        assert!(!place.exists() && !first.is_first());
        assert!(second.request(&folder, b"").expect("the lock that was let go"));
    }
}
