//! The names of typed arrays.

use ipc_proto::wire::ViewKind;

/// The JavaScript class of a typed array or view.
pub(super) fn name(kind: ViewKind) -> &'static str {
    VIEWS.iter().find(|(known, _)| *known == kind).map_or("DataView", |(_, name)| name)
}

/// The typed array or view of that class.
pub(super) fn kind(name: &str) -> Option<ViewKind> {
    VIEWS.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind)
}

const VIEWS: [(ViewKind, &str); 13] = [
    (ViewKind::Int8, "Int8Array"),
    (ViewKind::Uint8, "Uint8Array"),
    (ViewKind::Uint8Clamped, "Uint8ClampedArray"),
    (ViewKind::Int16, "Int16Array"),
    (ViewKind::Uint16, "Uint16Array"),
    (ViewKind::Int32, "Int32Array"),
    (ViewKind::Uint32, "Uint32Array"),
    (ViewKind::Float16, "Float16Array"),
    (ViewKind::Float32, "Float32Array"),
    (ViewKind::Float64, "Float64Array"),
    (ViewKind::BigInt64, "BigInt64Array"),
    (ViewKind::BigUint64, "BigUint64Array"),
    (ViewKind::DataView, "DataView"),
];
