//! A run: launches in turn, gathered in one report, shown in three ways.

mod baseline;
pub(super) mod model;
mod plan;
mod progress;
mod summary;
mod text;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use self::model::{About, Placement, Record, Report};
use self::plan::{Group, How, Tools};
use self::progress::Progress;
use super::args::{BenchArgs, Format};
use super::failure::Failure;
use super::launch::{Busy, installed, processors};
use super::{html, instruments};

/// Measures, or reads what was measured before, and shows it.
pub(super) fn run(args: &BenchArgs) -> ExitCode {
    match show(args) {
        Ok(complete) if complete => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        // Whoever reads has seen enough.
        Err(error) if error.downcast_ref().is_some_and(|error: &std::io::Error| error.kind() == BROKEN_PIPE) => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("bench: {error}");
            if error.is::<Unread>() { ExitCode::from(2) } else { ExitCode::FAILURE }
        }
    }
}

/// A kept run that was named and cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{} is no kept run: {reason}. Write one with --json", file.display())]
struct Unread {
    file: PathBuf,
    reason: String,
}

/// Reads what `--json` has written.
fn kept(file: &Path) -> Result<Report, Unread> {
    let unread = |reason: String| Unread { file: file.to_owned(), reason };
    let text = std::fs::read_to_string(file).map_err(|error| unread(error.to_string()))?;
    Report::from_lines(&text).map_err(|error| unread(error.to_string()))
}

const BROKEN_PIPE: std::io::ErrorKind = std::io::ErrorKind::BrokenPipe;

/// Whether everything could be measured, and nothing is worse than it may be.
fn show(args: &BenchArgs) -> Result<bool, Failure> {
    let mut out = Output { text: args.format == Format::Text };
    // A file that cannot be read is better known before minutes of measuring.
    let baseline = args.baseline.as_deref().map(kept).transpose()?;
    let (report, complete) = match &args.from {
        Some(file) => {
            let report = kept(file)?;
            out.tables(&text::introduction(&report.about))?;
            for section in args.section.each() {
                out.tables(&text::section(&report, section))?;
            }
            (report, true)
        }
        None => measure(args, &mut out)?,
    };
    out.tables(&text::notes(&report.about))?;
    if args.format == Format::Json {
        out.write(&report.to_lines()?)?;
    }
    write_to(args.json.as_deref(), || Ok(report.to_lines()?))?;
    write_to(args.html.as_deref(), || Ok(html::page(&report)))?;
    let mut kept_up = true;
    if let Some(baseline) = baseline {
        let changes = baseline::changes(&report, &baseline);
        let worse = baseline::worse(&changes, args.worse);
        kept_up = worse.is_empty() && !changes.is_empty();
        let told = baseline::told(&changes, &worse, args.worse);
        // What programs read stays one line for each figure.
        if args.format == Format::Text { out.write(&told)? } else { eprint!("{told}") }
    }
    Ok(complete && kept_up)
}

/// Where figures for people go, as soon as they are there.
struct Output {
    text: bool,
}

impl Output {
    fn tables(&mut self, text: &str) -> Result<(), Failure> {
        if self.text { self.write(text) } else { Ok(()) }
    }

    #[expect(clippy::unused_self, reason = "there is one standard output")]
    fn write(&mut self, text: &str) -> Result<(), Failure> {
        let mut out = std::io::stdout().lock();
        out.write_all(text.as_bytes())?;
        Ok(out.flush()?)
    }
}

fn write_to(file: Option<&Path>, text: impl FnOnce() -> Result<String, Failure>) -> Result<(), Failure> {
    let Some(file) = file else { return Ok(()) };
    std::fs::write(file, text()?).map_err(|error| format!("{}: {error}", file.display()).into())
}

