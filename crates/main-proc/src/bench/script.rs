//! The same workloads in JavaScript: an app whose renderer measures and whose main process prints.

use std::cell::RefCell;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use serde::Deserialize;

use crate::Program;
use crate::script::{Options, Output, ScriptApp, Source};

use super::figures::Figure;
use super::job::{Job, Role};
use super::measure::rate;
use super::statistics::median;
use super::trials::run_this_program;
use super::{Api, Failure, Workload};

/// The first argument of a script's renderer.
const RENDERER: &str = "--type=renderer";

const FILES: [(&str, &str); 6] = [
    ("package.json", r#"{"name": "bench", "main": "main.js"}"#),
    ("main.js", include_str!("js/main.js")),
    ("measure.js", include_str!("js/measure.js")),
    ("bridge.js", include_str!("js/bridge.js")),
    ("page.html", include_str!("js/page.html")),
    ("empty.html", include_str!("js/empty.html")),
];

/// The app in a folder of its own, which goes with this value.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new() -> Result<Self, Failure> {
        let path = std::env::temp_dir().join(format!("dipole-bench-{}", std::process::id()));
        // One that is there already is not ours to use.
        std::fs::create_dir(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let folder = Self(path);
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

/// Starts to exit of `run` with this app, and of two bare processes that exchange one message: medians in
/// milliseconds, and the median of the ratios within pairs.
pub(super) fn start_to_exit(pairs: u32) -> Result<Comparison, Failure> {
    let folder = Folder::new()?;
    let run: [OsString; 5] = ["run".into(), folder.path().into(), "--".into(), "w5".into(), "1".into()];
    let bare =
        Job { role: Role::RawMain, api: Api::Js, workload: Workload::ColdStart, n: 1, histogram: false, started: None };
    let mut times = Vec::new();
    for _ in 0..pairs {
        let (_, bare) = run_this_program(&bare.args(Role::RawMain))?;
        let (_, ours) = run_this_program(&run)?;
        times.push((bare.as_secs_f64() * 1e3, ours.as_secs_f64() * 1e3));
    }
    let none = "no app was started";
    Ok(Comparison {
        bare: median(times.iter().map(|(bare, _)| *bare)).ok_or(none)?,
        ours: median(times.iter().map(|(_, ours)| *ours)).ok_or(none)?,
        ratio: median(times.iter().map(|(bare, ours)| ours / bare)).ok_or(none)?,
    })
}

/// Ours beside the least that the system needs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Comparison {
    pub(super) bare: f64,
    pub(super) ours: f64,
    pub(super) ratio: f64,
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
    /// The process whose memory is to be looked at.
    pid: Option<u32>,
}

impl Measured {
    fn figure(self, job: &Job) -> Result<Figure, Failure> {
        let missing = || Failure::from("the app has not said what it measured");
        Ok(match job.workload {
            Workload::RoundTrip => Figure::round_trip(self.times, job.histogram),
            Workload::Pipelined => {
                Figure::Pipelined { per_s: Some(rate(job.n, self.ns.ok_or_else(missing)?)), unsupported: None }
            }
            Workload::OneWay => Figure::OneWay { per_s: rate(job.n, self.ns.ok_or_else(missing)?) },
            Workload::Echo => Figure::echo(self.size.ok_or_else(missing)?, self.times),
            Workload::ColdStart => Figure::ColdStart { ns: self.ns.ok_or_else(missing)? },
            Workload::Memory => {
                let pid = self.pid.ok_or_else(missing)?;
                Figure::memory(&std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?)
            }
            Workload::All => return Err("one process measures one workload".into()),
        })
    }
}

/// Runs the app until its renderer has measured everything.
pub(super) fn run(job: &Job) -> Result<(), Failure> {
    let folder = Folder::new()?;
    let renderer = Program::current()?.arg(RENDERER);
    let mut options = Options::new(Source::Path(folder.path().to_owned()), renderer);
    options.args = vec![job.workload.code().into(), job.n.to_string()];
    let problem: Rc<RefCell<Option<Failure>>> = Rc::default();
    let (printing, told) = (*job, problem.clone());
    options.output = Output::new(
        move |line| {
            let figure = serde_json::from_slice(line).map_err(Failure::from);
            let printed = figure.and_then(|measured: Measured| measured.figure(&printing)).and_then(|it| it.print());
            if let Err(error) = printed {
                told.borrow_mut().get_or_insert(error);
            }
        },
        |text| eprint!("{}", String::from_utf8_lossy(text)),
    );
    let code = ScriptApp::new(options)?.run();
    match (problem.take(), code) {
        (Some(error), _) => Err(error),
        (None, 0) => Ok(()),
        (None, code) => Err(format!("the app ended with exit code {code}").into()),
    }
}
