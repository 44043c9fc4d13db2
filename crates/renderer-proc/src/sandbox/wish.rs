//! What main wishes, and how that is told.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::RawFd;
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

/// The environment variable that holds the sandbox which main wishes for a renderer.
pub const VARIABLE: &str = "DIPOLE_SANDBOX";

/// How much a renderer's sandbox matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Level {
    /// There is none.
    #[default]
    Off,
    /// As much as the system has; what is missing is told.
    BestEffort,
    /// All of it. The renderer refuses to run with less, and main to have one that says it has less.
    Require,
}

impl Level {
    const ALL: [Self; 3] = [Self::Off, Self::BestEffort, Self::Require];

    /// Its name: `off`, `best-effort` or `require`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::BestEffort => "best-effort",
            Self::Require => "require",
        }
    }

    /// The level of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }
}

/// What a renderer may reach of the system once it runs.
///
/// Below [`Level::Off`] it starts no program and no process, has no network and no sockets but those that it is given,
/// reaches no process but itself, and opens no file but those that are listed here. What it has open, it keeps.
///
/// ```
/// use renderer_proc::sandbox::Sandbox;
///
/// let sandbox = Sandbox::require().may_read("/usr/share/fonts").memory(512 << 20);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sandbox {
    level: Level,
    pub(super) read: Vec<PathBuf>,
    pub(super) write: Vec<PathBuf>,
    pub(super) memory: Option<u64>,
    pub(super) open_files: Option<u64>,
    pub(super) keep: Vec<RawFd>,
    pub(super) with_first_page: bool,
}

impl Sandbox {
    /// None at all: what renderers have that are written in Rust, unless another is asked for.
    #[must_use]
    pub fn off() -> Self {
        Self::default()
    }

    /// As much as the system has.
    #[must_use]
    pub fn best_effort() -> Self {
        Self::of_level(Level::BestEffort)
    }

    /// All of it, or the renderer does not run.
    #[must_use]
    pub fn require() -> Self {
        Self::of_level(Level::Require)
    }

    /// One of that level, without any files.
    #[must_use]
    pub fn of_level(level: Level) -> Self {
        Self { level, ..Self::default() }
    }

    /// What pages have whose `webPreferences.sandbox` is on.
    ///
    /// Main reads their documents, scripts and preload scripts for them: they reach no files.
    #[must_use]
    pub fn of_pages(level: Level) -> Self {
        Self::of_level(level)
    }

    /// The same, with a file that may be read, or a folder with all that is below it. A path that is not absolute begins
    /// in this process's working directory. It has to be there when the renderer begins.
    #[must_use]
    pub fn may_read(mut self, path: impl Into<PathBuf>) -> Self {
        self.read.push(path.into());
        self
    }

    /// The same, with a file that may be read and written, or a folder in which files may be made and removed as well. As
    /// for [`may_read`](Self::may_read) otherwise. Modes, owners, times and extended attributes of
    /// files cannot be changed, of which `std::fs::copy` changes the first; `std::io::copy` does not.
    #[must_use]
    pub fn may_write(mut self, path: impl Into<PathBuf>) -> Self {
        self.write.push(path.into());
        self
    }

    /// The same, with a limit on the address space of the process in bytes (`RLIMIT_AS`). What it asks for beyond that
    /// fails, which ends most programs.
    #[must_use]
    pub fn memory(mut self, bytes: u64) -> Self {
        self.memory = Some(bytes);
        self
    }

    /// The same, with a limit on the descriptors that the process may have open (`RLIMIT_NOFILE`).
    #[must_use]
    pub fn open_files(mut self, number: u64) -> Self {
        self.open_files = Some(number);
        self
    }

    /// The same for a process that is given these descriptors; all others but its link and its standard streams are closed
    /// when it begins.
    #[must_use]
    pub fn keep(mut self, descriptors: impl IntoIterator<Item = RawFd>) -> Self {
        self.keep.extend(descriptors);
        self
    }

    /// The same for a process that shows pages: it confines itself when its first page is asked for, if that page's
    /// preferences say so. [`init`](crate::init) does nothing about it, which cannot know them.
    #[must_use]
    pub fn with_first_page(mut self) -> Self {
        self.with_first_page = true;
        self
    }

    /// How much it matters.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// As the value of [`VARIABLE`]: the level, then a line for each thing.
    ///
    /// # Errors
    ///
    /// When a path is not absolute and the working directory cannot be found out.
    pub fn to_variable(&self) -> io::Result<OsString> {
        let mut text = self.level.name().as_bytes().to_vec();
        let mut line = |name: &str, value: &[u8]| {
            text.extend([b"\n", name.as_bytes(), b"="].concat());
            for byte in value {
                match byte {
                    b'%' => text.extend(b"%25"),
                    b'\n' => text.extend(b"%0a"),
                    byte => text.push(*byte),
                }
            }
        };
        for (name, paths) in [("read", &self.read), ("write", &self.write)] {
            for path in paths {
                line(name, std::path::absolute(path)?.as_os_str().as_bytes());
            }
        }
        for (name, limit) in [("memory", self.memory), ("open-files", self.open_files)] {
            if let Some(limit) = limit {
                line(name, limit.to_string().as_bytes());
            }
        }
        if self.with_first_page {
            line("with", b"first-page");
        }
        for descriptor in &self.keep {
            line("keep", descriptor.to_string().as_bytes());
        }
        Ok(OsString::from_vec(text))
    }

