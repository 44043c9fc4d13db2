//! What a renderer is started from, and what it gets of this process.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use renderer_proc::Sandbox;

use crate::output::LineLimits;
use crate::permissions::Grants;

/// How to start a renderer: any executable that begins with `renderer_proc::init`.
///
/// A renderer is the least trusted process of an application. It inherits what is named here and nothing else: of the
/// environment what [`Inherit`] says, of the descriptors its three standard streams and [`descriptors`](Self::descriptors).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Program {
    /// The executable.
    pub path: PathBuf,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// Variables that it gets besides those it inherits, or in their place.
    pub env: Vec<(OsString, OsString)>,
    /// Which variables of this process it inherits.
    pub inherit: Inherit,
    /// Descriptors that it inherits, under their numbers here, which have to be above 2. All others are closed when it
    /// begins, whether they are close-on-exec or not.
    pub descriptors: Vec<Arc<OwnedFd>>,
    /// The working directory; the parent's when `None`.
    pub cwd: Option<PathBuf>,
    /// Where its standard output goes. Over standard input and output it is the link, and what the renderer prints goes to
    /// standard error.
    pub stdout: Output,
    /// Where its standard error goes.
    pub stderr: Output,
    /// How much of what it prints is held where that is handed over by line.
    pub line_limits: LineLimits,
    /// By which of its descriptors it speaks to main.
    pub link: Link,
    /// Whether its link, once it is busy, may go by a ring of shared memory: see [`Program::ring`].
    pub ring: bool,
    /// What it may reach of the system.
    pub sandbox: Sandbox,
    /// What it is called where permissions name renderers; its executable's file name when `None`.
    pub called: Option<String>,
    /// What it may do of what its link can; everything when `None`.
    pub grants: Option<Grants>,
    /// How long it may take to say hello, if not as long as [`Limits::handshake`](crate::Limits::handshake) says.
    pub hello_within: Option<Duration>,
    /// Where each of the two goes, if not where `stdout` and `stderr` say.
    pub(crate) streams: Option<[Standard; 2]>,
    /// What it takes itself to be called, if not as `path` says.
    pub(crate) name: Option<PathBuf>,
    /// Whether it is a group of processes of its own, which the signals of a terminal do not reach.
    pub(crate) own_group: bool,
}

/// Which of this process's environment variables a renderer inherits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Inherit {
    /// Those that programs find their way by: `PATH`, `HOME`, `LANG`, `TZ`, `TMPDIR`, `RUST_LOG`, `NODE_ENV`, and all whose
    /// names begin with `DIPOLE_`. Secrets are commonly in others.
    #[default]
    Usual,
    /// All of them: for renderers that are trusted as main is.
    All,
    /// None, but for what the link itself needs.
    Nothing,
}

impl Inherit {
    const USUAL: [&str; 7] = ["PATH", "HOME", "LANG", "TZ", "TMPDIR", "RUST_LOG", "NODE_ENV"];
    const OURS: &[u8] = b"DIPOLE_";

    /// Whether a variable of that name is inherited.
    pub(super) fn takes(self, name: &OsStr) -> bool {
        match self {
            Self::Usual => {
                Self::USUAL.iter().any(|usual| name == *usual) || name.as_encoded_bytes().starts_with(Self::OURS)
            }
            Self::All => true,
            Self::Nothing => false,
        }
    }
}

/// By which of its descriptors a renderer speaks to main.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Link {
    /// By the socket that is its standard input.
    #[default]
    Socket,
    /// By standard input and standard output, whatever they are: for launchers that hand on no more than their bytes, such
    /// as `ssh`. What the renderer prints goes to standard error there, and no direct links to others are made.
    Stdio,
}

/// Where one of a child's streams goes, standard output or standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standard {
    /// Where the parent's goes.
    Inherit,
    /// Nowhere.
    Null,
    /// Where the parent's standard error goes.
    #[cfg(feature = "js")]
    Error,
    /// Into a pipe, whose other end is had by [`take_output`](super::ChildProcess::take_output).
    Pipe,
}

