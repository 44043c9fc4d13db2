//! What main says to a renderer by hand, in words.

use ipc_proto::de;
use ipc_proto::limits::Limits;
use ipc_proto::system::{Part, ToRenderer};
use ipc_proto::value::Value;
use ipc_proto::wire::{Message, Space};

use super::LAST;

/// What a message of main's says; nothing for those that are of no interest.
pub(super) fn line(message: &Message<'_>) -> Option<String> {
    let limits = Limits::default();
    match message {
        Message::Reply { id: LAST, .. } => None,
        Message::Reply { id, value, .. } => Some(format!("{id}: {}", answer(value, &limits))),
        Message::Send { space: Space::System, channel, args } => match ToRenderer::read(channel, args, &limits) {
            Ok(Some(ToRenderer::Load(request))) => {
                Some(format!("load {} {:?} {:?}", request.url, request.storage.local, request.storage.session))
            }
            Ok(Some(ToRenderer::Storage { key, value, .. })) => Some(format!("storage {key:?} {value:?}")),
            _ => None,
        },
        _ => None,
    }
}

fn answer(value: &[u8], limits: &Limits) -> String {
    match de::decode::<Part>(value, limits) {
        Ok(Part { refused: Some(refused), .. }) => refused.name,
        Ok(Part { head: Some(head), bytes, .. }) => {
            let headers: Vec<_> = head.headers.iter().map(|(name, value)| format!("{name}={value}")).collect();
            format!("{} [{}] {}", head.status, headers.join(" "), String::from_utf8_lossy(&bytes))
        }
        Ok(Part { bytes, .. }) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(_) => de::decode::<Value>(value, limits).map_or_else(|_| "?".to_owned(), |value| format!("{value:?}")),
    }
}
