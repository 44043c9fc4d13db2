//! Bytes that every receiver rejects: those of the tables in docs/protocol.md, with which a test compares them.

/// Frames, with their length, that close an open link, and the number of the reason.
pub(super) const FRAMES: &[(&str, &[u8], u16)] = &[
    ("a length of 2^32 - 1", &[0xff, 0xff, 0xff, 0xff], 1),
    ("an empty frame", &[0, 0, 0, 0], 2),
    ("verb 16", &[2, 0, 0, 0, 0x10, 1], 2),
    ("verb 17 without its capability", &[2, 0, 0, 0, 0x11, 1], 2),
    ("a verb that begins with 254", &[2, 0, 0, 0, 0xfe, 1], 2),
    ("`Ping` cut short", &[1, 0, 0, 0, 0x0b], 2),
    ("a byte behind `Ping`", &[3, 0, 0, 0, 0x0b, 1, 0], 2),
    ("`Send` to space 2", &[5, 0, 0, 0, 3, 2, 1, 0x61, 0], 2),
    ("`Send` on a channel that is not UTF-8", &[5, 0, 0, 0, 3, 0, 1, 0xff, 0], 2),
    ("`Send` whose arguments are longer than its frame", &[6, 0, 0, 0, 3, 0, 1, 0x61, 5, 0x0b], 2),
    ("`Reply` with status 10", &[4, 0, 0, 0, 6, 1, 0x0a, 0], 2),
    (
        "`Hello`",
        &[0x12, 0, 0, 0, 0, 0xfc, 0x44, 0x49, 0x50, 0x4c, 1, 1, 7, 0xfb, 0, 1, 0, 4, 0x6e, 0x6f, 0x6e, 0x65],
        3,
    ),
    ("`Reply` to what was not asked", &[4, 0, 0, 0, 6, 7, 0, 0], 4),
    ("`Cancel` of what was not asked", &[2, 0, 0, 0, 7, 7], 4),
    ("`Invoke` with id 0", &[8, 0, 0, 0, 5, 0, 0, 1, 0x61, 2, 0x0b, 0x19], 5),
    ("`PortMessage` for a port that was never moved", &[5, 0, 0, 0, 9, 9, 0, 1, 1], 6),
    ("`PortClose` of a port that was never moved", &[2, 0, 0, 0, 0x0a, 9], 6),
    ("`Post` with port 0", &[0x0e, 0, 0, 0, 8, 1, 0x70, 8, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1], 6),
    ("`Post` with seven bytes of ports", &[0x0d, 0, 0, 0, 8, 1, 0x70, 7, 1, 0, 0, 0, 0, 0, 0, 1, 1], 6),
];

/// Values that are malformed.
pub(super) const VALUES: &[(&str, &[u8])] = &[
    ("token 26", &[0x1a]),
    ("an array that is not closed", &[0x0b, 4, 2]),
    ("an end alone", &[0x19]),
    ("two values", &[1, 1]),
    ("text that is cut short", &[8, 5, 0x61]),
    ("text that is not UTF-8", &[8, 1, 0xff]),
    ("text of a pair of surrogates", &[8, 6, 0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]),
    ("an object that has not come", &[0x0a, 5]),
    ("a key that has not come", &[0x0c, 0x18, 0, 0, 0x19]),
    ("two keys", &[0x0c, 0x17, 1, 0x61, 0x17, 1, 0x62, 0, 0x19]),
    ("a property without a key", &[0x0c, 0, 0x19]),
    ("an element behind a property", &[0x0b, 0x17, 1, 0x61, 0, 0, 0x19]),
    ("an element as a property of an array", &[0x0b, 0x17, 1, 0x30, 0, 0x19]),
    (
        "the length of an array as a property",
        &[0x0b, 0x17, 6, 0x6c, 0x65, 0x6e, 0x67, 0x74, 0x68, 4, 2, 0x19],
    ),
    ("holes in an object", &[0x0c, 9, 1, 0x19]),
    ("a Map with a key alone", &[0x0d, 0, 0x19]),
    ("a BigInt with zeros at its end", &[7, 0, 2, 1, 0]),
    ("a negative BigInt 0", &[7, 1, 0]),
    ("a box of an object", &[0x12, 0x0c, 0x19]),
    ("an error of class 7", &[0x0f, 7, 0x19]),
    ("a view beyond its buffer", &[0x14, 1, 2, 4, 0x13, 0, 4, 0x61, 0x62, 0x63, 0x64]),
    ("a view between elements", &[0x14, 3, 1, 2, 0x13, 0, 4, 0x61, 0x62, 0x63, 0x64]),
    ("a view of no buffer", &[0x14, 1, 0, 1, 0x15, 1, 0x61]),
    ("a buffer above its maximum", &[0x13, 1, 1, 2, 0x61, 0x62]),
];
