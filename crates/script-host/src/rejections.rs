//! Promises that were rejected while nobody listened.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use rquickjs::runtime::RejectionTracker;
use rquickjs::{Persistent, Value};

use crate::engine::Shared;
use crate::realm::RealmId;
use crate::sys;

/// Most rejections kept between two drains: a script that makes more loses the surplus reports.
const MOST: usize = 10_000;

pub(crate) struct Rejection {
    pub(crate) realm: RealmId,
    pub(crate) promise: Persistent<Value<'static>>,
    pub(crate) reason: Persistent<Value<'static>>,
}

/// Rejections of the current drain, in order.
#[derive(Default)]
pub(crate) struct Rejections {
    pending: RefCell<Vec<Rejection>>,
    /// Promises that have been told of, and have a handler now.
    late: RefCell<Vec<Rejection>>,
    clearing: Cell<bool>,
}

impl Rejections {
    /// Whether there are any.
    pub(crate) fn any(&self) -> bool {
        !self.pending.borrow().is_empty() || !self.late.borrow().is_empty()
    }

    /// Takes those that are still unhandled.
    pub(crate) fn take(&self) -> Vec<Rejection> {
        std::mem::take(&mut *self.pending.borrow_mut())
    }

    /// Takes those that have got a handler too late.
    pub(crate) fn take_late(&self) -> Vec<Rejection> {
        std::mem::take(&mut *self.late.borrow_mut())
    }

    pub(crate) fn clear(&self) {
        self.clearing.set(true);
        drop((self.take(), self.take_late()));
    }
}

/// The function the runtime tells of each rejection, and of each late handler.
pub(crate) fn tracker(shared: &Rc<Shared>) -> RejectionTracker {
    let shared = Rc::downgrade(shared);
    Box::new(move |ctx, promise, reason, handled| {
        let Some(shared) = shared.upgrade() else { return };
        let Some(realm) = shared.realm_of(&ctx) else { return };
        let list = &shared.rejections;
        let rejection = || Rejection {
            realm: realm.id(),
            promise: Persistent::save(&ctx, promise.clone()),
            reason: Persistent::save(&ctx, reason.clone()),
        };
        if handled {
            let saved = Persistent::save(&ctx, promise.clone());
            let found = list.pending.borrow().iter().position(|entry| entry.promise == saved);
            let removed = found.map(|index| list.pending.borrow_mut().remove(index));
            if removed.is_none() && !list.clearing.get() && list.late.borrow().len() < MOST {
                list.late.borrow_mut().push(rejection());
            }
            drop(removed);
        } else if sys::is_uncatchable(&reason) {
            // A script that was stopped has not rejected anything.
        } else if !list.clearing.get() && list.pending.borrow().len() < MOST {
            list.pending.borrow_mut().push(rejection());
        }
    })
}
