//! `cargo xtask dist verify [--check]`: builds `exhibit-verify` as one static program, the same bytes wherever a commit is
//! built.
//!
//! Nothing of the machine goes into it: no path, time, build id or symbol, and no code but that of `Cargo.lock`. What it
//! does depend on is printed: the compiler and the C library that it is linked with. `--check` builds the tracked files
//! in two folders with unlike names and homes of cargo, and compares. Nothing is signed or uploaded here.

use crate::command;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

const PACKAGE: &str = "exhibit-verify";
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// Builds the program, or with `--check` builds it twice and compares.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["verify"] => {
            let target =
                std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| command::root().join("target"), PathBuf::from);
            tell(&build(&command::root(), &target, &cargo_home()?)?)
        }
        ["verify", "--check"] => check(),
        _ => Err("usage: cargo xtask dist verify [--check]".to_owned()),
    }
}

fn check() -> Result<(), String> {
    let work = command::root().join("target/dist-check");
    remove(&work)?;
    let (one, two) = (work.join("one"), work.join("another folder/with a longer name"));
    // The second build sees another home of cargo, which holds the same.
    let home = work.join("another-home");
    let mut programs = Vec::new();
    for folder in [&one, &two] {
        copy_tracked(folder)?;
    }
    symlink(cargo_home()?, &home).map_err(|error| format!("cannot make {}: {error}", home.display()))?;
    for (folder, home) in [(&one, &cargo_home()?), (&two, &home)] {
        let program = build(folder, &folder.join("target"), home)?;
        let bytes = fs::read(&program).map_err(|error| format!("cannot read {}: {error}", program.display()))?;
        programs.push((program, bytes));
    }
    let [(first, bytes), (second, others)] = programs.as_slice() else {
        return Err("there were two builds".to_owned());
    };
    if bytes != others {
        return Err(format!("{} and {} differ", first.display(), second.display()));
    }
    tell(first)?;
    println!("two builds in two folders are the same");
    remove(&work)
}

/// Says what was built, and with what.
fn tell(program: &Path) -> Result<(), String> {
    let text = text(program)?;
    let headers = output("readelf", &["--program-headers", "--dynamic", text])?;
    if headers.contains("INTERP") || headers.contains("(NEEDED)") {
        return Err(format!("{text} is not static"));
    }
    for (tool, arguments) in [("rustc", vec!["--version"]), ("cc", vec!["--version"]), ("ldd", vec!["--version"])] {
        println!("{}", output(tool, &arguments)?.lines().next().unwrap_or_default());
    }
    print!("{}", output("sha256sum", &[text])?);
    Ok(())
}

/// Builds the program from the workspace in `root`.
fn build(root: &Path, target: &Path, cargo_home: &Path) -> Result<PathBuf, String> {
    let sysroot = output("rustc", &["--print", "sysroot"])?;
    let version = output("rustc", &["--version", "--verbose"])?;
    let commit = version.lines().find_map(|line| line.strip_prefix("commit-hash: ")).unwrap_or("unknown");
    // Where the sources of the standard library are installed, their place goes into what is built.
    let library = format!("{}/lib/rustlib/src/rust=/rustc/{commit}", sysroot.trim());
    let flags = [
        "-Ctarget-feature=+crt-static",
        "-Clink-arg=-Wl,--build-id=none",
        &format!("--remap-path-prefix={}=/cargo", text(cargo_home)?),
        &format!("--remap-path-prefix={}=/exhibit", text(root)?),
        &format!("--remap-path-prefix={library}"),
    ]
    .join("\u{1f}");
    let arguments = [
        "build",
        "--package",
        PACKAGE,
        "--profile",
        "dist",
        "--locked",
        "--target",
        TARGET,
        "--target-dir",
        text(target)?,
    ];
    let environment =
        [("CARGO_ENCODED_RUSTFLAGS", flags.as_str()), ("CARGO_HOME", text(cargo_home)?), ("CARGO_INCREMENTAL", "0")];
    command::run_in(root, &command::cargo(), &arguments, &environment)?;
    Ok(target.join(TARGET).join("dist").join(PACKAGE))
}

/// The files that git knows, as they are now.
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
    set.or_else(usual).ok_or_else(|| "cargo has no home here".to_owned())
}

fn output(program: &str, arguments: &[&str]) -> Result<String, String> {
    String::from_utf8(command::output(program, arguments)?).map_err(|_| format!("{program} does not write UTF-8"))
}

fn text(path: &Path) -> Result<&str, String> {
    path.to_str().ok_or_else(|| format!("{} is not UTF-8", path.display()))
}
