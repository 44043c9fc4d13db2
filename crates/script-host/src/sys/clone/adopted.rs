//! Buffers of scripts that are a received frame's own memory.

use std::cell::Cell;
use std::ffi::c_void;
use std::ptr::NonNull;
use std::rc::Rc;

use ipc_proto::memory::OwnBytes;
use rquickjs::qjs;

use super::{Js, Owned};

/// Fewer bytes are copied, which costs less than to keep account of them.
const LEAST: usize = 64 << 10;
/// Where a buffer may begin, whatever it will be viewed as.
const ALIGNMENT: usize = 16;
/// A buffer may keep this many times the memory that a script sees of it.
const FAIR_PART: usize = 2;
/// All of a runtime's buffers may keep so much. The engine neither counts this memory nor looks for garbage because of
/// it; what is beyond is copied, and then it does both.
const MOST: usize = 64 << 20;

/// A frame that is being decoded, and whose memory the largest part of it may become.
pub(crate) struct Frame {
    memory: Rc<Memory>,
    given: Cell<bool>,
}

/// The memory of a frame for as long as it is decoded, or a script has it.
struct Memory {
    own: OwnBytes,
    start: NonNull<u8>,
    size: usize,
}

/// What the engine holds of a buffer that is a frame's memory.
struct Held {
    memory: Rc<Memory>,
    size: usize,
    account: Rc<Cell<usize>>,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.account.set(self.account.get().saturating_sub(self.memory.size));
    }
}

impl Frame {
    pub(crate) fn new(mut own: OwnBytes) -> Self {
        let memory = NonNull::from(own.memory());
        let (start, size) = (memory.cast(), memory.len());
        Self { memory: Rc::new(Memory { own, start, size }), given: Cell::new(false) }
    }

    /// What is to be decoded.
    pub(crate) fn bytes(&self) -> &[u8] {
        // SAFETY: `start` is that of `size` initialised bytes, which stay where they are until `own` is dropped, and that
        // is behind this borrow. Nobody writes to them meanwhile: `own` says that nobody else has any of them, it is
        // never used but for its range, and what a script may write to is a buffer that it can only get hold of when
        // the value has been decoded, which ends this borrow.
        let all = unsafe { std::slice::from_raw_parts(self.memory.start.as_ptr(), self.memory.size) };
        all.get(self.memory.own.range()).unwrap_or_default()
    }

    /// Where these bytes are within the frame's memory, if they may become a buffer.
    fn place(&self, bytes: &[u8]) -> Option<usize> {
        let at = bytes.as_ptr().addr();
        let from = at.checked_sub(self.memory.start.as_ptr().addr())?;
        let fair = bytes.len() >= LEAST && self.memory.size / FAIR_PART <= bytes.len();
        let fits = from.checked_add(bytes.len())? <= self.memory.size && at.is_multiple_of(ALIGNMENT);
        (fair && fits && !self.given.get()).then_some(from)
    }
}

impl<'js> Js<'js> {
    /// A buffer that is this part of the frame's memory; `None` when it has to be copied.
    #[expect(clippy::option_option, reason = "not possible, has thrown, and there")]
    pub(crate) fn adopt(&self, frame: Option<&Frame>, bytes: &[u8]) -> Option<Option<Owned<'js>>> {
        let frame = frame?;
        let from = frame.place(bytes)?;
        let account = self.state.adopted();
        let all = account.get().saturating_add(frame.memory.size);
        if all > MOST {
            return None;
        }
        account.set(all);
        frame.given.set(true);
        let held = Box::into_raw(Box::new(Some(Held { memory: Rc::clone(&frame.memory), size: bytes.len(), account })));
        // SAFETY: `place` has checked that so many bytes are there. They are the buffer's alone from now on, see
        // `Frame::bytes`, and stay until it gives `held` back.
        let raw = unsafe {
            qjs::JS_NewArrayBuffer(
                self.raw(),
                frame.memory.start.as_ptr().add(from),
                bytes.len() as qjs::size_t,
                0,
                Some(reallocate),
                held.cast(),
                false,
            )
        };
        let buffer = self.own_checked(raw);
        if buffer.is_none() {
            // SAFETY: a buffer that could not be made has not taken it over.
            drop(unsafe { Box::from_raw(held) });
        }
        Some(buffer)
    }
}

/// Frees a buffer's memory when `size` is zero. Else it is to become larger or smaller, and moves into memory of the
/// engine, which then counts it.
unsafe extern "C" fn reallocate(
    runtime: *mut qjs::JSRuntime,
    opaque: *mut c_void,
    memory: *mut c_void,
    size: qjs::size_t,
) -> *mut c_void {
    let held: *mut Option<Held> = opaque.cast();
    // SAFETY: called by the engine with what the buffer was made with, and for the last time when `size` is zero; with
    // the memory that the last call returned, or the frame's as long as there was none, which has `size` bytes.
    unsafe {
        let was = (*held).as_ref().map(|held| held.size);
        if size == 0 {
            drop(Box::from_raw(held));
        }
        let Some(was) = was else { return qjs::js_realloc_rt(runtime, memory, size) };
        if size == 0 {
            return std::ptr::null_mut();
        }
        let moved = qjs::js_malloc_rt(runtime, size);
        if !moved.is_null() {
            std::ptr::copy_nonoverlapping(memory.cast::<u8>(), moved.cast::<u8>(), was.min(size as usize));
            *held = None;
        }
        moved
    }
}
