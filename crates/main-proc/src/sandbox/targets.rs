//! What is reached for.

use std::io;
use std::net::{TcpListener, UdpSocket};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram, UnixListener};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Where everything is, for the renderer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Targets {
    /// A file in a folder that is on no list, one that may be read, and one that may be written.
    pub(super) file: PathBuf,
    pub(super) file_to_read: PathBuf,
    pub(super) file_to_write: PathBuf,
    /// A socket that listens, and one for datagrams.
    pub(super) socket: PathBuf,
    pub(super) datagrams: PathBuf,
    /// The name of an abstract one.
    pub(super) abstract_name: String,
    pub(super) tcp: u16,
    pub(super) udp: u16,
    pub(super) main: i32,
    pub(super) neighbour: i32,
    /// The address of something in main's memory.
    pub(super) address: usize,
}

/// The same as this process has it. The folder goes with it.
pub(super) struct Made {
    pub(super) told: Targets,
    pub(super) folder_to_read: PathBuf,
    pub(super) folder_to_write: PathBuf,
    folder: PathBuf,
    _tcp: TcpListener,
    _udp: UdpSocket,
    _sockets: [UnixListener; 2],
    _datagrams: UnixDatagram,
}

/// What is read of main's memory.
static SECRET: u64 = 0x5ec2e7;

impl Made {
    pub(super) fn new(neighbour: u32) -> io::Result<Self> {
        let name = format!("dipole-sandbox-{}", std::process::id());
        let folder = std::env::temp_dir().join(&name);
        let (folder_to_read, folder_to_write) = (folder.join("to-read"), folder.join("to-write"));
        std::fs::create_dir(&folder)?;
        for folder in [&folder_to_read, &folder_to_write] {
            std::fs::create_dir(folder)?;
        }
        let files = [&folder, &folder_to_read, &folder_to_write].map(|folder| folder.join("file"));
        for file in &files {
            std::fs::write(file, "something\n")?;
        }
        let [file, file_to_read, file_to_write] = files;
        let (socket, datagrams) = (folder.join("socket"), folder.join("datagrams"));
        let (tcp, udp) = (TcpListener::bind("127.0.0.1:0")?, UdpSocket::bind("127.0.0.1:0")?);
        let number = |pid| i32::try_from(pid).map_err(io::Error::other);
        Ok(Self {
            told: Targets {
                file,
                file_to_read,
                file_to_write,
                abstract_name: name.clone(),
                tcp: tcp.local_addr()?.port(),
                udp: udp.local_addr()?.port(),
                main: number(std::process::id())?,
                neighbour: number(neighbour)?,
                address: (&raw const SECRET).addr(),
                socket: socket.clone(),
                datagrams: datagrams.clone(),
            },
            folder_to_read,
            folder_to_write,
            _sockets: [UnixListener::bind(&socket)?, UnixListener::bind_addr(&SocketAddr::from_abstract_name(&name)?)?],
            _datagrams: UnixDatagram::bind(&datagrams)?,
            folder,
            _tcp: tcp,
            _udp: udp,
        })
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        // It is in the folder for what may be removed.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}
