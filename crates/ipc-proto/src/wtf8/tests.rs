use super::*;

#[test]
fn lone_surrogates_survive_both_ways() {
    let units = [0xD83D, 0x61, 0xDE00, 0xD83D, 0xDE00, 0xD800, 0xD800];
    let text = WtfString::from_utf16(units);
    assert!(is_valid(text.as_wtf8()));
    assert_eq!(text.as_wtf().to_utf16().collect::<Vec<_>>(), units);
    assert_eq!(text.as_wtf().lone_surrogate(), Some(0xD83D));
    assert_eq!(text.as_wtf().to_str(), None);
    assert_eq!(text.as_wtf().to_string_lossy(), "\u{FFFD}a\u{FFFD}\u{1F600}\u{FFFD}\u{FFFD}");
    assert_eq!(format!("{text:?}"), r#""\uD83Da\uDE00😀\uD800\uD800""#);
    assert!(text.into_string().is_err());
}

#[test]
fn every_lone_surrogate_has_three_bytes_that_read_back() {
    for unit in 0xD800..=0xDFFF {
        let text = WtfString::from_utf16([unit]);
        assert_eq!(text.as_wtf8().len(), 3);
        assert_eq!(text.as_wtf().to_utf16().collect::<Vec<_>>(), [unit]);
    }
}

#[test]
fn plain_text_is_utf8() {
    let text = WtfStr::from("héllo 😀");
    assert_eq!(text.to_str(), Some("héllo 😀"));
    assert_eq!(text.lone_surrogate(), None);
    assert_eq!(WtfString::from_utf16("héllo 😀".encode_utf16()).into_string().as_deref(), Ok("héllo 😀"));
}

#[test]
fn bytes_that_are_not_wtf8_are_refused() {
    let cases: &[&[u8]] = &[
        b"\xFF",
        b"a\xC0\x80",
        b"\xED\xA0",
        b"\xF4\x90\x80\x80",
        b"\x80",
        // A surrogate pair has to be written as one four-byte character.
        b"\xED\xA0\xBD\xED\xB8\x80",
    ];
    for bytes in cases {
        assert!(!is_valid(bytes), "{bytes:?}");
        assert_eq!(WtfStr::from_wtf8(bytes), None);
    }
    assert!(is_valid(b"\xED\xB8\x80\xED\xA0\xBD"), "low then high is no pair");
}
