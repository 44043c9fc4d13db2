//! Where Node finds the library, and is told what to do when an environment ends.

use std::ffi::c_void;

use napi_sys as sys;

use super::callback::{Entry, guarded};
use super::value::{Env, Scope};
use crate::functions::FUNCTIONS;

/// The version of the Node-API that is used: that of Node 12.17 and later.
const VERSION: i32 = 8;

/// Tells Node which Node-API this is written for.
#[unsafe(no_mangle)]
extern "C" fn node_api_module_get_api_version_v1() -> i32 {
    VERSION
}

/// Node calls this for each load.
///
/// # Safety
///
/// Node's.
#[unsafe(no_mangle)]
unsafe extern "C" fn napi_register_module_v1(env: sys::napi_env, exports: sys::napi_value) -> sys::napi_value {
    guarded(|| {
        // SAFETY: Node calls within a scope that lasts as long as this call.
        let scope = unsafe { Scope::of_call(Env(env)) };
        let exports = scope.value(exports);
        for entry in ENTRIES {
            scope.set(exports, entry.name, scope.function(entry));
        }
    });
    exports
}

static ENTRIES: &[Entry] = &{
    let mut entries = [const { Entry { name: "", run: FUNCTIONS[0].1 } }; FUNCTIONS.len()];
    let mut at = 0;
    while at < FUNCTIONS.len() {
        entries[at] = Entry { name: FUNCTIONS[at].0, run: FUNCTIONS[at].1 };
        at += 1;
    }
    entries
};

/// Something that is done when an environment ends, unless this is dropped before.
#[derive(Debug)]
pub(crate) struct Cleanup {
    env: Env,
    work: *mut Work,
}

/// Boxed twice, so that each has an address of its own: Node knows hooks by those.
struct Work(Box<dyn Fn()>);

impl Cleanup {
    pub(crate) fn new(env: Env, work: impl Fn() + 'static) -> Self {
        let work = Box::into_raw(Box::new(Work(Box::new(work))));
        // SAFETY: the environment lives, and this is its thread. The work stays where it is until `drop` has removed the hook.
        unsafe { sys::napi_add_env_cleanup_hook(env.0, Some(cleanup), work.cast()) };
        Self { env, work }
    }
}

impl Drop for Cleanup {
    fn drop(&mut self) {
        // SAFETY: it was added with this address; Node ignores one that it is just calling, or has called. Nobody calls it
        // behind that: but the work itself may be what drops this, so it is freed by `cleanup` or here, see there.
        unsafe {
            sys::napi_remove_env_cleanup_hook(self.env.0, Some(cleanup), self.work.cast());
            drop(Box::from_raw(self.work));
        }
    }
}

/// # Safety
///
/// For `Cleanup::new` alone.
unsafe extern "C" fn cleanup(work: *mut c_void) {
    // SAFETY: it is that of a `Cleanup` that has not been dropped. It may be while the work runs, which therefore is taken out
    // of it before.
    let run = unsafe { std::mem::replace(&mut (*work.cast::<Work>()).0, Box::new(|| {})) };
    guarded(run);
}
