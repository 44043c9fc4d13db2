//! The program as its users run it.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use tempfile::TempDir;

fn run(directory: &TempDir, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_image-decoder")).current_dir(directory).args(args).output().expect("it starts")
}

#[track_caller]
fn check(output: &Output, code: i32, stdout: &str, stderr: &str) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert_eq!((text(&output.stdout), text(&output.stderr)), (stdout.to_owned(), stderr.to_owned()));
    assert_eq!(output.status.code(), Some(code));
}

/// A directory with `red.png`, `green.jpg` and `blue.gif`.
fn images() -> TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    write(&directory, "red.png", &encoded([255, 0, 0], ImageFormat::Png));
    write(&directory, "green.jpg", &encoded([0, 255, 0], ImageFormat::Jpeg));
    write(&directory, "blue.gif", &encoded([0, 0, 255], ImageFormat::Gif));
    directory
}

fn encoded(colour: [u8; 3], format: ImageFormat) -> Vec<u8> {
    let image = DynamicImage::from(RgbImage::from_pixel(300, 200, Rgb(colour)));
    let mut file = Cursor::new(Vec::new());
    image.write_to(&mut file, format).expect("encodes");
    file.into_inner()
}

fn write(directory: &TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = directory.path().join(name);
    std::fs::write(&path, bytes).expect("writes");
    path
}

/// A few hundred bytes that announce `side` times `side` pixels.
fn bomb(side: u16) -> Vec<u8> {
    let mut bytes = encoded([9, 9, 9], ImageFormat::Gif);
    let [low, high] = side.to_le_bytes();
    bytes[6..10].copy_from_slice(&[low, high, low, high]);
    bytes
}

const RED: &str = "red.png: 300x200 PNG, mean colour #ff0000\n";
const GREEN: &str = "green.jpg: 300x200 JPEG, mean colour #00ff01\n";
const BLUE: &str = "blue.gif: 300x200 GIF, mean colour #0000ff\n";

#[test]
fn images_are_described_in_the_order_given() {
    let output = run(&images(), &["red.png", "green.jpg", "blue.gif"]);
    check(&output, 0, &format!("{RED}{GREEN}{BLUE}"), "");
}

#[test]
fn a_corrupt_file_is_named_and_costs_the_others_nothing() {
    let directory = images();
    let png = encoded([1, 2, 3], ImageFormat::Png);
    write(&directory, "cut.png", &png[..png.len() / 2]);
    write(&directory, "notes.txt", b"not an image");
    let output = run(&directory, &["cut.png", "red.png", "notes.txt", "absent.png", "blue.gif", "--workers", "1"]);
    let errors = "cut.png: cannot be decoded: unexpected end of file\n\
                  notes.txt: not a PNG, JPEG or GIF image\n\
                  absent.png: No such file or directory (os error 2)\n";
    check(&output, 1, &format!("{RED}{BLUE}"), errors);
}

#[test]
fn an_image_that_announces_too_much_is_refused_before_it_is_decoded() {
    let directory = images();
    write(&directory, "bomb.gif", &bomb(50_000));
    let output = run(&directory, &["bomb.gif", "red.png"]);
    let error = "bomb.gif: 50000x50000 is more than the 40000000 pixels that are allowed (--max-pixels)\n";
    check(&output, 1, RED, error);
}

#[test]
fn a_crash_costs_one_image_and_a_fresh_renderer_goes_on() {
    let directory = images();
    write(&directory, "bomb.gif", &bomb(50_000));
    // Pixels that no renderer has the memory for: the allocation aborts the process.
    let allowed = ["--max-pixels", "4000000000", "--memory", "256"];
    let crash = "bomb.gif: renderer crashed (signal 6)\n";
    for workers in ["1", "3"] {
        let files = ["red.png", "bomb.gif", "bomb.gif", "green.jpg", "blue.gif", "--workers", workers];
        let output = run(&directory, &[&files[..], &allowed].concat());
        check(&output, 1, &format!("{RED}{GREEN}{BLUE}"), &crash.repeat(2));
    }
}

#[test]
fn the_command_of_the_readme_prints_what_it_says() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")).expect("the README");
    let (_, session) = readme.split_once("$ cargo run -p image-decoder -- ").expect("a command");
    let (command, rest) = session.split_once('\n').expect("its output");
    let (printed, _) = rest.split_once("```").expect("the end of the output");
    let (described, failed): (Vec<_>, Vec<_>) = printed.split_inclusive('\n').partition(|line| line.contains("colour"));

    let directory = images();
    let png = encoded([1, 2, 3], ImageFormat::Png);
    write(&directory, "cut.png", &png[..png.len() / 2]);
    write(&directory, "bomb.gif", &bomb(50_000));
    let output = run(&directory, &command.split(' ').collect::<Vec<_>>());
    check(&output, 1, &described.concat(), &failed.concat());
}

#[test]
fn a_decode_beyond_its_deadline_is_ended() {
    let directory = images();
    // Valid and within all bounds, but its 36 million pixels take longer than a millisecond.
    write(&directory, "slow.gif", &bomb(6_000));
    let output = run(&directory, &["slow.gif", "--deadline", "0.001"]);
    check(&output, 1, "", "slow.gif: not decoded within 1ms; its renderer was ended\n");
}

#[test]
fn thumbnails_are_written_by_main() {
    let directory = images();
    let output = run(&directory, &["red.png", "green.jpg", "--thumbnails", "small"]);
    check(&output, 0, &format!("{RED}{GREEN}"), "");
    for name in ["red.png.png", "green.jpg.png"] {
        let small = image::open(directory.path().join("small").join(name)).expect("a thumbnail");
        assert_eq!((small.width(), small.height()), (128, 85), "{name}");
    }
}

#[test]
fn two_files_with_one_thumbnail_are_refused_at_once() {
    let directory = images();
    std::fs::create_dir(directory.path().join("sub")).expect("a directory");
    let other = Path::new("sub").join("red.png");
    let output = run(&directory, &["red.png", other.to_str().expect("text"), "--thumbnails", "small"]);
    let error = "image-decoder: red.png and sub/red.png would have the same thumbnail: give one of them\n";
    check(&output, 2, "", error);
}

#[test]
fn a_file_over_the_limit_is_not_read() {
    let directory = images();
    write(&directory, "large.png", &vec![0; (1 << 20) + 1]);
    let output = run(&directory, &["large.png", "--max-file", "1"]);
    check(&output, 1, "", "large.png: larger than 1 MiB (--max-file)\n");
}

#[test]
fn the_smallest_memory_is_enough_to_decode_a_small_image() {
    check(&run(&images(), &["red.png", "--memory", "64"]), 0, RED, "");
}
