//! Awaited calls read for themselves.

use std::task::{Context, Poll};

use ipc_proto::error::CloseReason;

use super::Connection;
use super::inbox::Reading;
use super::reading::{Fill, Received, Wait};
use crate::answer::Slot;
use crate::leader::{Leader, Shared as _};

impl Connection {
    /// Reads for awaited calls, within the poll of the one that `slot` belongs to. The next time there is something to
    /// read, that poll's task is woken by the runtime itself and need not be woken by the driver.
    ///
    /// Reading stops at the first message that is not an answer: it and what follows are the driver's, so that a
    /// listener has always been called before a later answer is seen.
    pub(crate) fn read_for_calls(&self, slot: &Slot, polls: bool, cx: &mut Context<'_>) {
        let Some(watched) = self.0.watched.get() else { return };
        if polls {
            let polled = |reading: &mut Reading| reading.poll(&self.0);
            self.take_answers(|reading| polled(reading).map(|found| if found { Fill::Partial } else { Fill::Nothing }));
            if slot.is_settled() {
                return;
            }
        }
        while let Poll::Ready(Ok(mut ready)) = watched.poll_read_ready(cx) {
            match self.take_answers(|reading| self.fill(reading, Wait::Not)) {
                Some(Fill::Full) => {}
                Some(Fill::Nothing | Fill::Partial) => ready.clear_ready(),
                None => return,
            }
        }
    }

    /// Reads, polling for a moment, when answers are awaited and nobody else reads.
    pub(crate) fn poll_for_answers(&self) {
        if self.in_flight().0 == 0 {
            return;
        }
        let Some(mut reading) = self.0.leadership.lead_as_reader(Leader::Task) else { return };
        let polled = if reading.has_unhandled() { Ok(false) } else { reading.poll(&self.0) };
        drop(reading);
        if let Err(reason) = polled {
            self.close(reason);
        }
    }

    /// Lets `fill` read and settles the answers that it brought; `None` when reading is somebody else's now.
    fn take_answers(&self, fill: impl FnOnce(&mut Reading) -> Result<Fill, CloseReason>) -> Option<Fill> {
        let mut reading = self.0.leadership.lead_as_call()?;
        if reading.has_unhandled() || reading.aside.is_in_front() {
            return None;
        }
        let filled = fill(&mut reading);
        if filled.as_ref().is_ok_and(|filled| *filled != Fill::Nothing) {
            reading.spin.woke();
        }
        let Reading { buffer, aside, .. } = &mut *reading;
        loop {
            match self.receive(buffer, aside, None) {
                Ok(Received::Event { frame: bytes, .. }) => {
                    // An answer behind it must not be seen before it: the driver goes on from here.
                    aside.put(bytes);
                    break;
                }
                Ok(Received::Mine(_) | Received::Settled) => {}
                Ok(Received::Nothing) => break,
                Err(reason) => {
                    self.violation(reason);
                    break;
                }
            }
        }
        let for_driver = !aside.is_empty();
        let moved = reading.buffer.has_moved();
        drop(reading);
        match filled {
            Ok(Fill::Full) if for_driver => None,
            Ok(_) if moved => Some(Fill::Full),
            Ok(filled) => Some(filled),
            Err(reason) => {
                self.close(reason);
                None
            }
        }
    }
}
