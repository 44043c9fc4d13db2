//! The command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    main_proc::cli::main()
}
