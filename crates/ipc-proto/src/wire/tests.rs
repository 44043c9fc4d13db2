use super::*;

#[test]
fn what_follows_many_bytes_does_not_move_them() {
    let many = vec![7; 1 << 20];
    for token in [Token::Bytes(&many), Token::Str(&many), Token::Buffer { max: None, bytes: &many }] {
        let mut out = Vec::new();
        put_token(&mut out, token);
        let capacity = out.capacity();
        put_token(&mut out, Token::End);
        assert_eq!(out.capacity(), capacity);
    }
}

#[test]
fn the_head_of_a_token_and_its_bytes_are_the_token() {
    for length in [0, 1, 250, 251, 70_000] {
        let bytes = vec![7; length];
        let tokens: [fn(&[u8]) -> Token<'_>; 4] = [
            |bytes| Token::Bytes(bytes),
            |bytes| Token::Str(bytes),
            |bytes| Token::Buffer { max: None, bytes },
            |bytes| Token::Buffer { max: Some(1 << 40), bytes },
        ];
        for token in tokens {
            let (mut parts, mut whole) = (Vec::new(), Vec::new());
            put_token_head(&mut parts, token(&[]), length);
            parts.extend_from_slice(&bytes);
            put_token(&mut whole, token(&bytes));
            assert!(parts == whole, "{length}");
        }
    }
}

