//! Runs apps with the command line, each under a watchdog.

#![allow(dead_code, reason = "each test program uses a part of it")]

use std::ffi::OsString;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::time::Duration;

/// After that many seconds the command line gives up by itself and says what was pending.
const TIMEOUT: &str = "180";
/// When it did not, it is killed.
const PATIENCE: Duration = Duration::from_secs(240);

/// What a command left behind.
#[derive(Debug)]
pub(crate) struct Ended {
    /// What it printed.
    pub(crate) stdout: String,
    /// What it said about itself.
    pub(crate) stderr: String,
    /// Its exit code; none when a signal ended it.
    pub(crate) code: Option<i32>,
}

impl Ended {
    /// Requires these lines on stdout, and nothing on stderr, and exit code 0.
    #[track_caller]
    pub(crate) fn prints(&self, lines: &[&str]) {
        self.prints_besides_errors(lines);
        assert_eq!(self.stderr, "", "something on stderr: {self:#?}");
    }

    /// Requires these lines on stdout and exit code 0, whatever stderr has.
    #[track_caller]
    pub(crate) fn prints_besides_errors(&self, lines: &[&str]) {
        let printed: Vec<_> = self.stdout.lines().collect();
        assert_eq!(printed, lines, "not what was expected on stdout: {self:#?}");
        assert_eq!(self.code, Some(0), "the exit code: {self:#?}");
    }

    /// Requires a text somewhere on stderr.
    #[track_caller]
    pub(crate) fn complains(&self, text: &str) -> &Self {
        assert!(self.stderr.contains(text), "no {text:?} on stderr: {self:#?}");
        self
    }
}

/// An app that is to be run.
#[derive(Debug, Clone)]
pub(crate) struct App {
    folder: PathBuf,
    current: Option<PathBuf>,
    options: Vec<OsString>,
    arguments: Vec<OsString>,
    variables: Vec<(&'static str, OsString)>,
}

impl App {
    /// The app in that folder or file of `tests/fixtures`.
    pub(crate) fn fixture(name: &str) -> Self {
        Self::at(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name))
    }

    /// The app of that path.
    pub(crate) fn at(path: impl Into<PathBuf>) -> Self {
        let (options, arguments, variables) = (Vec::new(), Vec::new(), Vec::new());
        Self { folder: path.into(), current: None, options, arguments, variables }
    }

    /// A copy of the app in which a file's text differs. Every replaced text must be there.
    pub(crate) fn edited(mut self, file: &str, replaced: &[(&str, &str)]) -> Self {
        static COPIES: AtomicU32 = AtomicU32::new(0);
        let number = COPIES.fetch_add(1, Ordering::Relaxed);
        let name = format!("app-{}-{number}", std::process::id());
        let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::create_dir_all(&copy).expect("a folder for the copy");
        for entry in fs::read_dir(&self.folder).expect("a fixture") {
            let path = entry.expect("an entry").path();
            fs::copy(&path, copy.join(path.file_name().expect("a name"))).expect("a copied file");
        }
        let mut text = fs::read_to_string(copy.join(file)).expect("the file to edit");
        for (from, to) in replaced {
            assert!(text.contains(from), "{file} has no {from:?}");
            text = text.replace(from, to);
        }
        fs::write(copy.join(file), text).expect("the edited file");
        self.folder = copy;
        self
    }

    /// Where the app is.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Starts it in another folder than this test's.
    pub(crate) fn in_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.current = Some(folder.into());
        self
    }

    /// Clicks an element.
    pub(crate) fn click(mut self, selector: &str) -> Self {
        self.options.extend(["--click".into(), selector.into()]);
        self
    }

    /// Runs a script in the page.
    pub(crate) fn eval(mut self, script: &str) -> Self {
        self.options.extend(["--eval".into(), script.into()]);
        self
    }

    /// Gives the command an option.
    pub(crate) fn option(mut self, option: &str) -> Self {
        self.options.push(option.into());
        self
    }

    /// Gives the app an argument.
    pub(crate) fn argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Sets an environment variable.
    pub(crate) fn variable(mut self, name: &'static str, value: impl Into<OsString>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    /// Runs the app until it ends by itself.
    pub(crate) fn run(self) -> Ended {
        let mut words: Vec<OsString> =
            vec!["run".into(), self.folder.clone().into(), "--timeout".into(), TIMEOUT.into()];
        words.extend(self.options.iter().cloned());
        if !self.arguments.is_empty() {
            words.push("--".into());
            words.extend(self.arguments.iter().cloned());
        }
        self.command(&words)
    }

    /// Runs the app until nothing happens in any of its processes.
    pub(crate) fn until_idle(mut self) -> Ended {
        self.options.push("--until-idle".into());
        self.run()
    }

    /// Runs the command line with other words than `run`'s.
    pub(crate) fn command(&self, words: &[OsString]) -> Ended {
        let mut command = Command::new(ipc_tests::program(env!("CARGO_BIN_EXE_main_fixture")));
        command.args(words).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.env_remove("RUST_LOG").env_remove("DIPOLE_RENDERER");
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        if let Some(folder) = &self.current {
            command.current_dir(folder);
        }
        watch(command.spawn().expect("the command line starts"))
    }
}

/// Collects what a process prints until both of its streams end, or kills it.
fn watch(mut child: Child) -> Ended {
    let (out, printed) = mpsc::channel();
    let (err, said) = mpsc::channel();
    let (mut stdout, mut stderr) = (child.stdout.take().expect("a pipe"), child.stderr.take().expect("a pipe"));
    // Detached on purpose: a pipe that a stray process keeps open must not block the test.
    std::thread::spawn(move || out.send(read(&mut stdout)));
    std::thread::spawn(move || err.send(read(&mut stderr)));
    let ended = printed.recv_timeout(PATIENCE).and_then(|printed| Ok((printed, said.recv_timeout(PATIENCE)?)));
    let Ok((stdout, stderr)) = ended else {
        child.kill().expect("a process that can be killed");
        child.wait().expect("a process that ends");
        let stderr = said.recv_timeout(Duration::from_secs(1)).unwrap_or_default();
        panic!("the command did not end within {PATIENCE:?}; it printed {:?} and {stderr:?}", printed.try_recv());
    };
    let status = child.wait().expect("a process that has ended");
    Ended { stdout, stderr, code: status.code() }
}

fn read(stream: &mut impl Read) -> String {
    let mut bytes = Vec::new();
    // What came before an error is still worth showing.
    let _ = stream.read_to_end(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}
