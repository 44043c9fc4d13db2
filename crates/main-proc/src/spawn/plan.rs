//! All that it takes to become a renderer, made before there is a process for it: that may allocate nothing.

use std::collections::BTreeMap;
use std::ffi::{CString, OsStr, OsString};
use std::io;
use std::os::fd::{AsRawFd as _, BorrowedFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ipc_link::polling;
use renderer_proc::sandbox;
use rustix::fs::{Mode, OFlags};
use rustix::io::{FdFlags, fcntl_dupfd_cloexec, fcntl_getfd};

use super::program::{Inherit, Link, Output, Program, Standard};

/// Where programs are looked for that are named without a folder, where `PATH` does not say so.
const ORDINARY_PATH: &str = "/bin:/usr/bin";

/// What [`sys::start`](super::sys::start) makes a process of.
#[derive(Debug)]
pub(super) struct Plan {
    /// Where the program may be: the first that can be executed is it.
    pub(super) paths: Vec<CString>,
    pub(super) arguments: Vec<CString>,
    pub(super) environment: Vec<CString>,
    /// The working directory, if not this process's.
    pub(super) folder: Option<CString>,
    /// Its standard input, output and error, where they are not this process's. None of these descriptors is a standard
    /// stream here.
    pub(super) streams: [Option<OwnedFd>; 3],
    /// What it inherits besides, under the same numbers.
    pub(super) descriptors: Vec<Arc<OwnedFd>>,
    /// Whether it is a group of processes of its own.
    pub(super) own_group: bool,
}

impl Plan {
    /// The plan for a program with that link, and the ends of the pipes that it prints into.
    pub(super) fn new(program: &Program, socket: OwnedFd) -> io::Result<(Self, [Option<OwnedFd>; 2])> {
        if let Some(low) = program.descriptors.iter().find(|descriptor| descriptor.as_raw_fd() < 3) {
            return Err(invalid(format!(
                "descriptor {} is a standard stream and cannot be inherited",
                low.as_raw_fd()
            )));
        }
        let (link, back) = match program.link {
            Link::Socket => (renderer_proc::link_value(rustix::fs::fstat(&socket)?.st_ino), None),
            Link::Stdio => (renderer_proc::STDIO.to_owned(), Some(socket.try_clone()?)),
        };
        let variables = variables(program, &link)?;
        let paths = candidates(&program.path, variables.get(OsStr::new("PATH")).map(OsString::as_os_str));
        let to = |output| match output {
            Output::Inherit => Standard::Inherit,
            Output::Null | Output::Lines => Standard::Null,
        };
        let [stdout, stderr] = program.streams.unwrap_or([to(program.stdout), to(program.stderr)]);
        let (stdout, printed) = match back {
            Some(back) => (Some(back), None),
            None => stream(stdout, rustix::stdio::stdout())?,
        };
        let (stderr, complained) = stream(stderr, rustix::stdio::stderr())?;
        let named = std::iter::once(program.name.as_ref().unwrap_or(&program.path).as_os_str());
        let plan = Self {
            paths: paths.into_iter().map(|path| text(path.into_os_string())).collect::<Result<_, _>>()?,
            arguments: named.chain(program.args.iter().map(OsString::as_os_str)).map(text).collect::<Result<_, _>>()?,
            environment: variables.into_iter().map(|(name, value)| variable(name, &value)).collect::<Result<_, _>>()?,
            folder: program.cwd.as_ref().map(text).transpose()?,
            streams: [above_standard(Some(socket))?, above_standard(stdout)?, above_standard(stderr)?],
            descriptors: program.descriptors.clone(),
            own_group: program.own_group,
        };
        Ok((plan, [printed, complained]))
    }
}

/// The environment of a renderer with that link.
fn variables(program: &Program, link: &str) -> io::Result<BTreeMap<OsString, OsString>> {
    let inherited = |(name, _): &(OsString, OsString)| program.inherit.takes(name);
    let mut all: BTreeMap<_, _> = match program.inherit {
        Inherit::Nothing => BTreeMap::new(),
        Inherit::Usual | Inherit::All => std::env::vars_os().filter(inherited).collect(),
    };
    all.insert(polling::VARIABLE.into(), polling::polling().name().into());
    all.extend(program.env.iter().cloned());
    // Tells the child, and whatever it may exec or fork to become the renderer, which descriptors are the link.
    all.insert(renderer_proc::LINK_VARIABLE.into(), link.into());
    all.insert(renderer_proc::PARENT_VARIABLE.into(), std::process::id().to_string().into());
    // What this process was asked to confine itself to is not the child's.
    all.remove(OsStr::new(sandbox::VARIABLE));
    if program.sandbox.level() != sandbox::Level::Off {
        let given = program.descriptors.iter().map(|descriptor| descriptor.as_raw_fd());
        all.insert(sandbox::VARIABLE.into(), program.sandbox.clone().keep(given).to_variable()?);
    }
    Ok(all)
}

/// Where a program of that path may be, in a process with that `PATH`.
fn candidates(path: &Path, folders: Option<&OsStr>) -> Vec<PathBuf> {
    if path.as_os_str().as_bytes().contains(&b'/') {
        return vec![path.to_owned()];
    }
    let folders = folders.unwrap_or(OsStr::new(ORDINARY_PATH));
    // An empty entry is the working directory.
    std::env::split_paths(folders).map(|folder| Path::new(".").join(folder).join(path)).collect()
}

/// As the child gets it. The error does not tell the value, which may be a secret.
fn variable(name: OsString, value: &OsStr) -> io::Result<CString> {
    let shown = name.to_string_lossy().escape_debug().to_string();
    let mut both = name;
    both.push("=");
    both.push(value);
    CString::new(both.into_vec())
        .map_err(|_| invalid(format!("its environment variable '{shown}' has a zero byte in it")))
}

fn text(text: impl Into<OsString>) -> io::Result<CString> {
    CString::new(text.into().into_vec()).map_err(|error| {
        invalid(format!("'{}' has a zero byte in it", String::from_utf8_lossy(&error.into_vec()).escape_debug()))
    })
}

fn invalid(text: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, text)
}

