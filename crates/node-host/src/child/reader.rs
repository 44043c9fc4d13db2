//! What main says to a utility process.

use std::rc::Rc;

use ipc_link::typed::refuse_streams;
use ipc_link::{Connection, Dispatch, Event};
use ipc_proto::error::CloseReason;
use ipc_proto::session::Incoming;
use ipc_proto::system::{LoadStep, Request, ToMain, ToRenderer};
use ipc_proto::wire::Space;
use renderer_proc::directs::MAIN;

use super::{Child, Name};
use crate::payload::Shape;

/// The reader of the link to main.
pub(super) struct Reader<'a>(pub(super) &'a Rc<Child>);

impl Reader<'_> {
    fn told(&self, name: &str, args: &[u8]) {
        let child = self.0;
        match ToRenderer::read(name, args, child.limits()) {
            // There is no page; what main waits for is that it could have been shown.
            Ok(Some(ToRenderer::Load(request))) => {
                let message = ToMain::Load { step: LoadStep::Finished, navigation: Some(request.navigation) };
                if let Ok(args) = message.args() {
                    let _ = child.connection.send(Space::System, message.name(), &args);
                }
            }
            Ok(Some(ToRenderer::WatchIdle)) => child.watched.set(true),
            Ok(Some(ToRenderer::Unload { .. })) => child.run(Name::Unload, |_| Ok(Vec::new())),
            _ => {}
        }
    }

    fn asked(&self, id: u64, name: &str, args: &[u8]) {
        let child = self.0;
        match Request::read(name, args, child.limits()) {
            Ok(Some(Request::Utility { .. })) => child.run(Name::Utility, |scope| {
                #[expect(clippy::cast_precision_loss, reason = "a link has fewer requests than that")]
                Ok(vec![child.payload(scope, args, Shape::Arguments)?, scope.number(id as f64)])
            }),
            Ok(_) => child.answer(id, Err("a utility process has no page")),
            Err(error) => child.answer(id, Err(&error.to_string())),
        }
    }
}

impl Dispatch for Reader<'_> {
    fn incoming(&mut self, connection: &Connection, event: Event<'_>) {
        let child = self.0;
        match event {
            Incoming::Send { space: Space::System, channel, args } => self.told(channel, args),
            Incoming::Invoke { id, ports, .. } if !ports.is_empty() => refuse_streams(connection, id, ports),
            Incoming::Invoke { id, channel, args, .. } => self.asked(id, channel, args),
            Incoming::Post { channel, ports, message } => {
                let ends: Vec<_> = ports.iter().map(|port| child.ports.borrow_mut().arrived(MAIN, port)).collect();
                child.run(Name::Post, |scope| {
                    let message = child.payload(scope, message, Shape::Any(ends.len()))?;
                    Ok(vec![scope.text(channel), message, child.ends(scope, &ends)])
                });
            }
            Incoming::PortMessage { port, ports, message } => {
                let ports: Vec<_> = ports.iter().collect();
                child.ports.borrow_mut().incoming(MAIN, port, message, &ports, &**child);
                child.deliver();
            }
            Incoming::PortClose { port } => {
                child.closed_by_main(port);
                child.deliver();
            }
            Incoming::PortDirect { port, step } => child.step(port, step),
            Incoming::Credit { port } => child.ports.borrow_mut().credited(MAIN, port, &**child),
            Incoming::Ping { nonce } => connection.pong(nonce),
            Incoming::Welcome(_) => child.ports.borrow_mut().opened(MAIN, &**child),
            Incoming::Goodbye(_) => child.run(Name::Unload, |_| Ok(Vec::new())),
            _ => {}
        }
    }

    fn closed(&mut self, _connection: &Connection, reason: &CloseReason) {
        self.0.run(Name::Closed, |scope| Ok(vec![scope.text(&reason.text)]));
        self.0.ended.set(true);
    }
}
