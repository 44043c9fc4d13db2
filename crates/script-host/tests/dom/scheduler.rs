use super::Window;

/// What the tasks of a script have logged when all of them are done.
#[track_caller]
fn check(source: &str, expected: &str) {
    let window = Window::with("<p>");
    window.run(&format!(
        "globalThis.post = (name, options) => scheduler.postTask(() => console.log(name), options).catch((error) => console.log(name, error?.name ?? error));
         (async () => {{ {source} }})()"
    ));
    window.settle();
    assert_eq!(window.logged(), expected);
}

#[test]
fn tasks_run_by_priority_and_then_in_order() {
    check(
        "post('b1', { priority: 'background' }); post('v1'); post('u1', { priority: 'user-blocking' }); post('b2', { priority: 'background' });
         post('v2', { priority: 'user-visible' }); post('u2', { priority: 'user-blocking' }); console.log('first')",
        "first|u1|u2|v1|v2|b1|b2",
    );
}

#[test]
fn a_task_has_the_value_or_the_error_of_its_function() {
    check(
        "console.log(await scheduler.postTask(() => 5), await scheduler.postTask(async () => 6));
         for (const f of [() => { throw new RangeError('x') }, 7]) await scheduler.postTask(f).catch((e) => console.log(e.name));
         await scheduler.postTask(() => {}, { priority: 'none' }).catch((e) => console.log(e.message))",
        "5 6|RangeError|TypeError|Failed to execute 'postTask' on 'Scheduler': The provided value 'none' is not a valid enum value of type TaskPriority.",
    );
}

#[test]
fn a_task_that_is_aborted_does_not_run_whether_it_waits_for_its_turn_or_its_time() {
    check(
        "const one = new AbortController(); post('waits', { signal: one.signal }); post('delayed', { signal: one.signal, delay: 1 });
         post('other'); one.abort(); post('late', { signal: one.signal });
         const two = new TaskController(); post('why', { signal: two.signal }); two.abort('reason')",
        "waits AbortError|delayed AbortError|late AbortError|why reason|other",
    );
}

#[test]
fn a_delayed_task_comes_after_what_was_posted_meanwhile() {
    check(
        "post('delayed', { delay: 5, priority: 'user-blocking' }); post('background', { priority: 'background' })",
        "background|delayed",
    );
}

#[test]
fn a_controller_changes_the_priority_of_what_waits() {
    check(
        "const own = new TaskController({ priority: 'background' }); const { signal } = own;
         signal.onprioritychange = (event) => console.log(event.previousPriority, signal.priority, event.isTrusted);
         post('its', { signal }); post('fixed', { signal, priority: 'background' }); post('v');
         own.setPriority('user-blocking'); own.setPriority('user-blocking'); console.log(signal instanceof TaskSignal)",
        "background user-blocking true|true|its|v|fixed",
    );
}

#[test]
fn what_yields_goes_on_before_others_of_its_priority() {
    check(
        "scheduler.postTask(async () => { console.log('begins'); await scheduler.yield(); console.log('goes on') }, { priority: 'background' });
         post('later', { priority: 'background' }); post('visible'); await scheduler.yield(); console.log('yielded')",
        "yielded|visible|begins|goes on|later",
    );
    check(
        "const own = new TaskController(); scheduler.postTask(async () => { own.abort(); await scheduler.yield() }, { signal: own.signal }).catch((e) => console.log(e.name))",
        "AbortError",
    );
}
