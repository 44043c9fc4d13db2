//! This program again, in a process of its own.

use main_proc::{Inherit, Program};

use super::failure::Failure;
use super::job::{Job, Role};

/// This program again, as the renderer of that launch. The child's clock starts here.
pub(super) fn renderer(job: &Job) -> Result<Program, Failure> {
    let mut program = this_program()?;
    program.args = job.args(Role::Renderer);
    Ok(program)
}

/// This program by its own path: instruments follow that, but not `/proc/self/exe`. They and the pins are set up by variables.
pub(super) fn this_program() -> Result<Program, Failure> {
    Ok(Program::new(std::env::current_exe()?).inherit(Inherit::All))
}
