//! What the tests cage: a program whose job misbehaves in the way that the request's name says.
//!
//! As a tool (`probe WHAT ...`) it misbehaves as a program that was executed does.

#![expect(unsafe_code, reason = "it misbehaves below what safe code can")]

mod probe;

use exhibit_cage::{Cage, CageLimits, CageOptions, JobInput, WorkerEnd};
use exhibit_model::{
    Limits, Member, MemberEnd, Page, PageKind, Record, Request, Sink, Task, Verdict,
};
use std::hint::black_box;
use std::io::{Read, Write};
use std::ops::ControlFlow;
use std::os::fd::FromRawFd;

fn main() {
    let args: Vec<_> = std::env::args().collect();
    match args.get(1).map(String::as_str) {
        Some("serve") => exhibit_cage::serve(job, |_| {}),
        Some("serve-with-threads") => exhibit_cage::serve(job, |_| {
            std::thread::spawn(std::thread::park);
        }),
        Some("serve-without-threads") => exhibit_cage::serve(job, |preparation| {
            if preparation == exhibit_cage::Preparation::Read {
                return;
            }
            let refused = std::thread::Builder::new().spawn(|| ()).err().map(|error| error.kind());
            REFUSED.get_or_init(|| format!("{refused:?}"));
        }),
        Some("serve-broken") => exhibit_cage::serve(job, |_| panic!("no tables")),
        Some("parent") => parent(&args[2]),
        Some("thousand") => thousand(args[2].parse().expect("a number")),
        Some("probe") => probe::main(&args[2..]),
        _ => std::process::exit(3),
    }
}

// how the server's attempt to start a thread ended
static REFUSED: std::sync::OnceLock<String> = std::sync::OnceLock::new();

fn job(request: &Request, input: &mut JobInput, sink: &mut dyn Sink) -> Verdict {
    let name = String::from_utf8_lossy(&request.name).into_owned();
    match name.as_str() {
        "echo" => echo(input, sink),
        "refused" => emit(sink, REFUSED.get().map_or("not tried", String::as_str)),
        "quiet" => {}
        "length" => emit(sink, &input.len().to_string()),
        "descriptors" => emit(sink, &descriptors()),
        "members" => members(sink, request.limits),
        "open" => drop(std::fs::File::open("/etc/hostname")),
        "openat" => drop(raw(libc_openat())),
        "socket" => drop(std::net::UdpSocket::bind("127.0.0.1:0")),
        "thread" => drop(std::thread::Builder::new().spawn(|| ())),
        "fork" => drop(std::process::Command::new("/bin/true").spawn()),
        "exec" => drop(std::os::unix::process::CommandExt::exec(&mut std::process::Command::new(
            "/bin/true",
        ))),
        "executable memory" => drop(raw(executable_memory())),
        "signal parent" => drop(raw(signal_parent())),
        "memory" => hog(),
        "one allocation" => drop(black_box(vec![1_u8; 1 << 40])),
        "spin" => loop {
            black_box(());
        },
        "sleep" => loop {
            std::thread::park();
        },
        "overflow" => emit(sink, &nest(0).to_string()),
        "panic" => panic!("a secret of the document"),
        "panic late" => {
            emit(sink, "before");
            panic!("a secret of the document");
        }
        "abort" => abort(),
        "leave" => std::process::exit(9),
        "garbage" => raw_output(b"\xff\xff\xff\xff\xff\xff"),
        "cut" => raw_output(&[1, 10, 0, 0, 0, 7]),
        "bad record" => raw_output(&[1, 1, 0, 0, 0, 99]),
        // a note about page 0 and a verdict, with codes that do not exist
        "bad note" => raw_output(b"\x01\x07\0\0\0\x06\0\x03new\0"),
        "bad verdict" => raw_output(b"\x03\x06\0\0\0\x04\x03new\0"),
        "after verdict" => raw_output(&[3, 1, 0, 0, 0, 0, 3, 1, 0, 0, 0, 0]),
        "close and sleep" => {
            drop(output());
            loop {
                std::thread::park();
            }
        }
        "endless" => while sink.emit(Record::MediaType("x".repeat(1000))).is_ok() {},
        "endless members" => endless_members(sink),
        "giant" => emit(sink, &"x".repeat(exhibit_cage::FRAME_CAP + 1)),
        "pages backwards" => [2, 1].map(|n| page(sink, n)).into_iter().for_each(drop),
        "write input" => drop(raw(write_input())),
        other => panic!("no such job: {other}"),
    }
    Verdict::Read
}

fn emit(sink: &mut dyn Sink, text: &str) {
    let _ = sink.emit(Record::MediaType(text.to_owned()));
}

fn page(sink: &mut dyn Sink, number: u32) {
    let _ = sink.emit(Record::Page(Box::new(Page::of_text(number, PageKind::Text, String::new()))));
}

