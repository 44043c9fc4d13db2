//! Renderers that try what they have no permission for.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use main_proc::gone::GoneReason;
use main_proc::permissions::{Grants, Kind, Permissions};
use main_proc::supervisor::Supervisor;
use main_proc::{CallError, IpcMainEvent, Program, message_channel};

use crate::deaths::always;
use crate::harness::{FIXTURE, fault, ready, short, until};

/// Whatever a test asks the fixture for.
fn driven(grants: Grants) -> Program {
    Program::new(FIXTURE).grants(grants.allow(Kind::Receive, "*"))
}

/// Names of channels, some of them chosen to be taken for others.
fn names() -> Vec<String> {
    let odd = [
        "",
        " ",
        "add",
        "Add",
        "ADD",
        "add ",
        " add",
        "add\0",
        "add\n",
        "ad",
        "addd",
        "\u{430}dd",
        "a\u{200b}dd",
        "*",
        "a*",
        "a*d",
        "\\*",
        "fs:",
        "fs:read",
        "FS:read",
        "fs:delete",
        "fs:delete\0",
        "fs\u{ff1a}read",
        "..",
        "fs:../add",
        "%61dd",
    ];
    odd.into_iter().map(str::to_owned).chain(["x".repeat(1_024), format!("fs:{}", "y".repeat(1_021))]).collect()
}

#[test]
fn fault_31_what_is_not_permitted_is_denied_and_reaches_no_handler() {
    fault(|f| {
        let main = f.app.ipc_main();
        let reached = Arc::new(Mutex::new(Vec::new()));
        for name in names() {
            let (note, own) = (Arc::clone(&reached), name.clone());
            main.handle(&name, move |_, ()| {
                note.lock().expect("unpoisoned").push(own.clone());
                async { Ok(()) }
            })
            .expect("the first handler");
            let (note, own) = (Arc::clone(&reached), name.clone());
            main.on(&name, move |event: &IpcMainEvent, _: Vec<main_proc::Value>| {
                note.lock().expect("unpoisoned").push(own.clone());
                let _ = event.set_return_value(());
            })
            .forget();
        }
        type Allowed = fn(&str) -> bool;
        let lists: [(&[&str], &[&str], Allowed); 8] = [
            (&[], &[], |_| false),
            (&["add"], &[], |name| name == "add"),
            (&["add"], &["add"], |_| false),
            (&["*"], &[], |_| true),
            (&["*"], &["a*"], |name| !name.starts_with('a')),
            (&["fs:*"], &["fs:delete"], |name| name.starts_with("fs:") && name != "fs:delete"),
            (&[r"\*", r"a\*d"], &[], |name| name == "*" || name == "a*d"),
            (&["add", ""], &["*\0"], |name| name == "add" || name.is_empty()),
        ];
        let (mut tried, mut denied) = (0, 0);
        for (number, (allow, deny, allowed)) in lists.into_iter().enumerate() {
            for (kind, way) in
                [(Kind::Invoke, "invoke"), (Kind::Sync, "sync"), (Kind::Send, "send"), (Kind::Post, "post")]
            {
                let grants = allow.iter().fold(Grants::none(), |grants, pattern| grants.allow(kind, pattern));
                let grants = deny.iter().fold(grants, |grants, pattern| grants.deny(kind, pattern));
                // Other kinds are other matters.
                let grants = if kind == Kind::Invoke { grants } else { grants.allow(Kind::Invoke, "*") };
                let contents = ready(f.app.spawn_renderer(&driven(grants)));
                let outcomes: Vec<String> = f.ask(&contents, "try", (way, names()));
                let expected: Vec<_> = names().into_iter().filter(|name| allowed(name)).collect();
                for (name, outcome) in names().iter().zip(&outcomes) {
                    let is_answer = matches!(kind, Kind::Invoke | Kind::Sync);
                    let told = match is_answer && !allowed(name) {
                        true => format!("'{}' is not permitted ({kind})", name.escape_debug()),
                        false => "answered".to_owned(),
                    };
                    assert_eq!(*outcome, told, "list {number}, {kind} on {name:?}");
                }
                assert_eq!(
                    std::mem::take(&mut *reached.lock().expect("unpoisoned")),
                    expected,
                    "list {number}, {kind}"
                );
                let not = (names().len() - expected.len()) as u64;
                assert_eq!(contents.stats().denied, not, "list {number}, {kind}");
                (tried, denied) = (tried + names().len(), denied + not);
                contents.close();
            }
        }
        f.measured(format!("{tried} messages of {} names under 8 lists, {denied} denied", names().len()));
    });
}

#[test]
fn fault_31_a_storm_of_what_is_not_permitted_ends_its_renderer() {
    fault(|f| {
        let reached = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&reached);
        f.app
            .ipc_main()
            .handle("secret", move |_, ()| {
                count.fetch_add(1, Ordering::SeqCst);
                async { Ok(()) }
            })
            .expect("the first handler");
        let mut longest = std::time::Duration::ZERO;
        for _ in 0..3 {
            // One fewer is none.
            let contents = ready(f.app.spawn_renderer(&driven(Grants::none())));
            let asked = f.block_on(contents.invoke::<Vec<String>>("try", ("invoke", vec!["secret"; 99])));
            assert_eq!(asked.expect("answers").len(), 99);
            assert_eq!((contents.stats().denied, contents.is_gone()), (99, false));
            let begun = std::time::Instant::now();
            let ended = f.block_on(contents.invoke::<Vec<String>>("try", ("invoke", ["secret"])));
            assert!(matches!(ended, Err(CallError::PeerGone { .. })), "{ended:?}");
            let gone = contents.wait_gone().expect("no task");
            longest = longest.max(begun.elapsed());
            assert_eq!(gone.reason, GoneReason::Killed);
            let text = "ended: 100 of its messages within 10s were not permitted, the last one on 'secret' (invoke)";
            assert_eq!(gone.text, text);
        }
        assert_eq!(reached.load(Ordering::SeqCst), 0);
        f.measured(format!("ended {} after the 100th at the latest, its handler never called", short(longest)));
    });
}

