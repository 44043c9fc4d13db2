//! The DOM subset of a page: one tree in Rust, wrapped by the scripts of each realm.
//!
//! There is no layout, no style and no network. A [`Page`] is shared by the page's realm and the preload's realm:
//! both see the same nodes through their own objects, and an event reaches the listeners of both.

mod binding;
mod loader;
mod page;
pub mod parse;
pub mod select;
pub mod serialize;
pub mod tree;
pub mod url;

pub use loader::{PageLoader, Script, ScriptKind, ScriptSource, Step};
pub use page::{Dialog, Page, PageRequest, ReadyState, World};

macro_rules! modules {
    ($($name:literal => $file:literal;)*) => {
        &[$(($name, concat!("node:internal/", $name), include_str!(concat!("../js/dom/", $file)))),*]
    };
}

/// The DOM's JavaScript: name, label in stacks, source.
const MODULES: &[(&str, &str, &str)] = modules! {
    "dom" => "index.js";
    "dom/abort" => "abort.js";
    "dom/address" => "address.js";
    "dom/attributes" => "attributes.js";
    "dom/clicks" => "clicks.js";
    "dom/collections" => "collections.js";
    "dom/core" => "core.js";
    "dom/define" => "define.js";
    "dom/document" => "document.js";
    "dom/element" => "element.js";
    "dom/events" => "events.js";
    "dom/formdata" => "formdata.js";
    "dom/forms" => "forms.js";
    "dom/handlers" => "handlers.js";
    "dom/html" => "html.js";
    "dom/message" => "message.js";
    "dom/node" => "node.js";
    "dom/observer" => "observer.js";
    "dom/storage" => "storage.js";
    "dom/target" => "target.js";
    "dom/window" => "window.js";
};
