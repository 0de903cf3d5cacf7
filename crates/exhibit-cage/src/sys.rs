//! The few system calls without a safe wrapper: forking, replacing and closing descriptors, executing.
//!
//! This is the only module of the project with `unsafe`. Each function is safe to call because its preconditions
//! (one thread, an owned descriptor) are required as types.

use std::ffi::{CStr, CString, c_char};
use std::fs;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::path::Path;
use std::{ptr, slice};

/// Proof that the process had one thread when the value was created; its owner starts none.
#[derive(Debug)]
pub(crate) struct SingleThread(());

impl SingleThread {
    /// Counts the process's threads.
    pub(crate) fn prove() -> io::Result<Self> {
        let threads = fs::read_dir("/proc/self/task")?.count();
        if threads == 1 {
            Ok(Self(()))
        } else {
            Err(io::Error::other(format!("there are {threads} threads, not one")))
        }
    }
}

/// The side of a fork.
pub(crate) enum Fork {
    Child,
    Parent(rustix::process::Pid),
}

/// Forks. The child is a complete copy, so it may continue as any single-threaded program does.
pub(crate) fn fork(_alone: &SingleThread) -> io::Result<Fork> {
    // SAFETY: with one thread no lock can be held by another, so the child's copy of memory is consistent.
    let pid = unsafe { libc::fork() };
    match rustix::process::Pid::from_raw(pid) {
        None => Ok(Fork::Child),
        Some(_) if pid < 0 => Err(io::Error::last_os_error()),
        Some(pid) => Ok(Fork::Parent(pid)),
    }
}

/// Moves the process, which has one thread, to user, network and IPC namespaces of its own. Returns whether the system
/// granted them.
pub(crate) fn own_namespaces() -> bool {
    // SAFETY: `unshare` touches no memory of the process.
    unsafe { libc::unshare(libc::CLONE_NEWUSER | libc::CLONE_NEWNET | libc::CLONE_NEWIPC) == 0 }
}

