use std::os::unix::fs::symlink;
use std::sync::atomic::{AtomicBool, Ordering};

use super::*;

/// A folder with these files in it, by its path without links.
fn folder(files: &[(&str, &str)]) -> (tempfile::TempDir, PathBuf) {
    let kept = tempfile::tempdir().expect("a folder");
    let path = fs::canonicalize(kept.path()).expect("its path");
    for (name, text) in files {
        let file = path.join(name);
        fs::create_dir_all(file.parent().expect("a folder")).expect("a folder");
        fs::write(file, text).expect("a file");
    }
    (kept, path)
}

fn rule(folders: &[&Path], listed: &[&Path]) -> Rule {
    let texts = |paths: &[&Path]| paths.iter().map(|path| path.to_str().expect("a text").to_owned()).collect();
    Rule::of_page(texts(folders), "", "", texts(listed))
}

/// What is read there, or the name of the refusal.
fn read(rule: &Rule, path: impl AsRef<Path>) -> String {
    match rule.read(path.as_ref(), 0, 0, PART) {
        Ok(part) => String::from_utf8_lossy(&part.bytes).into_owned(),
        Err(refused) => refused.name,
    }
}

const DENIED: &str = "ERR_ACCESS_DENIED";
const NOT_FOUND: &str = "ERR_FILE_NOT_FOUND";

#[test]
fn a_page_gets_what_lies_below_its_folders_and_nothing_else() {
    let (_kept, root) = folder(&[("app/a.js", "a"), ("app/deep/b.js", "b"), ("application/c.js", "c"), ("d.js", "d")]);
    let app = root.join("app");
    let rule = rule(&[&app], &[]);
    assert_eq!(read(&rule, app.join("a.js")), "a");
    assert_eq!(read(&rule, app.join("deep/../deep/./b.js")), "b");
    assert_eq!(read(&rule, app.join("no.js")), NOT_FOUND);
    assert_eq!(read(&rule, app.join("a.js/x")), NOT_FOUND);
    for outside in ["application/c.js", "d.js", "no.js", "app/../d.js", "app/deep/../../d.js", "APP/a.js", ""] {
        assert_eq!(read(&rule, root.join(outside)), DENIED, "{outside}");
    }
    for elsewhere in ["/etc/passwd", "/no/such/file", "/", "a.js", "../d.js", "", "/proc/self/environ"] {
        assert_eq!(read(&rule, elsewhere), DENIED, "{elsewhere}");
    }
    assert_eq!(read(&rule, format!("{}/a.js\0.html", app.display())), DENIED);
    for name in [COOKIES.to_owned(), format!("{COOKIES}.broken")] {
        fs::write(app.join("deep").join(&name), "c").expect("a file");
        assert_eq!(read(&rule, app.join("deep").join(&name)), DENIED, "{name}");
    }
    assert_eq!(read(&rule, &app), NOT_FOUND);
    assert_eq!(read(&Rule::default(), app.join("a.js")), DENIED);
}

#[test]
fn links_are_followed_to_what_is_the_pages_and_no_further() {
    let (_kept, root) = folder(&[("app/a.js", "a"), ("data/b.js", "b"), ("secret/c.js", "c")]);
    let (app, data, secret) = (root.join("app"), root.join("data"), root.join("secret"));
    for (target, link) in [
        (Path::new("a.js"), "near.js"),
        (&app.join("a.js"), "full.js"),
        (&data.join("b.js"), "data.js"),
        (&secret.join("c.js"), "out.js"),
        (Path::new("../secret/c.js"), "up.js"),
        (&secret, "folder"),
        (&data, "its-data"),
        (Path::new("loop.js"), "loop.js"),
        (Path::new("/proc/self/root/etc/passwd"), "magic.js"),
    ] {
        symlink(target, app.join(link)).expect("a link");
    }
    let rule = rule(&[&app, &data], &[]);
    assert_eq!(read(&rule, app.join("near.js")), "a");
    assert_eq!(read(&rule, app.join("full.js")), "a");
    assert_eq!(read(&rule, app.join("data.js")), "b");
    assert_eq!(read(&rule, app.join("its-data/b.js")), "b");
    for out in ["out.js", "up.js", "folder/c.js", "folder", "magic.js"] {
        assert_eq!(read(&rule, app.join(out)), DENIED, "{out}");
    }
    assert_eq!(read(&rule, app.join("loop.js")), "ERR_FAILED");
}

#[test]
fn a_folder_that_main_names_by_a_link_is_that_folder_by_both_names() {
    let (_kept, root) = folder(&[("real/app/a.js", "a"), ("real/b.js", "b")]);
    symlink(root.join("real/app"), root.join("named")).expect("a link");
    let rule = rule(&[&root.join("named")], &[]);
    assert_eq!(read(&rule, root.join("named/a.js")), "a");
    assert_eq!(read(&rule, root.join("real/app/a.js")), "a");
    assert_eq!(read(&rule, root.join("named/../b.js")), DENIED);
    assert_eq!(read(&rule, root.join("real/b.js")), DENIED);
}

