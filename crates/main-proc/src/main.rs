//! The command line, and the benchmark.

mod bench;
mod check;
mod cli;
mod demo;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
