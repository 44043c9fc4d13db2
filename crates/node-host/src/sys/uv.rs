//! Handles of Node's own loop.

use std::ffi::{c_int, c_void};
use std::os::fd::{AsRawFd as _, BorrowedFd};
use std::ptr;
use std::rc::Rc;

use napi_sys as sys;

use super::callback::guarded;
use super::value::Env;

/// A handle of libuv, whose size only libuv knows.
enum Raw {}

type Callback = unsafe extern "C" fn(*mut Raw);
type PollCallback = unsafe extern "C" fn(*mut Raw, c_int, c_int);

unsafe extern "C" {
    fn uv_handle_size(kind: c_int) -> usize;
    fn uv_handle_set_data(handle: *mut Raw, data: *mut c_void);
    fn uv_handle_get_data(handle: *const Raw) -> *mut c_void;
    fn uv_close(handle: *mut Raw, closed: Option<Callback>);
    fn uv_ref(handle: *mut Raw);
    fn uv_unref(handle: *mut Raw);
    fn uv_poll_init(the_loop: *mut c_void, handle: *mut Raw, fd: c_int) -> c_int;
    fn uv_poll_start(handle: *mut Raw, events: c_int, callback: PollCallback) -> c_int;
    fn uv_poll_stop(handle: *mut Raw) -> c_int;
    fn uv_timer_init(the_loop: *mut c_void, handle: *mut Raw) -> c_int;
    fn uv_timer_start(handle: *mut Raw, callback: Callback, timeout: u64, repeat: u64) -> c_int;
    fn uv_timer_stop(handle: *mut Raw) -> c_int;
    fn uv_prepare_init(the_loop: *mut c_void, handle: *mut Raw) -> c_int;
    fn uv_prepare_start(handle: *mut Raw, callback: Callback) -> c_int;
    fn uv_check_init(the_loop: *mut c_void, handle: *mut Raw) -> c_int;
    fn uv_check_start(handle: *mut Raw, callback: Callback) -> c_int;
    fn uv_idle_init(the_loop: *mut c_void, handle: *mut Raw) -> c_int;
    fn uv_idle_start(handle: *mut Raw, callback: Callback) -> c_int;
    fn uv_idle_stop(handle: *mut Raw) -> c_int;
    fn uv_backend_timeout(the_loop: *const c_void) -> c_int;
    fn uv_loop_alive(the_loop: *const c_void) -> c_int;
    fn uv_update_time(the_loop: *mut c_void);
}

/// The numbers that libuv has for kinds of handles, the same in all of its first version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Check = 2,
    Idle = 6,
    Poll = 8,
    Prepare = 9,
    Timer = 13,
}

const READABLE: c_int = 1;
const WRITABLE: c_int = 2;

/// Node's loop, of one environment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Loop(*mut c_void);

impl Loop {
    /// That of an environment.
    pub(crate) fn of(env: Env) -> Self {
        let mut the_loop = ptr::null_mut();
        // SAFETY: the environment lives, and this is its thread.
        unsafe { sys::napi_get_uv_event_loop(env.0, &mut the_loop) };
        Self(the_loop.cast())
    }

    /// Whether the loop is about to sleep, as far as it knows.
    pub(crate) fn would_sleep(self) -> bool {
        // SAFETY: the loop lives as long as its environment.
        unsafe { uv_backend_timeout(self.0) != 0 }
    }

    /// Whether anything holds the loop.
    pub(crate) fn is_alive(self) -> bool {
        // SAFETY: as above.
        unsafe { uv_loop_alive(self.0) != 0 }
    }

    /// Has the loop look at the time again, which it does once a round otherwise.
    pub(crate) fn update_time(self) {
        // SAFETY: as above.
        unsafe { uv_update_time(self.0) };
    }
}

/// A handle: closed when it is dropped, and freed by libuv's call back.
#[derive(Debug)]
pub(crate) struct Handle {
    raw: *mut Raw,
    kind: Kind,
}

/// What a handle calls; it lies behind the handle's data.
struct Work(Rc<dyn Fn()>);

impl Handle {
    fn new(kind: Kind, work: impl Fn() + 'static, init: impl FnOnce(*mut Raw) -> c_int) -> Option<Self> {
        // SAFETY: it only tells a number.
        let size = unsafe { uv_handle_size(kind as c_int) };
        let raw = Box::into_raw(vec![0u64; size.div_ceil(8)].into_boxed_slice()).cast::<Raw>();
        if init(raw) != 0 {
            // SAFETY: nobody else knows of it.
            unsafe { free_memory(raw, size) };
            return None;
        }
        let work = Box::into_raw(Box::new(Work(Rc::new(work))));
        // SAFETY: the handle has been made.
        unsafe { uv_handle_set_data(raw, work.cast()) };
        Some(Self { raw, kind })
    }

