//! Node as the host of main's scripts: what `process.dlopen` loads.
//!
//! Node runs Electron's modules on its own loop; everything below them (links, processes, ports, permissions) is
//! main-proc's [`host`](main_proc::host), which knows no engine. Values cross as bytes, checked here and decoded by
//! JavaScript. `sys` is the Node-API and libuv; the rest is safe.

mod child;
mod code;
mod functions;
mod host;
mod log;
mod options;
mod payload;
mod plain;
mod scripts;
mod sources;
mod sys;
