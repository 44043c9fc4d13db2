//! Credit: how much may be sent through a port before what came has been taken at its other end.
//!
//! Each direction of a port begins with [`INITIAL`]. A message spends one message and as many bytes as it has; whoever
//! has neither of both left waits. One message may be larger than what is left, so that any that fits into a frame
//! passes. The receiver gives back what its program has taken, in portions
//! ([`Message::Credit`](crate::wire::Message::Credit)). The port of a stream begins with less, [`STREAM`].

use crate::limits::Limits;

/// What may be sent before the first credit is given: part of the protocol, since both sides have to know it.
pub const INITIAL: Amount = Amount { messages: 1_024, bytes: 1 << 20 };

/// What may be sent through the port of a stream before its first credit, and the most that may be under way there: so that
/// all streams of a link that nobody reads fit into what may wait at its ports.
pub const STREAM: Amount = Amount { messages: 128, bytes: 64 << 10 };

/// A number of messages and of their bytes. What has been overdrawn is below zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Amount {
    /// Messages.
    pub messages: i64,
    /// Bytes of their contents.
    pub bytes: i64,
}

impl Amount {
    /// One message of that many bytes.
    #[must_use]
    pub fn message(bytes: usize) -> Self {
        Self::of(1, bytes)
    }

    /// So many messages of so many bytes.
    #[must_use]
    pub fn of(messages: usize, bytes: usize) -> Self {
        let clamp = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        Self { messages: clamp(messages), bytes: clamp(bytes) }
    }

    fn plus(self, other: Self) -> Self {
        Self { messages: self.messages.saturating_add(other.messages), bytes: self.bytes.saturating_add(other.bytes) }
    }

    fn minus(self, other: Self) -> Self {
        Self { messages: self.messages.saturating_sub(other.messages), bytes: self.bytes.saturating_sub(other.bytes) }
    }

    /// Whether another message may follow.
    fn suffices(self) -> bool {
        self.messages > 0 && self.bytes > 0
    }
}

/// The credit of one port, in both directions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Credit {
    /// What this side may still send.
    ours: Amount,
    /// What the peer may still send.
    theirs: Amount,
    /// What has come and is not taken yet.
    held: Amount,
    /// As much may be under way whatever the limits say.
    most: Amount,
}

impl Default for Credit {
    fn default() -> Self {
        let most = Amount { messages: i64::MAX, bytes: i64::MAX };
        Self { ours: INITIAL, theirs: INITIAL, held: Amount::default(), most }
    }
}

impl Credit {
    /// That of a stream's port.
    pub(crate) fn of_stream() -> Self {
        Self { ours: STREAM, theirs: STREAM, held: Amount::default(), most: STREAM }
    }

    /// Whether this side may send a message now.
    pub(crate) fn may_send(&self) -> bool {
        self.ours.suffices()
    }

    /// This side sends.
    pub(crate) fn sent(&mut self, message: Amount) {
        self.ours = self.ours.minus(message);
    }

    /// What was to be sent could not be.
    pub(crate) fn unsent(&mut self, message: Amount) {
        self.ours = self.ours.plus(message);
    }

    /// The peer gives credit.
    pub(crate) fn given(&mut self, messages: u64, bytes: u64) {
        let clamp = |number| i64::try_from(number).unwrap_or(i64::MAX);
        self.ours = self.ours.plus(Amount { messages: clamp(messages), bytes: clamp(bytes) });
    }

    /// The peer has sent; whether it had the credit to.
    pub(crate) fn received(&mut self, message: Amount) -> bool {
        let had = self.theirs.suffices();
        self.theirs = self.theirs.minus(message);
        self.held = self.held.plus(message);
        had
    }

