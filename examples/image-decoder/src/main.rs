//! Describes images that nobody vouches for, each decoded in a process that may crash.
//!
//! The one executable is main and renderer: main starts it again for each renderer.

mod args;
mod batch;
mod decode;
mod decoder;
mod message;
mod renderer;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use crate::args::Args;
use crate::batch::{Batch, Outcome};

fn main() -> ExitCode {
    // Before all else: is this a renderer? It sees no command line and starts no runtime.
    dipole::run_if_renderer(renderer::serve);
    match run(Args::parse()) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::from(1),
        // Whoever reads the output has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("image-decoder: {error}");
            ExitCode::from(2)
        }
    }
}

/// Describes every image; how many could not be.
fn run(args: Args) -> io::Result<usize> {
    let batch = Batch::new(args)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    let mut failed = 0;
    runtime.block_on(batch.run(|file, outcome| {
        let name = file.display();
        match outcome {
            Outcome::Described(report) => writeln!(io::stdout(), "{name}: {report}"),
            Outcome::Failed(reason) => {
                failed += 1;
                writeln!(io::stderr(), "{name}: {reason}")
            }
        }
    }))?;
    Ok(failed)
}
