//! `binding('fs')`: the file system calls under the `fs` module, with Node's errors.

use std::io;

use rquickjs::{Ctx, Exception, Object};

use crate::realm::Realm;

pub(crate) fn add_binding(realm: &Realm) {
    realm.add_binding("fs", |ctx| Object::new(ctx.clone()));
}

/// Node's name and text for an error number.
fn describe(number: i32) -> (&'static str, &'static str) {
    use rustix::io::Errno;
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
        Errno::NOSPC => ("ENOSPC", "no space left on device"),
        Errno::ROFS => ("EROFS", "read-only file system"),
        Errno::LOOP => ("ELOOP", "too many symbolic links encountered"),
        Errno::NAMETOOLONG => ("ENAMETOOLONG", "name too long"),
        Errno::XDEV => ("EXDEV", "cross-device link not permitted"),
        Errno::BUSY => ("EBUSY", "resource busy or locked"),
        Errno::IO => ("EIO", "i/o error"),
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
    let number = error.raw_os_error().unwrap_or(rustix::io::Errno::IO.raw_os_error());
    let (code, text) = describe(number);
    let mut message = format!("{code}: {text}, {syscall}");
    if let Some(path) = path {
        message.push_str(&format!(" '{path}'"));
    }
    if let Some(dest) = dest {
        message.push_str(&format!(" -> '{dest}'"));
    }
    let made = Exception::from_message(ctx.clone(), &message).and_then(|error| {
        let object = error.as_object();
        object.set("errno", -number)?;
        object.set("code", code)?;
        object.set("syscall", syscall)?;
        if let Some(path) = path {
            object.set("path", path)?;
        }
        if let Some(dest) = dest {
            object.set("dest", dest)?;
        }
        Ok(error)
    });
    match made {
        Ok(error) => error.throw(),
        Err(error) => error,
    }
}