/// What a stream of the child's is there, and here if it is a pipe; `own` is this process's.
fn stream(to: Standard, own: BorrowedFd<'_>) -> io::Result<(Option<OwnedFd>, Option<OwnedFd>)> {
    Ok(match to {
        // Node has its own standard streams closed in whatever it starts.
        Standard::Inherit => match fcntl_getfd(own) {
            Ok(flags) if flags.contains(FdFlags::CLOEXEC) => (Some(fcntl_dupfd_cloexec(own, 3)?), None),
            _ => (None, None),
        },
        Standard::Null => {
            let flags = OFlags::WRONLY | OFlags::CLOEXEC;
            (Some(rustix::fs::open("/dev/null", flags, Mode::empty())?), None)
        }
        #[cfg(feature = "js")]
        Standard::Error => (Some(fcntl_dupfd_cloexec(rustix::stdio::stderr(), 3)?), None),
        Standard::Pipe => {
            let (end, theirs) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC)?;
            (Some(theirs), Some(end))
        }
    })
}

/// A descriptor that is put in the place of a standard stream must not be in the place of another one.
fn above_standard(descriptor: Option<OwnedFd>) -> io::Result<Option<OwnedFd>> {
    Ok(match descriptor {
        Some(low) if low.as_raw_fd() < 3 => Some(fcntl_dupfd_cloexec(&low, 3)?),
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_without_a_folder_is_looked_for_where_the_child_would_look() {
        let found = |path: &str, folders: Option<&str>| -> Vec<String> {
            let found = candidates(Path::new(path), folders.map(OsStr::new));
            found.iter().map(|path| path.display().to_string()).collect()
        };
        assert_eq!(found("x", Some("/a:/b/c")), ["/a/x", "/b/c/x"]);
        assert_eq!(found("x", None), ["/bin/x", "/usr/bin/x"]);
        assert_eq!(found("x", Some("")), ["./x"]);
        assert_eq!(found("./x", Some("/a")), ["./x"]);
        assert_eq!(found("/a/x", Some("/b")), ["/a/x"]);
    }

    #[test]
    fn what_cannot_be_told_to_a_process_is_an_error() {
        let (_, socket) = ipc_link::Endpoint::pair().expect("sockets");
        let error = Plan::new(&Program::new("true").arg("a\0b"), socket).expect_err("a zero byte");
        assert_eq!(error.to_string(), "'a\\0b' has a zero byte in it");
        let (_, socket) = ipc_link::Endpoint::pair().expect("sockets");
        let error = Plan::new(&Program::new("true").env("KEY", "secret\0"), socket).expect_err("a zero byte");
        assert_eq!(error.to_string(), "its environment variable 'KEY' has a zero byte in it");
    }
}
