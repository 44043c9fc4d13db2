//! The command line, where this package's tests can start it.

use std::process::ExitCode;

fn main() -> ExitCode {
    main_proc::cli::main()
}
