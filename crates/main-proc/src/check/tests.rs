use super::{list, rejected};

const PAGE: &str = include_str!("../../../../docs/protocol.md");

/// The rows of the table of rejected input with that heading.
fn documented(heading: &str) -> Vec<(&'static str, Vec<u8>, u16)> {
    let rows = PAGE.lines().skip_while(|line| !line.starts_with(&format!("| {heading} |"))).skip(2);
    rows.take_while(|line| line.starts_with('|'))
        .map(|row| {
            let columns: Vec<_> = row.trim_matches('|').split(" | ").map(str::trim).collect();
            let [name, bytes, code] = columns[..] else { panic!("three columns: {row}") };
            let bytes = bytes.trim_matches('`').split(' ');
            let bytes = bytes.map(|byte| u8::from_str_radix(byte, 16).expect("two hexadecimal digits")).collect();
            (name, bytes, code.parse().expect("a number"))
        })
        .collect()
}

#[test]
fn the_bytes_that_are_rejected_are_those_of_the_protocols_page() {
    let frames: Vec<_> = rejected::FRAMES.iter().map(|(name, bytes, code)| (*name, bytes.to_vec(), *code)).collect();
    assert_eq!(frames, documented("rejected frame"));
    let values: Vec<_> = rejected::VALUES.iter().map(|(name, bytes)| (*name, bytes.to_vec(), 10)).collect();
    assert_eq!(values, documented("rejected value"));
}

#[test]
fn every_check_has_a_name_of_its_own() {
    let mut names: Vec<_> = list::all().into_iter().map(|check| check.name).collect();
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count);
}