#[test]
fn what_main_has_named_is_the_pages_with_what_lies_beside_it() {
    let (_kept, root) =
        folder(&[("shared/page.html", "p"), ("shared/s.js", "s"), ("app/x.js", "x"), ("pre/p.js", "q")]);
    symlink(root.join("shared/page.html"), root.join("app/index.html")).expect("a link");
    let url = format!("file://{}", root.join("app/index.html").display());
    let preload = root.join("pre/p.js");
    let rule = Rule::of_page(Vec::new(), &format!("{url}?a#b"), preload.to_str().expect("a text"), Vec::new());
    assert_eq!(read(&rule, root.join("app/index.html")), "p", "the page itself, wherever its link leads");
    assert_eq!(read(&rule, root.join("app/x.js")), "x");
    assert_eq!(read(&rule, &preload), "q");
    assert_eq!(read(&rule, root.join("shared/s.js")), DENIED);
    let rule = Rule::of_page(vec!["/".into()], "file:///page.html", "/preload.js", Vec::new());
    assert_eq!(read(&rule, root.join("shared/s.js")), DENIED, "the root of all files is nobody's folder");
}

#[test]
fn listed_paths_are_files_or_folders() {
    let (_kept, root) = folder(&[("fonts/a.ttf", "a"), ("one.txt", "1"), ("two.txt", "2")]);
    let rule = rule(&[], &[&root.join("fonts"), &root.join("one.txt"), &root.join("later.txt")]);
    assert_eq!(read(&rule, root.join("fonts/a.ttf")), "a");
    assert_eq!(read(&rule, root.join("one.txt")), "1");
    assert_eq!(read(&rule, root.join("two.txt")), DENIED);
    fs::write(root.join("later.txt"), "3").expect("a file");
    assert_eq!(read(&rule, root.join("later.txt")), "3");
}

#[test]
fn what_is_no_regular_file_is_nothing_and_keeps_nobody_waiting() {
    let (_kept, root) = folder(&[]);
    let fifo = root.join("fifo");
    rustix::fs::mknodat(rustix::fs::CWD, &fifo, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).expect("a fifo");
    let _socket = std::os::unix::net::UnixListener::bind(root.join("socket")).expect("a socket");
    symlink("/dev/zero", root.join("zero")).expect("a link");
    let own = rule(&[&root], &[]);
    for name in ["fifo", "socket", "zero"] {
        assert_eq!(read(&own, root.join(name)), DENIED, "{name}");
    }
    let all = rule(&[], &[Path::new("/")]);
    for path in ["/dev/zero", "/dev/null", "/proc/self/environ", "/proc/self/mem", "/proc/version"] {
        assert_eq!(read(&all, path), DENIED, "{path}");
    }
}

#[test]
fn a_file_comes_in_parts_of_one_file() {
    let (_kept, root) = folder(&[("a.txt", "0123456789")]);
    let (rule, path) = (rule(&[&root], &[]), root.join("a.txt"));
    let part = |offset, version| rule.read(&path, offset, version, 4);
    let first = part(0, 0).expect("a part");
    assert_eq!((first.bytes.as_ref(), first.size), (&b"0123"[..], 10));
    let last = part(8, first.version).expect("a part");
    assert_eq!((last.bytes.as_ref(), last.size, last.version), (&b"89"[..], 10, first.version));
    for beyond in [10, 11, u64::MAX] {
        let none = part(beyond, first.version).expect("nothing");
        assert!(none.bytes.is_empty() && none.refused.is_none(), "{beyond}");
    }
    fs::write(root.join("other"), "another").expect("a file");
    fs::rename(root.join("other"), &path).expect("it is replaced");
    assert_eq!(part(4, first.version).expect_err("of another file").text, "it was replaced while it was read");
}

#[test]
fn a_file_that_is_too_large_is_refused() {
    let (_kept, root) = folder(&[("a.bin", "")]);
    let file = fs::OpenOptions::new().write(true).open(root.join("a.bin")).expect("the file");
    file.set_len(LARGEST + 1).expect("a hole");
    assert_eq!(read(&rule(&[&root], &[]), root.join("a.bin")), "ERR_FILE_TOO_BIG");
}

/// Changes what is at a name between a folder and a link to another one, as fast as it goes.
fn swap<R>(root: &Path, work: impl FnOnce() -> R) -> R {
    let (own, link, aside) = (root.join("app/sub"), root.join("link"), root.join("aside"));
    symlink(root.join("secret"), &link).expect("a link");
    let ends = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !ends.load(Ordering::Relaxed) {
                for [from, to] in [[&own, &aside], [&link, &own], [&own, &link], [&aside, &own]] {
                    fs::rename(from, to).expect("it moves");
                }
            }
        });
        let result = work();
        ends.store(true, Ordering::Relaxed);
        result
    })
}

#[test]
fn a_folder_that_becomes_a_link_while_it_is_opened_leads_nowhere_else() {
    let (_kept, root) = folder(&[("app/sub/a.txt", "own"), ("secret/a.txt", "secret")]);
    let rule = rule(&[&root.join("app")], &[]);
    let path = root.join("app/sub/a.txt");
    let (mut read_own, mut refused) = (0, 0);
    swap(&root, || {
        for _ in 0..5_000 {
            match &*read(&rule, &path) {
                "own" => read_own += 1,
                "secret" => panic!("it was led out"),
                _ => refused += 1,
            }
            // By the means of systems without openat2 as well.
            if let Ok(file) = step_by_step(&path) {
                let mut bytes = [0; 6];
                let count = fill(&File::from(file), &mut bytes, 0).expect("it is read");
                assert_eq!(bytes.get(..count), Some(&b"own"[..]));
            }
        }
    });
    assert!(read_own > 0 && refused > 0, "both were tried: {read_own}, {refused}");
}