#[test]
fn tokens_have_the_documented_bytes() {
    let cases: &[(Token<'_>, &[u8])] = &[
        (Token::Undefined, &[0]),
        (Token::Null, &[1]),
        (Token::True, &[3]),
        (Token::Int(-1), &[4, 1]),
        (Token::Int(300), &[4, 251, 88, 2]),
        (Token::Uint(u64::MAX), &[5, 253, 255, 255, 255, 255, 255, 255, 255, 255]),
        (Token::Float(1.5), &[6, 0, 0, 0, 0, 0, 0, 248, 63]),
        (Token::BigInt { negative: true, magnitude: &[7] }, &[7, 1, 1, 7]),
        (Token::Str(b"hi"), &[8, 2, b'h', b'i']),
        (Token::Ref(2), &[10, 2]),
        (Token::Array, &[11]),
        (Token::Object, &[12]),
        (Token::Error(ErrorKind::TypeError), &[15, 5]),
        (Token::Boxed, &[18]),
        (Token::Buffer { max: None, bytes: &[9] }, &[19, 0, 1, 9]),
        (Token::View { kind: ViewKind::Uint8, offset: 1, length: 2 }, &[20, 1, 1, 2]),
        (Token::Bytes(&[1, 2]), &[21, 2, 1, 2]),
        (Token::Key(b"a"), &[23, 1, b'a']),
        (Token::End, &[25]),
    ];
    for (token, expected) in cases {
        let mut bytes = Vec::new();
        put_token(&mut bytes, *token);
        assert_eq!(&bytes, expected, "{token:?}");
        assert_eq!(take_token(&bytes), Ok((*token, bytes.len())));
    }
}

#[test]
fn a_message_has_the_documented_bytes_and_reads_back() {
    let message = Message::Invoke { id: 1, space: Space::User, channel: "add", args: &[11, 25] };
    let mut bytes = Vec::new();
    put_message(&mut bytes, &message);

    assert_eq!(bytes, [5, 1, 0, 3, b'a', b'd', b'd', 2, 11, 25]);
    assert_eq!(decode_message(&bytes), Ok(message));
}

#[test]
fn trailing_and_missing_bytes_are_refused() {
    let mut bytes = Vec::new();
    put_message(&mut bytes, &Message::Cancel { id: 7 });
    bytes.push(0);
    assert_eq!(decode_message(&bytes), Err(WireError::Trailing(1)));
    assert!(matches!(decode_message(&[]), Err(WireError::Malformed(_))));
    assert!(matches!(decode_message(&[200]), Err(WireError::Malformed(_))));
}

#[test]
fn a_length_bomb_allocates_nothing() {
    let bomb = [8, 253, 0, 0, 0, 0, 0, 1, 0, 0];
    assert!(matches!(take_token(&bomb), Err(WireError::Malformed(_))));
}

/// What bincode makes of the same bytes.
fn by_bincode(bytes: &[u8]) -> Result<(Token<'_>, usize), WireError> {
    bincode::borrow_decode_from_slice(bytes, CONFIG).map_err(|error| malformed(&error))
}

#[test]
fn every_token_is_written_and_read_as_bincode_does() {
    let text = vec![b'x'; 70_000];
    let mut tokens = vec![Token::Undefined, Token::Null, Token::False, Token::True, Token::Array, Token::Object];
    tokens.extend([Token::Map, Token::Set, Token::Boxed, Token::End, Token::Float(-0.0), Token::Float(1.5)]);
    tokens.extend([Token::Date(-1.5), Token::RegExp { source: b"a+", flags: "gi" }]);
    tokens.extend(ErrorKind::ALL.map(|(kind, _)| Token::Error(kind)));
    for edge in [0_i64, 1, 124, 125, 126, 127, 128, 250, 251, 300, 32_767, 32_768, 65_535, 65_536, i64::MAX] {
        tokens.extend([Token::Int(edge), Token::Int(-edge), Token::Int(!edge), Token::Uint(edge.cast_unsigned())]);
        let small = u32::try_from(edge).unwrap_or(u32::MAX);
        tokens.extend([Token::Ref(small), Token::KeyRef(small), Token::Holes(small), Token::Port(small)]);
        let cut = &text[..text.len().min(edge as usize)];
        tokens.extend([Token::Str(cut), Token::Key(cut), Token::Bytes(cut)]);
        tokens.extend([true, false].map(|negative| Token::BigInt { negative, magnitude: cut }));
        tokens.extend([None, Some(edge.cast_unsigned())].map(|max| Token::Buffer { max, bytes: cut }));
        let (offset, length) = (edge.cast_unsigned(), u64::MAX);
        tokens.extend(ViewKind::ALL.map(|kind| Token::View { kind, offset, length }));
    }
    for token in tokens {
        let (mut bytes, mut oracle) = (Vec::new(), Vec::new());
        put_token(&mut bytes, token);
        put(&mut oracle, &token);
        assert_eq!(bytes, oracle, "{token:?}");
        assert_eq!(take_token(&bytes), Ok((token, bytes.len())));
        assert_eq!(by_bincode(&bytes), Ok((token, bytes.len())));
        for cut in 0..bytes.len().min(24) {
            let cut = &bytes[..cut];
            assert_eq!(take_token(cut), by_bincode(cut), "{token:?} cut to {cut:?}");
        }
    }
}

#[test]
fn whatever_the_bytes_are_they_are_the_token_that_bincode_takes_them_for() {
    let seed = std::time::UNIX_EPOCH.elapsed().map_or(1, |time| time.as_nanos() as u64);
    println!("seed {seed}");
    let mut state = seed | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    for _ in 0..200_000 {
        let (numbers, wide, length) = (next().to_le_bytes(), next().to_le_bytes(), next() % 16);
        // Of all numbers those are the most interesting that announce wider ones, and small ones.
        let mut bytes: Vec<u8> = [numbers, wide].concat();
        for byte in &mut bytes {
            *byte = match next() % 4 {
                0 => 249 + *byte % 7,
                1 => *byte % 14,
                _ => *byte,
            };
        }
        bytes.truncate(length as usize);
        if let Some(first) = bytes.first_mut() {
            *first %= 28;
        }
        let (ours, oracle) = (take_token(&bytes), by_bincode(&bytes));
        let same = match (&ours, &oracle) {
            // A float may be NaN, which equals nothing.
            (Ok((token, used)), Ok((other, others))) => used == others && format!("{token:?}") == format!("{other:?}"),
            (ours, oracle) => ours.is_err() == oracle.is_err(),
        };
        assert!(same, "seed {seed}, {bytes:?}: {ours:?}, by bincode {oracle:?}");
    }
}

#[test]
fn the_first_byte_of_a_token_is_its_number() {
    // bincode would also take a wider form of the same number, which it never writes.
    assert!(matches!(take_token(&[251, 8, 0, 1, b'x']), Err(WireError::Malformed(_))));
    assert!(matches!(take_token(&[26]), Err(WireError::Malformed(_))));
}

#[test]
fn a_message_is_written_in_parts_as_in_one() {
    let long = vec![b'x'; 70_000];
    let text = std::str::from_utf8(&long).expect("ASCII");
    let mut messages = Vec::new();
    for id in [1, 250, 251, 65_535, 65_536, u64::from(u32::MAX), u64::from(u32::MAX) + 1, u64::MAX] {
        for len in [0, 1, 250, 251, 65_535, 65_536, 70_000] {
            let (channel, args) = (&text[..len.min(300)], &long[..len]);
            for space in [Space::User, Space::System] {
                messages.push(Message::Send { space, channel, args });
                messages.push(Message::Invoke { id, space, channel, args });
            }
            messages.push(Message::Post { channel, ports: &[0; 8], message: args });
            messages.push(Message::PortMessage { port: id, ports: &[], message: args });
            messages.push(Message::SendSync { id, channel, args });
            for status in [Status::Ok, Status::Failed, Status::ShuttingDown] {
                messages.push(Message::Reply { id, status, value: args });
            }
            messages.push(Message::InvokeWith { id, channel, ports: &long[..len.min(16)], args });
            messages.push(Message::ReplyWith { id, ports: &long[..len.min(16)], value: args });
        }
    }
    for message in messages {
        let mut bytes = Vec::new();
        put(&mut bytes, &message);
        for apart in [0, 1, message.body().map_or(0, <[u8]>::len)] {
            let (mut parts, body) = (Vec::new(), message.body().unwrap_or_default());
            let (here, apart) = body.split_at(body.len().saturating_sub(apart));
            let mut head = message;
            head.set_body(here);
            let here = put_message_head(&mut parts, &head, apart.len());
            parts.extend_from_slice(here);
            parts.extend_from_slice(apart);
            assert!(parts == bytes, "{} with {} bytes apart", message.verb(), apart.len());
        }
        assert_eq!(decode_message(&bytes), Ok(message));
        for cut in 0..bytes.len().min(400) {
            assert!(matches!(decode_message(&bytes[..cut]), Err(WireError::Malformed(_))));
        }
        bytes.push(0);
        assert_eq!(decode_message(&bytes), Err(WireError::Trailing(1)));
    }
    for malformed in [&[3, 2, 0, 0][..], &[5, 1, 0, 1, 0xff, 0], &[6, 1, 77, 0], &[3, 0, 251, 1]] {
        assert!(matches!(decode_message(malformed), Err(WireError::Malformed(_))), "{malformed:?}");
    }
}
