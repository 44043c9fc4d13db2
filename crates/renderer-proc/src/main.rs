//! The program of a renderer. Main starts it; run by hand it says so.

use std::process::ExitCode;

#[cfg(feature = "js")]
fn main() -> ExitCode {
    renderer_proc::script::main()
}

/// Without scripts there is nothing that a page could do: the renderer is there until main ends it.
#[cfg(not(feature = "js"))]
fn main() -> ExitCode {
    let Some(renderer) = renderer_proc::init() else {
        eprintln!("renderer-proc is started by main-proc; run `main-proc run APP`");
        return ExitCode::from(2);
    };
    match renderer.connect(|_| {}) {
        Ok(ipc) => match ipc.wait_closed() {
            Ok(_) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("renderer-proc: {error}");
                ExitCode::FAILURE
            }
        },
        Err(error) => {
            eprintln!("renderer-proc: {error}");
            ExitCode::from(3)
        }
    }
}
