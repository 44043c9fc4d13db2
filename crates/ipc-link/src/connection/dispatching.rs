//! Handing messages on, in the order of the stream.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use ipc_proto::error::CloseReason;
use ipc_proto::frame::TakenFrame;
use ipc_proto::session::Incoming;

use super::Connection;
use super::dispatch::{Dispatch, Pumped};
use super::inbox::{Kept, Lead, Reading};
use super::outbox::GoesOn;
use super::reading::{Fill, Received, Wait};
use crate::handling;
use crate::leader::{Leader, Shared as _};

/// Answers gathered while frames are handled are written before the next handler when those before have run this long.
const SLOW_HANDLER: Duration = Duration::from_micros(50);

thread_local! {
    /// The frame that is being handled, kept for the next one.
    static FRAME: Cell<Option<TakenFrame>> = const { Cell::new(None) };
}

impl Connection {
    /// Reads and dispatches until the link ends, on the calling thread, which alone reads this connection: a handler
    /// sees its message where it was received, and a blocking call on this connection waits until the thread is back.
    pub fn serve(&self, dispatch: &mut dyn Dispatch) {
        let mut reading = self.0.leadership.lead_alone(Leader::Thread);
        // What an earlier `pump` left in the buffer comes first.
        while self.dispatch_in_place(&mut reading, dispatch) != Pumped::Closed {
            if self.is_stalled() {
                if let Err(reason) = self.wait_until_it_takes(&mut reading) {
                    self.close(reason);
                }
                continue;
            }
            let filled = match reading.poll(&self.0) {
                Ok(false) => {
                    let filled = self.wait_for_input(&mut reading);
                    reading.spin.woke();
                    filled
                }
                polled => polled.map(|_| ()),
            };
            if let Err(reason) = filled {
                self.close(reason);
            }
        }
    }

    /// Dispatches what has been read without giving the read lock away.
    fn dispatch_in_place(&self, reading: &mut Reading, dispatch: &mut dyn Dispatch) -> Pumped {
        let outer = handling::begin(Arc::as_ptr(&self.0));
        let mut unsent = Unsent::No;
        // Whoever handled a message without the lead has not come back for it.
        reading.aside.set_in_hand(false);
        while let Some(kept) = reading.aside.pop() {
            match kept {
                Kept::Message(frame) => {
                    if let Some(event) = Incoming::of_checked_frame(&frame) {
                        dispatch.incoming(self, event);
                    }
                }
                Kept::Ending(slot, ending) => self.settle(&slot, ending),
            }
        }
        while !self.is_stalled() {
            match self.receive(&mut reading.buffer, &mut reading.aside, None) {
                Ok(Received::Event { event, more, queued, .. }) => {
                    if unsent.is_due(queued) {
                        self.flush();
                    }
                    unsent.handles(&event, more);
                    if let Some(event) = event.without_answer() {
                        dispatch.incoming(self, event);
                    }
                    if !more {
                        break;
                    }
                }
                Ok(Received::Mine(_) | Received::Settled) => {}
                Ok(Received::Nothing) => break,
                Err(reason) => {
                    self.violation(reason);
                    break;
                }
            }
        }
        let ended = if self.0.ended.load(Ordering::SeqCst) { self.closed_for_both() } else { None };
        if let Some(reason) = &ended
            && !std::mem::replace(&mut reading.told, true)
        {
            dispatch.closed(self, reason);
        }
        handling::go_back(outer);
        self.write_and(&mut self.state(), GoesOn::Caller);
        if ended.is_some() { Pumped::Closed } else { Pumped::Drained }
    }

    /// Reads what is there and dispatches at most `budget` messages, without waiting.
    ///
    /// While another thread reads for a blocking call of its own, nothing is done: that thread puts messages aside and
    /// rings for the driver.
    pub fn pump(&self, dispatch: &mut dyn Dispatch, budget: usize) -> Pumped {
        self.pump_until(dispatch, budget, None)
    }

