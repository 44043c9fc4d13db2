//! `binding('process')`: facts about the process and its environment.

use std::collections::HashMap;
use std::io::IsTerminal as _;
use std::rc::{Rc, Weak};

use ipc_proto::system::FIGURES;
use rustix::io::Errno;
use rustix::process::{self, Pid, Signal};

use rquickjs::{BigInt, Ctx, Function, Object, Value};

use crate::bindings::bytes_of;
use crate::console::Stream;
use crate::engine::Shared;
use crate::error::lossy;
use crate::realm::{Realm, RealmState};
use crate::require::RequirePolicy;

/// Programs ask for these to choose code paths; they name what this crate behaves like.
const NODE_VERSION: &str = "20.20.2";
const ELECTRON_VERSION: &str = "40.0.0";
const CHROME_VERSION: &str = "144.0.7559.0";

pub(crate) fn add_binding(realm: &Realm) {
    let state = Rc::downgrade(realm.state());
    let shared = Rc::downgrade(realm.shared());
    let full = realm.options().require == RequirePolicy::Full;
    realm.add_binding("process", move |ctx| {
        let object = Object::new(ctx.clone())?;
        let holder = state.clone();
        object.set(
            "info",
            Function::new(ctx.clone(), move |ctx| info(&ctx, &*holder.upgrade().ok_or(rquickjs::Error::Unknown)?))?,
        )?;
        object.set("cwd", Function::new(ctx.clone(), cwd)?)?;
        object.set("chdir", Function::new(ctx.clone(), chdir)?)?;
        let holder = shared.clone();
        object.set(
            "uptime",
            Function::new(ctx.clone(), move || {
                holder.upgrade().map_or(0.0, |shared| shared.started.elapsed().as_secs_f64())
            })?,
        )?;
        object.set("hrtime", Function::new(ctx.clone(), hrtime)?)?;
        let holder = shared.clone();
        object.set("memoryUsage", Function::new(ctx.clone(), move |ctx| memory_usage(&ctx, &holder))?)?;
        object.set("cpuUsage", Function::new(ctx.clone(), cpu_usage)?)?;
        let holder = shared.clone();
        object.set("proc", Function::new(ctx.clone(), move |name: String| proc_file(&holder, &name))?)?;
        object
            .set("raise", Function::new(ctx.clone(), |signal: i32| kill(std::process::id().cast_signed(), signal))?)?;
        if full {
            object.set("kill", Function::new(ctx.clone(), kill)?)?;
            object.set("setFdLimit", Function::new(ctx.clone(), set_fd_limit)?)?;
        }
        object.set(
            "isTerminal",
            Function::new(ctx.clone(), |fd: i32| match fd {
                0 => std::io::stdin().is_terminal(),
                1 => std::io::stdout().is_terminal(),
                2 => std::io::stderr().is_terminal(),
                _ => std::fs::read_link(format!("/proc/self/fd/{fd}"))
                    .is_ok_and(|path| path.starts_with("/dev/pts") || path.to_string_lossy().starts_with("/dev/tty")),
            })?,
        )?;
        let holder = shared.clone();
        object.set(
            "writeText",
            Function::new(ctx.clone(), move |fd: i32, text: Value<'_>| {
                if let (Some(shared), Some(text)) = (holder.upgrade(), lossy(&text)) {
                    let hook = shared.hooks.write.borrow().clone();
                    hook(stream(fd), text.as_bytes());
                }
            })?,
        )?;
        let holder = shared.clone();
        object.set(
            "writeBytes",
            Function::new(ctx.clone(), move |fd: i32, bytes: Value<'_>| {
                if let Some(shared) = holder.upgrade() {
                    let bytes = bytes_of(&bytes)?;
                    let hook = shared.hooks.write.borrow().clone();
                    hook(stream(fd), &bytes);
                }
                rquickjs::Result::Ok(())
            })?,
        )?;
        Ok(object)
    });
}

