//! Where a thread may wait, and where that would stop others.

use std::cell::Cell;
use std::task::{Context, Poll, Waker};

use ipc_proto::error::WouldBlock;
use tokio::runtime::Handle;
use tokio::task::coop::poll_proceed;

use crate::handling::handles_any;

/// More steps than tokio lets a task take before others get their turn.
const MORE_THAN_A_TASK_MAY: usize = 256;

thread_local! {
    /// This thread polls a handler for the first time, outside of any runtime's task.
    static IN_HANDLER: Cell<bool> = const { Cell::new(false) };
}

/// Runs `poll` as the code of a handler, which must not block.
pub(crate) fn as_handler<R>(poll: impl FnOnce() -> R) -> R {
    struct Within(bool);
    impl Drop for Within {
        fn drop(&mut self) {
            IN_HANDLER.set(self.0);
        }
    }
    let _within = Within(IN_HANDLER.replace(true));
    poll()
}

/// Whether the calling code is a task of an async runtime, or a handler: what blocks it blocks others. In tokio's
/// `spawn_blocking` and `block_in_place`, and on threads of the program's own, it is not.
#[must_use]
pub fn is_in_task() -> bool {
    if IN_HANDLER.get() {
        return true;
    }
    if Handle::try_current().is_err() {
        return false;
    }
    // A task is given so many steps at a time; other code on a runtime's threads may take any number. The first one's
    // guard gives all of them back.
    let mut context = Context::from_waker(Waker::noop());
    let Poll::Ready(_gives_back) = poll_proceed(&mut context) else { return true };
    (0..MORE_THAN_A_TASK_MAY).any(|_| match poll_proceed(&mut context) {
        Poll::Ready(taken) => {
            taken.made_progress();
            false
        }
        Poll::Pending => true,
    })
}

/// Whether this thread calls a listener or a handler of this process right now.
#[must_use]
pub fn is_in_listener() -> bool {
    handles_any()
}

/// Whether the calling thread may wait for what other processes do.
///
/// # Errors
///
/// [`WouldBlock`] in tasks and handlers, and in listeners, whose thread may be the one that what is waited for needs.
pub fn may_wait(call: &'static str, instead: &'static str) -> Result<(), WouldBlock> {
    if is_in_task() || handles_any() { Err(WouldBlock::new(call, instead)) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runtime() -> tokio::runtime::Builder {
        tokio::runtime::Builder::new_current_thread()
    }

    #[test]
    fn a_plain_thread_is_no_task_even_where_a_runtime_is_entered() {
        assert!(!is_in_task());
        let runtime = runtime().build().expect("a runtime");
        let _inside = runtime.enter();
        assert!(!is_in_task());
        assert!(may_wait("this", "that").is_ok());
    }

    #[test]
    fn tasks_and_what_a_runtime_waits_for_are_told_from_blocking_threads() {
        for mut builder in [runtime(), tokio::runtime::Builder::new_multi_thread()] {
            let runtime = builder.build().expect("a runtime");
            runtime.block_on(async {
                assert!(is_in_task());
                assert!(tokio::spawn(async { is_in_task() }).await.expect("no panic"));
                assert!(!tokio::task::spawn_blocking(is_in_task).await.expect("no panic"));
                assert!(is_in_task(), "asking does not use the steps up");
            });
        }
        let runtime = tokio::runtime::Builder::new_multi_thread().build().expect("a runtime");
        let within = async { tokio::task::block_in_place(is_in_task) };
        assert!(!runtime.block_on(async { tokio::spawn(within).await.expect("no panic") }));
    }

    #[test]
    fn asking_leaves_a_task_its_steps() {
        let runtime = runtime().build().expect("a runtime");
        runtime.block_on(async {
            let left =
                || std::iter::from_fn(|| tokio::task::coop::has_budget_remaining().then_some(())).take(1).count();
            assert!(is_in_task());
            assert_eq!(left(), 1);
        });
    }

    #[test]
    fn a_handler_must_not_wait() {
        assert!(as_handler(is_in_task));
        assert!(!is_in_task());
    }
}
