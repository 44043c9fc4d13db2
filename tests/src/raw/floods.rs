//! Words that stand for many frames: `CALL:channel:n` for so many calls, `CANCEL:channel:n` for calls that are cancelled at
//! once, `PORT:n:size` for a port with so many messages of that size behind it, `TURNS:n` for a port whose messages and
//! sends take turns. The verdict counts what has come then, by its kind.

use std::collections::BTreeMap;

use ipc_proto::wire::{Message, Space};

use super::{LAST, Raw, bytes, frame};

/// No arguments.
const NONE: [u8; 2] = [11, 25];
/// The number of the port on this link.
const PORT: u64 = 1;

impl Raw {
    /// Writes what a word stands for.
    pub(super) fn flood(&mut self, word: &str) {
        self.counts.get_or_insert_default();
        let parts: Vec<_> = word.split(':').collect();
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
        self.write(&bytes(&frame(message)));
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
