//! Calls that are not answered as they should be.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use main_proc::{CallError, HandlerError, IpcMainEvent};

use crate::harness::{PATIENCE, fault, scaled, short, signal};

#[test]
fn fault_20_a_handler_that_panics_is_its_callers_error_and_nothing_else() {
    fault(|f| {
        // What these say is no news here.
        std::panic::set_hook(Box::new(|_| {}));
        struct InDrop;
        impl Drop for InDrop {
            fn drop(&mut self) {
                if !std::thread::panicking() {
                    panic!("in a drop");
                }
            }
        }
        let main = f.app.ipc_main();
        let at_once = |_, ()| -> std::future::Ready<Result<(), HandlerError>> { panic!("at once") };
        main.handle("at-once", at_once).expect("the first handler");
        main.handle("later", |_, ()| async {
            tokio::task::yield_now().await;
            if true {
                panic!("later");
            }
            Ok(())
        })
        .expect("the first handler");
        main.handle("in-drop", |_, ()| async {
            let _in_drop = InDrop;
            tokio::task::yield_now().await;
            Ok(())
        })
        .expect("the first handler");
        main.on("listener", |_: &IpcMainEvent, ()| panic!("in a listener")).forget();
        let contents = f.renderer();
        let count = scaled(1_000);
        for channel in ["at-once", "later", "in-drop"] {
            for _ in 0..count {
                let outcome: String = f.ask(&contents, "within", (channel, 10_000));
                assert!(outcome.contains("panicked"), "{channel}: {outcome}");
            }
        }
        let (outcome, _): (String, u64) = f.ask(&contents, "sync", ("listener",));
        assert_eq!(outcome, "reply was never sent");
        f.ask::<u64>(&contents, "calls", ("next", 10));
        f.measured(format!("3 times {count} panics, then calls as ever"));
    });
}

#[test]
fn fault_21_an_answer_that_never_comes_ends_its_call_by_the_deadline_and_one_that_is_given_up_at_once() {
    fault(|f| {
        let forever = |_, ()| std::future::pending::<Result<(), HandlerError>>();
        f.app.ipc_main().handle("forever", forever).expect("the first handler");
        // Nobody keeps the event, so nobody will answer it.
        f.app.ipc_main().on("given-up", |_: &IpcMainEvent, ()| {}).forget();
        let contents = f.renderer();
        let begun = Instant::now();
        let outcome: String = f.ask(&contents, "within", ("forever", 100));
        assert_eq!(outcome, "'forever' did not answer within 100ms");
        let after = Duration::from_millis(100);
        let late = f.block_on(contents.invoke_within::<()>("never", (), after));
        assert_eq!(late, Err(CallError::Timeout { channel: "never".into(), after }));
        let by_deadline = begun.elapsed();
        let (outcome, time): (String, u64) = f.ask(&contents, "sync", ("given-up",));
        assert_eq!(outcome, "reply was never sent");
        assert!(time < 100, "{time} ms");
        crate::harness::until("nothing is in flight", || {
            let link = contents.stats().link;
            (link.in_flight_in, link.in_flight_out) == (0, 0)
        });
        f.measured(format!("two deadlines of 100 ms took {}; given up: told after {time} ms", short(by_deadline)));
    });
}

#[test]
fn fault_22_calls_that_are_dropped_at_any_moment_leave_the_link_in_step() {
    fault(|f| {
        let contents = f.renderer();
        let count = scaled(10_000) as u64;
        let answered: u64 = f.ask(&contents, "cancels", (count, 7_u64));
        assert!(answered > count / 8, "{answered}");
        // The same from main.
        f.block_on(async {
            for number in 0..count {
                let call = contents.invoke_within::<i64>("double", (number,), PATIENCE);
                let time = Duration::from_micros(number * 37 % 300);
                if let Ok(answer) = tokio::time::timeout(time, call).await {
                    assert_eq!(answer, Ok(i64::try_from(number * 2).expect("a small number")));
                }
            }
        });
        f.ask::<u64>(&contents, "calls", ("next", 100));
        assert_eq!(f.ask::<i64>(&contents, "double", (4,)), 8);
        let only_this = || {
            let link = contents.stats().link;
            (link.in_flight_in, link.in_flight_out) == (0, 0)
        };
        crate::harness::until("nothing is in flight", only_this);
        f.measured(format!("{count} calls each way, {answered} of the renderer's awaited to their end"));
    });
}

