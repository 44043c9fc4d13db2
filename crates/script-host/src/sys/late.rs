//! What scripts may ask for late of the system's files, in a process that opens none any more.

unsafe extern "C" {
    fn tzset();
}

/// Reads the time zone. To be called before the process gives up its files, while it has one thread.
pub fn keep_time_zone() {
    // SAFETY: the C library reads the environment, which nobody else changes.
    unsafe { tzset() };
}