fn hrtime(ctx: Ctx<'_>) -> rquickjs::Result<BigInt<'_>> {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    BigInt::from_i64(ctx, now.tv_sec * 1_000_000_000 + now.tv_nsec)
}

fn stream(fd: i32) -> Stream {
    if fd == 1 { Stream::Stdout } else { Stream::Stderr }
}

fn info<'js>(ctx: &Ctx<'js>, state: &RealmState) -> rquickjs::Result<Object<'js>> {
    let options = state.options();
    let given = &options.process;
    let object = Object::new(ctx.clone())?;
    let versions = Object::new(ctx.clone())?;
    versions.set("node", NODE_VERSION)?;
    versions.set("electron", ELECTRON_VERSION)?;
    versions.set("chrome", CHROME_VERSION)?;
    versions.set("dipole", env!("CARGO_PKG_VERSION"))?;
    object.set("versions", versions)?;
    object.set(
        "platform",
        match std::env::consts::OS {
            "macos" => "darwin",
            "windows" => "win32",
            other => other,
        },
    )?;
    object.set(
        "arch",
        match std::env::consts::ARCH {
            "x86_64" => "x64",
            "aarch64" => "arm64",
            "x86" => "ia32",
            other => other,
        },
    )?;
    let program = || std::env::current_exe().map(|path| path.to_string_lossy().into_owned()).unwrap_or_default();
    let exec_path = if given.exec_path.is_empty() { program() } else { given.exec_path.clone() };
    let title = exec_path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    object.set("title", title)?;
    object.set("argv", if given.argv.is_empty() { vec![exec_path.clone()] } else { given.argv.clone() })?;
    object.set("execArgv", given.exec_argv.clone())?;
    object.set("execPath", exec_path)?;
    object.set("pid", std::process::id())?;
    object.set("ppid", rustix::process::getppid().map_or(0, |pid| pid.as_raw_nonzero().get()))?;
    object.set("uid", rustix::process::getuid().as_raw())?;
    object.set("gid", rustix::process::getgid().as_raw())?;
    if let Some(kind) = &given.process_type {
        object.set("type", kind.as_str())?;
    }
    if given.default_app {
        object.set("defaultApp", true)?;
    }
    if let Some(path) = &given.resources_path {
        object.set("resourcesPath", path.as_str())?;
    }
    let env = Object::new(ctx.clone())?;
    match &given.env {
        Some(pairs) => {
            for (name, value) in pairs {
                env.set(name.as_str(), value.as_str())?;
            }
        }
        None => {
            for (name, value) in std::env::vars_os() {
                env.set(name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned())?;
            }
        }
    }
    object.set("env", env)?;
    Ok(object)
}

/// A file of `/proc`, of those that `process` looks at; empty where there is none.
fn proc_file(shared: &Weak<Shared>, name: &str) -> String {
    if !FIGURES.contains(&name) {
        return String::new();
    }
    let hook = shared.upgrade().and_then(|shared| shared.hooks.figures.borrow().clone());
    match hook {
        Some(hook) => hook(name),
        None => std::fs::read_to_string(format!("/proc/{name}")).unwrap_or_default(),
    }
}

/// Sends a signal as kill(2) does, or asks with 0 whether the process is there; gives the number of the error, or 0.
fn kill(pid: i32, signal: i32) -> i32 {
    let target = Pid::from_raw(pid.saturating_abs());
    let outcome = match (target, Signal::from_named_raw(signal)) {
        (_, None) if signal != 0 => Err(Errno::INVAL),
        (None, Some(signal)) => process::kill_current_process_group(signal),
        (None, None) => process::test_kill_current_process_group(),
        (Some(pid_), signal) if pid < 0 => match signal {
            Some(signal) => process::kill_process_group(pid_, signal),
            None => process::test_kill_process_group(pid_),
        },
        (Some(pid), Some(signal)) => process::kill_process(pid, signal),
        (Some(pid), None) => process::test_kill_process(pid),
    };
    outcome.map_or_else(Errno::raw_os_error, |()| 0)
}

/// Sets the soft limit of open files, up to the hard one.
fn set_fd_limit(wanted: u32) {
    let limit = process::getrlimit(process::Resource::Nofile);
    let most = limit.maximum.unwrap_or(u64::MAX);
    let current = Some(u64::from(wanted).min(most));
    // Electron does not say either whether it could.
    let _ = process::setrlimit(process::Resource::Nofile, process::Rlimit { current, ..limit });
}

fn cwd(ctx: Ctx<'_>) -> rquickjs::Result<String> {
    std::env::current_dir()
        .map(|path| path.to_string_lossy().into_owned())
        .map_err(|error| super::fs::throw(&ctx, &error, "uv_cwd", None, None))
}

fn chdir<'js>(ctx: Ctx<'js>, path: String) -> rquickjs::Result<()> {
    std::env::set_current_dir(&path).map_err(|error| {
        let from = std::env::current_dir().unwrap_or_default();
        super::fs::throw(&ctx, &error, "chdir", Some(&from.to_string_lossy()), Some(&path))
    })
}

fn memory_usage(ctx: &Ctx<'_>, shared: &Weak<Shared>) -> rquickjs::Result<HashMap<&'static str, f64>> {
    let status = proc_file(shared, "self/status");
    let resident = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse::<f64>().ok())
        .map_or(0.0, |kib| kib * 1024.0);
    let heap = crate::sys::heap_bytes(ctx) as f64;
    Ok(HashMap::from([
        ("rss", resident),
        ("heapTotal", heap),
        ("heapUsed", heap),
        ("external", 0.0),
        ("arrayBuffers", 0.0),
    ]))
}

fn cpu_usage() -> HashMap<&'static str, f64> {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    let micros = time.tv_sec as f64 * 1e6 + time.tv_nsec as f64 / 1e3;
    HashMap::from([("user", micros.trunc()), ("system", 0.0)])
}
