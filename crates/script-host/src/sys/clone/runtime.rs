//! What cloning keeps for a runtime: the class of its per-realm tables and the brand of host objects.

use std::cell::Cell;
use std::rc::Rc;

use rquickjs::{Ctx, Error, JsLifetime, qjs};

use super::flat::Flat;
use super::intrinsics;
use crate::sys::native;

#[derive(Clone)]
pub(in crate::sys) struct RuntimeState(Rc<Inner>);

struct Inner {
    class: qjs::JSClassID,
    /// The class of what owns a native function's body.
    body_class: qjs::JSClassID,
    brand: qjs::JSAtom,
    marked: Cell<bool>,
    flat: Cell<Flat>,
    /// How much memory of frames the buffers of scripts keep.
    adopted: Rc<Cell<usize>>,
}

// SAFETY: holds no value of the runtime that its lifetime would have to guard; the atom is never used outside of
// a context of the runtime that owns this.
unsafe impl JsLifetime<'_> for RuntimeState {
    type Changed<'to> = RuntimeState;
}

impl RuntimeState {
    pub(in crate::sys) fn body_class(&self) -> qjs::JSClassID {
        self.0.body_class
    }

    pub(super) fn class(&self) -> qjs::JSClassID {
        self.0.class
    }

    #[inline]
    pub(super) fn brand(&self) -> qjs::JSAtom {
        self.0.brand
    }

    #[inline]
    pub(super) fn marked(&self) -> bool {
        self.0.marked.get()
    }

    pub(super) fn adopted(&self) -> Rc<Cell<usize>> {
        Rc::clone(&self.0.adopted)
    }

    #[inline]
    pub(super) fn flat(&self) -> Flat {
        self.0.flat.get()
    }

    pub(super) fn set_flat(&self, flat: Flat) {
        self.0.flat.set(flat);
    }

    pub(super) fn set_marked(&self) {
        self.0.marked.set(true);
    }
}

pub(in crate::sys) fn of(ctx: &Ctx<'_>) -> rquickjs::Result<RuntimeState> {
    if let Some(state) = ctx.userdata::<RuntimeState>() {
        return Ok((*state).clone());
    }
    let state = create(ctx)?;
    // A state that is not kept would forget its brand, so a caller who holds a guard has to hear of it.
    ctx.store_userdata(state.clone()).map_err(|_| Error::Unknown)?;
    Ok(state)
}

fn create(ctx: &Ctx<'_>) -> rquickjs::Result<RuntimeState> {
    let raw = ctx.as_raw().as_ptr();
    let (mut class, mut body_class) = (0, 0);
    // SAFETY: a live runtime. The definition is copied by the engine; its functions fit the objects that
    // `intrinsics` makes of this class. The atom's reference is kept for as long as the runtime lives.
    let brand = unsafe {
        let runtime = qjs::JS_GetRuntime(raw);
        qjs::JS_NewClassID(runtime, &raw mut class);
        if qjs::JS_NewClass(runtime, class, &intrinsics::class()) != 0 {
            return Err(Error::Unknown);
        }
        qjs::JS_NewClassID(runtime, &raw mut body_class);
        if qjs::JS_NewClass(runtime, body_class, &native::class()) != 0 {
            return Err(Error::Unknown);
        }
        let symbol = qjs::JS_NewSymbol(raw, c"not cloneable".as_ptr(), false);
        if qjs::JS_IsException(symbol) {
            return Err(Error::Exception);
        }
        let brand = qjs::JS_ValueToAtom(raw, symbol);
        qjs::JS_FreeValue(raw, symbol);
        brand
    };
    let (marked, flat, adopted) = Default::default();
    Ok(RuntimeState(Rc::new(Inner { class, body_class, brand, marked, flat, adopted })))
}
