//! `binding('compression')`: packing and unpacking of streams, piece by piece.
//!
//! What a page gives is anybody's: a piece that would unpack into too much is refused, and so are too many streams, whose
//! state is not in the engine's memory.

use std::cell::{Cell, RefCell};
use std::io::{self, Write};
use std::rc::Rc;

use flate2::Compression;
use flate2::write::{DeflateDecoder, DeflateEncoder, GzDecoder, GzEncoder, ZlibDecoder, ZlibEncoder};
use rquickjs::{Ctx, Function, Object, Value};

use crate::bindings::uint8_array;
use crate::realm::Realm;
use crate::sys;

/// How many streams a realm may have at a time; the larger ones take some 300 kB.
const STREAMS: usize = 64;
/// What one piece may become, in bytes.
const MOST: usize = 128 << 20;

pub(crate) fn add_binding(realm: &Realm) {
    realm.add_binding("compression", make);
}

fn make<'js>(ctx: &Ctx<'js>) -> rquickjs::Result<Object<'js>> {
    let object = Object::new(ctx.clone())?;
    let count = Rc::new(Cell::new(0));
    // The function that passes the pieces of a new stream; undefined when there are too many.
    let function = Function::new(ctx.clone(), move |ctx: Ctx<'js>, kind: u32, unpacks: bool| {
        if count.get() >= STREAMS {
            // Some may be nobody's any more.
            ctx.run_gc();
        }
        if count.get() >= STREAMS { Ok(None) } else { open(&ctx, &count, kind, unpacks).map(Some) }
    })?;
    object.set("open", function)?;
    Ok(object)
}

fn open<'js>(ctx: &Ctx<'js>, count: &Rc<Cell<usize>>, kind: u32, unpacks: bool) -> rquickjs::Result<Function<'js>> {
    let stream = RefCell::new(Some(Stream::new(kind, unpacks)));
    let counted = Counted::new(count);
    let function = Function::new(
        ctx.clone(),
        move |ctx: Ctx<'js>, buffer: Value<'js>, offset: usize, length: usize, last: bool| {
            let _ = &counted;
            pass(&ctx, &stream, &buffer, (offset, length), last)
        },
    )?;
    sys::home::bring_home(ctx, &function)?;
    Ok(function)
}

/// Counts an open stream for as long as it is there.
struct Counted(Rc<Cell<usize>>);

impl Counted {
    fn new(open: &Rc<Cell<usize>>) -> Self {
        open.set(open.get() + 1);
        Self(Rc::clone(open))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

/// What a piece becomes: bytes, or a text that says why not. After that, and after the last piece, nothing is passed.
fn pass<'js>(
    ctx: &Ctx<'js>,
    stream: &RefCell<Option<Stream>>,
    buffer: &Value<'js>,
    (offset, length): (usize, usize),
    last: bool,
) -> rquickjs::Result<Value<'js>> {
    let mut held = stream.borrow_mut();
    let Some(open) = held.as_mut() else { return sys::string_from_str(ctx, "The stream is closed.") };
    let mut outcome = sys::with_buffer_bytes(buffer, offset, length, |bytes| open.write(bytes))?;
    if last {
        outcome = outcome.and_then(|()| open.finish());
    }
    let made = std::mem::take(&mut open.sink().bytes);
    match outcome {
        Ok(()) => {
            if last {
                *held = None;
            }
            uint8_array(ctx, &made)
        }
        Err(error) => {
            *held = None;
            let text = match error.kind() {
                io::ErrorKind::OutOfMemory => error.to_string(),
                io::ErrorKind::UnexpectedEof => "Compressed input was truncated.".to_owned(),
                io::ErrorKind::WriteZero => "Junk found after end of compressed data.".to_owned(),
                _ => "The compressed data was not valid.".to_owned(),
            };
            sys::string_from_str(ctx, &text)
        }
    }
}

/// Where the bytes go.
#[derive(Default)]
struct Sink {
    bytes: Vec<u8>,
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > MOST {
            let text = format!("A piece would become more than {} MiB: give it in smaller pieces.", MOST >> 20);
            return Err(io::Error::new(io::ErrorKind::OutOfMemory, text));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

enum Stream {
    Packing(Packing),
    Unpacking { stream: Unpacking, given: bool },
}

enum Packing {
    Zlib(ZlibEncoder<Sink>),
    Raw(DeflateEncoder<Sink>),
    Gzip(GzEncoder<Sink>),
}

enum Unpacking {
    Zlib(ZlibDecoder<Sink>),
    Raw(DeflateDecoder<Sink>),
    Gzip(GzDecoder<Sink>),
}

impl Stream {
    fn new(kind: u32, unpacks: bool) -> Self {
        let (sink, level) = (Sink::default(), Compression::default());
        if unpacks {
            let stream = match kind {
                0 => Unpacking::Zlib(ZlibDecoder::new(sink)),
                1 => Unpacking::Raw(DeflateDecoder::new(sink)),
                _ => Unpacking::Gzip(GzDecoder::new(sink)),
            };
            return Self::Unpacking { stream, given: false };
        }
        Self::Packing(match kind {
            0 => Packing::Zlib(ZlibEncoder::new(sink, level)),
            1 => Packing::Raw(DeflateEncoder::new(sink, level)),
            _ => Packing::Gzip(GzEncoder::new(sink, level)),
        })
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Packing(Packing::Zlib(stream)) => stream.write_all(bytes),
            Self::Packing(Packing::Raw(stream)) => stream.write_all(bytes),
            Self::Packing(Packing::Gzip(stream)) => stream.write_all(bytes),
            Self::Unpacking { stream, given } => {
                *given |= !bytes.is_empty();
                match stream {
                    Unpacking::Zlib(stream) => stream.write_all(bytes).and_then(|()| stream.flush()),
                    Unpacking::Raw(stream) => stream.write_all(bytes).and_then(|()| stream.flush()),
                    Unpacking::Gzip(stream) => stream.write_all(bytes).and_then(|()| stream.flush()),
                }
            }
        }
    }

    fn finish(&mut self) -> io::Result<()> {
        match self {
            Self::Packing(Packing::Zlib(stream)) => stream.try_finish(),
            Self::Packing(Packing::Raw(stream)) => stream.try_finish(),
            Self::Packing(Packing::Gzip(stream)) => stream.try_finish(),
            Self::Unpacking { given: false, .. } => Err(io::ErrorKind::UnexpectedEof.into()),
            // A stream that has come to its end takes no more byte.
            Self::Unpacking { stream: Unpacking::Zlib(stream), .. } => ended(stream),
            Self::Unpacking { stream: Unpacking::Raw(stream), .. } => ended(stream),
            Self::Unpacking { stream: Unpacking::Gzip(stream), .. } => stream.try_finish(),
        }
    }

    fn sink(&mut self) -> &mut Sink {
        match self {
            Self::Packing(Packing::Zlib(stream)) => stream.get_mut(),
            Self::Packing(Packing::Raw(stream)) => stream.get_mut(),
            Self::Packing(Packing::Gzip(stream)) => stream.get_mut(),
            Self::Unpacking { stream: Unpacking::Zlib(stream), .. } => stream.get_mut(),
            Self::Unpacking { stream: Unpacking::Raw(stream), .. } => stream.get_mut(),
            Self::Unpacking { stream: Unpacking::Gzip(stream), .. } => stream.get_mut(),
        }
    }
}

fn ended(stream: &mut impl Write) -> io::Result<()> {
    match stream.write(&[0]) {
        Ok(0) => Ok(()),
        _ => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}
