//! Main's side of the renderers that decode: each may crash, hang or lie at any image.

use std::io;
use std::time::Duration;

use dipole::pool::PoolOptions;
use dipole::{App, CallError, Ended, GoneReason, Inherit, Output, Pool, Program, SpawnError};

use crate::message::{DECODE, Report, Request};

/// Why an image was not decoded.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The image is at fault, says the renderer.
    #[error("{0}")]
    Refused(String),
    /// The renderer did not survive the image.
    #[error("renderer crashed (signal {0})")]
    Crashed(i32),
    /// The renderer ended in another way, or its answer was none.
    #[error("renderer {0}")]
    Gone(String),
    /// The renderer was still at it, and was ended.
    #[error("not decoded within {0:?}; its renderer was ended")]
    TooSlow(Duration),
}

/// Renderers that decode, each one image at a time. One that an image costs its life is replaced.
#[derive(Clone)]
pub(crate) struct Decoders {
    pool: Pool,
}

impl Decoders {
    /// Starts so many renderers of that program, each of which may take `deadline` over an image.
    ///
    /// # Errors
    ///
    /// When one of them cannot be started.
    pub(crate) fn start(app: &App, program: &Program, count: usize, deadline: Duration) -> Result<Self, SpawnError> {
        let mut options = PoolOptions::default();
        options.renderers = count;
        // How long an image waits for a renderer is no fault of its own.
        options.deadline = Duration::MAX;
        options.most_time = Some(deadline);
        // There may be as many crashes as images, and a fresh renderer knows nothing of the last one's image.
        options.policy.budget = u32::MAX;
        options.policy.delay = Duration::ZERO;
        Ok(Self { pool: Pool::start(app, program, options, |_| {})? })
    }

    /// Decodes one image.
    ///
    /// # Errors
    ///
    /// [`Failure`]; the next call is as good as the first.
    pub(crate) async fn decode(&self, request: &Request) -> Result<Report, Failure> {
        let error = match self.pool.invoke(DECODE, (request,)).await {
            Ok(report) => return Ok(report),
            Err(error) => error,
        };
        Err(match (error.ended(), error) {
            (Some(Ended { reason: GoneReason::Crashed, exit_code, .. }), _) => Failure::Crashed(exit_code),
            (_, CallError::PeerGone { reason, .. }) => Failure::Gone(reason),
            (_, CallError::Timeout { after, .. }) => Failure::TooSlow(after),
            // The text may hold bytes of the image, and so anything that a terminal obeys.
            (_, CallError::Handler(error)) => Failure::Refused(error.message.escape_debug().to_string()),
            (_, other) => Failure::Gone(format!("failed: {other}")),
        })
    }
}

/// This executable as renderer, with that many bytes of memory.
///
/// # Errors
///
/// When the path of this executable cannot be found out.
pub(crate) fn program(memory: u64) -> io::Result<Program> {
    // A renderer needs nothing of main's environment, and its last words are not to be trusted.
    let program = Program::current()?.inherit(Inherit::Nothing).stdout(Output::Null).stderr(Output::Null);
    // glibc sets aside much address space for each thread otherwise, which the bound of memory counts.
    Ok(program.arg(memory.to_string()).env("MALLOC_ARENA_MAX", "1"))
}
