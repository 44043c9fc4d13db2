//! The hooks of JavaScript that a host calls.

use std::rc::Rc;

use super::{ENDING, Node, current};
use crate::payload::Shape;
use crate::sys::{Scope, Value};

/// The functions that are called: properties of the object that `start` was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Name {
    System,
    Send,
    Sync,
    Invoke,
    Post,
    Port,
    PortRoom,
    PortClosed,
    LinkReady,
    LinkIdle,
    LinkSilent,
    LinkGone,
    Settled,
    Output,
    SecondInstance,
    Hears,
    Heard,
    Print,
    Collect,
    Failed,
    Trace,
    Asked,
    Cancelled,
    Sent,
    Invoked,
}

/// Their names, in the same order.
pub(super) const NAMES: [&str; 25] = [
    "system",
    "send",
    "sync",
    "invoke",
    "post",
    "port",
    "portRoom",
    "portClosed",
    "linkReady",
    "linkIdle",
    "linkSilent",
    "linkGone",
    "settled",
    "output",
    "secondInstance",
    "hears",
    "heard",
    "print",
    "collect",
    "failed",
    "trace",
    "asked",
    "cancelled",
    "sent",
    "invoked",
];

impl Node {
    /// Whether there is that hook.
    pub(crate) fn has(&self, name: Name) -> bool {
        self.hooks.get(name as usize).is_some_and(Option::is_some)
    }

    /// Calls a hook, as Node calls what programs have given it.
    pub(crate) fn run<'s>(&self, scope: Scope<'s>, name: Name, arguments: &[Value<'s>]) -> Option<Value<'s>> {
        let hook = self.hooks.get(name as usize)?.as_ref()?;
        scope.call_back(&self.context, hook, &self.receiver, arguments)
    }

    /// Calls a hook that may come within a function of JavaScript.
    pub(super) fn tell<'s>(&self, scope: Scope<'s>, name: Name, arguments: &[Value<'s>]) {
        if let Some(hook) = self.hooks.get(name as usize).and_then(Option::as_ref) {
            scope.call(hook, &self.receiver, arguments);
        }
    }

    /// Tells JavaScript of each user message, or no more.
    pub(crate) fn set_trace(self: &Rc<Self>, on: bool) {
        let weak = Rc::downgrade(self);
        *self.state.trace.borrow_mut() = on.then(|| -> Rc<dyn Fn(&main_proc::host::TraceEvent<'_>)> {
            Rc::new(move |event| {
                let Some(node) = weak.upgrade() else { return };
                node.env.scoped(|scope| {
                    #[expect(clippy::cast_precision_loss, reason = "a link has fewer requests than that")]
                    let id = event.id.map_or_else(|| scope.null(), |id| scope.number(id as f64));
                    let status = event.status.map_or_else(|| scope.null(), |status| scope.text(status));
                    let all = [
                        scope.uint(event.link),
                        scope.uint(event.contents),
                        scope.uint(event.pid),
                        scope.boolean(event.incoming),
                        scope.text(event.verb),
                        scope.text(event.channel),
                        id,
                        status,
                        scope.bytes(event.encoded),
                    ];
                    node.tell(scope, Name::Trace, &all);
                });
            })
        });
    }

    /// Tells JavaScript what pages hear that were asked to tell it.
    pub(super) fn hear(self: &Rc<Self>) {
        let weak = Rc::downgrade(self);
        *self.state.heard.borrow_mut() = Some(Rc::new(move |contents, channel, args| {
            let Some(node) = weak.upgrade().filter(|node| !node.ended()) else { return };
            node.env.scoped(|scope| {
                if let Ok(args) = node.payload(scope, args[..].into(), Shape::Arguments) {
                    node.run(scope, Name::Heard, &[scope.uint(contents), scope.text(channel), args]);
                }
            });
        }));
    }
}

/// Has JavaScript print something.
pub(super) fn print(is_error: bool, bytes: &[u8]) {
    let ending = ENDING.try_with(|host| host.borrow().clone()).ok().flatten();
    let Some(node) = ending.or_else(|| current().ok()) else { return };
    let text = String::from_utf8_lossy(bytes);
    node.env.scoped(|scope| node.tell(scope, Name::Print, &[scope.boolean(is_error), scope.text(&text)]));
}
