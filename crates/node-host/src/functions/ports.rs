//! Ports, by the numbers of their ends.

use main_proc::host::{Hub, Wire};

use super::encoded;
use crate::child;
use crate::host::current;
use crate::sys::{Arguments, Failure, Scope, Value};

/// Does something with the ports of this process, be it a main process or a utility process.
fn with_ports<R>(work: impl FnOnce(&mut Hub, &dyn Wire) -> R) -> Result<R, Failure> {
    let result;
    if let Ok(node) = current() {
        node.touch();
        result = work(&mut node.state().ports.borrow_mut(), &**node.state());
        if node.state().ports.borrow().has_ready() {
            node.kick();
        }
    } else {
        let child = child::current()?;
        result = work(&mut child.ports().borrow_mut(), &*child);
        if child.ports().borrow().has_ready() {
            child.kick();
        }
    }
    Ok(result)
}

pub(super) fn channel<'s>(scope: Scope<'s>, _: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let (one, other) = with_ports(|ports, _| ports.channel())?;
    Ok(scope.array([scope.uint(one), scope.uint(other)]))
}

pub(super) fn port<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let end = scope.to_uint(a[0])?;
    let verb = scope.to_text(a[1])?;
    let answer = with_ports(|ports, wire| {
        match verb.as_str() {
            "start" => ports.start(end),
            "pause" => ports.pause(end),
            "close" => ports.close(end, wire),
            "detach" => ports.detach(end),
            "waits" => return u32::from(ports.waits(end)),
            _ => {}
        }
        end
    })?;
    Ok(scope.uint(answer))
}

pub(super) fn post<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let node = current()?;
    node.touch();
    let ends = scope.to_uints(a[2])?;
    node.state().post(scope.to_uint(a[0])?, &scope.to_text(a[1])?, encoded(scope, a, 3)?, ends);
    Ok(scope.undefined())
}

pub(super) fn port_post<'s>(scope: Scope<'s>, a: &Arguments<'s>) -> Result<Value<'s>, Failure> {
    let (end, carried, message) = (scope.to_uint(a[0])?, scope.to_uints(a[1])?, encoded(scope, a, 2)?);
    with_ports(|ports, wire| ports.send(end, message, carried, wire))??;
    Ok(scope.undefined())
}
