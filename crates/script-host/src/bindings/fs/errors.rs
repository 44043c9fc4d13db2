//! System errors as Node words them.

use std::io;

use rquickjs::Ctx;
use rustix::io::Errno;

/// Node's name and text for an error number.
fn describe(number: i32) -> (&'static str, &'static str) {
    match Errno::from_raw_os_error(number) {
        Errno::NOENT => ("ENOENT", "no such file or directory"),
        Errno::ACCESS => ("EACCES", "permission denied"),
        Errno::PERM => ("EPERM", "operation not permitted"),
        Errno::EXIST => ("EEXIST", "file already exists"),
        Errno::NOTDIR => ("ENOTDIR", "not a directory"),
        Errno::ISDIR => ("EISDIR", "illegal operation on a directory"),
        Errno::NOTEMPTY => ("ENOTEMPTY", "directory not empty"),
        Errno::BADF => ("EBADF", "bad file descriptor"),
        Errno::INVAL => ("EINVAL", "invalid argument"),
        Errno::MFILE => ("EMFILE", "too many open files"),
        Errno::NFILE => ("ENFILE", "file table overflow"),
        Errno::NOSPC => ("ENOSPC", "no space left on device"),
        Errno::ROFS => ("EROFS", "read-only file system"),
        Errno::LOOP => ("ELOOP", "too many symbolic links encountered"),
        Errno::NAMETOOLONG => ("ENAMETOOLONG", "name too long"),
        Errno::XDEV => ("EXDEV", "cross-device link not permitted"),
        Errno::BUSY => ("EBUSY", "resource busy or locked"),
        Errno::TXTBSY => ("ETXTBSY", "text file is busy"),
        Errno::FBIG => ("EFBIG", "file too large"),
        Errno::PIPE => ("EPIPE", "broken pipe"),
        Errno::SPIPE => ("ESPIPE", "invalid seek"),
        Errno::NXIO => ("ENXIO", "no such device or address"),
        Errno::NODEV => ("ENODEV", "no such device"),
        Errno::NOTSUP => ("ENOTSUP", "operation not supported on socket"),
        _ => ("EIO", "i/o error"),
    }
}

/// Throws the error of a system call as Node words it.
pub(crate) fn throw(
    ctx: &Ctx<'_>,
    error: &io::Error,
    syscall: &str,
    path: Option<&str>,
    dest: Option<&str>,
) -> rquickjs::Error {
    let number = error.raw_os_error().unwrap_or(match error.kind() {
        io::ErrorKind::InvalidInput => Errno::INVAL.raw_os_error(),
        _ => Errno::IO.raw_os_error(),
    });
    let (code, text) = describe(number);
    let mut message = format!("{code}: {text}, {syscall}");
    if let Some(path) = path {
        message.push_str(&format!(" '{path}'"));
    }
    if let Some(dest) = dest {
        message.push_str(&format!(" -> '{dest}'"));
    }
    let made = crate::bindings::new_error(ctx, "Error", &message).and_then(|error| {
        error.set("errno", -number)?;
        error.set("code", code)?;
        error.set("syscall", syscall)?;
        if let Some(path) = path {
            error.set("path", path)?;
        }
        if let Some(dest) = dest {
            error.set("dest", dest)?;
        }
        Ok(error)
    });
    match made {
        Ok(error) => ctx.throw(error.into_value()),
        Err(error) => error,
    }
}

/// The error of a closed or unknown descriptor.
pub(super) fn bad_descriptor() -> io::Error {
    Errno::BADF.into()
}
