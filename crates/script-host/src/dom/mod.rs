//! The DOM subset of a page: one tree in Rust, wrapped by the scripts of each realm.
//!
//! There is no layout, no style and no network. A [`Page`] is shared by the page's realm and the preload's realm:
//! both see the same nodes through their own objects, and an event reaches the listeners of both.

mod binding;
mod joint;
mod loader;
mod page;
pub mod parse;
pub mod select;
pub mod serialize;
mod storage;
pub mod tree;
pub mod url;
pub mod xml;

pub use joint::Joint;
pub use loader::{PageLoader, Script, ScriptKind, ScriptSource, Step};
pub use page::{Dialog, Page, PageReader, PageRequest, ReadyState, World};