#[test]
fn fault_31_rules_of_the_application_hold_by_name_and_in_both_directions() {
    fault(|f| {
        let permissions = Permissions::none()
            .renderer("*", Grants::none().allow(Kind::Receive, "try").deny(Kind::Invoke, "double-*"))
            .renderer("decoder-*", Grants::none().allow(Kind::Receive, "hold").allow(Kind::Post, "hold"))
            .renderer("decoder-1", Grants::none().allow(Kind::Invoke, "*"));
        f.app.set_permissions(permissions);
        f.app.ipc_main().handle("double-it", |_, ()| async { Ok(()) }).expect("the first handler");
        f.app.ipc_main().handle("twice", |_, ()| async { Ok(()) }).expect("the first handler");
        let start = |name: &str| ready(f.app.spawn_renderer(&Program::new(FIXTURE).called(name)));
        let (one, two) = (start("decoder-1"), start("Decoder-1"));
        let (given, not) = ("answered".to_owned(), "'twice' is not permitted (invoke)".to_owned());
        let denied = "'double-it' is not permitted (invoke)".to_owned();
        let tried = |contents| f.ask::<Vec<String>>(contents, "try", ("invoke", ["twice", "double-it"]));
        assert_eq!(tried(&one), [given, denied.clone()]);
        assert_eq!(tried(&two), [not, denied]);
        // What main sends: an error here, and nothing that the renderer is to blame for.
        let refused = |result: Result<(), CallError>, kind: &str| {
            let reason = format!("'hold' is not permitted ({kind})");
            assert_eq!(result, Err(CallError::Denied { channel: "hold".into(), reason }));
        };
        refused(two.try_send("hold", ()), "receive");
        refused(f.block_on(two.send("hold", ())), "receive");
        refused(f.block_on(two.invoke("hold", ())), "receive");
        assert_eq!(one.try_send("hold", ()), Ok(()));
        let (ours, theirs) = message_channel();
        let closed = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&closed);
        ours.on_close(move || {
            count.fetch_add(1, Ordering::SeqCst);
        });
        refused(two.post_message("hold", (), vec![theirs]), "post");
        until("the port that was not handed over is closed", || closed.load(Ordering::SeqCst) == 1);
        let (_ours, theirs) = message_channel();
        assert_eq!(one.post_message("hold", (), vec![theirs]), Ok(()));
        let all = f.app.broadcast("hold", ()).expect("arguments");
        assert!(all.missed.iter().any(|(contents, _)| *contents == two) && all.sent == 2, "{all:?}");
        assert_eq!((one.stats().denied, two.stats().denied), (1, 2));
        // A port that a renderer hands over where it may not is closed as well.
        let outcome: Vec<String> = f.ask(&one, "try", ("post-and-wait", ["elsewhere"]));
        assert_eq!(outcome, ["closed"]);
        // One that asks first: what it says no to is as if there was no permission.
        let asked = Arc::new(Mutex::new(Vec::new()));
        let note = Arc::clone(&asked);
        let hook = move |sender: &main_proc::WebContents, channel: &str, kind| {
            note.lock().expect("unpoisoned").push((sender.id(), channel.to_owned(), kind));
            false
        };
        one.ipc().before_ipc(hook).expect("the first hook");
        assert!(one.ipc().before_ipc(|_, _, _| true).is_err());
        assert_eq!(tried(&one)[0], "'twice' is not permitted (invoke)");
        assert_eq!(*asked.lock().expect("unpoisoned"), [(one.id(), "twice".to_owned(), Kind::Invoke)]);
        f.measured("names, both directions, ports and the hook as granted");
    });
}

#[test]
fn fault_31_the_one_that_takes_its_place_has_no_more_permission() {
    fault(|f| {
        let reached = Arc::new(AtomicUsize::new(0));
        for name in ["yes", "no"] {
            let count = Arc::clone(&reached);
            let add = usize::from(name == "no");
            let handler = move |_, ()| {
                count.fetch_add(add, Ordering::SeqCst);
                async { Ok(()) }
            };
            f.app.ipc_main().handle(name, handler).expect("the first handler");
        }
        let grants = Grants::none().allow(Kind::Invoke, "yes");
        let supervisor = Supervisor::start(&f.app, driven(grants), always(), |_| ()).expect("the fixture starts");
        let told = ["answered".to_owned(), "'no' is not permitted (invoke)".to_owned()];
        for epoch in 0..3 {
            let contents = f.block_on(supervisor.ready_after(epoch)).expect("the next one");
            assert_eq!(f.ask::<Vec<String>>(&contents, "try", ("invoke", ["yes", "no"])), told);
            assert_eq!(contents.stats().denied, 1, "its own, and none of the one before");
            // Ended for a storm, it is replaced as after a crash.
            let storm = f.block_on(contents.invoke::<Vec<String>>("try", ("invoke", vec!["no"; 99])));
            assert!(matches!(storm, Err(CallError::PeerGone { .. })), "{storm:?}");
        }
        drop(supervisor);
        assert_eq!(reached.load(Ordering::SeqCst), 0);
        f.measured("3 ended for storms and replaced, none with more than its program has");
    });
}