    /// Tells of a descriptor, which has to stay open until this is dropped.
    pub(crate) fn poll(of: Loop, fd: BorrowedFd<'_>, work: impl Fn() + 'static) -> Option<Self> {
        // SAFETY: the memory is as large as libuv wants it, and the loop lives.
        Self::new(Kind::Poll, work, |raw| unsafe { uv_poll_init(of.0, raw, fd.as_raw_fd()) })
    }

    /// Calls before the loop sleeps, each time, and keeps nothing alive.
    pub(crate) fn prepare(of: Loop, work: impl Fn() + 'static) -> Option<Self> {
        // SAFETY: as above; it has been made when it is started.
        let handle = Self::new(Kind::Prepare, work, |raw| unsafe { uv_prepare_init(of.0, raw) })?;
        unsafe { uv_prepare_start(handle.raw, called) };
        handle.hold(false);
        Some(handle)
    }

    /// Calls after the loop has slept, each time, and keeps nothing alive.
    pub(crate) fn check(of: Loop, work: impl Fn() + 'static) -> Option<Self> {
        // SAFETY: as above.
        let handle = Self::new(Kind::Check, work, |raw| unsafe { uv_check_init(of.0, raw) })?;
        unsafe { uv_check_start(handle.raw, called) };
        handle.hold(false);
        Some(handle)
    }

    /// Keeps the loop from sleeping while it is [on](Self::set_on).
    pub(crate) fn idle(of: Loop, work: impl Fn() + 'static) -> Option<Self> {
        // SAFETY: as above.
        Self::new(Kind::Idle, work, |raw| unsafe { uv_idle_init(of.0, raw) })
    }

    pub(crate) fn timer(of: Loop, work: impl Fn() + 'static) -> Option<Self> {
        // SAFETY: as above.
        Self::new(Kind::Timer, work, |raw| unsafe { uv_timer_init(of.0, raw) })
    }

    /// What a poll asks for; nothing if both are false.
    pub(crate) fn want(&self, reads: bool, writes: bool) {
        if self.kind != Kind::Poll {
            return;
        }
        let events = if reads { READABLE } else { 0 } | if writes { WRITABLE } else { 0 };
        // SAFETY: it is a poll that has not been closed.
        unsafe {
            match events {
                0 => uv_poll_stop(self.raw),
                events => uv_poll_start(self.raw, events, polled),
            };
        }
    }

    /// Turns an idle handle on or off.
    pub(crate) fn set_on(&self, on: bool) {
        if self.kind != Kind::Idle {
            return;
        }
        // SAFETY: it is an idle handle that has not been closed.
        unsafe { if on { uv_idle_start(self.raw, called) } else { uv_idle_stop(self.raw) } };
    }

    /// When a timer calls, once; never for `None`.
    pub(crate) fn set_time(&self, milliseconds: Option<u64>) {
        if self.kind != Kind::Timer {
            return;
        }
        // SAFETY: it is a timer that has not been closed.
        unsafe {
            match milliseconds {
                Some(time) => uv_timer_start(self.raw, called, time, 0),
                None => uv_timer_stop(self.raw),
            };
        }
    }

    /// Whether the loop goes on as long as this waits for something.
    pub(crate) fn hold(&self, on: bool) {
        // SAFETY: it has not been closed.
        unsafe { if on { uv_ref(self.raw) } else { uv_unref(self.raw) } };
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        let close: Callback = match self.kind {
            Kind::Check => closed::<2>,
            Kind::Idle => closed::<6>,
            Kind::Poll => closed::<8>,
            Kind::Prepare => closed::<9>,
            Kind::Timer => closed::<13>,
        };
        // SAFETY: it is closed once. Its work may be running, which `called` holds.
        unsafe { uv_close(self.raw, Some(close)) };
    }
}

/// # Safety
///
/// For handles alone.
unsafe extern "C" fn called(raw: *mut Raw) {
    // SAFETY: the data of a handle is its work until it is closed.
    let work = unsafe { Rc::clone(&(*uv_handle_get_data(raw).cast::<Work>()).0) };
    guarded(|| work());
}

/// # Safety
///
/// For handles alone.
unsafe extern "C" fn polled(raw: *mut Raw, _status: c_int, _events: c_int) {
    // SAFETY: as there.
    unsafe { called(raw) };
}

/// # Safety
///
/// For handles of that kind alone, once.
unsafe extern "C" fn closed<const KIND: c_int>(raw: *mut Raw) {
    // SAFETY: libuv is done with the handle, and this is the last that knows of its data and its memory.
    unsafe {
        let work = Box::from_raw(uv_handle_get_data(raw).cast::<Work>());
        free_memory(raw, uv_handle_size(KIND));
        guarded(|| drop(work));
    }
}

/// # Safety
///
/// For memory of `Handle::new`, of a handle of that size, once.
unsafe fn free_memory(raw: *mut Raw, size: usize) {
    // SAFETY: this is how it was made.
    drop(unsafe { Box::from_raw(ptr::slice_from_raw_parts_mut(raw.cast::<u64>(), size.div_ceil(8))) });
}
