//! The command line, and the benchmark.

#[allow(
    clippy::disallowed_types,
    reason = "the yardstick is bare processes; tests build this file too, without the rule"
)]
mod bench;
mod check;
mod cli;
mod demo;
mod sandbox;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