    /// Reads what [`to_variable`](Self::to_variable) has written. What is not understood is never taken for less: a later
    /// main may wish for what this renderer does not know.
    ///
    /// # Errors
    ///
    /// The line that is not understood.
    pub fn from_variable(text: &OsStr) -> Result<Self, String> {
        let mut lines = text.as_bytes().split(|byte| *byte == b'\n');
        let unknown = |line: &[u8]| String::from_utf8_lossy(line).escape_debug().to_string();
        let first = lines.next().unwrap_or_default();
        let level = std::str::from_utf8(first).ok().and_then(Level::named).ok_or_else(|| unknown(first))?;
        let mut sandbox = Self::of_level(level);
        for line in lines {
            let at = line.iter().position(|byte| *byte == b'=').ok_or_else(|| unknown(line))?;
            let (name, value) = (&line[..at], &line[at + 1..]);
            let number = || std::str::from_utf8(value).ok().and_then(|value| value.parse::<u64>().ok());
            match name {
                b"read" => sandbox.read.push(path(value)),
                b"write" => sandbox.write.push(path(value)),
                b"memory" => sandbox.memory = Some(number().ok_or_else(|| unknown(line))?),
                b"open-files" => sandbox.open_files = Some(number().ok_or_else(|| unknown(line))?),
                b"with" if value == b"first-page" => sandbox.with_first_page = true,
                b"keep" => {
                    let descriptor = number().and_then(|number| RawFd::try_from(number).ok());
                    sandbox.keep.push(descriptor.ok_or_else(|| unknown(line))?);
                }
                _ => return Err(unknown(line)),
            }
        }
        Ok(sandbox)
    }

    /// The one that this process's environment asks for, if any.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub(crate) fn asked_for() -> io::Result<Option<Self>> {
        let Some(text) = std::env::var_os(VARIABLE) else { return Ok(None) };
        let read = Self::from_variable(&text).map_err(|line| {
            io::Error::other(format!(
                "{VARIABLE} asks for a sandbox with '{line}', which it does not know: is main of a later version? Build \
                 both with the same one"
            ))
        });
        read.map(Some)
    }
}

/// A path as it was before it was written into the variable.
fn path(value: &[u8]) -> PathBuf {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some((first, behind)) = rest.split_first() {
        let (byte, behind) = match rest {
            [b'%', b'2', b'5', behind @ ..] => (b'%', behind),
            [b'%', b'0', b'a', behind @ ..] => (b'\n', behind),
            _ => (*first, behind),
        };
        bytes.push(byte);
        rest = behind;
    }
    Path::new(OsStr::from_bytes(&bytes)).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_is_read_as_it_was_written() {
        let sandbox = Sandbox::require()
            .may_read("/a b/100%\n=25")
            .may_read("/%0a")
            .may_write(Path::new(OsStr::from_bytes(b"/\xff\n")))
            .memory(1 << 30)
            .open_files(64)
            .keep([7, 9])
            .with_first_page();
        let text = sandbox.to_variable().expect("absolute paths");
        assert_eq!(Sandbox::from_variable(&text), Ok(sandbox));
        for level in Level::ALL {
            let text = Sandbox::of_level(level).to_variable().expect("no paths");
            assert_eq!(text.to_str(), Some(level.name()));
            assert_eq!(Sandbox::from_variable(&text), Ok(Sandbox::of_level(level)));
        }
    }

    #[test]
    fn a_path_that_is_not_absolute_begins_where_main_is() {
        let text = Sandbox::require().may_read("x/y").to_variable().expect("a working directory");
        let here = std::env::current_dir().expect("a working directory").join("x/y");
        assert_eq!(Sandbox::from_variable(&text), Ok(Sandbox::require().may_read(here)));
    }

    #[test]
    fn a_wish_that_is_not_understood_is_never_taken_for_less() {
        for text in [
            "",
            "all",
            "require ",
            "require\n",
            "require\nread",
            "require\nmemory=x",
            "require\nkeep=-1",
            "require\nnew=1",
        ] {
            let line = text.lines().last().unwrap_or_default();
            let line = if text.ends_with('\n') { "" } else { line };
            assert_eq!(Sandbox::from_variable(OsStr::new(text)), Err(line.to_owned()), "{text:?}");
        }
    }
}
