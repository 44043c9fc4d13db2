//! How the program is linked: so that a process of it starts soon and takes little memory.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

/// The system's libraries that a Rust program is linked with, and the archive to take instead of each.
const LIBRARIES: [(&str, &str); 7] = [
    ("gcc_s", "libgcc_eh.a"),
    ("util", "libutil.a"),
    ("rt", "librt.a"),
    ("pthread", "libpthread.a"),
    ("m", "libm.a"),
    ("dl", "libdl.a"),
    ("c", "libc.a"),
];

/// Flags of the compiler that change nothing of how a program is linked. With any other, `-L` or a linker's own among
/// them, the linker may find something else than what is meant here.
const HARMLESS: [&str; 16] = [
    "codegen-units",
    "debug-assertions",
    "debuginfo",
    "embed-bitcode",
    "force-frame-pointers",
    "incremental",
    "instrument-coverage",
    "metadata",
    "opt-level",
    "overflow-checks",
    "panic",
    "split-debuginfo",
    "strip",
    "symbol-mangling-version",
    "target-cpu",
    "target-feature",
];

/// Says it to cargo. Sanitizers, memcheck, and what `LD_PRELOAD` brings in need the system's libraries, and other linkers
/// than the compiler's own choice may not understand what release builds do: `DIPOLE_LINKER=plain` in the environment of a
/// build goes without. What `cargo rustc` is given behind `--` is not seen here.
pub(super) fn flags() {
    println!("cargo::rerun-if-changed=link/flags.rs");
    println!("cargo::rerun-if-env-changed=DIPOLE_LINKER");
    if !(is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu")) || is("DIPOLE_LINKER", "plain") {
        return;
    }
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    let chosen = env::var_os("RUSTC_LINKER").is_some() || !harmless(&flags);
    let release = is("PROFILE", "release");
    // What will load the program is known only where it is built for this system.
    let recent = env::var("HOST").ok() == env::var("TARGET").ok() && libc_is_recent().unwrap_or(false);
    if recent {
        compact_relocations();
    }
    if release && !chosen {
        neighbours();
        // The compiler's own way to put the C library into the program, or a word against it.
        if flags.contains("+crt-static") || recent && !flags.contains("-crt-static") && whole() {
            return;
        }
    }
    if release {
        println!(
            "cargo::warning=linked with the system's libraries, so its processes take some 0.4 ms longer to start: \
             flags for the compiler or a linker were chosen, libc.a or glibc 2.36 is missing, or it is for another system. \
             DIPOLE_LINKER=plain says that this is meant"
        );
    }
}

/// Whether the compiler's flags, as cargo hands them to build scripts, have nothing to do with linking.
fn harmless(flags: &str) -> bool {
    let mut flags = flags.split('\x1f').filter(|flag| !flag.is_empty());
    while let Some(flag) = flags.next() {
        let option = match flag {
            "-C" | "--codegen" => flags.next(),
            "-g" | "-O" => continue,
            "-A" | "-W" | "-D" | "-F" | "--cfg" | "--check-cfg" | "--cap-lints" | "--remap-path-prefix" => {
                flags.next();
                continue;
            }
            _ => flag.strip_prefix("-C").or_else(|| flag.strip_prefix("--codegen=")),
        };
        let name = option.map(|option| option.split('=').next().unwrap_or(option).replace('_', "-"));
        let known = name.is_some_and(|name| HARMLESS.contains(&&*name));
        let about_source = ["-A", "-W", "-D", "-F", "--cfg=", "--check-cfg=", "--cap-lints=", "--remap-path-prefix="];
        if !known && !about_source.iter().any(|start| flag.starts_with(start)) {
            return false;
        }
    }
    true
}

fn is(name: &str, value: &str) -> bool {
    env::var(name).is_ok_and(|found| found == value)
}

fn link_arg(arg: &str) {
    println!("cargo::rustc-link-arg-bins={arg}");
}

/// Whether the C library of this system is glibc 2.36 or later: the one that this script itself runs with.
fn libc_is_recent() -> Option<bool> {
    const MARK: &[u8] = b"GLIBC_ABI_DT_RELR";
    let maps = fs::read_to_string("/proc/self/maps").ok()?;
    let path =
        maps.lines().find_map(|line| line.split_whitespace().last().filter(|path| path.ends_with("/libc.so.6")))?;
    Some(fs::read(path).ok()?.windows(MARK.len()).any(|bytes| bytes == MARK))
}

/// The program's tables hold some 20,000 addresses, which each process fills in when it starts. Since 2.36 glibc also
/// takes the list of their places in a form of a twentieth of the size: that much less memory is read by every process.
fn compact_relocations() {
    link_arg("-Wl,-z,pack-relative-relocs");
}

