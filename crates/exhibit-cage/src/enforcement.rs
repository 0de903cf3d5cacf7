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
    /// Its name.
    pub name: &'static str,
    /// Its level on this computer.
    pub state: Protected,
    /// Details, such as a version.
    pub detail: String,
    /// What it prevents hostile files from doing, and the consequences if it is missing.
    pub meaning: &'static str,
    needed_by: NeededBy,
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
        self.protections.iter().any(|p| p.needed_by == needed_by && p.state == Protected::Missing)
    }
}

/// Determines what this computer enforces.
#[must_use]
pub fn enforcement() -> Enforcement {
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim().to_owned();
    let yes_or_missing = |yes: bool| if yes { Protected::Full } else { Protected::Missing };
    let all = |name, yes, detail: &str, meaning| Protection {
        name,
        state: yes_or_missing(yes),
        detail: detail.to_owned(),
        meaning,
        needed_by: NeededBy::All,
    };
    let (allowed, for_tools) = filter::sizes();
    let pidfd = pidfd_open(getpid(), PidfdFlags::empty()).is_ok();
    let closing = sys::has_close_range();
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    Enforcement {
        protections: vec![
            all(
                "seccomp",
                sys::seccomp_kills_processes(),
                &format!(
                    "workers: {allowed} system calls allowed, any other ends them; tools: {for_tools} allowed, any other is refused"
                ),
                "keeps a worker that a file has taken over from opening files, connections or programs; without it nothing is read",
            ),
            landlock(),
            user_namespaces(),
            all(
                "no_new_privs",
                status.contains("NoNewPrivs:"),
                "set before anything else, with all capabilities dropped",
                "keeps caged processes from gaining rights that their user has not; without it nothing is read",
            ),
            all(
                "limits",
                rustix::process::getrlimit(rustix::process::Resource::As).maximum != Some(0),
                "memory, processor time, open files, file size, processes, stack, no core files",
                "keeps bombs and endless loops to one row of the account; without them nothing is read",
            ),
            all(
                "pidfd",
                pidfd,
                &format!("kernel {kernel}"),
                "lets a worker be ended with certainty when its time is up (kernel 5.4 and later)",
            ),
            all(
                "close_range",
                closing,
                &format!("kernel {kernel}"),
                "leaves a worker no open file but the one it reads (kernel 5.9 and later)",
            ),
        ],
    }
}

fn landlock() -> Protection {
    let (state, detail) = match sys::landlock_version() {
        Ok(version @ 6..) => (Protected::Full, format!("version {version}: files, TCP, signals, sockets")),
        Ok(version @ 4..) => {
            (Protected::Partial, format!("version {version}: files and TCP; 6 adds signals and sockets"))
        }
        Ok(version) => (Protected::Partial, format!("version {version}: files; 4 adds TCP, 6 signals and sockets")),
        Err(error) => (Protected::Missing, format!("the kernel does not offer it ({error})")),
    };
    Protection {
        name: "landlock",
        state,
        detail,
        meaning: "keeps tools such as OCR from reading anything but their own data; without it workers still cannot \
                  (seccomp sees to that), but tools are refused unless that is overridden",
        needed_by: NeededBy::Tools,
    }
}

// Whether the system grants user namespaces is a setting of the kernel, and of AppArmor where it is used.
fn user_namespaces() -> Protection {
    let setting = |path: &str| fs::read_to_string(path).ok().and_then(|text| text.trim().parse::<u64>().ok());
    let refused = [
        ("user.max_user_namespaces", setting("/proc/sys/user/max_user_namespaces").is_none_or(|most| most == 0)),
        ("kernel.unprivileged_userns_clone", setting("/proc/sys/kernel/unprivileged_userns_clone") == Some(0)),
        (
            "kernel.apparmor_restrict_unprivileged_userns",
            setting("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == Some(1),
        ),
    ];
    let by = refused.iter().find(|(_, refuses)| *refuses);
    Protection {
        name: "user_namespaces",
        state: if by.is_some() { Protected::Missing } else { Protected::Full },
        detail: by.map_or_else(|| "granted to tools".to_owned(), |(name, _)| format!("refused by {name}")),
        meaning: "keeps tools such as OCR from networks and from other processes even if a system call is missing from \
                  the filter; without it the filter and landlock do that alone",
        needed_by: NeededBy::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_protections_refuse_affected_jobs() {
        let mut found = enforcement();
        let mut with = |name: &str, state| {
            for protection in &mut found.protections {
                protection.state = if protection.name == name { state } else { Protected::Full };
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
