//! What the table of ports writes through: the links.

use std::rc::Rc;

use ipc_proto::credit::Amount;
use ipc_proto::error::CallError;
use ipc_proto::session::Posted;
use ipc_proto::wire::Step;

use super::ports::{EndId, LinkId, Wire};
use super::state::{Encoded, FRAME, Host};
use crate::permissions::{Kind, reason};

impl<K: 'static> Host<K> {
    /// Sends a message that moves ports.
    pub fn post(self: &Rc<Self>, id: LinkId, channel: &str, message: Encoded, ends: Vec<EndId>) {
        let link = self.link(id).filter(|link| self.may_get(link, Kind::Post, channel));
        let Some(link) = link else {
            self.ports.borrow_mut().close_all(ends, &**self);
            return;
        };
        self.trace(id, false, "postMessage", channel, None, None, &message);
        let size = channel.len() + message.len() + FRAME;
        if let Err(error) = link.connection.keep(size) {
            link.refuses(&error);
            self.ports.borrow_mut().close_all(ends, &**self);
            return;
        }
        let (host, channel, access) = (Rc::downgrade(self), channel.to_owned(), link.access.clone());
        let access = access.filter(|access| access.waits_for_a_page());
        link.when_loaded(move |connection| {
            connection.let_go(size);
            let Some(host) = host.upgrade() else { return };
            // Now it is known for which page.
            if access.is_some_and(|access| !access.may_get(Kind::Post, &channel)) {
                tracing::warn!("a message that waited for a page is dropped: {}", reason(Kind::Post, &channel));
                return host.ports.borrow_mut().close_all(ends, &*host);
            }
            match connection.post(&channel, ends.len(), &message) {
                Ok(numbers) => {
                    for (end, number) in ends.into_iter().zip(numbers) {
                        host.ports.borrow_mut().moved(end, id, number, &*host);
                    }
                }
                Err(error) => {
                    tracing::warn!("a message with ports was lost: {error}");
                    host.ports.borrow_mut().close_all(ends, &*host);
                }
            }
        });
    }
}

impl<K: 'static> Wire for Host<K> {
    fn port_message(&self, link: LinkId, number: u64, count: usize, bytes: &[u8]) -> Result<Posted, CallError> {
        match self.link(link) {
            Some(link) => link.connection.try_port_message(number, count, bytes),
            None => Ok(Posted::Closed),
        }
    }

    fn port_message_fits(&self, link: LinkId, count: usize, length: usize) -> Result<(), CallError> {
        self.link(link).map_or(Ok(()), |link| link.connection.port_message_fits(count, length))
    }

    fn port_taken(&self, link: LinkId, number: u64, amount: Amount) {
        if let Some(link) = self.link(link) {
            link.connection.port_taken(number, amount);
        }
    }

    fn keeps(&self, link: LinkId, bytes: usize) -> bool {
        self.link(link).is_none_or(|link| link.connection.note_at_ports(bytes))
    }

    fn has_room(&self, link: LinkId) -> bool {
        self.link(link).is_none_or(|link| {
            link.connection.flush();
            link.connection.has_room()
        })
    }

    fn port_close(&self, link: LinkId, number: u64) {
        if let Some(link) = self.link(link) {
            link.connection.port_close(number);
        }
    }

    fn port_step(&self, link: LinkId, number: u64, step: Step) {
        if let Some(link) = self.link(link) {
            link.connection.port_direct(number, step, None);
        }
    }

    fn join(&self, ends: [(LinkId, u64); 2]) {
        let side = |(link, number)| self.link(link).map(|link| (link.connection.clone(), number));
        if let [Some(one), Some(other)] = ends.map(side) {
            ipc_link::ports::join(&[one, other]);
        }
    }
}
