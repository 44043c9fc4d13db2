//! `sandbox`: what a renderer can reach of the system at each level, tried from within.
//!
//! For each level a renderer is started whose sandbox is of that level. It tries one thing after the other on files, sockets
//! and processes that this one has made for that, and each outcome is compared with what docs/sandbox.md promises.

mod attempts;
mod sys;
mod targets;

use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use main_proc::sandbox::{Level, Sandbox};
use main_proc::{App, Program, WebContents};

use self::attempts::{ATTEMPTS, Attempt, Expected};
use self::targets::Targets;
use crate::cli::exit::{self, Failure};

/// The first argument of a process that tries.
pub(crate) const FLAG: &str = "--type=sandbox-attempts";

/// How long one attempt may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// The arguments of `sandbox`.
#[derive(Debug, Args)]
pub(crate) struct SandboxArgs {
    /// Try one level alone: off, page, best-effort or require
    #[arg(value_parser = ["off", "page", "best-effort", "require"])]
    level: Option<String>,
}

/// A column of the table.
struct Column {
    name: &'static str,
    place: usize,
    sandbox: Sandbox,
}

/// The renderer's side.
pub(crate) fn child_main() -> ExitCode {
    renderer_proc::run_if_renderer(|renderer| -> std::io::Result<()> {
        let setup = |ipc: &renderer_proc::IpcRenderer| {
            let tried = |_, (place, targets): (usize, Targets)| async move {
                let attempt = ATTEMPTS.get(place).ok_or_else(|| std::io::Error::other("no such attempt"))?;
                Ok((attempt.make)(&targets).err().map(|error| error.raw_os_error().unwrap_or_default()))
            };
            let handled = ipc.handle("try", tried);
            debug_assert!(handled.is_ok(), "it is the first handler");
        };
        renderer.connect(setup)?.wait_closed().map(drop).map_err(std::io::Error::other)
    });
    eprintln!("this is a part of `main-proc sandbox`, which starts it");
    ExitCode::from(2)
}

/// Runs `sandbox`: a row for each attempt. The exit code is 0 if every outcome is what is promised, and 1 if one is not.
pub(crate) fn main(args: &SandboxArgs) -> ExitCode {
    exit::finish(run(args))
}

fn run(args: &SandboxArgs) -> Result<i32, Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::new(exit::FAILED, error.to_string());
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().build().map_err(|error| failed(&error))?;
    let _entered = runtime.enter();
    let app = App::new();
    let program = Program::current().map_err(|error| failed(&error))?.arg(FLAG);
    let neighbour = app.spawn_renderer(&program).map_err(|error| failed(&error))?;
    let targets = targets::Made::new(neighbour.os_process_id()).map_err(|error| failed(&error))?;
    let listed = |sandbox: Sandbox| sandbox.may_read(&targets.folder_to_read).may_write(&targets.folder_to_write);
    let columns = [
        Column { name: "off", place: 0, sandbox: Sandbox::off() },
        Column { name: "page", place: 1, sandbox: Sandbox::of_pages(Level::BestEffort) },
        Column { name: "best-effort", place: 2, sandbox: listed(Sandbox::best_effort()) },
        Column { name: "require", place: 2, sandbox: listed(Sandbox::require()) },
    ];
    let columns = columns.into_iter().filter(|column| args.level.as_ref().is_none_or(|level| level == column.name));
    let mut tried = Vec::new();
    for column in columns {
        let renderer =
            app.spawn_renderer(&program.clone().sandbox(column.sandbox.clone())).map_err(|error| failed(&error))?;
        let reached = match runtime.block_on(renderer.ready()) {
            Ok(reached) => reached,
            Err(gone) => {
                exit::print(&format!("{}: the renderer {}", column.name, gone.text))?;
                return Ok(exit::FAILED);
            }
        };
        exit::print(&format!("{:<11}  {reached}", column.name))?;
        let outcomes = ATTEMPTS
            .iter()
            .enumerate()
            .map(|(place, attempt)| runtime.block_on(outcome(&renderer, place, attempt, &targets.told, column.place)));
        tried.push((column.name, outcomes.collect::<Result<Vec<_>, _>>().map_err(|error| failed(&error))?));
        renderer.kill();
    }
    print(&tried)
}

/// What came of an attempt.
struct Outcome {
    text: String,
    is_expected: bool,
}

async fn outcome(
    renderer: &WebContents,
    place: usize,
    attempt: &Attempt,
    targets: &Targets,
    column: usize,
) -> Result<Outcome, main_proc::CallError> {
    let error: Option<i32> = renderer.invoke_within("try", (place, targets), PATIENCE).await?;
    let refused = matches!(error, Some(libc::EPERM | libc::EACCES));
    let text = match error {
        _ if !refused => "yes",
        Some(libc::EPERM) => "EPERM",
        _ => "EACCES",
    };
    let is_expected = match attempt.expected[column] {
        Expected::Yes => !refused,
        Expected::No => refused,
        Expected::Either => true,
    };
    Ok(Outcome { text: text.to_owned(), is_expected })
}

fn print(tried: &[(&str, Vec<Outcome>)]) -> Result<i32, Failure> {
    let width = ATTEMPTS.iter().map(|attempt| attempt.name.len()).max().unwrap_or_default();
    let header: String = tried.iter().map(|(name, _)| format!("  {name:<11}")).collect();
    exit::print(format!("\n{:width$}{header}", "").trim_end())?;
    let mut unexpected = 0;
    for (place, attempt) in ATTEMPTS.iter().enumerate() {
        let mut row = format!("{:width$}", attempt.name);
        for (_, outcomes) in tried {
            let outcome = &outcomes[place];
            unexpected += usize::from(!outcome.is_expected);
            let mark = if outcome.is_expected { "" } else { " !" };
            row.push_str(&format!("  {:<11}", format!("{}{mark}", outcome.text)));
        }
        exit::print(row.trim_end())?;
    }
    exit::print(&match unexpected {
        0 => format!("\n{} attempts, all as promised", ATTEMPTS.len()),
        number => format!("\n{} attempts, {number} outcomes (!) are not what is promised", ATTEMPTS.len()),
    })?;
    Ok(if unexpected == 0 { 0 } else { exit::FAILED })
}
