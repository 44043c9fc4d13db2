//! Files: open, read, write, whole-file calls.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::fd::AsRawFd as _;
use std::os::unix::fs::FileExt as _;
use std::rc::Rc;

use rquickjs::{Ctx, Function, Object, Value};
use rustix::fs::{Mode, OFlags};

use super::errors::{bad_descriptor, throw};
use super::folders::numbers;
use super::{Open, calls};
use crate::bindings::{bytes_of, uint8_array};
use crate::sys;

fn open_file(path: &str, flags: u32, mode: u32) -> io::Result<File> {
    let flags = OFlags::from_bits_retain(flags) | OFlags::CLOEXEC;
    Ok(rustix::fs::open(path, flags, Mode::from_raw_mode(mode))?.into())
}

/// Runs `f` on an open file.
fn with_file<R>(open: &Open, fd: i32, f: impl FnOnce(&mut File) -> io::Result<R>) -> io::Result<R> {
    f(open.borrow_mut().get_mut(&fd).ok_or_else(bad_descriptor)?)
}

fn read_at(file: &mut File, buffer: &mut [u8], position: f64) -> io::Result<usize> {
    if position < 0.0 { file.read(buffer) } else { file.read_at(buffer, position as u64) }
}

fn write_at(file: &mut File, bytes: &[u8], position: f64) -> io::Result<usize> {
    if position < 0.0 { file.write(bytes) } else { file.write_at(bytes, position as u64) }
}

pub(super) fn add<'js>(ctx: &Ctx<'js>, object: &Object<'js>, open: &Open) -> rquickjs::Result<()> {
    let table = Rc::clone(open);
    let (a, b, c, d, e) = (table.clone(), table.clone(), table.clone(), table.clone(), table.clone());
    calls! { ctx, object;
        "open" "open" (path: String, flags: u32, mode: u32) [&path] {
            let file = open_file(&path, flags, mode)?;
            let fd = file.as_raw_fd();
            a.borrow_mut().insert(fd, file);
            Ok(fd)
        };
        "close" "close" (fd: i32) [] b.borrow_mut().remove(&fd).map(drop).ok_or_else(bad_descriptor);
        "fstat" "fstat" (fd: i32) [] with_file(&c, fd, |file| file.metadata()).map(|data| numbers(&data));
        "ftruncate" "ftruncate" (fd: i32, length: f64) [] with_file(&d, fd, |file| file.set_len(length as u64));
        "fsync" "fsync" (fd: i32) [] with_file(&e, fd, |file| file.sync_all());
        "truncate" "open" (path: String, length: f64) [&path] {
            fs::OpenOptions::new().write(true).open(&path)?.set_len(length as u64)
        };
        "copyFile" "copyfile" (from: String, to: String, exclusive: bool) [&from, &to] copy(&from, &to, exclusive);
    }
    object.set("read", reader(ctx, Rc::clone(open))?)?;
    object.set("write", writer(ctx, Rc::clone(open))?)?;
    object.set("readFile", Function::new(ctx.clone(), read_file)?)?;
    let table = Rc::clone(open);
    object.set(
        "readAll",
        Function::new(ctx.clone(), move |ctx: Ctx<'js>, fd: i32| {
            let mut bytes = Vec::new();
            with_file(&table, fd, |file| file.read_to_end(&mut bytes))
                .map_err(|error| throw(&ctx, &error, "read", None, None))?;
            uint8_array(&ctx, &bytes)
        })?,
    )?;
    object.set("writeFile", Function::new(ctx.clone(), write_file)?)
}

/// `read(fd, view, offset, length, position)`: how many bytes came.
fn reader<'js>(ctx: &Ctx<'js>, open: Open) -> rquickjs::Result<Function<'js>> {
    Function::new(
        ctx.clone(),
        move |ctx: Ctx<'js>, fd: i32, view: Value<'js>, offset: usize, length: usize, position: f64| {
            let (buffer, start, size) = sys::typed_array_buffer(&view)?;
            let length = length.min(size.saturating_sub(offset));
            let outcome = sys::with_buffer_bytes(&buffer, start.saturating_add(offset), length, |bytes| {
                with_file(&open, fd, |file| read_at(file, bytes, position))
            })?;
            outcome.map_err(|error| throw(&ctx, &error, "read", None, None))
        },
    )
}

/// `write(fd, view, offset, length, position)`: how many bytes went.
fn writer<'js>(ctx: &Ctx<'js>, open: Open) -> rquickjs::Result<Function<'js>> {
    Function::new(
        ctx.clone(),
        move |ctx: Ctx<'js>, fd: i32, view: Value<'js>, offset: usize, length: usize, position: f64| {
            let bytes = bytes_of(&view)?;
            let end = offset.saturating_add(length).min(bytes.len());
            let bytes = bytes.get(offset..end).unwrap_or_default();
            let outcome = match fd {
                1 => io::stdout().write(bytes),
                2 => io::stderr().write(bytes),
                _ => with_file(&open, fd, |file| write_at(file, bytes, position)),
            };
            outcome.map_err(|error| throw(&ctx, &error, "write", None, None))
        },
    )
}

fn read_file<'js>(ctx: Ctx<'js>, path: String, flags: u32) -> rquickjs::Result<Value<'js>> {
    let mut file = open_file(&path, flags, 0o666).map_err(|error| throw(&ctx, &error, "open", Some(&path), None))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(|error| throw(&ctx, &error, "read", None, None))?;
    uint8_array(&ctx, &bytes)
}

fn write_file<'js>(ctx: Ctx<'js>, path: String, data: Value<'js>, flags: u32, mode: u32) -> rquickjs::Result<()> {
    let bytes = bytes_of(&data)?;
    let mut file = open_file(&path, flags, mode).map_err(|error| throw(&ctx, &error, "open", Some(&path), None))?;
    file.write_all(&bytes).map_err(|error| throw(&ctx, &error, "write", None, None))
}

fn copy(from: &str, to: &str, exclusive: bool) -> io::Result<()> {
    let mut source = File::open(from)?;
    let data = source.metadata()?;
    if data.is_dir() {
        return Err(rustix::io::Errno::ISDIR.into());
    }
    let mut flags = OFlags::WRONLY | OFlags::CREATE;
    if exclusive {
        flags |= OFlags::EXCL;
    }
    let mode = std::os::unix::fs::MetadataExt::mode(&data) & 0o777;
    let mut target = open_file(to, flags.bits(), mode)?;
    let same = target.metadata().is_ok_and(|other| {
        use std::os::unix::fs::MetadataExt as _;
        (other.dev(), other.ino()) == (data.dev(), data.ino())
    });
    if same {
        return Ok(());
    }
    target.set_len(0)?;
    target.seek(SeekFrom::Start(0))?;
    io::copy(&mut source, &mut target).map(drop)
}