fn echo(input: &mut JobInput, sink: &mut dyn Sink) {
    let mut bytes = Vec::new();
    input.read_to_end(&mut bytes).expect("readable");
    let _ = sink.emit(Record::Member(Member::default()));
    let _ = sink.emit(Record::MemberBytes(bytes));
    let _ = sink.emit(Record::MemberEnd(MemberEnd::Whole));
}

fn members(sink: &mut dyn Sink, limits: Limits) {
    for _ in 0..=limits.members {
        let _ = sink.emit(Record::Member(Member::default()));
        let _ = sink.emit(Record::MemberEnd(MemberEnd::Whole));
    }
}

fn endless_members(sink: &mut dyn Sink) {
    let _ = sink.emit(Record::Member(Member::default()));
    while sink.emit(Record::MemberBytes(vec![0; 64 << 10])).is_ok() {}
}

fn hog() {
    let mut held = Vec::new();
    loop {
        held.push(black_box(vec![1_u8; 1 << 20]));
    }
}

// Which numbers are open descriptors.
fn descriptors() -> String {
    // SAFETY: only asks whether a number is an open descriptor.
    let open = |n: &i32| unsafe { libc::fcntl(*n, libc::F_GETFD) } >= 0;
    let open: Vec<_> = (0..1000).filter(open).map(|n| n.to_string()).collect();
    open.join(" ")
}

#[expect(unconditional_recursion, reason = "it is to overflow the stack")]
fn nest(depth: u64) -> u64 {
    let room = black_box([depth; 64]);
    nest(depth + 1) + room[depth as usize % 64]
}

fn output() -> std::fs::File {
    // SAFETY: descriptor 1 is the pipe of records, and this process is about to end.
    unsafe { std::fs::File::from_raw_fd(1) }
}

fn raw_output(bytes: &[u8]) -> ! {
    output().write_all(bytes).expect("written");
    // SAFETY: ends the process without the verdict that would follow.
    unsafe { libc::_exit(0) }
}

fn abort() {
    // SAFETY: ends the process.
    unsafe { libc::abort() }
}

fn raw(result: i64) -> i64 {
    black_box(result)
}

fn libc_openat() -> i64 {
    // SAFETY: the path ends in a zero byte.
    unsafe {
        libc::syscall(libc::SYS_openat, libc::AT_FDCWD, c"/etc/passwd".as_ptr(), libc::O_RDONLY)
    }
}

fn executable_memory() -> i64 {
    let (prot, flags) =
        (libc::PROT_READ | libc::PROT_EXEC, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS);
    // SAFETY: new memory that nothing else uses.
    unsafe { libc::mmap(std::ptr::null_mut(), 4096, prot, flags, -1, 0) as i64 }
}

fn signal_parent() -> i64 {
    // 1 is never this process
    // SAFETY: signal 0 only asks.
    unsafe { libc::syscall(libc::SYS_tgkill, 1, 1, 0) }
}

fn write_input() -> i64 {
    // SAFETY: writes one byte from a buffer of one.
    let wrote = unsafe { libc::write(0, b"x".as_ptr().cast(), 1) };
    if wrote >= 0 {
        panic!("the original could be written");
    }
    wrote as i64
}

// A parent with a worker that never ends, to be killed.
fn parent(job: &str) {
    let _ = run(&cage(), job);
}

// A parent of many workers, every tenth of which goes wrong; says what there is before and after.
fn thousand(runs: usize) {
    let cage = cage();
    run(&cage, "length");
    let mut stdout = std::io::stdout();
    for runs in [1, runs] {
        for turn in 1..=runs {
            let end = run(&cage, if turn % 10 == 0 { "abort" } else { "length" });
            assert_eq!(end.reason().is_some(), turn % 10 == 0, "{end:?}");
        }
        writeln!(stdout, "{}", inventory()).expect("said");
    }
}

// Descriptors of this process and of its server (which nobody but root may look into), and processes.
fn inventory() -> String {
    let list = |of: &str| {
        let list =
            std::fs::read_to_string(format!("/proc/{of}/task/{of}/children")).expect("listed");
        list.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    let descriptors =
        |of: &str| std::fs::read_dir(format!("/proc/{of}/fd")).map_or(0, Iterator::count);
    let servers = list(&std::process::id().to_string());
    let workers: usize = servers.iter().map(|server| list(server).len()).sum();
    let (own, theirs) = (descriptors("self"), descriptors(&servers[0]));
    format!("descriptors {own} {theirs} servers {} workers {workers}", servers.len())
}

fn cage() -> Cage {
    let program = std::env::current_exe().expect("a path");
    Cage::start(CageOptions { program, ..CageOptions::new("serve", 1) }).expect("starts")
}

fn run(cage: &Cage, job: &str) -> WorkerEnd {
    let (name, limits) = (job.as_bytes().to_vec(), Limits::STANDARD);
    let request = Request { task: Task::Extract, name, passwords: Vec::new(), limits };
    let input = std::fs::File::open("/dev/null").expect("opens");
    cage.run(&request, &input, CageLimits::STANDARD, &mut |_| ControlFlow::Continue(()))
        .expect("caged")
}
