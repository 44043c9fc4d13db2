//! What scripts may ask for late of the system's files, in a process that opens none any more.

use std::sync::OnceLock;

unsafe extern "C" {
    fn tzset();
}

/// Reads the time zone. To be called before the process gives up its files, while it has one thread.
pub fn keep_time_zone() {
    // SAFETY: the C library reads the environment, which nobody else changes.
    unsafe { tzset() };
    let _ = time_zone();
}

/// The name of the time zone, as far as the system tells: that of `TZ`, or of the file that it is a link to. Empty if it
/// does not.
#[must_use]
pub fn time_zone() -> &'static str {
    static ZONE: OnceLock<String> = OnceLock::new();
    ZONE.get_or_init(|| {
        let told = std::env::var("TZ").ok().map(|name| name.trim_start_matches(':').to_owned());
        let linked = || {
            let target = std::fs::read_link("/etc/localtime").ok()?;
            Some(target.to_str()?.split_once("zoneinfo/")?.1.to_owned())
        };
        let name = told.or_else(linked).unwrap_or_default();
        let is_name = |name: &String| {
            name.len() < 64
                && name.chars().all(|c| c.is_ascii_alphanumeric() || "_-+/".contains(c))
                && !name.starts_with('/')
        };
        // Of the others only their distance from UTC is told.
        let is_known = name == "UTC" || name.contains('/');
        Some(name).filter(|name| is_known && is_name(name)).unwrap_or_default()
    })
}
