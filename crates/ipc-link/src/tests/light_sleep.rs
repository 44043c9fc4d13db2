//! Readers that sleep in recv(2).

use std::os::fd::AsFd;
use std::time::Duration;

use crate::Endpoint;
use crate::endpoint::Sleep;

/// What a light sleeper of 20 seconds at most has read, while `meanwhile` works on both ends.
fn reads(meanwhile: impl FnOnce(&Endpoint, &Endpoint)) -> Vec<u8> {
    let (ours, theirs) = Endpoint::pair().expect("a socket pair");
    let theirs = Endpoint::adopt(theirs);
    std::thread::scope(|scope| {
        let sleeper = scope.spawn(|| {
            let mut bytes = [0; 16];
            let mut wait = || ours.sleep_and_read(&mut bytes, Some(Duration::from_secs(20)), Sleep::Light);
            let count = std::iter::repeat_with(&mut wait).take(20).find_map(Result::ok).expect("bytes or their end");
            bytes.get(..count).expect("what was read").to_vec()
        });
        meanwhile(&ours, &theirs);
        sleeper.join().expect("a reader")
    })
}

#[test]
fn a_light_sleeper_is_woken_by_bytes_and_by_their_end() {
    assert_eq!(reads(|_, theirs| assert_eq!(theirs.try_write(b"some").expect("room"), 4)), b"some");
    assert_eq!(reads(|_, theirs| theirs.shut_down()), b"");
    assert_eq!(reads(|ours, _| ours.shut_down()), b"");
}

#[test]
fn a_descriptor_that_is_expected_only_while_its_reader_sleeps_is_kept() {
    let (ours, theirs) = Endpoint::pair().expect("a socket pair");
    let theirs = Endpoint::adopt(theirs);
    std::thread::scope(|scope| {
        let sleeper = scope.spawn(|| ours.sleep_and_read(&mut [0; 16], Some(Duration::from_secs(20)), Sleep::Light));
        ours.descriptors.expect();
        let (sent, _other) = Endpoint::sockets().expect("a socket pair");
        assert_eq!(theirs.try_write_with(b"with it", sent.as_fd()).expect("room"), 7);
        assert_eq!(sleeper.join().expect("a reader").expect("bytes"), 7);
        ours.descriptors.claim(1);
        assert!(ours.descriptors.take(1).is_some());
    });
}

#[test]
fn a_short_wait_is_as_short_for_a_light_sleeper() {
    let (ours, _theirs) = Endpoint::pair().expect("a socket pair");
    let ended = ours.sleep_and_read(&mut [0; 16], Some(Duration::from_millis(1)), Sleep::Light);
    assert_eq!(ended.expect_err("nothing was sent").kind(), std::io::ErrorKind::WouldBlock);
}
