//! The renderer program: main starts it, and it runs the scripts of a page.

use std::process::ExitCode;

#[cfg(feature = "js")]
fn main() -> ExitCode {
    renderer_proc::script::main()
}

#[cfg(not(feature = "js"))]
fn main() -> ExitCode {
    eprintln!("renderer-proc was built without scripts: build it with the feature `js`");
    ExitCode::from(2)
}