    /// As [`pump`](Self::pump), and no further message once it is that time.
    pub fn pump_until(&self, dispatch: &mut dyn Dispatch, budget: usize, until: Option<Instant>) -> Pumped {
        self.pump_with(dispatch, budget, until, |reading| {
            reading.buffer.rest();
            self.fill(reading, Wait::Not)
        })
    }

    /// As [`pump_until`](Self::pump_until), for a loop that asks again and again before it sleeps, and is then
    /// [done with that](Self::stop_polling).
    pub fn poll(&self, dispatch: &mut dyn Dispatch, budget: usize, until: Option<Instant>) -> Pumped {
        self.pump_with(dispatch, budget, until, |reading| reading.buffer.poll(&self.0.endpoint))
    }

    /// Whether [`poll`](Self::poll) would find something, by a look at shared memory; `None` where the socket has to be
    /// asked. For a loop that asks again and again, as `poll` is.
    #[must_use]
    pub fn glance(&self) -> Option<bool> {
        let mut reading = self.0.leadership.lead_if_free(Leader::Thread)?;
        if reading.has_unhandled() { Some(true) } else { reading.buffer.glance() }
    }

    /// The owner's loop does not [`poll`](Self::poll) any more: from now on the socket tells of whatever comes. Whether there
    /// may be something already of which it does not tell, to be read by [`pump`](Self::pump).
    pub fn stop_polling(&self) -> bool {
        self.0.leadership.lead_if_free(Leader::Thread).is_some_and(|mut reading| reading.buffer.rest())
    }

    fn pump_with(
        &self,
        dispatch: &mut dyn Dispatch,
        budget: usize,
        until: Option<Instant>,
        fill: impl FnOnce(&mut Reading) -> Result<Fill, CloseReason>,
    ) -> Pumped {
        let mut more = true;
        let Some(mut reading) = self.lead_as_reader() else { return Pumped::Drained };
        if !reading.has_unhandled() {
            match fill(&mut reading) {
                // While a large message is on its way, more of it may be here soon.
                Ok(filled) => {
                    more = filled == Fill::Full || (filled == Fill::Partial && reading.buffer.is_within_large());
                }
                Err(reason) => self.close(reason),
            }
        }
        let (result, reading) = self.dispatch_read(reading, dispatch, budget, until, GoesOn::Flusher);
        let Some(mut reading) = reading else { return result };
        self.note_begun(&reading);
        let drained = match result {
            Pumped::Drained => !more,
            // The budget or the time was over with the last message.
            Pumped::More => !more && !reading.has_unhandled() && !self.0.ended.load(Ordering::SeqCst),
            Pumped::Closed => return Pumped::Closed,
        };
        // A handler may have read the link too, and waiting for the socket would not tell of what that has left.
        if drained && !reading.leave() { Pumped::Drained } else { Pumped::More }
    }

