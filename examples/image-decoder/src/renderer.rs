//! The renderer: a process that decodes images and has little else to lose.

use std::io;

use dipole::{IpcRendererInvokeEvent, Renderer};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::decode::decode;
use crate::message::{DECODE, Request};

/// Bounds this process, then decodes what main sends until main closes the link.
///
/// # Errors
///
/// When the bounds cannot be set or the link cannot be read.
pub(crate) fn serve(renderer: Renderer) -> io::Result<()> {
    let memory = std::env::args().nth(1).and_then(|argument| argument.parse().ok());
    confine(memory.ok_or_else(|| io::Error::other("main gave no bound of memory"))?)?;
    let ipc = renderer.connect(|ipc| {
        // Decoding blocks the link's thread. That is intended: a worker of main waits for one image at a time.
        let decode = |_: IpcRendererInvokeEvent, (request,): (Request,)| async move { Ok(decode(&request)?) };
        ipc.handle(DECODE, decode).expect("the only handler");
    })?;
    ipc.wait_closed().map(|_| ()).map_err(io::Error::other)
}

/// Takes from this process what decoding does not need. The bounds cannot be raised again.
fn confine(memory: u64) -> io::Result<()> {
    let bound = |resource, value: u64| {
        // A bound that the system has set already may be lower.
        let value = Some(getrlimit(resource).maximum.map_or(value, |maximum| maximum.min(value)));
        setrlimit(resource, Rlimit { current: value, maximum: value })
    };
    // An allocation beyond it aborts this process, and nothing else.
    bound(Resource::As, memory)?;
    // It writes no files, not even of its memory when it crashes.
    bound(Resource::Fsize, 0)?;
    bound(Resource::Core, 0)?;
    Ok(())
}
