mod direct;

use std::sync::mpsc;

use super::*;

fn inbox(port: &Port) -> mpsc::Receiver<String> {
    let (sender, inbox) = mpsc::channel();
    let closed = sender.clone();
    port.on_message(move |message| {
        let _ = sender.send(message.decode::<String>().unwrap_or_else(|error| error.to_string()));
    });
    port.on_close(move || {
        let _ = closed.send("closed".into());
    });
    inbox
}

fn all(inbox: &mpsc::Receiver<String>) -> Vec<String> {
    inbox.try_iter().collect()
}

#[test]
fn what_is_posted_before_anybody_listens_waits_in_order() {
    let (a, b) = channel();
    a.post("1").expect("posted");
    a.post("2").expect("posted");
    let got = inbox(&b);
    a.post("3").expect("posted");
    assert_eq!(all(&got), ["1", "2", "3"]);
}

#[test]
fn closing_delivers_what_was_posted_before_and_then_tells_the_other_end() {
    let (a, b) = channel();
    a.post("1").expect("posted");
    a.close();
    let got = inbox(&b);
    assert_eq!(all(&got), ["1", "closed"]);
    b.post("nobody").expect("ignored");
}

#[test]
fn a_port_travels_through_a_port_with_its_queue() {
    let (a, b) = channel();
    let (inner, travelling) = channel();
    inner.post("early").expect("posted");
    a.post_with("carrier", vec![travelling]).expect("posted");
    let (sender, arrived) = mpsc::channel();
    b.on_message(move |mut message| {
        let _ = sender.send(message.ports.remove(0));
    });
    let travelled = arrived.try_recv().expect("the port");
    let got = inbox(&travelled);
    inner.post("late").expect("posted");
    assert_eq!(all(&got), ["early", "late"]);
}

#[test]
fn a_callback_may_post_into_its_own_channel() {
    let (a, b) = channel();
    let a = Arc::new(a);
    let back = a.clone();
    let (sender, got) = mpsc::channel();
    b.on_message(move |message| {
        let n: u32 = message.decode().expect("a number");
        let _ = sender.send(n);
        if n < 3 {
            back.post(&(n + 1)).expect("posted");
        }
    });
    a.post(&0u32).expect("posted");
    assert_eq!(got.try_iter().collect::<Vec<_>>(), [0, 1, 2, 3]);
}

#[test]
fn a_callback_that_panics_does_not_end_the_port() {
    let (a, b) = channel();
    let (sender, got) = mpsc::channel();
    b.on_message(move |message| {
        let text: String = message.decode().expect("text");
        assert_ne!(text, "bad", "on purpose");
        let _ = sender.send(text);
    });
    for text in ["good", "bad", "good again"] {
        a.post(text).expect("posted");
    }
    assert_eq!(all(&got), ["good", "good again"]);
}

#[test]
fn a_port_nobody_listens_to_is_closed_when_too_much_waits_in_it() {
    let (a, b) = channel();
    let (sender, closed) = mpsc::channel();
    a.on_close(move || sender.send(()).expect("the test waits"));
    let megabyte = "x".repeat(1 << 20);
    for _ in 0..40 {
        a.post(&megabyte).expect("accepted or dropped");
    }
    assert_eq!(closed.try_recv(), Ok(()));
    drop(b);
}
