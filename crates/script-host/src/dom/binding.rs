//! The native functions behind the DOM's JavaScript: `binding('dom')`.
//!
//! Nodes are numbers there, `-1` is no node. A function that is called after its page is gone, or with a number that
//! is no node, answers as for an empty document.

use std::rc::{Rc, Weak};

use rquickjs::{Ctx, FromJs, Object, Value};

use super::page::{PageState, World};
use super::tree::NodeId;
use crate::engine::EngineHandle;
use crate::sys;

mod custom;
mod fetch;
mod nodes;
mod query;
mod shared;
mod worlds;

/// Makes the functions of one world.
pub(super) fn make<'js>(
    ctx: &Ctx<'js>,
    page: &Weak<PageState>,
    engine: &EngineHandle,
    world: World,
) -> rquickjs::Result<Object<'js>> {
    let object = Object::new(ctx.clone())?;
    let number = page.upgrade().map_or(0, |state| state.members.borrow().len());
    // `Page::join` admits at most eight worlds.
    let bit = 1_u8.checked_shl(number as u32).unwrap_or(0);
    nodes::add(&object, page, bit)?;
    query::add(&object, page)?;
    shared::add(&object, page)?;
    custom::add(&object, page)?;
    fetch::add(&object, page)?;
    worlds::add(&object, page, engine, number)?;
    object.set("isPage", world == World::Page)?;
    object.set("isWorker", world == World::Worker)?;
    Ok(object)
}

/// Adds a function per line; each sees the page's state by the first name.
macro_rules! functions {
    ($object:expr, $page:expr; $($name:literal = |$state:ident $(, $argument:ident: $kind:ty)*| -> $result:ty $body:block)*) => {
        $({
            let page = std::rc::Weak::clone($page);
            $object.set($name, $crate::sys::home::function($object.ctx(), move |$($argument: $kind),*| -> $result {
                match page.upgrade() {
                    Some($state) => $body,
                    None => Default::default(),
                }
            })?)?;
        })*
    };
}
use functions;

/// Text from a script. Lone surrogates, which Rust has no text for, become U+FFFD.
#[derive(Default)]
struct Text(String);

impl<'js> FromJs<'js> for Text {
    fn from_js(_ctx: &Ctx<'js>, value: Value<'js>) -> rquickjs::Result<Self> {
        if let Some(string) = value.as_string()
            && let Ok(text) = string.to_string()
        {
            return Ok(Text(text));
        }
        Ok(Text(String::from_utf16_lossy(&sys::string_to_utf16(&value)?)))
    }
}

/// The number for a node that may not be there.
fn number(id: Option<NodeId>) -> i32 {
    // Node numbers stay far below 2^31: the tree has a limit on live nodes.
    id.map_or(-1, |id| id.index() as i32)
}

fn numbers(ids: impl IntoIterator<Item = NodeId>) -> Vec<i32> {
    ids.into_iter().map(|id| number(Some(id))).collect()
}

/// Sets a function that needs more than the page's state.
fn set<'js, F, P>(object: &Object<'js>, name: &str, function: F) -> rquickjs::Result<()>
where
    F: rquickjs::function::IntoJsFunc<'js, P> + 'js,
    P: 'js,
{
    object.set(name, sys::home::function(object.ctx(), function)?)
}

type State = Rc<PageState>;
