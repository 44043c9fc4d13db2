//! The tables for people.

mod sections;

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::Instant;

use self::sections::Section;
use super::histogram::Histogram;
use super::table::{number, table};
use super::trials::{Contender, Trials};
use super::{Api, BenchArgs, Failure, Workload, memory};

/// Measures and prints.
pub(super) fn run(args: &BenchArgs) -> ExitCode {
    let progress = Progress::new();
    let result = print(&introduction()).and_then(|()| {
        for workload in args.workload.each() {
            let text = section(args, workload, &progress)?;
            progress.clear();
            print(&text)?;
        }
        Ok(())
    });
    progress.clear();
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads has seen enough.
        Err(error) if error.downcast_ref().is_some_and(|error: &std::io::Error| error.kind() == BROKEN_PIPE) => {
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

const BROKEN_PIPE: std::io::ErrorKind = std::io::ErrorKind::BrokenPipe;

fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

fn introduction() -> String {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let mut text = format!(
        "Medians over launches that alternate with launches of a bare socket, on {processors} processors.\n\
         x raw: how many times the time of the bare socket in the same pair of launches.\n"
    );
    if cfg!(debug_assertions) {
        text.push_str("This is a debug build: its figures say little. Use `cargo run --release -- bench`.\n");
    }
    text
}

fn contenders(args: &BenchArgs) -> Vec<Contender> {
    let ours = match args.api {
        Some(api) => vec![api],
        None if cfg!(feature = "js") => vec![Api::SendSync, Api::Invoke, Api::Js],
        None => vec![Api::SendSync, Api::Invoke],
    };
    std::iter::once(Contender::Raw).chain(ours.into_iter().map(Contender::Ours)).collect()
}

fn section(args: &BenchArgs, workload: Workload, progress: &Progress) -> Result<String, Failure> {
    let section = Section::of(workload);
    let n = args.n.unwrap_or(if args.quick { section.quick } else { section.n });
    let pairs = if args.quick { args.pairs.min(3) } else { args.pairs }.min(section.most_pairs);
    let trials = Trials::run(&contenders(args), workload, n, pairs, |round| {
        progress.launch(section.title, round, pairs);
    })?;
    let mut text = format!("\n{} ({pairs} launches{})\n", section.title, (section.size)(n));
    text.push_str(&figures(section, &trials));
    match workload {
        Workload::RoundTrip => text.push_str(&distribution(&trials)),
        Workload::Memory => {
            progress.say("what one more renderer costs main");
            let cost = memory::of_one_more_renderer()?;
            text.push_str(&format!("  One more renderer costs the main process {cost:.0} kB.\n"));
        }
        #[cfg(feature = "js")]
        Workload::ColdStart if args.api.is_none_or(|api| api == Api::Js) => {
            progress.say("a whole app, from its start to its exit");
            let times = super::script::start_to_exit(pairs)?;
            text.push_str(&format!(
                "  A whole app from start to exit, a window that makes one call: {:.1} ms with `run`.\n  \
                 Two bare processes that exchange one message: {:.1} ms. x raw: {:.2}\n",
                times.ours, times.bare, times.ratio
            ));
        }
        _ => {}
    }
    Ok(text)
}

fn figures(section: &Section, trials: &Trials) -> String {
    let mut rows = vec![vec![String::new()]];
    if let Some(head) = rows.first_mut() {
        head.extend(section.columns.iter().map(|column| column.head.to_owned()));
    }
    for (index, contender) in trials.contenders.iter().enumerate() {
        let mut row = vec![contender.name().to_owned()];
        for column in section.columns {
            let value = match column.compared {
                None => trials.median(index, column.pick),
                Some(better) => trials.times_raw(index, column.pick, better),
            };
            row.push(number(value, column.digits));
        }
        rows.push(row);
    }
    table(&rows)
}

fn distribution(trials: &Trials) -> String {
    let name = |index: usize| trials.contenders.get(index).map_or("", |contender| contender.name());
    let width = (0..trials.contenders.len()).map(|index| name(index).len()).max().unwrap_or(0);
    let mut text = String::from("\n");
    for index in 0..trials.contenders.len() {
        let line = format!("  {:<width$}  {}", name(index), trials.histogram(index).bars());
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text.push_str(format!("  {:<width$}  {}", "", Histogram::scale()).trim_end());
    text.push('\n');
    text
}

/// Says on stderr what is being measured: on a terminal in one line that changes, elsewhere in a line each.
struct Progress {
    since: Instant,
    terminal: bool,
}

impl Progress {
    fn new() -> Self {
        Self { since: Instant::now(), terminal: std::io::stderr().is_terminal() }
    }

    fn say(&self, text: &str) {
        let seconds = self.since.elapsed().as_secs_f64();
        // A closed stderr is no reason to stop measuring.
        let _ = if self.terminal {
            write!(std::io::stderr(), "\r\x1b[K{seconds:5.1} s  {text}")
        } else {
            writeln!(std::io::stderr(), "{seconds:5.1} s  {text}")
        };
    }

    fn launch(&self, title: &str, round: u32, rounds: u32) {
        if self.terminal || round == 0 {
            self.say(&format!("{title}, launch {} of {rounds}", round + 1));
        }
    }

    fn clear(&self) {
        if self.terminal {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }
}
