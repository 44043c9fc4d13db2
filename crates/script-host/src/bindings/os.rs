//! `binding('os')`: facts about the machine.

use std::fs;

use rquickjs::{Ctx, Function, Object};

use crate::realm::Realm;

pub(crate) fn add_binding(realm: &Realm) {
    realm.add_binding("os", |ctx| {
        let object = Object::new(ctx.clone())?;
        let parallel = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        object.set("availableParallelism", u32::try_from(parallel).unwrap_or(1))?;
        text(ctx, &object, "hostname", "/proc/sys/kernel/hostname")?;
        text(ctx, &object, "release", "/proc/sys/kernel/osrelease")?;
        text(ctx, &object, "version", "/proc/sys/kernel/version")?;
        memory(ctx, &object, "totalmem", "MemTotal:")?;
        memory(ctx, &object, "freemem", "MemAvailable:")?;
        object.set("uptime", Function::new(ctx.clone(), || first_number("/proc/uptime"))?)?;
        Ok(object)
    });
}

/// A function that gives the text of a file of the kernel; undefined where there is none.
fn text<'js>(ctx: &Ctx<'js>, object: &Object<'js>, name: &str, file: &'static str) -> rquickjs::Result<()> {
    let read = move || fs::read_to_string(file).ok().map(|text| text.trim_end().to_owned());
    object.set(name, Function::new(ctx.clone(), read)?)
}

/// A function that gives a line of the kernel's account of memory, in bytes.
fn memory<'js>(ctx: &Ctx<'js>, object: &Object<'js>, name: &str, line: &'static str) -> rquickjs::Result<()> {
    let read = move || {
        let text = fs::read_to_string("/proc/meminfo").ok()?;
        let rest = text.lines().find_map(|other| other.strip_prefix(line))?;
        Some(rest.split_whitespace().next()?.parse::<f64>().ok()? * 1024.0)
    };
    object.set(name, Function::new(ctx.clone(), read)?)
}

fn first_number(file: &str) -> Option<f64> {
    fs::read_to_string(file).ok()?.split_whitespace().next()?.parse().ok()
}
