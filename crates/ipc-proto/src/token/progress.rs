//! How far a value has been read.

use super::error::ValueError;
use super::stack::SmallStack;
use crate::wire::ViewKind;

/// An open container.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub(super) state: State,
    /// Its object number.
    pub(super) object: u32,
    /// Elements and holes so far, for arrays.
    pub(super) length: u32,
    pub(super) array: bool,
}

/// What may come next in a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// One value, and nothing after it.
    Root,
    /// Nothing.
    Done,
    /// An array's element, a hole, its first name, or its end.
    Element,
    /// A name or the end.
    Name,
    /// The value of a name.
    Named,
    /// A `Set`'s value or the end.
    Member,
    /// A `Map`'s key or the end.
    MapKey,
    /// The value of a `Map`'s key.
    MapValue,
}

/// What the previous token demands of this one.
#[derive(Debug, Clone, Copy)]
pub(super) enum Expect {
    Anything,
    Primitive,
    Buffer { kind: ViewKind, offset: u64, length: u64 },
}

impl Frame {
    pub(super) const ROOT: Self = Self { state: State::Root, object: u32::MAX, length: 0, array: false };
}

/// Where in a value its reader is, and what may come next there.
#[derive(Debug, Clone)]
pub(super) struct Progress<'a> {
    pub(super) bytes: &'a [u8],
    /// Where the next token begins.
    pub(super) at: usize,
    pub(super) top: Frame,
    pub(super) parents: SmallStack<Frame, 4>,
    pub(super) expect: Expect,
    pub(super) objects: SmallStack<Mark, 4>,
    pub(super) keys: SmallStack<Place, 8>,
    /// The number the next object and the next name take. Behind the tables' ends only while an object is read
    /// again.
    pub(super) next_object: u32,
    pub(super) next_key: u32,
    pub(super) last_key: Option<u32>,
    depth_limit: usize,
    /// What is known of the last text.
    pub(super) ascii: bool,
}

/// Where an object begins, and how many names came before it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    pub(super) at: u32,
    pub(super) keys: u32,
}

/// Where a name's bytes are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) at: u32,
    pub(super) len: u32,
}

/// Where reading goes on after an object has been read again.
#[derive(Debug)]
pub(crate) struct Return {
    at: usize,
    object: u32,
    key: u32,
}

impl<'a> Progress<'a> {
    #[inline]
    pub(super) fn new(bytes: &'a [u8], depth_limit: usize) -> Self {
        Self {
            bytes,
            at: 0,
            top: Frame::ROOT,
            parents: SmallStack::new(Frame::ROOT),
            expect: Expect::Anything,
            objects: SmallStack::new(Mark { at: 0, keys: 0 }),
            keys: SmallStack::new(Place { at: 0, len: 0 }),
            next_object: 0,
            next_key: 0,
            last_key: None,
            depth_limit,
            ascii: false,
        }
    }

    /// How many containers are open.
    #[inline]
    pub(super) fn depth(&self) -> usize {
        self.parents.len()
    }

    /// Whether one more container may be opened.
    #[inline]
    pub(super) fn may_open(&self) -> bool {
        self.depth() < self.depth_limit
    }

    /// Whether a box or a view still lacks what has to follow it.
    #[inline]
    pub(super) fn owes(&self) -> bool {
        !matches!(self.expect, Expect::Anything)
    }

    /// Whether everything was read that there is at this depth.
    #[inline]
    pub(super) fn is_done(&self) -> bool {
        self.top.state == State::Done && !self.owes()
    }

    /// Whether that object's container is still open here.
    pub(super) fn is_open(&self, object: u32) -> bool {
        self.top.object == object || self.parents.iter().any(|frame| frame.object == object)
    }

    /// The name of that number, if it has been read.
    #[inline]
    pub(super) fn key(&self, number: u32) -> Option<&'a [u8]> {
        let place = self.keys.get(usize::try_from(number).ok()?)?;
        let start = usize::try_from(place.at).ok()?;
        self.bytes.get(start..)?.get(..usize::try_from(place.len).ok()?)
    }

    /// Makes every further step fail, for after a mistake nothing can be relied on.
    #[cold]
    pub(super) fn fail(&mut self) {
        self.at = self.bytes.len();
        self.top.state = State::Named;
    }

    /// Goes back to the earlier object of that number.
    pub(super) fn enter(&mut self, object: u32) -> Result<Return, ValueError> {
        if !self.may_open() {
            return Err(self.too_deep());
        }
        let Some(mark) = usize::try_from(object).ok().and_then(|index| self.objects.get(index)) else {
            return Err(bad_ref("object", object, self.next_object));
        };
        let back = Return { at: self.at, object: self.next_object, key: self.next_key };
        self.parents.push(self.top);
        self.top = Frame::ROOT;
        self.at = usize::try_from(mark.at).unwrap_or(usize::MAX);
        self.next_object = object;
        self.next_key = mark.keys;
        Ok(back)
    }

    /// Goes on behind what named that object, which has been read to its end.
    pub(super) fn leave(&mut self, back: Return) {
        self.at = back.at;
        self.next_object = back.object;
        self.next_key = back.key;
        if let Some(parent) = self.parents.pop() {
            self.top = parent;
        }
    }

    #[cold]
    pub(super) fn too_deep(&self) -> ValueError {
        ValueError::TooDeep { limit: self.depth_limit }
    }
}

#[cold]
pub(super) fn bad_ref(what: &'static str, number: u32, known: u32) -> ValueError {
    ValueError::BadRef { what, number, known }
}
