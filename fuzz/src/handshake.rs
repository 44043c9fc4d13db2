//! Any bytes as the first frame, to main and to a renderer: the link opens by an honest handshake alone, and both sides agree.

use ipc_proto::limits::Limits;
use ipc_proto::ports::Role;
use ipc_proto::session::{Acceptance, Incoming, Introduction, Session};
use ipc_proto::wire::RendererRole;

pub fn run(data: &[u8]) {
    let mut main = Session::<u32>::new(Role::Main, Limits::default());
    let mut out = Vec::new();
    if let Ok(Incoming::Hello(_)) = main.receive(data, &mut out) {
        let acceptance = Acceptance { renderer: 1, epoch: 1, max_frame: 1 << 20 };
        if main.welcome(&mut out, acceptance).is_ok() {
            assert!(main.is_open() && (1..=2).contains(&main.version()));
            // What it says must be a frame that a renderer could read.
            let length = u32::from_le_bytes(out[..4].try_into().expect("a length"));
            assert_eq!(out.len(), 4 + length as usize);
            assert!(u64::from(length) <= u64::from(main.peer_frame()));
        }
    } else {
        assert!(!main.is_open(), "without a hello");
    }
    let mut renderer = Session::<u32>::new(Role::Renderer, Limits::default());
    let introduction = Introduction { pid: 1, token: Vec::new(), sandbox: "none".into(), role: RendererRole::Worker };
    renderer.hello(&mut Vec::new(), &introduction).expect("a hello");
    match renderer.receive(data, &mut out) {
        Ok(Incoming::Welcome(_)) => assert!(renderer.is_open()),
        _ => assert!(!renderer.is_open(), "without a welcome"),
    }
}
