//! The parts of the cage that are neither system calls nor memory: file system, signals to others, privileges.
//!
//! What can be given up once for all workers is given up by their fork server, which does not need it either:
//! privileges, files, networks. Job-specific resources are given up by each process itself.

use crate::control::Level;
use crate::sys;
use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, PathBeneath, PathFd, RestrictionStatus, Ruleset,
    RulesetAttr, RulesetCreated, RulesetCreatedAttr, RulesetError, RulesetStatus, Scope,
};
use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
use rustix::thread::{CapabilitySet, CapabilitySets, set_capabilities, set_no_new_privs};
use std::path::{Path, PathBuf};
use std::{fs, io};

/// The newest Landlock version requested; with an older kernel, seccomp covers what is missing.
const LANDLOCK: ABI = ABI::V7;
// The stack size that the standard library assumes under the usual limit: it can then distinguish an
// overflow from other invalid accesses.
const STACK_BYTES: u64 = 8 << 20;

/// Why a process could not be caged.
#[derive(Debug, thiserror::Error)]
pub(crate) enum JailError {
    #[error("cannot set a limit ({0})")]
    Limit(#[source] io::Error),
    #[error("cannot give up privileges ({0})")]
    Privileges(#[source] io::Error),
    #[error("cannot restrict files ({0})")]
    Landlock(#[from] RulesetError),
    #[error("the kernel does not restrict files (Landlock is missing)")]
    NoLandlock,
    #[error("cannot restrict system calls ({0})")]
    Seccomp(#[source] io::Error),
    #[error("cannot open {path} ({source})")]
    Folder { path: PathBuf, source: landlock::PathFdError },
    #[error("cannot set up its descriptors ({0})")]
    Descriptors(#[source] io::Error),
    #[error("its fork server is gone")]
    Orphan,
}

/// Gives up, permanently and for all children: gaining privileges, being traced, core dumps, capabilities.
pub(crate) fn give_up_privileges() -> Result<(), JailError> {
    let failed = |e: rustix::io::Errno| JailError::Privileges(e.into());
    // when memory runs out, workers are killed before the processes that wait for them; not permitted everywhere
    let _ = fs::write("/proc/self/oom_score_adj", "500");
    set_no_new_privs(true).map_err(failed)?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(failed)?;
    let none = CapabilitySet::empty();
    set_capabilities(None, CapabilitySets { effective: none, permitted: none, inheritable: none })
        .map_err(failed)?;
    limit(Resource::Core, 0)?;
    limit(Resource::Stack, STACK_BYTES)?;
    Ok(())
}

/// Moves the process to user, network and IPC namespaces of its own, if the system grants them: there are no other
/// processes' queues and no networks there, and no rights over processes outside. The rights that it has within are
/// given up.
pub(crate) fn own_namespaces() -> Result<(), JailError> {
    if sys::own_namespaces() {
        let none = CapabilitySet::empty();
        let sets = CapabilitySets { effective: none, permitted: none, inheritable: none };
        set_capabilities(None, sets).map_err(|e| JailError::Privileges(e.into()))?;
    }
    Ok(())
}

/// Sets a resource limit, keeping a lower existing one.
pub(crate) fn limit(resource: Resource, value: u64) -> Result<(), JailError> {
    let now = rustix::process::getrlimit(resource).maximum.unwrap_or(u64::MAX);
    exact_limit(resource, value.min(now))
}

/// Sets a resource limit.
pub(crate) fn exact_limit(resource: Resource, value: u64) -> Result<(), JailError> {
    let limit = Rlimit { current: Some(value), maximum: Some(value) };
    setrlimit(resource, limit).map_err(|e| JailError::Limit(e.into()))
}

/// Sets the limit of processor time: a signal at `seconds`, the kill a second later.
pub(crate) fn limit_cpu(seconds: u64) -> Result<(), JailError> {
    let limit = Rlimit { current: Some(seconds), maximum: Some(seconds.saturating_add(1)) };
    setrlimit(Resource::Cpu, limit).map_err(|e| JailError::Limit(e.into()))
}

/// Gives up all files not yet open, networks, and signals to outside processes.
pub(crate) fn give_up_files() -> Result<Level, JailError> {
    Ok(level(&everything()?.restrict_self()?))
}

/// The file system access left to a tool.
pub(crate) struct Files<'a> {
    pub(crate) program: &'a Path,
    pub(crate) read_folders: &'a [PathBuf],
    pub(crate) scratch: Option<&'a Path>,
}

/// Gives up all files except those a tool needs: its own program and the system's libraries to read and execute, the
/// given directories to read, a scratch directory to write but not to execute from.
pub(crate) fn keep_files(keep: &Files<'_>, without_landlock: bool) -> Result<(), JailError> {
    let read = AccessFs::ReadFile | AccessFs::ReadDir;
    let mut rules = everything()?;
    for library in LIBRARIES.iter().map(Path::new).filter(|path| path.exists()) {
        rules = allow(rules, library, read | AccessFs::Execute)?;
    }
    rules = allow(rules, keep.program, AccessFs::ReadFile | AccessFs::Execute)?;
    for file in ["/etc/ld.so.cache", "/dev/urandom", "/dev/zero", "/dev/null"] {
        if Path::new(file).exists() {
            rules = allow(rules, Path::new(file), AccessFs::ReadFile.into())?;
        }
    }
    rules = allow(rules, Path::new("/dev/null"), AccessFs::WriteFile.into())?;
    for folder in keep.read_folders {
        rules = allow(rules, folder, read)?;
    }
    if let Some(scratch) = keep.scratch {
        let write =
            AccessFs::WriteFile | AccessFs::Truncate | AccessFs::MakeReg | AccessFs::MakeDir;
        rules = allow(rules, scratch, read | write | AccessFs::RemoveFile | AccessFs::RemoveDir)?;
    }
    match level(&rules.restrict_self()?) {
        Level::None if !without_landlock => Err(JailError::NoLandlock),
        _ => Ok(()),
    }
}

// Where systems store shared libraries; the last two contain only packages.
const LIBRARIES: [&str; 8] = [
    "/lib",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/usr/libexec",
    "/nix/store",
    "/gnu/store",
];

fn everything() -> Result<RulesetCreated, RulesetError> {
    Ruleset::default()
        .handle_access(AccessFs::from_all(LANDLOCK))?
        .handle_access(AccessNet::from_all(LANDLOCK))?
        .scope(Scope::from_all(LANDLOCK))?
        .create()
}

fn allow(
    rules: RulesetCreated,
    path: &Path,
    access: BitFlags<AccessFs>,
) -> Result<RulesetCreated, JailError> {
    let at =
        PathFd::new(path).map_err(|source| JailError::Folder { path: path.to_owned(), source })?;
    let access = if path.is_dir() { access } else { access & AccessFs::from_file(LANDLOCK) };
    Ok(rules.add_rule(PathBeneath::new(at, access))?)
}

fn level(status: &RestrictionStatus) -> Level {
    match status.ruleset {
        RulesetStatus::FullyEnforced => Level::Full,
        RulesetStatus::PartiallyEnforced => Level::Partial,
        RulesetStatus::NotEnforced => Level::None,
    }
}

/// Ties this process's life to that of its fork server.
pub(crate) fn die_with(server: rustix::process::Pid) -> Result<(), JailError> {
    let failed = |e: rustix::io::Errno| JailError::Privileges(e.into());
    rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))
        .map_err(failed)?;
    // the server may have ended before the line above
    if rustix::process::getppid() == Some(server) { Ok(()) } else { Err(JailError::Orphan) }
}

/// Makes these the only open descriptors, from 0 on.
pub(crate) fn keep_descriptors(standard: &[std::os::fd::BorrowedFd<'_>]) -> Result<(), JailError> {
    for (number, descriptor) in (0..).zip(standard) {
        sys::make_standard(*descriptor, number).map_err(JailError::Descriptors)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    // Landlock restricts only the calling thread, so a thread substitutes for a process here.
    fn bound<T: Send>(within: impl FnOnce() -> T + Send) -> T {
        std::thread::scope(|scope| scope.spawn(within).join().expect("no panic"))
    }

    fn refused(result: io::Result<fs::File>) -> bool {
        result.is_err_and(|e| e.kind() == io::ErrorKind::PermissionDenied)
    }

    #[test]
    fn landlock_alone_blocks_files_and_networks() {
        let level = bound(|| {
            let level = give_up_files().expect("asked for");
            if level != Level::None {
                assert!(refused(fs::File::open("/etc/passwd")));
                assert!(refused(fs::File::create("/dev/shm/exhibit-test")));
            }
            if sys::landlock_version().is_ok_and(|version| version >= 4) {
                let connected = std::net::TcpStream::connect("127.0.0.1:9");
                assert!(connected.is_err_and(|e| e.kind() == io::ErrorKind::PermissionDenied));
            }
            level
        });
        assert_eq!(level == Level::None, sys::landlock_version().is_err());
    }

    #[test]
    fn tools_keep_what_is_named() {
        if sys::landlock_version().is_err() {
            let keep = Files { program: Path::new("/bin/sh"), read_folders: &[], scratch: None };
            assert!(matches!(bound(|| keep_files(&keep, false)), Err(JailError::NoLandlock)));
            return;
        }
        let folders =
            [tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder")];
        let [read, scratch] = folders.each_ref().map(|folder| folder.path().to_owned());
        fs::write(read.join("data"), "x").expect("written");
        bound(|| {
            let read_folders = [read.clone()];
            let keep = Files {
                program: Path::new("/bin/sh"),
                read_folders: &read_folders,
                scratch: Some(&scratch),
            };
            keep_files(&keep, false).expect("kept");
            assert!(fs::File::open(read.join("data")).is_ok());
            assert!(refused(fs::File::create(read.join("more"))));
            assert!(fs::File::create(scratch.join("more")).is_ok());
            assert!(refused(fs::File::open("/etc/passwd")));
        });
    }
}