/// Where a renderer's standard output or error goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Output {
    /// Where the parent's goes.
    #[default]
    Inherit,
    /// Nowhere.
    Null,
    /// To main, line by line: [`WebContents::output`](crate::WebContents::output) has them. A process that is started
    /// without an [`App`](crate::App) has nobody who reads them, and they go nowhere.
    Lines,
}

/// How long a launcher may take until the renderer has said hello: it may have to find and to start a machine.
const LAUNCH: Duration = Duration::from_secs(60);

impl Program {
    /// The executable at `path`, without arguments.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self {
            path: path.into(),
            args: Vec::new(),
            env: Vec::new(),
            inherit: Inherit::Usual,
            descriptors: Vec::new(),
            cwd: None,
            stdout: Output::Inherit,
            stderr: Output::Inherit,
            line_limits: LineLimits::default(),
            link: Link::Socket,
            ring: true,
            sandbox: Sandbox::off(),
            called: None,
            grants: None,
            hello_within: None,
            streams: None,
            name: None,
            own_group: false,
        }
    }

    /// This program again, as a renderer: its `main` has to begin with `renderer_proc::init`. In a `#[test]` this program
    /// is the test harness, which does not.
    ///
    /// # Errors
    ///
    /// When the path of the running executable cannot be found out.
    pub fn current() -> io::Result<Self> {
        // The link survives a replaced executable, so that parent and child are always the same build.
        let (link, path) = (PathBuf::from("/proc/self/exe"), std::env::current_exe());
        if !link.exists() {
            return Ok(Self::new(path?));
        }
        // What ps(1) shows is the program's own name.
        Ok(Self { name: path.ok(), ..Self::new(link) })
    }

    /// The same program with one more argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// The same program with more arguments.
    #[must_use]
    pub fn args(mut self, args: impl IntoIterator<Item = impl Into<OsString>>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// The same program with one more environment variable.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.env.push((name.into(), value.into()));
        self
    }

    /// The same program, which inherits these variables of this process.
    #[must_use]
    pub fn inherit(mut self, inherit: Inherit) -> Self {
        self.inherit = inherit;
        self
    }

    /// The same program, which inherits one more descriptor, under its number here: tell it that number, as an argument
    /// for instance.
    #[must_use]
    pub fn descriptor(mut self, descriptor: impl Into<Arc<OwnedFd>>) -> Self {
        self.descriptors.push(descriptor.into());
        self
    }

    /// The same program, whose standard output goes there.
    #[must_use]
    pub fn stdout(mut self, output: Output) -> Self {
        self.stdout = output;
        self
    }

    /// The same program, whose standard error goes there.
    #[must_use]
    pub fn stderr(mut self, output: Output) -> Self {
        self.stderr = output;
        self
    }

    /// The same program, of which so much is held that it prints.
    #[must_use]
    pub fn line_limits(mut self, limits: LineLimits) -> Self {
        self.line_limits = limits;
        self
    }

    /// The same program, whose link may go by a ring of memory that both processes share once it is busy, or never does. It
    /// may, on Linux, unless this says otherwise or `DIPOLE_RING=off` is in main's environment. Both processes then map 132 KiB
    /// more. Which way a link goes, [`WebContents::stats`](crate::WebContents::stats) tells.
    #[must_use]
    pub fn ring(mut self, may: bool) -> Self {
        self.ring = may;
        self
    }

    /// The same program, which may reach no more of the system than that once its `main` has called `init`.
    ///
    /// It has to be built with the feature `sandbox` for that. One that is required is that: a renderer that cannot have all
    /// of it refuses to run, and one that says it has less is ended. Through a launcher the environment variable
    /// [`VARIABLE`](renderer_proc::sandbox::VARIABLE) has to be handed on as that of the link is. `docs/sandbox.md` says what is
    /// stopped.
    ///
    /// ```
    /// # use main_proc::{Program, Sandbox};
    /// let decoder = Program::new("decoder").sandbox(Sandbox::require().may_read("/usr/share/fonts"));
    /// ```
    #[must_use]
    pub fn sandbox(mut self, sandbox: Sandbox) -> Self {
        self.sandbox = sandbox;
        self
    }

    /// The same program under that name, by which an application's [`Permissions`](crate::permissions::Permissions) know
    /// its renderers. Without it they are called as the executable's file is.
    #[must_use]
    pub fn called(mut self, name: impl Into<String>) -> Self {
        self.called = Some(name.into());
        self
    }

    /// The same program, whose renderers may do that and nothing else by their links. Where the application has
    /// [`Permissions`](crate::permissions::Permissions) too, both have to allow it.
    ///
    /// A request for which a renderer has no permission fails with [`CallError::Denied`](crate::CallError::Denied), and no
    /// handler runs; a message is dropped. Main logs each once and counts all
    /// ([`RendererStats::denied`](crate::RendererStats::denied)), and ends a renderer that tries a hundred within ten seconds.
    ///
    /// ```
    /// # use main_proc::Program;
    /// # use main_proc::permissions::{Grants, Kind};
    /// let grants = Grants::none().allow(Kind::Invoke, "frame:*").allow(Kind::Receive, "*");
    /// let decoder = Program::new("decoder").grants(grants);
    /// ```
    #[must_use]
    pub fn grants(mut self, grants: Grants) -> Self {
        self.grants = Some(grants);
        self
    }

    /// What its renderers are called.
    pub(crate) fn renderer_name(&self) -> Cow<'_, str> {
        match &self.called {
            Some(name) => name.into(),
            None => self.name.as_ref().unwrap_or(&self.path).file_name().unwrap_or_default().to_string_lossy(),
        }
    }

    /// The same program, which may take so long to say hello.
    #[must_use]
    pub fn hello_within(mut self, time: Duration) -> Self {
        self.hello_within = Some(time);
        self
    }

    /// The same program as a launcher of the renderer, which carries the bytes of its own standard input and output there
    /// ([`Link::Stdio`]): `ssh`, `docker run -i`, `kubectl exec -i`, `bwrap`. So a renderer may run on another machine.
    ///
    /// It inherits all of this process's environment, of which such launchers need more than can be listed, and the renderer
    /// may take a minute to say hello; both can be changed behind this. How the renderer gets the variable that tells it to
    /// speak over its own streams is the launcher's matter:
    ///
    /// ```
    /// # use main_proc::Program;
    /// let decoder = Program::new("ssh").args(["host", "env", "DIPOLE_LINK=stdio", "decoder"]).over_stdio();
    /// ```
    ///
    /// When the launcher ends, the error says with which code and what it has printed last. See `docs/remote.md`.
    #[must_use]
    pub fn over_stdio(mut self) -> Self {
        self.link = Link::Stdio;
        self.inherit = Inherit::All;
        self.hello_within = Some(LAUNCH);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_inherited_of_the_environment_is_known_by_its_name() {
        let names = ["PATH", "HOME", "LANG", "TZ", "TMPDIR", "RUST_LOG", "NODE_ENV", "DIPOLE_POLLING"];
        let others = ["AWS_SECRET_ACCESS_KEY", "path", "PATH_TO_KEY", "NODE_OPTIONS", "LD_PRELOAD", "MY_DIPOLE_X", ""];
        for (inherit, usual, all) in
            [(Inherit::Usual, true, false), (Inherit::All, true, true), (Inherit::Nothing, false, false)]
        {
            assert!(names.iter().all(|name| inherit.takes(OsStr::new(name)) == usual), "{inherit:?}");
            assert!(others.iter().all(|name| inherit.takes(OsStr::new(name)) == all), "{inherit:?}");
        }
        assert_eq!(Program::new("true").inherit, Inherit::Usual);
    }
}
