//! The same workloads in JavaScript: an app whose renderer measures and whose main process prints.

use std::cell::RefCell;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use main_proc::script::{Options, Output, ScriptApp, Source};
use serde::Deserialize;

use super::failure::Failure;
use super::figures::{Content, Figure};
use super::job::Job;
use super::measure::rate;
use super::program;
use super::usage::Usage;
use super::workload::Workload;

/// The first argument of a script's renderer.
const RENDERER: &str = "--type=renderer";

const FILES: [(&str, &str); 8] = [
    ("package.json", r#"{"name": "bench", "main": "main.js"}"#),
    ("main.js", include_str!("js/main.js")),
    ("measure.js", include_str!("js/measure.js")),
    ("calls.js", include_str!("js/calls.js")),
    ("answer.js", include_str!("js/answer.js")),
    ("bridge.js", include_str!("js/bridge.js")),
    ("page.html", include_str!("js/page.html")),
    ("empty.html", include_str!("js/empty.html")),
];

/// The app in a folder of its own, which goes with this value.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new() -> Result<Self, Failure> {
        let folder = Self(fresh_folder()?);
        for (name, text) in FILES {
            std::fs::write(folder.0.join(name), text)?;
        }
        Ok(folder)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A folder left behind in the temporary directory harms nobody.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A folder that was not there before: one that is, perhaps of a process that was killed, is not ours to use.
fn fresh_folder() -> Result<PathBuf, Failure> {
    let base = std::env::temp_dir();
    let names = (0..100).map(|number| base.join(format!("dipole-bench-{}-{number}", std::process::id())));
    for path in names {
        match std::fs::create_dir(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(format!("{}: {error}", path.display()).into()),
        }
    }
    Err(format!("{} is full of folders of measurements that were killed: remove 'dipole-bench-*'", base.display())
        .into())
}

/// The command line of `run` with this app.
pub(super) fn whole_app(folder: &Folder) -> [OsString; 5] {
    ["run".into(), folder.path().into(), "--".into(), Workload::ColdStart.code().into(), "1".into()]
}

/// The command line of `run` with this app's main in Node.
pub(super) fn in_node(folder: &Folder, workload: Workload, n: u32) -> [OsString; 7] {
    let [run, app] = ["run".into(), folder.path().into()];
    [run, app, "--main".into(), "node".into(), "--".into(), workload.code().into(), n.to_string().into()]
}

/// The figures in what an app printed that another process has run.
pub(super) fn figures(text: &str, job: &Job) -> Result<Vec<Figure>, Failure> {
    text.lines().map(|line| serde_json::from_str::<Measured>(line)?.figure(job)).collect()
}

/// What the app prints: one line of JSON for each result.
#[derive(Debug, Default, Deserialize)]
struct Measured {
    /// Each call's time in nanoseconds.
    #[serde(default)]
    times: Vec<u64>,
    /// The time of all.
    ns: Option<u64>,
    size: Option<usize>,
    #[serde(default)]
    content: Content,
    /// The process whose memory is to be looked at.
    pid: Option<u32>,
    /// The renderer, when it is time to look at what it and this process have used.
    mark: Option<u32>,
}

impl Measured {
    fn figure(self, job: &Job) -> Result<Figure, Failure> {
        let missing = || Failure::from("the app has not said what it measured");
        Ok(match job.workload {
            Workload::RoundTrip | Workload::Port => Figure::round_trip(self.times, job.histogram),
            Workload::Sync => Figure::sync(self.times),
            Workload::Pipelined => {
                Figure::Pipelined { per_s: Some(rate(job.n, self.ns.ok_or_else(missing)?)), unsupported: None }
            }
            Workload::OneWay => Figure::OneWay { per_s: rate(job.n, self.ns.ok_or_else(missing)?) },
            Workload::Echo
            | Workload::EchoSizes
            | Workload::EchoText
            | Workload::EchoRecords
            | Workload::EchoWide
            | Workload::EchoMebibyte => Figure::echo(self.size.ok_or_else(missing)?, self.content, self.times),
            Workload::ColdStart | Workload::SecondWindow | Workload::ThirdWindow => {
                Figure::ColdStart { ns: self.ns.ok_or_else(missing)? }
            }
            Workload::Memory => {
                let pid = self.pid.ok_or_else(missing)?;
                Figure::memory(&std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?)
            }
            _ => return Err("this workload is not a script's".into()),
        })
    }
}

/// Prints what has been used since the mark before this one, if there was one.
fn mark(job: &Job, renderer: u32, marked: &mut Option<(Usage, Usage)>) -> Result<(), Failure> {
    let used = (Usage::of(renderer)?, Usage::of(std::process::id())?);
    match marked.replace(used) {
        None => Ok(()),
        Some(before) => {
            Figure::Cost { calls: job.n, caller: used.0.since(before.0), server: used.1.since(before.1) }.print()
        }
    }
}

/// Runs the app until its renderer has measured everything.
pub(super) fn run(job: &Job) -> Result<(), Failure> {
    let folder = Folder::new()?;
    let renderer = program::this_program()?.arg(RENDERER);
    let mut options = Options::new(Source::Path(folder.path().to_owned()), renderer);
    options.args = vec![job.workload.code(), job.n.to_string()];
    let problem: Rc<RefCell<Option<Failure>>> = Rc::default();
    let (printing, told) = (*job, problem.clone());
    let marked = RefCell::new(None);
    options.output = Output::new(
        move |line| {
            let measured = serde_json::from_slice(line).map_err(Failure::from);
            let printed = measured.and_then(|measured: Measured| match measured.mark {
                Some(renderer) => mark(&printing, renderer, &mut marked.borrow_mut()),
                None => measured.figure(&printing)?.print(),
            });
            if let Err(error) = printed {
                told.borrow_mut().get_or_insert(error);
            }
        },
        |text| eprint!("{}", String::from_utf8_lossy(text)),
    );
    script_host::sys::memory::keep_freed();
    let code = ScriptApp::new(options)?.run();
    match (problem.take(), code) {
        (Some(error), _) => Err(error),
        (None, 0) => Ok(()),
        (None, code) => Err(format!("the app ended with exit code {code}").into()),
    }
}
