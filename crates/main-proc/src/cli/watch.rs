//! `main-proc run --watch`: the app starts again when its files change, or its pages load again when only theirs do.
//!
//! This process replaces itself by a fresh start of the program (execve(2)), which takes a few milliseconds: nothing of
//! the old run can be left over.
#![allow(clippy::disallowed_types, reason = "no renderer: this process becomes its own program again")]

mod files;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use main_proc::script::{Interrupter, Outcome};

use self::files::Files;
use super::app::App;
use super::exit::{FAILED, Failure, LOST, tell};
use super::interrupt;

/// How long a script of main may take to notice that files have changed; then it is stopped.
const MOMENT: Duration = Duration::from_millis(500);

/// What there was before the app ran, which may change it.
struct Before {
    folder: PathBuf,
    environment: Vec<(OsString, OsString)>,
}

impl Before {
    /// Replaces this process by a fresh start of its program with the same arguments. Returns only when that fails.
    fn start_again(&self) -> io::Error {
        let path = match std::env::current_exe() {
            Ok(path) if path.exists() => path,
            // The link survives a replaced executable.
            _ => PathBuf::from("/proc/self/exe"),
        };
        let mut command = Command::new(path);
        let mut arguments = std::env::args_os();
        if let Some(name) = arguments.next() {
            command.arg0(name);
        }
        let environment = self.environment.iter().map(|(name, value)| (name, value));
        command.args(arguments).current_dir(&self.folder).env_clear().envs(environment).exec()
    }
}

/// The files of an app, while it is watched.
pub(crate) struct Watch {
    before: Before,
    /// What paths are shown from.
    root: PathBuf,
    files: Files,
    changes: Receiver<BTreeSet<PathBuf>>,
    /// The app, once there is one.
    app: Arc<Mutex<Option<Interrupter>>>,
}

impl Watch {
    /// Begins to watch the app of that path, which may be broken.
    pub(crate) fn begin(path: &Path) -> Result<Self, Failure> {
        let folder = std::env::current_dir().unwrap_or_default();
        let before = Before { environment: std::env::vars_os().collect(), folder };
        let failed = |error| Failure::new(LOST, format!("files cannot be watched: {error}"));
        let files = Files::new().map_err(failed)?;
        let path = std::fs::canonicalize(path).unwrap_or_else(|_| before.folder.join(path));
        let root = if path.is_dir() { path } else { path.parent().map(Path::to_owned).unwrap_or_default() };
        files.add_tree(&root);
        let app = Arc::<Mutex<Option<Interrupter>>>::default();
        let told = Arc::clone(&app);
        let changes = files.start(move || lock(&told).clone().iter().for_each(stop_waiting)).map_err(failed)?;
        Ok(Self { before, root, files, changes, app })
    }

    /// Runs the app until files of main change, and starts again then; what else changes is loaded again by pages.
    /// Returns the end of the app.
    pub(crate) fn run<T>(&self, app: &mut App, drive: impl FnOnce(&mut App) -> T) -> Option<T> {
        if let Ok(interrupter) = app.interrupter() {
            *lock(&self.app) = Some(interrupter);
        }
        // Also where files lie that are loaded from elsewhere, once they are.
        let files = self.files.clone();
        app.on_file(move |file| file.parent().into_iter().for_each(|folder| files.add(folder)));
        let mut ended = Some(drive(app));
        while let Ok(changed) = self.changes.try_recv() {
            let own = app.loaded_files();
            if changed.iter().any(|path| own.contains(path)) {
                app.stop(0);
                tell(&self.start_again(&changed).text);
            }
            if !app.reload_pages(&changed).is_empty() {
                self.say(&changed, "reloading pages");
            }
            ended = None;
            match app.run_until(None, || false) {
                // There is another change.
                Outcome::Done => {}
                Outcome::Exited(_) | Outcome::Idle | Outcome::TimedOut => break,
            }
        }
        ended
    }

    /// The app has ended, or could not even begin: waits for a change, whatever it is, and starts again.
    pub(crate) fn wait(&self, failure: Option<&Failure>) -> Failure {
        interrupt::watch_nothing();
        match failure {
            Some(failure) if !failure.text.is_empty() => {
                tell(&format!("{}\n[watch] waiting for a change", failure.text))
            }
            _ => tell("[watch] the app has ended: waiting for a change"),
        }
        match self.changes.recv() {
            Ok(changed) => self.start_again(&changed),
            Err(_) => Failure::new(FAILED, "files are not watched any more"),
        }
    }

    fn start_again(&self, changed: &BTreeSet<PathBuf>) -> Failure {
        self.say(changed, "restarting");
        main_proc::script::streams::finish();
        let error = self.before.start_again();
        Failure::new(LOST, format!("the program cannot be started again: {error}"))
    }

    fn say(&self, changed: &BTreeSet<PathBuf>, what: &str) {
        const SHOWN: usize = 3;
        let name = |path: &PathBuf| path.strip_prefix(&self.root).unwrap_or(path).to_string_lossy().into_owned();
        let mut names = changed.iter().take(SHOWN).map(name).collect::<Vec<_>>().join(", ");
        if changed.len() > SHOWN {
            names.push_str(&format!(" and {} more", changed.len() - SHOWN));
        }
        tell(&format!("[watch] {} changed: {what}", names.replace(|c: char| c.is_control(), "?")));
    }
}

fn lock(app: &Mutex<Option<Interrupter>>) -> MutexGuard<'_, Option<Interrupter>> {
    app.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Has the app look for changes. A script of main that is in the way is stopped.
fn stop_waiting(app: &Interrupter) {
    app.give_up();
    let until = Instant::now() + MOMENT;
    while app.is_giving_up() {
        if Instant::now() >= until {
            return app.stop_script();
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}