/// Waits for a child to end: its wait status, and the largest resident set that it had, in bytes. Pages shared with the
/// parent count.
pub(crate) fn reap(child: rustix::process::Pid) -> io::Result<(i32, u64)> {
    let mut status = 0;
    let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
    loop {
        // SAFETY: both pointers are to memory of this frame, of the types that the kernel writes.
        let ended = unsafe {
            libc::wait4(child.as_raw_nonzero().get(), &raw mut status, 0, usage.as_mut_ptr())
        };
        if ended >= 0 {
            break;
        }
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
    // SAFETY: zeroed memory is a valid `rusage`, whatever of it the kernel wrote.
    let usage = unsafe { usage.assume_init() };
    Ok((status, u64::try_from(usage.ru_maxrss).unwrap_or(0).saturating_mul(1024)))
}

/// Ends the process at once, without running handlers or destructors.
pub(crate) fn exit(code: i32) -> ! {
    // SAFETY: `_exit` touches no memory of the process.
    unsafe { libc::_exit(code) }
}

/// Makes one of the three standard descriptors a copy of `from` (kept over an exec).
pub(crate) fn make_standard(from: BorrowedFd<'_>, standard: RawFd) -> io::Result<()> {
    assert!((0..3).contains(&standard), "a standard descriptor");
    // SAFETY: nothing owns 0, 1 or 2 in a server: `serve` has taken them over.
    let done = unsafe { libc::dup2(from.as_raw_fd(), standard) };
    if done < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// One of the three standard descriptors, owned. Nothing else may continue using it.
pub(crate) fn take_standard(standard: RawFd) -> io::Result<OwnedFd> {
    assert!((0..3).contains(&standard), "a standard descriptor");
    // SAFETY: only queries whether the descriptor is open.
    if unsafe { libc::fcntl(standard, libc::F_GETFD) } < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: it is open, and the standard library only ever borrows it.
    Ok(unsafe { OwnedFd::from_raw_fd(standard) })
}

/// Closes every descriptor above the standard three. Only for a process that continues with those three alone:
/// values that own others must be forgotten, not dropped.
pub(crate) fn close_all_others() -> io::Result<()> {
    close_range(0)
}

/// Marks every descriptor above the standard three as close-on-exec.
pub(crate) fn close_all_others_on_exec() -> io::Result<()> {
    close_range(libc::CLOSE_RANGE_CLOEXEC)
}

fn close_range(flags: libc::c_uint) -> io::Result<()> {
    // SAFETY: descriptors are numbers to the kernel; see `close_all_others` for the callers' obligations.
    let done = unsafe { libc::syscall(libc::SYS_close_range, 3_u32, u32::MAX, flags) };
    if done < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Makes the allocator request memory in large steps and keep freed memory: a child lives for one file, and
/// page faults would take a third of its time. Its total memory is limited elsewhere.
pub(crate) fn allocate_in_large_steps() {
    #[cfg(target_env = "gnu")]
    for (option, value) in [
        (libc::M_MMAP_THRESHOLD, 32 << 20),
        (libc::M_TRIM_THRESHOLD, 1 << 30),
        (libc::M_TOP_PAD, 256 << 10),
    ] {
        // SAFETY: mallopt only sets parameters of the allocator, and this process has one thread.
        unsafe { libc::mallopt(option, value) };
    }
}

/// Resets signal handling to the state that a freshly started program expects.
pub(crate) fn default_signals() {
    // SAFETY: sets dispositions to their defaults and empties the mask; the pointers are valid for the calls.
    unsafe {
        libc::signal(libc::SIGPIPE, libc::SIG_DFL);
        let mut none: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut none);
        libc::sigprocmask(libc::SIG_SETMASK, &raw const none, ptr::null_mut());
    }
}

/// Executes another program. Returns only on failure, with the reason.
pub(crate) fn exec(program: &CStr, args: &[CString], env: &[CString]) -> io::Error {
    let pointers = |list: &[CString]| -> Vec<*const c_char> {
        list.iter().map(|item| item.as_ptr()).chain([ptr::null()]).collect()
    };
    let (argv, envp) = (pointers(args), pointers(env));
    // SAFETY: both lists end in a null pointer and outlive the call, as do the strings they point to.
    unsafe { libc::execve(program.as_ptr(), argv.as_ptr(), envp.as_ptr()) };
    io::Error::last_os_error()
}

/// A file's bytes, mapped for the lifetime of the process: for data that [`crate::serve`] loads before its first job.
///
/// A fork has to copy the page tables of all memory written by the process, once per worker; a file mapping costs
/// nothing until it is accessed, and all servers share it. For files that are replaced rather than rewritten when they
/// change, as installed fonts are: if a file is truncated meanwhile, a worker that reads beyond its end is killed.
///
/// # Errors
/// If the file cannot be opened or mapped.
pub fn map_file(path: &Path) -> io::Result<&'static [u8]> {
    let file = fs::File::open(path)?;
    let length =
        usize::try_from(file.metadata()?.len()).map_err(|_| io::ErrorKind::FileTooLarge)?;
    if length == 0 {
        return Ok(&[]);
    }
    // SAFETY: requests a new, read-only mapping at an address of the kernel's choice.
    let start = unsafe {
        libc::mmap(ptr::null_mut(), length, libc::PROT_READ, libc::MAP_PRIVATE, file.as_raw_fd(), 0)
    };
    if start == libc::MAP_FAILED {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the mapping has this length, is readable, and is never unmapped.
    Ok(unsafe { slice::from_raw_parts(start.cast(), length) })
}

/// One instruction of a seccomp program (`struct sock_filter` of the kernel).
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct BpfStep {
    pub(crate) code: u16,
    /// Instructions to skip if a test is true.
    pub(crate) jt: u8,
    /// Instructions to skip if it is false.
    pub(crate) jf: u8,
    pub(crate) k: u32,
}

/// Installs a seccomp program in this process, permanently.
pub(crate) fn put_on_filter(steps: &[BpfStep]) -> io::Result<()> {
    #[repr(C)]
    struct Program {
        length: u16,
        steps: *const BpfStep,
    }
    let length = u16::try_from(steps.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    let program = Program { length, steps: steps.as_ptr() };
    // SAFETY: the kernel copies `length` instructions from the pointer, which has as many, during the call.
    let done = unsafe {
        libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, 0, &raw const program)
    };
    if done < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// The Landlock version that the kernel supports.
pub(crate) fn landlock_version() -> io::Result<u32> {
    const VERSION: libc::c_uint = 1;
    // SAFETY: with this flag the kernel reads no memory and only returns a number.
    let answer = unsafe {
        libc::syscall(libc::SYS_landlock_create_ruleset, ptr::null::<u8>(), 0_usize, VERSION)
    };
    u32::try_from(answer).map_err(|_| io::Error::last_os_error())
}

/// Whether the kernel's seccomp can kill a whole process.
pub(crate) fn seccomp_kills_processes() -> bool {
    const ACTION_AVAILABLE: libc::c_uint = 2;
    let action: u32 = libc::SECCOMP_RET_KILL_PROCESS;
    // SAFETY: the kernel reads one number through the pointer.
    unsafe { libc::syscall(libc::SYS_seccomp, ACTION_AVAILABLE, 0, &raw const action) == 0 }
}

/// Whether `close_range` exists: requests closing a range above every possible descriptor.
pub(crate) fn has_close_range() -> bool {
    // SAFETY: no descriptor has this number.
    unsafe { libc::syscall(libc::SYS_close_range, u32::MAX, u32::MAX, 0) == 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapped_file_is_its_bytes() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        for length in [0, 1, 4096, 100_000] {
            let bytes: Vec<u8> = (0..length).map(|n: u32| n as u8).collect();
            fs::write(&path, &bytes).expect("written");
            assert!(map_file(&path).expect("mapped") == bytes);
            fs::remove_file(&path).expect("removed");
        }
        assert!(map_file(&path).is_err());
    }
}