    /// Some of what came has been taken: what is to be given for it, if that is worth a message.
    ///
    /// What the peer may send and what waits here make up the limit together. So a limit above [`INITIAL`] is reached
    /// with the first portion, and a lower one once so much has been sent.
    pub(crate) fn taken(&mut self, amount: Amount, limits: &Limits) -> Option<(u64, u64)> {
        self.held = self.held.minus(amount);
        let limit = |number: usize, most: i64| i64::try_from(number).unwrap_or(i64::MAX).clamp(1, most);
        let limit = Amount {
            messages: limit(limits.port_messages, self.most.messages),
            bytes: limit(limits.port_bytes, self.most.bytes),
        };
        let due = limit.minus(self.theirs).minus(self.held);
        let portion = |due: i64, limit: i64| due >= (limit / 2).max(1);
        if !portion(due.messages, limit.messages) && !portion(due.bytes, limit.bytes) {
            return None;
        }
        let due = Amount { messages: due.messages.max(0), bytes: due.bytes.max(0) };
        self.theirs = self.theirs.plus(due);
        Some((due.messages.unsigned_abs(), due.bytes.unsigned_abs()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(messages: usize, bytes: usize) -> Limits {
        Limits { port_messages: messages, port_bytes: bytes, ..Limits::default() }
    }

    /// Two sides of a port: how many messages of that size the sender gets through if the receiver takes them all, with
    /// at most so many of them on the way at a time.
    fn passes(limits: &Limits, size: usize, count: usize) -> usize {
        let (mut sender, mut receiver) = (Credit::default(), Credit::default());
        for done in 0..count {
            if !sender.may_send() {
                return done;
            }
            sender.sent(Amount::message(size));
            assert!(receiver.received(Amount::message(size)));
            if let Some((messages, bytes)) = receiver.taken(Amount::message(size), limits) {
                sender.given(messages, bytes);
            }
        }
        count
    }

    #[test]
    fn a_sender_whose_messages_are_taken_never_stops_whatever_their_size_and_the_limit() {
        for limits in [limits(1_024, 1 << 20), limits(1, 1), limits(5_000, 8 << 20), limits(3, 100)] {
            for size in [0, 1, 100, 1_024, 700_000, 5 << 20] {
                assert_eq!(passes(&limits, size, 3_000), 3_000, "{limits:?}, {size}");
            }
        }
    }

    #[test]
    fn a_sender_whose_messages_are_not_taken_stops_at_the_first_of_both_bounds() {
        for (size, expected) in [(0, 1_024), (1_024, 1_024), (2_048, 512), (1 << 20, 1), (5 << 20, 1), (700_000, 2)] {
            let mut sender = Credit::default();
            let sent = std::iter::from_fn(|| sender.may_send().then(|| sender.sent(Amount::message(size)))).count();
            assert_eq!(sent, expected, "{size}");
        }
    }

    #[test]
    fn a_limit_of_the_receivers_own_is_what_may_be_on_the_way_after_the_first_portion() {
        for wanted in [limits(100, 1 << 20), limits(4_096, 1 << 20)] {
            let (mut sender, mut receiver) = (Credit::default(), Credit::default());
            let mut send = |sender: &mut Credit, take: bool| {
                sender.sent(Amount::message(1));
                assert!(receiver.received(Amount::message(1)));
                if take && let Some((messages, bytes)) = receiver.taken(Amount::message(1), &wanted) {
                    sender.given(messages, bytes);
                }
            };
            (0..3_000).for_each(|_| send(&mut sender, true));
            let mut on_the_way = 0;
            while sender.may_send() {
                send(&mut sender, false);
                on_the_way += 1;
            }
            assert!((wanted.port_messages / 2..=wanted.port_messages).contains(&on_the_way), "{on_the_way}");
        }
    }

    #[test]
    fn who_sends_without_credit_is_found_out() {
        let mut receiver = Credit::default();
        let honest = (0..INITIAL.messages).all(|_| receiver.received(Amount::message(0)));
        assert!(honest && !receiver.received(Amount::message(0)));
    }

    #[test]
    fn no_amount_of_credit_overflows() {
        let mut sender = Credit::default();
        sender.given(u64::MAX, u64::MAX);
        sender.given(u64::MAX, u64::MAX);
        sender.sent(Amount::message(usize::MAX));
        sender.sent(Amount::message(usize::MAX));
        assert!(!sender.may_send());
    }
}