    fn lead_as_reader(&self) -> Option<Lead<'_>> {
        let task = self.0.watched.get().is_some();
        self.0.leadership.lead_as_reader(if task { Leader::Task } else { Leader::Thread })
    }

    /// Dispatches what has been read. The lead is free while a message is handled, so that its handler may make blocking
    /// calls; when somebody else has it afterwards, that one goes on, and this is told when it is free again.
    fn dispatch_read<'c>(
        &'c self,
        mut reading: Lead<'c>,
        dispatch: &mut dyn Dispatch,
        budget: usize,
        until: Option<Instant>,
        goes_on: GoesOn,
    ) -> (Pumped, Option<Lead<'c>>) {
        let outer = handling::begin(Arc::as_ptr(&self.0));
        let mut left = budget;
        // Answers wait in the outgoing buffer until the next message has been found, or that there is none.
        let mut unsent = Unsent::No;
        let mut frame = FRAME.take().unwrap_or_default();
        let result = loop {
            if left == 0 || self.is_stalled() || (left < budget && until.is_some_and(|until| Instant::now() >= until)) {
                break (Pumped::More, Some(reading));
            }
            match self.next_event(&mut reading, &mut frame) {
                Next::Event { more, queued } => {
                    reading.aside.set_in_hand(true);
                    drop(reading);
                    left -= 1;
                    if unsent.is_due(queued) {
                        self.flush();
                    }
                    if let Some(event) = Incoming::of_checked_frame(frame.bytes()) {
                        unsent.handles(&event, more);
                        if frame.is_shared() {
                            dispatch.incoming_large(self, &mut frame);
                        } else {
                            dispatch.incoming(self, event);
                        }
                    }
                    reading = match self.lead_as_reader() {
                        Some(reading) => reading,
                        None => break (Pumped::Drained, None),
                    };
                    reading.aside.set_in_hand(false);
                }
                Next::Nothing => break (Pumped::Drained, Some(reading)),
                Next::Closed(reason, first) => {
                    drop(reading);
                    if first {
                        dispatch.closed(self, &reason);
                    }
                    break (Pumped::Closed, None);
                }
            }
        };
        handling::go_back(outer);
        frame.release();
        FRAME.set(Some(frame));
        self.write_and(&mut self.state(), goes_on);
        result
    }

    /// Takes the next message that is not an answer into `frame`; answers are settled on the way.
    fn next_event(&self, reading: &mut Reading, frame: &mut TakenFrame) -> Next {
        reading.aside.set_in_hand(false);
        while let Some(kept) = reading.aside.pop() {
            match kept {
                Kept::Message(kept) => {
                    frame.hold(kept);
                    let more = reading.has_unhandled();
                    return Next::Event { more, queued: true };
                }
                Kept::Ending(slot, ending) => self.settle(&slot, ending),
            }
        }
        loop {
            match self.receive(&mut reading.buffer, &mut reading.aside, None) {
                Ok(Received::Event { frame: bytes, more, queued, .. }) => {
                    let length = bytes.len();
                    reading.buffer.take_frame(length, frame);
                    return Next::Event { more, queued };
                }
                Ok(Received::Mine(_) | Received::Settled) => {}
                Ok(Received::Nothing) => break,
                Err(reason) => {
                    self.violation(reason);
                    break;
                }
            }
        }
        if !self.0.ended.load(Ordering::SeqCst) {
            return Next::Nothing;
        }
        match self.closed() {
            Some(reason) => Next::Closed(reason, !std::mem::replace(&mut reading.told, true)),
            None => Next::Nothing,
        }
    }
}

/// What answers wait for that have been given while received messages are handled.
enum Unsent {
    /// Nothing: there are none, or the buffer is written anyway after this message.
    No,
    /// A blocked caller waits for this very answer.
    Now,
    /// Nobody in particular; but a slow handler must not hold them up.
    Since(Instant),
}

impl Unsent {
    /// Notes what is about to be handled; `more` says whether another message is waiting behind it.
    fn handles<W>(&mut self, event: &Incoming<'_, W>, more: bool) {
        match self {
            _ if !more => *self = Self::No,
            _ if matches!(event, Incoming::SendSync { .. }) => *self = Self::Now,
            Self::No if matches!(event, Incoming::Invoke { .. }) => *self = Self::Since(Instant::now()),
            Self::No => {}
            Self::Now | Self::Since(_) => {}
        }
    }

    /// Whether what waits to be written has to leave before the next message is handled. Nobody looks at the clock for a
    /// stream of messages that need no answers; what one of these has queued all the same leaves at once, since nobody
    /// knows how long it has taken.
    fn is_due(&mut self, queued: bool) -> bool {
        let (next, due) = match *self {
            _ if !queued => (Self::No, false),
            Self::No => (Self::Since(Instant::now()), true),
            Self::Since(start) if start.elapsed() <= SLOW_HANDLER => (Self::Since(start), false),
            Self::Now | Self::Since(_) => (Self::No, true),
        };
        *self = next;
        due
    }
}

enum Next {
    /// A message; whether another one waits behind it, and whether something waits to be written.
    Event {
        more: bool,
        queued: bool,
    },
    Nothing,
    Closed(CloseReason, bool),
}