#[test]
fn fault_23_a_send_sync_ends_by_its_deadline_whatever_main_does() {
    fault(|f| {
        f.main_stops();
        let main = f.app.ipc_main();
        main.on("sync-value", |event: &IpcMainEvent, ()| event.set_return_value(()).expect("a value")).forget();
        let kept = Arc::new(Mutex::new(Vec::new()));
        let keep = Arc::clone(&kept);
        main.on("slow", move |event: &IpcMainEvent, ()| keep.lock().expect("unpoisoned").push(event.clone())).forget();
        // One that asks the renderer that waits for it.
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("one");
        let (handle, answers) = (runtime.handle().clone(), Arc::new(Mutex::new(Vec::new())));
        let note = Arc::clone(&answers);
        main.on("circle", move |event: &IpcMainEvent, ()| {
            let (event, note) = (event.clone(), Arc::clone(&note));
            handle.spawn(async move {
                let answer = event.sender().invoke_within::<i64>("double", (5,), PATIENCE).await;
                note.lock().expect("unpoisoned").push(answer);
                let _ = event.set_return_value(());
            });
        })
        .forget();
        let contents = f.renderer();
        let late = "'NAME' did not answer within 300ms";
        let mut longest = 0;
        for (channel, expected) in
            [("nobody", "reply was never sent"), ("sync-value", "answered"), ("slow", late), ("circle", late)]
        {
            let (outcome, time): (String, u64) = f.ask(&contents, "sync", (channel,));
            assert_eq!(outcome, expected.replace("NAME", channel));
            longest = longest.max(time);
        }
        crate::harness::until("main's own call is answered afterwards", || {
            !answers.lock().expect("unpoisoned").is_empty()
        });
        assert_eq!(answers.lock().expect("unpoisoned").as_slice(), [Ok(10)]);
        let (outcome, time): (String, u64) = f.ask(&contents, "sync-to-a-stopped-main", ());
        assert_eq!(outcome, late.replace("NAME", "sync-value"));
        longest = longest.max(time);
        assert!(longest < 600, "{longest} ms: twice the deadline");
        assert_eq!(f.ask::<(String, u64)>(&contents, "sync", ("sync-value",)).0, "answered");
        kept.lock().expect("unpoisoned").clear();
        drop(runtime);
        f.measured(format!("five ends, the longest after {longest} ms (deadline 300 ms)"));
    });
}

#[test]
fn fault_23_a_send_sync_ends_with_its_main() {
    fault(|f| {
        // The renderer of a main that is killed while it waits is gone: nobody is left to be told.
        let main = std::process::Command::new(crate::harness::FIXTURE)
            .arg("main-that-never-answers")
            .stdout(std::process::Stdio::piped())
            .spawn();
        let mut main = main.expect("the fixture starts");
        let mut line = String::new();
        let mut out = std::io::BufReader::new(main.stdout.take().expect("a pipe"));
        std::io::BufRead::read_line(&mut out, &mut line).expect("a line");
        let pid: u32 = line.trim().parse().expect("a number");
        let begun = Instant::now();
        signal(main.id(), rustix::process::Signal::KILL);
        main.wait().expect("it ends");
        assert!(crate::harness::ends_within(crate::harness::pid_of(pid), Duration::from_secs(5)), "it waits on");
        f.measured(format!("its renderer gone after {}", short(begun.elapsed())));
    });
}

#[test]
fn fault_24_a_send_sync_in_a_task_or_a_handler_is_an_error_at_once() {
    fault(|f| {
        f.app
            .ipc_main()
            .on("sync-value", |event: &IpcMainEvent, ()| event.set_return_value(()).expect("a value"))
            .forget();
        let contents = f.renderer();
        let begun = Instant::now();
        for place in ["sync-in-handler", "sync-in-task"] {
            let outcome: String = f.ask(&contents, place, ());
            assert!(outcome.starts_with("a blocking call"), "{place}: {outcome}");
        }
        let time = begun.elapsed();
        assert!(time < Duration::from_millis(250), "{time:?}");
        assert_eq!(f.ask::<(String, u64)>(&contents, "sync", ("sync-value",)).0, "answered", "elsewhere it works");
        f.measured(format!("both told after {}", short(time)));
    });
}
