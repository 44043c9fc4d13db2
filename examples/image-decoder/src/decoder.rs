//! Main's side of a renderer that decodes: it may crash, hang or lie at any image.

use std::io;
use std::time::Duration;

use dipole::{App, CallError, Gone, GoneReason, Inherit, Output, Program, SpawnError, WebContents};
use tokio::sync::oneshot;

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
    /// The renderer ended in another way.
    #[error("renderer {0}")]
    Gone(String),
    /// The renderer was still at it, and was ended.
    #[error("not decoded within {0:?}; its renderer was ended")]
    TooSlow(Duration),
    /// No renderer could be started.
    #[error(transparent)]
    NotStarted(#[from] SpawnError),
}

/// Decodes images one after the other in a renderer, and in a fresh one after each that cost the last one its life.
pub(crate) struct Decoder {
    app: App,
    program: Program,
    deadline: Duration,
    renderer: Option<Worker>,
}

struct Worker {
    contents: WebContents,
    gone: oneshot::Receiver<Gone>,
}

impl Decoder {
    /// Decodes in renderers of that program, each image within the deadline. The first starts with the first image.
    pub(crate) fn new(app: App, program: Program, deadline: Duration) -> Self {
        Self { app, program, deadline, renderer: None }
    }

    /// Decodes one image.
    ///
    /// # Errors
    ///
    /// [`Failure`]; the next call is as good as the first.
    pub(crate) async fn decode(&mut self, request: &Request) -> Result<Report, Failure> {
        let mut worker = match self.renderer.take() {
            Some(worker) if !worker.contents.is_gone() => worker,
            _ => self.start()?,
        };
        let error = match worker.contents.invoke_within(DECODE, (request,), self.deadline).await {
            Ok(report) => {
                self.renderer = Some(worker);
                return Ok(report);
            }
            Err(error) => error,
        };
        match error {
            CallError::Handler(error) => {
                self.renderer = Some(worker);
                // The text may hold bytes of the image, and so anything that a terminal obeys.
                Err(Failure::Refused(error.message.escape_debug().to_string()))
            }
            CallError::PeerGone { .. } => Err(match (&mut worker.gone).await {
                Ok(Gone { reason: GoneReason::Crashed, exit_code, .. }) => Failure::Crashed(exit_code),
                Ok(gone) => Failure::Gone(gone.text),
                Err(_) => Failure::Gone("ended".into()),
            }),
            CallError::Timeout { .. } => {
                worker.contents.kill();
                Err(Failure::TooSlow(self.deadline))
            }
            // An answer that is none: whatever this process has become, it is not trusted with the next image.
            other => {
                worker.contents.kill();
                Err(Failure::Gone(format!("failed: {other}")))
            }
        }
    }

    fn start(&self) -> Result<Worker, SpawnError> {
        let contents = self.app.spawn_renderer(&self.program)?;
        let (sender, gone) = oneshot::channel();
        contents.on_gone(move |gone| drop(sender.send(gone.clone())));
        Ok(Worker { contents, gone })
    }
}

/// This executable as renderer, with that many bytes of memory.
///
/// # Errors
///
/// When the path of this executable cannot be found out.
pub(crate) fn program(memory: u64) -> io::Result<Program> {
    let mut program = Program::current()?.arg(memory.to_string());
    // A renderer needs nothing of main's environment, and its last words are not to be trusted.
    program.inherit = Inherit::Nothing;
    (program.stdout, program.stderr) = (Output::Null, Output::Null);
    // glibc sets aside much address space for each thread otherwise, which the bound of memory counts.
    Ok(program.env("MALLOC_ARENA_MAX", "1"))
}
