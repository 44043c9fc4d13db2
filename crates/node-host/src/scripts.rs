//! Node as what runs main's scripts.

use std::rc::Rc;

use ipc_link::call::Ending;
use ipc_proto::memory::Source;
use main_proc::host::{BadValue, Hook, Host, LinkId, Scripts};

use crate::host::{Kept, Name, Node};
use crate::payload::{self, Shape};
use crate::plain;
use crate::sys::{Scope, Value};

impl Scripts for Node {
    type Kept = Kept;

    fn host(&self) -> &Rc<Host<Kept>> {
        self.state()
    }

    fn has_ended(&self) -> bool {
        self.ended()
    }

    fn call(&self, hook: Hook<'_>) -> Option<BadValue> {
        if self.ended() {
            return None;
        }
        self.env().scoped(|scope| {
            if let Some((name, arguments)) = self.plain(scope, &hook) {
                self.run(scope, name, &arguments);
                return None;
            }
            match self.arguments(scope, hook) {
                // What JavaScript gives back is why it could not decode what was checked here.
                Ok((name, arguments)) => {
                    let result = self.run(scope, name, &arguments)?;
                    scope
                        .to_text(result)
                        .ok()
                        .map(|reason| BadValue::Unfit(format!("main cannot hold the value: {reason}")))
                }
                Err(bad) => Some(bad),
            }
        })
    }

    fn hears(&self, link: LinkId, verb: &str, channel: &str) -> bool {
        if self.ended() {
            return true;
        }
        self.env().scoped(|scope| {
            let arguments = [scope.uint(link), scope.text(verb), scope.text(channel)];
            self.run(scope, Name::Hears, &arguments).is_none_or(|heard| scope.to_bool(heard))
        })
    }

    fn forget(&self, link: LinkId) {
        self.state().scripts.resources.borrow_mut().retain(|(asker, _)| *asker != link);
    }

    fn settle(&self) {
        let calls = &self.state().scripts.calls;
        if !calls.borrow().has_ready() {
            return;
        }
        let ended = calls.borrow_mut().take_ended();
        for (ending, key) in ended {
            if self.ended() {
                return;
            }
            self.env().scoped(|scope| {
                let (status, value) = self.ending(scope, &ending);
                self.run(scope, Name::Settled, &[scope.uint(key), scope.text(status), value]);
            });
        }
    }
}

impl Node {
    /// The same as [`arguments`](Self::arguments), where there is a short way.
    fn plain<'s>(&self, scope: Scope<'s>, hook: &Hook<'_>) -> Option<(Name, Vec<Value<'s>>)> {
        let (name, link, channel, id, args) = match hook {
            Hook::Send { link, channel, args } => (Name::Sent, link, channel, None, args),
            Hook::Invoke { link, id, channel, args } => (Name::Invoked, link, channel, Some(*id), args),
            _ => return None,
        };
        if !self.has(name) {
            return None;
        }
        let mut all = Vec::with_capacity(8);
        all.push(scope.uint(link.id));
        all.push(scope.uint(self.channels.number(scope, channel)?));
        #[expect(clippy::cast_precision_loss, reason = "a link has fewer requests than that")]
        all.extend(id.map(|id| scope.number(id as f64)));
        plain::arguments(scope, args.bytes(), &self.state().limits, &mut all).then_some((name, all))
    }

    /// The name of a hook, and what it is called with.
    fn arguments<'s>(&self, scope: Scope<'s>, hook: Hook<'_>) -> Result<(Name, Vec<Value<'s>>), BadValue> {
        let arguments = |source: Source<'_>| self.payload(scope, source, Shape::Arguments);
        let value = |bytes: &[u8], ports: usize| self.payload(scope, bytes.into(), Shape::Any(ports));
        let ends = |ends: &[u32]| {
            for end in ends {
                self.state().ports.borrow_mut().adopt(*end);
            }
            scope.array(ends.iter().map(|end| scope.uint(*end)))
        };
        let number = |id: u64| {
            #[expect(clippy::cast_precision_loss, reason = "a link has fewer requests than that")]
            scope.number(id as f64)
        };
        let text = |text: &str| scope.text(text);
        Ok(match hook {
            Hook::System { link, name, args } => {
                (Name::System, vec![scope.uint(link.id), text(name), arguments(args.into())?])
            }
            Hook::Send { link, channel, args } => {
                (Name::Send, vec![scope.uint(link.id), text(channel), arguments(args)?])
            }
            Hook::Sync { link, id, channel, args } => {
                (Name::Sync, vec![scope.uint(link.id), text(channel), arguments(args.into())?, number(id)])
            }
            Hook::Invoke { link, id, channel, args } => {
                (Name::Invoke, vec![scope.uint(link.id), text(channel), arguments(args)?, number(id)])
            }
            Hook::Cancelled { link, id } => (Name::Cancelled, vec![scope.uint(link), number(id)]),
            Hook::Asked { link, id, name, args, most } => {
                let args = arguments(args.into())?;
                self.state().scripts.resources.borrow_mut().insert((link.id, id));
                let most = u32::try_from(most).unwrap_or(u32::MAX);
                (Name::Asked, vec![scope.uint(link.id), text(name), args, scope.uint(most), number(id)])
            }
            Hook::Post { link, channel, message, ends: moved } => {
                let message = value(message, moved.len())?;
                (Name::Post, vec![scope.uint(link.id), text(channel), message, ends(moved)])
            }
            Hook::Port { end, message, ends: moved } => {
                let message = value(message, moved.len())?;
                (Name::Port, vec![scope.uint(end), message, ends(moved)])
            }
            Hook::PortRoom { end } => (Name::PortRoom, vec![scope.uint(end)]),
            Hook::PortClosed { end } => (Name::PortClosed, vec![scope.uint(end)]),
            Hook::LinkReady { link } => (Name::LinkReady, vec![scope.uint(link)]),
            Hook::LinkIdle { link } => (Name::LinkIdle, vec![scope.uint(link)]),
            Hook::LinkSilent { link, silent } => (Name::LinkSilent, vec![scope.uint(link), scope.boolean(silent)]),
            Hook::LinkGone { link, reason, exit_code, text: said, clean } => {
                let all = vec![scope.uint(link), text(reason), scope.int(exit_code), text(said), scope.boolean(clean)];
                (Name::LinkGone, all)
            }
            Hook::Output { link, stream, bytes } => {
                let bytes = bytes.map_or_else(|| scope.null(), |bytes| scope.bytes(bytes));
                (Name::Output, vec![scope.uint(link), scope.uint(stream), bytes])
            }
            Hook::SecondInstance { message } => (Name::SecondInstance, vec![value(message, 0)?]),
        })
    }

    pub(crate) fn payload<'s>(
        &self,
        scope: Scope<'s>,
        source: Source<'_>,
        shape: Shape,
    ) -> Result<Value<'s>, BadValue> {
        payload::make(scope, source, shape, &self.state().limits, self.inbox())
    }

    /// How a request of main's has ended: its status, and a value or a text.
    fn ending<'s>(&self, scope: Scope<'s>, ending: &Ending) -> (&'static str, Value<'s>) {
        let answer = match ending {
            Ok(answer) => answer,
            Err(reason) => return ("gone", scope.text(&reason.text)),
        };
        let status = answer.status.name();
        match answer.value.as_slice() {
            [] => (status, scope.undefined()),
            bytes => match self.payload(scope, bytes.into(), Shape::Any(0)) {
                Ok(value) => (status, value),
                // It ends its call, as any other answer does, and nothing else.
                Err(bad) => ("bad-reply", scope.text(bad.text())),
            },
        }
    }
}
