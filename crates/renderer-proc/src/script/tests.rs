//! The renderer against a main that the test plays, over a real socket.

mod bridge;
mod built_ins;
mod ipc;
mod loading;
mod message_ports;
mod resources;
mod spied;
mod worlds;

use super::peer;