fn measure(args: &BenchArgs, out: &mut Output) -> Result<(Report, bool), Failure> {
    // Files that cannot be written are better known before minutes of measuring.
    for file in [&args.json, &args.html].into_iter().flatten() {
        std::fs::File::create(file).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    let tools = Tools {
        node: installed("node", "--version"),
        main_in_node: installed("node", "--version") && addon_is_there(),
        valgrind: installed("valgrind", "--version"),
        strace: installed("strace", "--version"),
    };
    let mut report = Report { about: about(args, tools), records: Vec::new() };
    let groups = plan::plan(args, tools);
    let mut progress = Progress::new(groups.iter().map(launches).sum());
    out.tables(&text::introduction(&report.about))?;
    let mut complete = true;
    let mut groups = groups.into_iter().peekable();
    while let Some(group) = groups.next() {
        progress.group(&group.title);
        match records(&group, &mut progress) {
            Ok(records) => report.records.extend(records),
            Err(error) => {
                complete = false;
                progress.clear();
                eprintln!("bench: {}: {error}", group.title);
                report.about.notes.push(format!("Not measured: {}: {error}", group.title));
            }
        }
        // A section is shown when its last group is done.
        if groups.peek().is_none_or(|next| next.section != group.section) {
            progress.clear();
            out.tables(&text::section(&report, group.section))?;
        }
    }
    report.about.seconds = progress.seconds();
    Ok((report, complete))
}

fn launches(group: &Group) -> u32 {
    u32::try_from(group.contenders.len()).unwrap_or(u32::MAX).saturating_mul(group.rounds)
}

fn records(group: &Group, progress: &mut Progress) -> Result<Vec<Record>, Failure> {
    let contenders: Vec<_> = group.contenders.iter().map(|(contender, _)| *contender).collect();
    let busy = contenders.first().is_some_and(|contender| contender.placement == Placement::Busy);
    let _busy = busy.then(Busy::start).transpose()?;
    let (mut rounds, mut made) = (summary::Rounds::new(), 0);
    for _ in 0..group.rounds {
        let mut round = Vec::new();
        for (contender, n) in &group.contenders {
            progress.launch(&group.title, &contender.name());
            made += 1;
            let figures = match group.how {
                How::Launch => contender.launch(contender.workload(group.workload), *n),
                How::Callgrind => instruments::callgrind(*contender).map(|figure| vec![figure]),
                How::Strace => instruments::strace(*contender).map(|figure| vec![figure]),
            };
            match figures {
                Ok(figures) => round.push(figures),
                Err(error) => {
                    progress.skip(launches(group) - made);
                    return Err(format!("{}: {error}", contender.name()).into());
                }
            }
        }
        rounds.push(round);
    }
    Ok(summary::records(group.section, &contenders, &rounds))
}

/// Whether `run --main node` finds what it needs.
fn addon_is_there() -> bool {
    let beside = std::env::current_exe().ok().map(|program| program.with_file_name("libnode_host.so"));
    std::env::var_os("DIPOLE_ADDON").is_some() || beside.is_some_and(|addon| addon.is_file())
}

fn about(args: &BenchArgs, tools: Tools) -> About {
    let read = |file: &str| std::fs::read_to_string(file).unwrap_or_default();
    let processor = read("/proc/cpuinfo");
    let processor = processor.lines().find_map(|line| line.strip_prefix("model name")?.split_once(':'));
    let names = rustix::system::uname();
    let mut notes = Vec::new();
    let mut missing = |there: bool, note: &str| {
        if !there {
            notes.push(note.to_owned());
        }
    };
    missing(tools.node, "Node is not installed: it is not compared, nor is main's script in it.");
    let told = !tools.node || tools.main_in_node;
    missing(told, "The addon for Node is not beside this program: main's script in Node is not measured.");
    if !args.quick {
        missing(tools.valgrind, "Valgrind is not installed: instructions and allocations are not counted.");
        missing(tools.strace, "strace is not installed: system calls are not counted.");
    }
    About {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        processor: processor.map_or("", |(_, name)| name.trim()).to_owned(),
        processors: processors(),
        system: format!("{} {}", names.sysname().to_string_lossy(), names.release().to_string_lossy()),
        began: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs()),
        seconds: 0.0,
        quick: args.quick,
        debug_build: cfg!(debug_assertions),
        notes,
    }
}
