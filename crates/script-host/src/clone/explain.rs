//! From the stack of open containers to an error that names the culprit.

use super::encode::{Encoder, Fault, Frame};
use super::error::NotCloneable;
use super::path::Path;
use crate::sys::clone::{Owned, Shape};

impl<'js> Encoder<'_, 'js> {
    /// The class of a host object, as its prototype tells it.
    pub(super) fn host_label(&self, value: &Owned<'js>) -> String {
        let name = self
            .js
            .get_named(value, c"constructor")
            .filter(|constructor| matches!(constructor.shape(), Shape::Object(_)))
            .and_then(|constructor| self.js.get_named(&constructor, c"name"))
            .filter(|name| matches!(name.shape(), Shape::Str))
            .and_then(|name| self.js.with_text(&name, |name| String::from_utf8_lossy(name).into_owned()));
        match name.as_deref() {
            None => {
                self.js.clear_exception();
                "host object".to_owned()
            }
            Some("" | "Object") => "host object".to_owned(),
            Some(name) => name.to_owned(),
        }
    }

    /// The error for the value that was being written.
    pub(super) fn explain(&self, root: &str, fault: Fault) -> NotCloneable {
        let (what, stopped, too_large) = match fault {
            Fault::Is(what) => (what.into_owned(), false, None),
            Fault::TooLarge(what, size) => (what, false, Some(size)),
            Fault::Threw(what) => (what.to_owned(), self.js.clear_exception(), None),
        };
        let mut path = Path::new(root);
        if let Some(arg) = self.arg {
            path.index(arg);
        }
        for frame in &self.frames {
            self.extend(&mut path, frame);
        }
        NotCloneable { path: path.finish(), what, too_large, stopped }
    }

    fn extend(&self, path: &mut Path, frame: &Frame<'js>) {
        match frame {
            Frame::Named { names, next, .. } | Frame::Array { names, next, .. } => {
                let Some(index) = next.checked_sub(1) else { return };
                if let Some(name) = self.js.keep_name(names, index) {
                    self.js.with_name(&name, |name| path.key(name));
                }
            }
            Frame::Entries { entries, next, map } => {
                let Some(index) = next.checked_sub(1) else { return };
                if !map {
                    return path.entry("values", index);
                }
                let (entry, is_key) = (index / 2, index % 2 == 0);
                if is_key {
                    return path.entry("keys", entry);
                }
                match entries.get(index - 1) {
                    Some(key) if matches!(key.shape(), Shape::Str) => {
                        self.js.with_text(key, |key| path.map_value(key));
                    }
                    _ => path.entry("values", entry),
                }
            }
            Frame::Error { .. } => path.key(b"cause"),
        }
    }
}
