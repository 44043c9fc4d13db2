//! Words that stand for many frames: `CALL:channel:n` for so many calls, `CANCEL:channel:n` for calls that are cancelled at
//! once, `PORT:n:size` for a port with so many messages of that size behind it, `TURNS:n` for a port whose messages and
//! sends take turns. The verdict counts what has come then, by its kind. `BODIES:n:size` asks main to send so many bodies of that size
//! to `http://own/`, and `LONG:what:size` says a title, or asks for a page or a window, whose text is that long: both leave the
//! verdict as it is.

use std::collections::BTreeMap;

use ipc_proto::frame::put_frame;
use ipc_proto::ser;
use ipc_proto::system::{LoadStep, Sent, ToMain, WindowRequest};
use ipc_proto::wire::{Message, Space};

use super::{LAST, Raw};

/// No arguments.
const NONE: [u8; 2] = [11, 25];
/// The number of the port on this link.
const PORT: u64 = 1;

impl Raw {
    /// Writes what a word stands for.
    pub(super) fn flood(&mut self, word: &str) {
        let parts: Vec<_> = word.split(':').collect();
        if !matches!(parts.first(), Some(&("BODIES" | "LONG"))) {
            self.counts.get_or_insert_default();
        }
        let number = |text: &str| text.parse::<u64>().expect("a number");
        match *parts.as_slice() {
            ["CALL", channel, count] => (0..number(count)).for_each(|_| self.call(channel)),
            ["CANCEL", channel, count] => {
                for _ in 0..number(count) {
                    self.call(channel);
                    self.say(&Message::Cancel { id: self.asked });
                }
            }
            ["PORT", count, size] => {
                self.open_port();
                let size = u32::try_from(number(size)).expect("a small number").to_le_bytes();
                let length = usize::try_from(u32::from_le_bytes(size)).expect("a small number");
                let message = [&[21, 252][..], &size, &vec![0; length]].concat();
                for _ in 0..number(count) {
                    self.say(&Message::PortMessage { port: PORT, ports: &[], message: &message });
                }
            }
            ["BODIES", count, size] => {
                let body = vec![0; usize::try_from(number(size)).expect("a small number")];
                let sent = Sent { method: "POST", headers: Vec::new(), body: Some(body.into()) };
                let mut args = Vec::new();
                ser::encode_into(&mut args, &("fetch", "http://own/", 0, 0, sent)).expect("a value");
                for id in 2..2 + number(count) {
                    self.say(&Message::Invoke { id, space: Space::System, channel: "read", args: &args });
                }
            }
            ["LONG", what, size] => {
                let text = "x".repeat(usize::try_from(number(size)).expect("a small number"));
                let url = format!("http://other/{text}");
                let titled = LoadStep::Title(&text);
                let said = match what {
                    "title" => ToMain::Load { step: titled, navigation: None },
                    "navigate" => ToMain::Window(WindowRequest::Navigate { url: &url, replace: false }),
                    _ => ToMain::Window(WindowRequest::Open { url: "about:blank", target: &text, features: "" }),
                };
                let args = said.args().expect("a value");
                self.say(&Message::Send { space: Space::System, channel: said.name(), args: &args });
            }
            ["TURNS", count] => {
                self.open_port();
                for turn in 0..number(count) {
                    // Below 100, so that it is one byte.
                    let twice = u8::try_from(turn % 100 * 2).expect("a small number");
                    let number = [4, twice];
                    if turn % 2 == 0 {
                        self.say(&Message::PortMessage { port: PORT, ports: &[], message: &number });
                    } else {
                        let args = [&[11][..], &number, &[25]].concat();
                        self.say(&Message::Send { space: Space::User, channel: "sink", args: &args });
                    }
                }
            }
            _ => panic!("no word: {word}"),
        }
    }

    fn say(&self, message: &Message<'_>) {
        let mut bytes = Vec::new();
        put_frame(&mut bytes, message, u32::MAX).expect("a message");
        self.write(&bytes);
    }

    fn call(&mut self, channel: &str) {
        self.asked += 1;
        self.say(&Message::Invoke { id: self.asked, space: Space::User, channel, args: &NONE });
    }

    fn open_port(&self) {
        self.say(&Message::Post { channel: "port", ports: &PORT.to_le_bytes(), message: &[1] });
    }

    pub(super) fn told_counts(&self) -> Option<String> {
        let counts = self.counts.as_ref()?;
        Some(counts.iter().map(|(kind, count)| format!("{kind} {count}")).collect::<Vec<_>>().join(", "))
    }
}

/// Counts a message of main's.
pub(super) fn count(message: &Message<'_>, counts: &mut BTreeMap<String, usize>) {
    let kind = match message {
        Message::Reply { id: LAST, .. } | Message::Welcome { .. } => return,
        Message::Reply { status, .. } => format!("{status:?}"),
        Message::PortClose { .. } => "PortClose".to_owned(),
        _ => return,
    };
    *counts.entry(kind).or_default() += 1;
}
