//! What a renderer may reach of the system: the wish that its main has for it, and how the process confines itself.
//!
//! A renderer confines itself: nothing else knows when it has what it needs to begin, and nothing can take back what it
//! has given up. It does that in [`init`](crate::init), on the thread that calls it, before there is another one. Main
//! says what it wishes by the environment variable [`VARIABLE`]; what was reached is in the renderer's first message.
//! docs/sandbox.md says what each level stops, and what it does not.

#[cfg(all(feature = "sandbox", target_os = "linux"))]
mod calls;
#[cfg(all(feature = "sandbox", target_os = "linux"))]
mod confine;
#[cfg(all(feature = "sandbox", target_os = "linux"))]
mod files;
mod reached;
#[cfg(all(feature = "sandbox", target_os = "linux"))]
mod sys;
mod wish;

use std::io;
use std::os::fd::RawFd;

pub use reached::Reached;
pub use wish::{Level, Sandbox, VARIABLE};

/// Confines this process as its environment asks for, but for these descriptors; what was reached.
///
/// # Errors
///
/// When the wish cannot be read, or confinement is required and cannot be had: what is missing, and what to do.
pub(crate) fn confine_as_asked(keep: &[RawFd]) -> io::Result<Reached> {
    match Sandbox::asked_for()? {
        Some(sandbox) if !sandbox.with_first_page => confine(&sandbox, close_others(&sandbox, keep)),
        _ => Ok(Reached::default()),
    }
}

/// Closes the descriptors of this process but its standard streams, these, and those of the wish; none without a sandbox.
///
/// # Errors
///
/// What the system says.
#[cfg_attr(not(all(feature = "sandbox", target_os = "linux")), expect(unused_variables, reason = "nothing is closed"))]
pub(crate) fn close_others(sandbox: &Sandbox, keep: &[RawFd]) -> io::Result<()> {
    #[cfg(all(feature = "sandbox", target_os = "linux"))]
    if sandbox.level() != Level::Off {
        let keep: Vec<RawFd> = keep.iter().chain(&sandbox.keep).copied().collect();
        return sys::close_all_but(&keep);
    }
    Ok(())
}

/// Confines this process so, whose descriptors have been closed with that result.
///
/// # Errors
///
/// As [`confine_as_asked`].
pub(crate) fn confine(sandbox: &Sandbox, closed: io::Result<()>) -> io::Result<Reached> {
    if sandbox.level() == Level::Off {
        return Ok(Reached::default());
    }
    let reached = engage(sandbox, closed);
    match reached.missing.first() {
        Some(_) if sandbox.level() == Level::Require => Err(io::Error::other(format!(
            "its sandbox is required and cannot be had: {}. To run with what there is, ask for `best-effort`",
            reached.missing.join("; ")
        ))),
        _ => Ok(reached),
    }
}

#[cfg(all(feature = "sandbox", target_os = "linux"))]
use confine::engage;

/// Where there is none, that is what is missing.
#[cfg(not(all(feature = "sandbox", target_os = "linux")))]
fn engage(sandbox: &Sandbox, _closed: io::Result<()>) -> Reached {
    let missing = if cfg!(target_os = "linux") {
        "this program was built without Dipole's feature `sandbox`: add it to the renderer's dependencies"
    } else {
        "this system has no sandbox that Dipole knows: Linux has"
    };
    Reached { level: sandbox.level(), missing: vec![missing.to_owned()], ..Reached::default() }
}

#[cfg(all(test, not(feature = "sandbox")))]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_cannot_confine_itself_says_so_and_refuses_where_it_has_to() {
        let best = confine(&Sandbox::best_effort(), Ok(())).expect("it runs");
        assert!(
            best.to_string().starts_with("best-effort: all files, all system calls; missing: this program was built")
        );
        let refused = confine(&Sandbox::require(), Ok(())).expect_err("less than all");
        assert!(refused.to_string().contains("without Dipole's feature `sandbox`: add it"), "{refused}");
        assert_eq!(confine(&Sandbox::off(), Ok(())).expect("nothing was asked for"), Reached::default());
    }
}
