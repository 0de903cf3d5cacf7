//! A tool that tries what tools may not do, and says how it went.

use std::ffi::CString;
use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::process::Command;
use std::{fs, io};

/// Tries one thing; exit code 0 if it could be done, 1 with the error on standard error otherwise.
pub(crate) fn main(args: &[String]) -> ! {
    let rest: Vec<&str> = args.iter().skip(1).map(String::as_str).collect();
    let tried = match args[0].as_str() {
        "read" => fs::read(rest[0]).map(drop),
        "list" => fs::read_dir(rest[0]).map(drop),
        "write" => fs::write(rest[0], "x"),
        "connect" => std::net::TcpStream::connect("127.0.0.1:9").map(drop),
        "unix" => std::os::unix::net::UnixStream::pair().map(drop),
        "spawn" => Command::new(rest[0]).status().map(drop),
        "exec" => Err(Command::new(rest[0]).exec()),
        "drop and exec" => drop_and_exec(rest[0]),
        "memory file" => memory_file(),
        "mode" => fs::set_permissions(rest[0], std::os::unix::fs::PermissionsExt::from_mode(0o777)),
        "calls" => emit(&permitted_calls()),
        "call" => call(&rest),
        "thread" => std::thread::Builder::new().spawn(|| ()).map(drop),
        "signal" => signal(rest[0]),
        "signal self" => signal(&std::process::id().to_string()),
        "cat" => cat(),
        "chatter" => chatter(),
        "spin" => loop {
            std::hint::black_box(());
        },
        "sleep" => loop {
            std::thread::sleep(std::time::Duration::from_secs(1000));
        },
        "memory" => hog(),
        "environment" => {
            emit(&std::env::vars().map(|(k, v)| format!("{k}={v}\n")).collect::<String>())
        }
        "descriptors" => emit(&descriptors()),
        other => Err(io::Error::other(format!("no such probe: {other}"))),
    };
    match tried {
        Ok(()) => std::process::exit(0),
        Err(error) => {
            let _ = writeln!(io::stderr(), "{error}");
            std::process::exit(1)
        }
    }
}

fn emit(text: &str) -> io::Result<()> {
    io::stdout().write_all(text.as_bytes())
}

fn cat() -> io::Result<()> {
    let mut all = Vec::new();
    io::stdin().read_to_end(&mut all)?;
    io::stdout().write_all(&all)
}

fn chatter() -> io::Result<()> {
    loop {
        io::stdout().write_all(&[b'x'; 4096])?;
    }
}

fn hog() -> io::Result<()> {
    let mut held = Vec::new();
    loop {
        held.push(std::hint::black_box(vec![1_u8; 1 << 20]));
    }
}

fn drop_and_exec(path: &str) -> io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o700).open(path)?;
    file.write_all(b"#!/bin/sh\n")?;
    drop(file);
    let error = Command::new(path).exec();
    Err(io::Error::other(format!("dropped, but: {error}")))
}

fn memory_file() -> io::Result<()> {
    let name = CString::new("x")?;
    // SAFETY: the name ends in a zero byte.
    let made = unsafe { libc::memfd_create(name.as_ptr(), 0) };
    if made < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

// Makes a call with these arguments.
fn call(numbers: &[&str]) -> io::Result<()> {
    let numbers = numbers
        .iter()
        .map(|n| n.parse().map_err(io::Error::other))
        .collect::<io::Result<Vec<i64>>>()?;
    let argument = |n: usize| numbers.get(n).copied().unwrap_or(0);
    // SAFETY: the tests name calls whose arguments are numbers or null pointers.
    let done =
        unsafe { libc::syscall(argument(0), argument(1), argument(2), argument(3), argument(4)) };
    if done < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

// The numbers of all calls that are not refused as "not permitted", far beyond those of any kernel.
fn permitted_calls() -> String {
    // these end the process, or wait without end if all arguments are 0
    let dangerous = [
        libc::SYS_exit,
        libc::SYS_exit_group,
        libc::SYS_rt_sigreturn,
        libc::SYS_ppoll,
        libc::SYS_pselect6,
        #[cfg(target_arch = "x86_64")]
        libc::SYS_select,
        libc::SYS_read,
        libc::SYS_close,
        libc::SYS_dup3,
        libc::SYS_rt_sigprocmask,
        // x86-64: `uretprobe` and `uprobe`, which kernels from 6.14 do not filter; they end a process that is not traced
        335,
        336,
    ];
    let permitted = |number: &i64| {
        // SAFETY: every pointer is null, so a call that is permitted fails or does nothing.
        let done = unsafe { libc::syscall(*number, 0, 0, 0, 0, 0, 0) };
        done >= 0 || io::Error::last_os_error().raw_os_error() != Some(libc::EPERM)
    };
    let numbers = (0..1100).filter(|number| !dangerous.contains(number)).filter(permitted);
    numbers.map(|number| number.to_string()).collect::<Vec<_>>().join(" ")
}

fn signal(pid: &str) -> io::Result<()> {
    let pid: i32 = pid.parse().map_err(io::Error::other)?;
    // SAFETY: signal 0 only asks.
    let done = unsafe { libc::syscall(libc::SYS_tgkill, pid, pid, 0) };
    if done < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

fn descriptors() -> String {
    // SAFETY: only asks whether a number is an open descriptor.
    let open = |n: &i32| unsafe { libc::fcntl(*n, libc::F_GETFD) } >= 0;
    let open: Vec<_> = (0..1000).filter(open).map(|n| n.to_string()).collect();
    open.join(" ")
}