/// A Rust program's renderer runs 300 of the program's 7,000 functions, one of scripts 1,000. Each page that is used for
/// the first time brings its fifteen neighbours along, so while those functions were strewn about, half of the program
/// was mapped by every renderer, which bears its part of that. Scripts for the linker put them side by side, those that
/// run with every call first, and what processes read beside them.
fn neighbours() {
    let folder = env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    for script in ["link/renderer.ld", "link/script.ld", "link/layout.ld"] {
        println!("cargo::rerun-if-changed={script}");
        // Not behind `-Wl`, which a comma in the folder's name would end.
        link_arg("-T");
        link_arg(&format!("{folder}/{script}"));
    }
}

/// Puts the C library into the program, which stays independent of its position: to find, map and link the system's
/// libraries took a third of the time that a renderer needs to start. False if what is needed for that is missing.
///
/// `-C target-feature=+crt-static` is the compiler's own way to that, but without `--target` it also holds for
/// procedural macros, which cannot be built so; and `--target` would put the program elsewhere than people look for it.
/// So the linker is told the same by hand, and finds archives where the compiler asks for libraries. Systems that come
/// without them, as some do, get a program that is linked with the system's libraries as ever.
fn whole() -> bool {
    let Some(folder) = archives().unwrap_or_default() else { return false };
    link_arg("-static-pie");
    link_arg(&format!("-L{}", folder.display()));
    // Linkers that read each archive once: what the C library needs of the other, and the other of it.
    for library in ["-lgcc_s", "-lc", "-lgcc"] {
        link_arg(library);
    }
    for symbol in ASKED_FOR {
        link_arg(&format!("-Wl,-u,{symbol}"));
    }
    true
}

/// What the standard library uses of the C library only if it is there, so that an archive alone does not bring it in.
/// Without the first two, processes would be made by a fork that copies the tables of all memory.
const ASKED_FOR: [&str; 3] =
    ["gnu_get_libc_version", "posix_spawn_file_actions_addchdir_np", "__cxa_thread_atexit_impl"];

/// A folder where the linker finds each library's archive under the library's name; `None` when one is missing.
fn archives() -> io::Result<Option<PathBuf>> {
    if compilers_file("rcrt1.o")?.is_none() {
        return Ok(None);
    }
    let folder = Path::new(&env::var_os("OUT_DIR").unwrap_or_default()).join("archives");
    // Anew each time, so that nothing is written through what may lie there.
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    for (library, archive) in LIBRARIES {
        let Some(archive) = compilers_file(archive)? else { return Ok(None) };
        // A script for the linker, which may stand wherever an archive may.
        fs::write(folder.join(format!("lib{library}.a")), format!("INPUT(\"{}\")\n", archive.display()))?;
    }
    Ok(Some(folder))
}

/// Where the C compiler, which the linker is called through, has that file. Another compiler, or a file that is newer than
/// the build or gone, lets this script run again. One that a package manager has replaced may have an older time.
fn compilers_file(name: &str) -> io::Result<Option<PathBuf>> {
    println!("cargo::rerun-if-env-changed=PATH");
    let output = Command::new("cc").arg(format!("-print-file-name={name}")).output()?;
    let path = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    let found = path.is_absolute() && path.exists();
    if found {
        println!("cargo::rerun-if-changed={}", path.display());
    }
    Ok(found.then_some(path))
}

// Run with the tests of the library.
#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn flags_about_code_and_messages_are_no_choice_of_a_linker() {
        for flags in [
            &[][..],
            &["-Csymbol-mangling-version=v0"],
            &["-C", "target-cpu=native", "-C", "target_feature=+avx2", "--codegen=opt-level=3", "-g", "-O"],
            &["-D", "warnings", "-Aunused", "--cfg", "tokio_unstable", "--cfg=loom", "--remap-path-prefix=/linker=/x"],
        ] {
            assert!(harmless(&flags.join("\x1f")), "{flags:?}");
        }
    }

    #[test]
    fn flags_that_lead_the_linker_elsewhere_and_unknown_ones_are() {
        for flags in [
            &["-L", "/usr/lib"][..],
            &["-Lnative=/usr/lib"],
            &["-lfoo"],
            &["-Clinker=clang"],
            &["-C", "link-arg=-fuse-ld=mold"],
            &["-Crelocation-model=static"],
            &["-Zsanitizer=address"],
            &["-C"],
            &["-g", "-Ctarget-cpu=native", "-L/opt/lib"],
        ] {
            assert!(!harmless(&flags.join("\x1f")), "{flags:?}");
        }
    }
}
