//! Array buffers and views on them.

use std::ffi::{c_int, c_void};

use ipc_proto::wire::ViewKind;
use rquickjs::qjs;

use super::{Intrinsic, Js, Owned, Shape, kinds};

/// Memory for so many bytes may be cleared before they are copied into it, which the engine does when it copies.
const QUICKLY_CLEARED: usize = 1 << 10;
/// The engine's buffers end here.
const LARGEST: u64 = i32::MAX as u64;

/// A view: its buffer, and which bytes of it are shown.
pub(crate) struct ViewParts<'js> {
    pub(crate) buffer: Owned<'js>,
    pub(crate) offset: usize,
    pub(crate) length: usize,
}

impl<'js> Js<'js> {
    /// The parts of a typed array; an exception when its buffer is detached or has become too small. When the buffer is
    /// resizable, the length is to be taken from [`typed_length`](Self::typed_length).
    pub(crate) fn typed_parts(&self, view: &Owned<'js>) -> Option<ViewParts<'js>> {
        let (mut offset, mut length, mut size): (qjs::size_t, qjs::size_t, qjs::size_t) = (0, 0, 0);
        // SAFETY: the engine checks that it is a typed array and fills in the numbers.
        let raw = unsafe {
            qjs::JS_GetTypedArrayBuffer(self.raw(), view.raw, &raw mut offset, &raw mut length, &raw mut size)
        };
        let buffer = self.own_checked(raw)?;
        Some(ViewParts { buffer, offset: offset as usize, length: length as usize })
    }

    /// How many bytes a typed array shows now. Of one that follows the length of its buffer the engine's own call says
    /// how many they were when it was made.
    pub(crate) fn typed_length(&self, view: &Owned<'js>) -> Option<usize> {
        Some(size(&self.call(Intrinsic::TypedByteLength, view, &[])?))
    }

    /// The parts of a `DataView`; an exception as for typed arrays.
    pub(crate) fn data_view_parts(&self, view: &Owned<'js>) -> Option<ViewParts<'js>> {
        let length = size(&self.call(Intrinsic::DataViewByteLength, view, &[])?);
        let offset = size(&self.call(Intrinsic::DataViewByteOffset, view, &[])?);
        let buffer = self.call(Intrinsic::DataViewBuffer, view, &[])?;
        Some(ViewParts { buffer, offset, length })
    }

    /// Shows the contents of a buffer; an exception when it is detached.
    pub(crate) fn with_bytes<R>(&self, buffer: &Owned<'js>, use_bytes: impl FnOnce(&[u8]) -> R) -> Option<R> {
        let mut len: qjs::size_t = 0;
        // SAFETY: the pointer is good for `len` bytes until a script runs, and the callers' closures run none:
        // they append the bytes to a vector.
        unsafe {
            let bytes = qjs::JS_GetArrayBuffer(self.raw(), &raw mut len, buffer.raw);
            if bytes.is_null() {
                return None;
            }
            Some(use_bytes(std::slice::from_raw_parts(bytes, len as usize)))
        }
    }

    /// The `maxByteLength` of a resizable buffer, or that it is not resizable.
    pub(crate) fn max_len(&self, buffer: &Owned<'js>) -> Option<Option<u64>> {
        match self.call(Intrinsic::BufferResizable, buffer, &[])?.shape() {
            Shape::Bool(true) => {
                let max = self.call(Intrinsic::BufferMaxByteLength, buffer, &[])?;
                Some(Some(size(&max) as u64))
            }
            _ => Some(None),
        }
    }

    /// A buffer with a copy of `bytes`.
    pub(crate) fn new_buffer(&self, bytes: &[u8], max: Option<u64>) -> Option<Owned<'js>> {
        let Some(max) = max else {
            let memory = self.copy(bytes)?;
            // SAFETY: memory of the engine's allocator with `len` bytes in it, which the buffer takes over.
            let raw = unsafe {
                qjs::JS_NewArrayBuffer(
                    self.raw(),
                    memory,
                    bytes.len() as qjs::size_t,
                    0,
                    Some(reallocate),
                    std::ptr::null_mut(),
                    false,
                )
            };
            return self.take_over(raw, memory);
        };
        if max > LARGEST {
            // SAFETY: a live context and a format without arguments.
            let thrown = unsafe { qjs::JS_ThrowRangeError(self.raw(), c"invalid max array buffer length".as_ptr()) };
            return self.own_checked(thrown);
        }
        let length = self.float(bytes.len() as f64);
        let options = self.new_object()?;
        let name = self.name(b"maxByteLength")?;
        self.define(&options, &name, self.float(max as f64), true).then_some(())?;
        let buffer = self.construct(Intrinsic::Buffer, &[&length, &options])?;
        let mut len: qjs::size_t = 0;
        // SAFETY: the engine checks that it is a buffer; no more is written than it and the source have.
        unsafe {
            let memory = qjs::JS_GetArrayBuffer(self.raw(), &raw mut len, buffer.raw);
            if memory.is_null() {
                return None;
            }
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), memory, bytes.len().min(len as usize));
        }
        Some(buffer)
    }

    /// A `Uint8Array` on all of a buffer.
    pub(crate) fn whole_view(&self, buffer: &Owned<'js>) -> Option<Owned<'js>> {
        let mut argv = [buffer.raw];
        // SAFETY: a live value, which the engine borrows for the call.
        let raw = unsafe {
            qjs::JS_NewTypedArray(self.raw(), 1, argv.as_mut_ptr(), qjs::JSTypedArrayEnum_JS_TYPED_ARRAY_UINT8)
        };
        self.own_checked(raw)
    }

    /// A `Uint8Array` on a buffer of its own with a copy of `bytes`.
    pub(crate) fn new_bytes(&self, bytes: &[u8]) -> Option<Owned<'js>> {
        if bytes.len() <= QUICKLY_CLEARED {
            // SAFETY: the engine copies `len` bytes.
            let raw = unsafe { qjs::JS_NewUint8ArrayCopy(self.raw(), bytes.as_ptr(), bytes.len() as qjs::size_t) };
            return self.own_checked(raw);
        }
        // Not in one step: when that fails it does not tell whether it has freed the memory.
        let buffer = self.new_buffer(bytes, None)?;
        self.whole_view(&buffer)
    }

    /// A copy in memory of the engine, counted against its limit, without clearing the memory first.
    fn copy(&self, bytes: &[u8]) -> Option<*mut u8> {
        // SAFETY: as many bytes are written as were asked for; null has thrown.
        unsafe {
            let memory = qjs::js_malloc(self.raw(), bytes.len().max(1) as qjs::size_t).cast::<u8>();
            if memory.is_null() {
                return None;
            }
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), memory, bytes.len());
            Some(memory)
        }
    }

    fn take_over(&self, raw: qjs::JSValue, memory: *mut u8) -> Option<Owned<'js>> {
        let value = self.own_checked(raw);
        if value.is_none() {
            // SAFETY: a buffer that could not be made has not taken the memory over.
            unsafe { qjs::js_free(self.raw(), memory.cast()) }
        }
        value
    }

    /// A view of `length` bytes from `offset` on; the engine checks that the buffer has them.
    pub(crate) fn new_view(&self, kind: ViewKind, buffer: &Owned<'js>, offset: u64, length: u64) -> Option<Owned<'js>> {
        let elements = length.checked_div(kind.element_size()).unwrap_or(0);
        let (offset, elements) = (self.float(offset as f64), self.float(elements as f64));
        let Some(index) = kinds::TYPED.iter().position(|(_, known)| *known == kind) else {
            return self.construct(Intrinsic::DataView, &[buffer, &offset, &elements]);
        };
        let mut argv = [buffer.raw, offset.raw, elements.raw];
        // SAFETY: live values, which the engine borrows for the call; `index` is one of its enumeration.
        let raw = unsafe { qjs::JS_NewTypedArray(self.raw(), argv.len() as c_int, argv.as_mut_ptr(), index as _) };
        self.own_checked(raw)
    }
}

fn size(number: &Owned<'_>) -> usize {
    match number.shape() {
        Shape::Int(value) => usize::try_from(value).unwrap_or(0),
        // Exact: the engine's buffers end at 2^31.
        Shape::Float(value) => value as usize,
        _ => 0,
    }
}

/// Resizes or, to size zero, frees the memory of a buffer.
unsafe extern "C" fn reallocate(
    runtime: *mut qjs::JSRuntime,
    _opaque: *mut c_void,
    memory: *mut c_void,
    size: qjs::size_t,
) -> *mut c_void {
    // SAFETY: called by the engine with the pointer that the buffer was made with or that the last call returned.
    unsafe { qjs::js_realloc_rt(runtime, memory, size) }
}
