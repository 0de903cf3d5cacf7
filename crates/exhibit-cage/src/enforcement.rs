//! The protections that this computer can enforce, and the consequences of missing ones.
//!
//! Probes without restricting anything, so it may be called at any time, from any thread.

use crate::{filter, sys};
use rustix::process::{PidfdFlags, getpid, pidfd_open};
use std::fs;

/// Each protection, and its level on this computer.
#[derive(Clone, Debug)]
pub struct Enforcement {
    /// All of them, the most important first.
    pub protections: Vec<Protection>,
}

/// One protection.
#[derive(Clone, Debug)]
pub struct Protection {
    /// Which.
    pub kind: ProtectionKind,
    /// Its level on this computer.
    pub state: Protected,
    /// What was found.
    pub detail: ProtectionDetail,
}

/// The protections.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ProtectionKind {
    /// Filters of system calls, which keep a worker that a file has taken over from opening anything.
    Seccomp,
    /// Rules on files, which keep tools from reading anything but their own data.
    Landlock,
    /// Namespaces of their own for tools, which keep them from networks and from other processes.
    UserNamespaces,
    /// No rights beyond those of the user.
    NoNewPrivs,
    /// Limits on memory, processor time, files and processes.
    Limits,
    /// Ending a worker with certainty.
    Pidfd,
    /// Closing all files but the one that is read.
    CloseRange,
}

/// What was found about a protection.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ProtectionDetail {
    /// Nothing beyond its level.
    None,
    /// How many system calls workers and tools may make.
    SystemCalls {
        /// Allowed in workers; any other ends them.
        allowed: usize,
        /// Allowed in tools; any other is refused.
        for_tools: usize,
    },
    /// Granted to tools.
    Granted,
    /// Refused by this setting of the kernel.
    RefusedBy(&'static str),
    /// The version of the kernel.
    Kernel(String),
    /// The version of Landlock: 4 adds TCP, 6 signals and sockets.
    Landlock(u32),
    /// The kernel does not offer it, with its error.
    NotOffered(String),
}

impl ProtectionKind {
    /// Its name in the kernel.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Seccomp => "seccomp",
            Self::Landlock => "landlock",
            Self::UserNamespaces => "user_namespaces",
            Self::NoNewPrivs => "no_new_privs",
            Self::Limits => "limits",
            Self::Pidfd => "pidfd",
            Self::CloseRange => "close_range",
        }
    }

    // without Landlock workers still cannot open files, as seccomp prevents it
    const fn needed_by(self) -> NeededBy {
        match self {
            Self::Landlock => NeededBy::Tools,
            Self::UserNamespaces => NeededBy::Nothing,
            _ => NeededBy::All,
        }
    }
}

/// The level of a protection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Protected {
    /// Fully.
    Full,
    /// Partially; the detail states what is missing.
    Partial,
    /// Not at all.
    Missing,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum NeededBy {
    All,
    Tools,
    /// A further layer: nothing is refused without it.
    Nothing,
}

impl Enforcement {
    /// Whether workers can read files here: true unless a mandatory protection is missing.
    #[must_use]
    pub fn workers_allowed(&self) -> bool {
        !self.lacks(NeededBy::All)
    }

    /// Whether tools (OCR) run here without an explicit override.
    #[must_use]
    pub fn tools_allowed(&self) -> bool {
        self.workers_allowed() && !self.lacks(NeededBy::Tools)
    }

    fn lacks(&self, needed_by: NeededBy) -> bool {
        self.protections
            .iter()
            .any(|p| p.kind.needed_by() == needed_by && p.state == Protected::Missing)
    }
}

/// Determines what this computer enforces.
#[must_use]
pub fn enforcement() -> Enforcement {
    let kernel =
        fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim().to_owned();
    let all = |kind, yes, detail| {
        let state = if yes { Protected::Full } else { Protected::Missing };
        Protection { kind, state, detail }
    };
    let (allowed, for_tools) = filter::sizes();
    let pidfd = pidfd_open(getpid(), PidfdFlags::empty()).is_ok();
    let limits = rustix::process::getrlimit(rustix::process::Resource::As).maximum != Some(0);
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let calls = ProtectionDetail::SystemCalls { allowed, for_tools };
    let kernel = ProtectionDetail::Kernel(kernel);
    Enforcement {
        protections: vec![
            all(ProtectionKind::Seccomp, sys::seccomp_kills_processes(), calls),
            landlock(),
            user_namespaces(),
            all(ProtectionKind::NoNewPrivs, status.contains("NoNewPrivs:"), ProtectionDetail::None),
            all(ProtectionKind::Limits, limits, ProtectionDetail::None),
            all(ProtectionKind::Pidfd, pidfd, kernel.clone()),
            all(ProtectionKind::CloseRange, sys::has_close_range(), kernel),
        ],
    }
}

fn landlock() -> Protection {
    let (state, detail) = match sys::landlock_version() {
        Ok(version @ 6..) => (Protected::Full, ProtectionDetail::Landlock(version)),
        Ok(version) => (Protected::Partial, ProtectionDetail::Landlock(version)),
        Err(error) => (Protected::Missing, ProtectionDetail::NotOffered(error.to_string())),
    };
    Protection { kind: ProtectionKind::Landlock, state, detail }
}

// Whether the system grants user namespaces is a setting of the kernel, and of AppArmor where it is used.
fn user_namespaces() -> Protection {
    let setting =
        |path: &str| fs::read_to_string(path).ok().and_then(|text| text.trim().parse::<u64>().ok());
    let refused = [
        (
            "user.max_user_namespaces",
            setting("/proc/sys/user/max_user_namespaces").is_none_or(|most| most == 0),
        ),
        (
            "kernel.unprivileged_userns_clone",
            setting("/proc/sys/kernel/unprivileged_userns_clone") == Some(0),
        ),
        (
            "kernel.apparmor_restrict_unprivileged_userns",
            setting("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == Some(1),
        ),
    ];
    let (state, detail) = match refused.iter().find(|(_, refuses)| *refuses) {
        Some((name, _)) => (Protected::Missing, ProtectionDetail::RefusedBy(name)),
        None => (Protected::Full, ProtectionDetail::Granted),
    };
    Protection { kind: ProtectionKind::UserNamespaces, state, detail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_protections_refuse_affected_jobs() {
        let mut found = enforcement();
        let mut with = |name: &str, state| {
            for protection in &mut found.protections {
                protection.state =
                    if protection.kind.word() == name { state } else { Protected::Full };
            }
            (found.workers_allowed(), found.tools_allowed())
        };
        assert_eq!(with("landlock", Protected::Missing), (true, false));
        assert_eq!(with("landlock", Protected::Partial), (true, true));
        assert_eq!(with("seccomp", Protected::Missing), (false, false));
        assert_eq!(with("user_namespaces", Protected::Missing), (true, true));
        assert_eq!(with("none", Protected::Missing), (true, true));
    }
}
