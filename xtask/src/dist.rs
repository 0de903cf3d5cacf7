//! `cargo xtask dist`: builds `exhibit` and `exhibit-verify` as static programs, and packages them (`package.rs`).
//!
//! The same commit gives the same bytes wherever it is built: no path, time, build id or symbol of the machine goes into a
//! program, and no code but that of `Cargo.lock`. What the bytes do depend on is printed: the compiler and the C library that
//! is linked in. `--check` builds the tracked files in two folders with unlike names and homes of cargo, and compares.
//! Nothing is signed or uploaded here.

mod archive;
mod package;

use crate::command;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

/// Programs, by the profile that each is built with: `exhibit` has to survive panics, the verifier is to be small.
const VERIFIER: &[(&str, &str)] = &[("exhibit-verify", "dist")];
const ALL: &[(&str, &str)] = &[("exhibit", "dist-exhibit"), ("exhibit-verify", "dist")];
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// Builds the programs and packages them; with `verify` only the verifier; with `--check` builds twice and compares.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => {
            let programs = build(&command::root(), &target_folder(), &cargo_home()?, ALL)?;
            programs.iter().try_for_each(|program| describe(program))?;
            package::write(&programs)
        }
        ["--check"] => check(ALL),
        ["--programs", folder] => {
            let programs: Vec<PathBuf> =
                ALL.iter().map(|(name, _)| Path::new(folder).join(name)).collect();
            package::write(&programs)
        }
        ["verify"] => {
            let programs = build(&command::root(), &target_folder(), &cargo_home()?, VERIFIER)?;
            programs.iter().try_for_each(|program| describe(program))
        }
        ["verify", "--check"] => check(VERIFIER),
        _ => {
            Err("usage: cargo xtask dist [verify] [--check], or cargo xtask dist --programs FOLDER"
                .to_owned())
        }
    }
}

fn target_folder() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| command::root().join("target"), PathBuf::from)
}

fn check(packages: &[(&str, &str)]) -> Result<(), String> {
    let work = command::root().join("target/dist-check");
    remove(&work)?;
    let (one, two) = (work.join("one"), work.join("another folder/with a longer name"));
    // The second build sees another home of cargo with the same contents.
    let home = work.join("another-home");
    for folder in [&one, &two] {
        copy_tracked(folder)?;
    }
    symlink(cargo_home()?, &home)
        .map_err(|error| format!("cannot make {}: {error}", home.display()))?;
    let first = build(&one, &one.join("target"), &cargo_home()?, packages)?;
    let second = build(&two, &two.join("target"), &home, packages)?;
    for (first, second) in first.iter().zip(&second) {
        if read(first)? != read(second)? {
            return Err(format!("{} and {} differ", first.display(), second.display()));
        }
        describe(first)?;
    }
    println!("two builds in two folders are the same");
    remove(&work)
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))
}

/// Prints what was built, and with what. Fails if the program is not static.
fn describe(program: &Path) -> Result<(), String> {
    let text = text(program)?;
    let headers = output("readelf", &["--program-headers", "--dynamic", text])?;
    if headers.contains("INTERP") || headers.contains("(NEEDED)") {
        return Err(format!("{text} is not static"));
    }
    for (tool, arguments) in
        [("rustc", vec!["--version"]), ("cc", vec!["--version"]), ("ldd", vec!["--version"])]
    {
        println!("{}", output(tool, &arguments)?.lines().next().unwrap_or_default());
    }
    print!("{}", output("sha256sum", &[text])?);
    Ok(())
}

/// Builds programs from the workspace in `root`.
fn build(
    root: &Path,
    target: &Path,
    cargo_home: &Path,
    packages: &[(&str, &str)],
) -> Result<Vec<PathBuf>, String> {
    let sysroot = output("rustc", &["--print", "sysroot"])?;
    let version = output("rustc", &["--version", "--verbose"])?;
    let commit =
        version.lines().find_map(|line| line.strip_prefix("commit-hash: ")).unwrap_or("unknown");
    // If the sources of the standard library are installed, their path goes into what is built.
    let library = format!("{}/lib/rustlib/src/rust=/rustc/{commit}", sysroot.trim());
    let flags = [
        "-Ctarget-feature=+crt-static",
        "-Clink-arg=-Wl,--build-id=none",
        &format!("--remap-path-prefix={}=/cargo", text(cargo_home)?),
        &format!("--remap-path-prefix={}=/exhibit", text(root)?),
        &format!("--remap-path-prefix={library}"),
    ]
    .join("\u{1f}");
    // the C code that is compiled in names its files in its assertions; quoted, as folders may have spaces in their names
    let c_flags = format!(
        "'-ffile-prefix-map={}=/cargo' '-ffile-prefix-map={}=/exhibit'",
        text(cargo_home)?,
        text(target)?
    );
    let environment = [
        ("CARGO_ENCODED_RUSTFLAGS", flags.as_str()),
        ("CFLAGS", c_flags.as_str()),
        ("CC_SHELL_ESCAPED_FLAGS", "1"),
        ("CARGO_HOME", text(cargo_home)?),
        ("CARGO_INCREMENTAL", "0"),
    ];
    let mut programs = Vec::new();
    for (package, profile) in packages {
        let target_folder = text(target)?;
        let place = ["--target", TARGET, "--target-dir", target_folder];
        // what is handed out never lacks the models that read pictures
        let features: &[&str] =
            if *package == "exhibit" { &["--features", "ocr-models"] } else { &[] };
        let build = ["build", "--locked", "--package", package, "--profile", profile];
        let arguments = [&build[..], features, &place[..]].concat();
        command::run_in(root, &command::cargo(), &arguments, &environment)?;
        programs.push(target.join(TARGET).join(profile).join(package));
    }
    Ok(programs)
}

/// Copies the tracked files, as they are now.
fn copy_tracked(to: &Path) -> Result<(), String> {
    for path in output("git", &["ls-files", "-z"])?.split_terminator('\0') {
        let (from, to) = (command::root().join(path), to.join(path));
        let folder = to.parent().unwrap_or(&to);
        let copied = fs::create_dir_all(folder).and_then(|()| fs::copy(&from, &to));
        copied.map_err(|error| format!("cannot copy {path}: {error}"))?;
    }
    Ok(())
}

fn remove(folder: &Path) -> Result<(), String> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("cannot remove {}: {error}", folder.display()))
        }
        _ => Ok(()),
    }
}

fn cargo_home() -> Result<PathBuf, String> {
    let set = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let usual = || std::env::home_dir().map(|home| home.join(".cargo"));
    set.or_else(usual).ok_or_else(|| "cargo has no home folder".to_owned())
}

fn output(program: &str, arguments: &[&str]) -> Result<String, String> {
    String::from_utf8(command::output(program, arguments)?)
        .map_err(|_| format!("{program} does not write UTF-8"))
}

fn text(path: &Path) -> Result<&str, String> {
    path.to_str().ok_or_else(|| format!("{} is not UTF-8", path.display()))
}
