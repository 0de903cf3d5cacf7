//! The system calls that a caged process may make, as seccomp programs.
//!
//! A worker has an allow-list: any other call kills it. A tool has an allow-list too, but any other call returns "not
//! permitted", since C programs probe for what they may do. A program is assembled once per server as a search tree, because the kernel
//! translates it for every process that installs it: with a linear list that alone would cost more than the fork.
//! The process-specific part (its own pid, the only one it may signal) is filled in for each process.

use crate::sys::{self, BpfStep};
use std::io;

/// The kernel's action for a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Verdict {
    Allow,
    Kill,
    Refuse(i32),
}

/// The calls that a rule applies to: all, or those with such an argument (only its lower half is compared).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum When {
    Always,
    /// This argument has this value.
    Is(u32, u32),
    /// This argument has one of these values, at most eight.
    OneOf(u32, &'static [u32]),
    /// This argument has one of these bits.
    Any(u32, u32),
}

/// The action for a call: the first if the condition is true, the second otherwise.
#[derive(Clone, Copy, Debug)]
struct Rule {
    call: i64,
    when: When,
    then: Verdict,
    or_else: Verdict,
}

// Placeholder for the process's own pid until it is known. Larger than any pid, and no other operand has this value.
const SELF: u32 = 0x7e57_ab1e;

/// An assembled program with a placeholder for the process's own pid.
#[derive(Debug, Clone)]
pub(crate) struct Filter(Vec<BpfStep>);

impl Filter {
    /// The calls permitted to a worker: read its input by offset, write, manage its memory, exit.
    pub(crate) fn worker() -> Self {
        Self(assemble(worker_rules(), Verdict::Kill))
    }

    /// The calls permitted to a tool: what programs such as tesseract were observed to make, for reading files, memory,
    /// threads and their standard streams. With `scratch`, also those that change the names and lengths of files, which
    /// Landlock confines to the scratch directory. No call that changes modes, owners, times or attributes of files is
    /// permitted, since Landlock does not govern them; nor limits, priorities or affinities of processes.
    pub(crate) fn tool(scratch: bool) -> Self {
        Self(assemble(tool_rules(scratch), DENIED))
    }

    /// Refuses threads, so that those who would start some do without.
    pub(crate) fn single_thread() -> Self {
        Self(assemble(single_thread_rules(), Verdict::Allow))
    }

    /// Installs the program in this process permanently. The process must have set no-new-privileges before.
    pub(crate) fn apply(&self, own: rustix::process::Pid) -> io::Result<()> {
        sys::put_on_filter(&self.of(own.as_raw_nonzero().get().cast_unsigned()))
    }

    fn of(&self, own: u32) -> Vec<BpfStep> {
        self.0
            .iter()
            .map(|step| BpfStep { k: if step.k == SELF { own } else { step.k }, ..*step })
            .collect()
    }
}

/// The number of calls permitted to a worker, and to a tool.
pub(crate) fn sizes() -> (usize, usize) {
    (worker_rules().len(), tool_rules(false).len())
}

fn worker_rules() -> Vec<Rule> {
    let only = |call, when| Rule { call, when, then: Verdict::Allow, or_else: Verdict::Kill };
    let not_executable = |call| Rule {
        call,
        when: When::Any(2, libc::PROT_EXEC.cast_unsigned()),
        then: Verdict::Kill,
        or_else: Verdict::Allow,
    };
    let mut rules: Vec<_> = ALLOWED.iter().map(|call| only(*call, When::Always)).collect();
    rules.push(only(libc::SYS_tgkill, When::Is(0, SELF)));
    // builds with debug assertions check whether a descriptor is open before they close it
    rules.push(only(libc::SYS_fcntl, When::Is(1, libc::F_GETFD.cast_unsigned())));
    rules.extend([libc::SYS_mmap, libc::SYS_mprotect].map(not_executable));
    rules
}

const DENIED: Verdict = Verdict::Refuse(libc::EPERM);

fn tool_rules(scratch: bool) -> Vec<Rule> {
    let only = |call, when, or_else| Rule { call, when, then: Verdict::Allow, or_else };
    let changes = if scratch { [TOOL_CHANGES, TOOL_CHANGES_HERE].concat() } else { Vec::new() };
    let always = [TOOL_CALLS, TOOL_CALLS_HERE].concat().into_iter().chain(changes);
    let mut rules: Vec<_> = always.map(|call| only(call, When::Always, DENIED)).collect();
    rules.extend([
        only(libc::SYS_tgkill, When::Is(0, SELF), DENIED),
        only(libc::SYS_clone, When::Any(0, libc::CLONE_THREAD.cast_unsigned()), DENIED),
        // its own limits: the C library reads them by this call
        only(libc::SYS_prlimit64, When::Is(0, 0), DENIED),
        only(libc::SYS_sched_setaffinity, When::Is(0, SELF), DENIED),
        only(libc::SYS_prctl, When::OneOf(0, &PRCTL), DENIED),
        only(libc::SYS_fcntl, When::OneOf(1, &FCNTL), DENIED),
        only(libc::SYS_ioctl, When::OneOf(1, &IOCTL), Verdict::Refuse(libc::ENOTTY)),
    ]);
    // its flags are behind a pointer, which no filter can read; "no such call" makes the C library use `clone`
    let missing = Verdict::Refuse(libc::ENOSYS);
    rules.push(Rule {
        call: libc::SYS_clone3,
        when: When::Always,
        then: missing,
        or_else: missing,
    });
    rules
}

// "No such call" is how a system without threads answers: the C library and thread pools know what to do.
fn single_thread_rules() -> Vec<Rule> {
    let missing = Verdict::Refuse(libc::ENOSYS);
    let threads = When::Any(0, libc::CLONE_THREAD.cast_unsigned());
    vec![
        Rule { call: libc::SYS_clone, when: threads, then: missing, or_else: Verdict::Allow },
        Rule { call: libc::SYS_clone3, when: When::Always, then: missing, or_else: missing },
    ]
}

// Offsets in the kernel's input to a program: the call's number, the architecture, six arguments of 64 bits.
const CALL: u32 = 0;
const ARCH: u32 = 4;
const ARGUMENTS: u32 = 16;

#[cfg(target_arch = "x86_64")]
const THIS_ARCH: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
const THIS_ARCH: u32 = 0xc000_00b7;

// x86-64 kernels may support a second numbering of the same calls (x32, bit 30 set), which a deny-list would miss.
const FOREIGN: u32 = 0x4000_0000;

fn assemble(mut rules: Vec<Rule>, otherwise: Verdict) -> Vec<BpfStep> {
    rules.sort_by_key(|rule| rule.call);
    let mut steps = vec![
        load(ARCH),
        jump(libc::BPF_JEQ, THIS_ARCH, 1, 0),
        end(Verdict::Kill),
        load(CALL),
        jump(libc::BPF_JGE, FOREIGN, 0, 1),
        end(Verdict::Kill),
    ];
    steps.extend(search(&rules, otherwise));
    steps
}

// Instructions that find the rule for the loaded call, and return.
fn search(rules: &[Rule], otherwise: Verdict) -> Vec<BpfStep> {
    match rules {
        [] => vec![end(otherwise)],
        [rule] => {
            let bearing = bear(rule);
            let over = u8::try_from(bearing.len()).expect("a rule takes at most eleven steps");
            [vec![jump(libc::BPF_JEQ, number(rule), 0, over)], bearing, vec![end(otherwise)]]
                .concat()
        }
        _ => {
            let (lower, upper) = rules.split_at(rules.len() / 2);
            let low = search(lower, otherwise);
            // too far for a short jump: jump over a long one
            let far = BpfStep {
                code: code(libc::BPF_JMP | libc::BPF_JA),
                jt: 0,
                jf: 0,
                k: low.len() as u32,
            };
            let first = match u8::try_from(low.len()) {
                Ok(over) => vec![jump(libc::BPF_JGE, number(&upper[0]), over, 0)],
                Err(_) => vec![jump(libc::BPF_JGE, number(&upper[0]), 0, 1), far],
            };
            [first, low, search(upper, otherwise)].concat()
        }
    }
}

fn bear(rule: &Rule) -> Vec<BpfStep> {
    let (argument, test, value) = match rule.when {
        When::Always => return vec![end(rule.then)],
        When::OneOf(argument, values) => {
            let mut steps = vec![load(ARGUMENTS + 8 * argument)];
            // each match jumps over the remaining tests and the other end
            let over = (1..=values.len()).rev();
            steps.extend(
                values
                    .iter()
                    .zip(over)
                    .map(|(value, over)| jump(libc::BPF_JEQ, *value, over as u8, 0)),
            );
            steps.extend([end(rule.or_else), end(rule.then)]);
            return steps;
        }
        When::Is(argument, value) => (argument, libc::BPF_JEQ, value),
        When::Any(argument, bits) => (argument, libc::BPF_JSET, bits),
    };
    vec![load(ARGUMENTS + 8 * argument), jump(test, value, 0, 1), end(rule.then), end(rule.or_else)]
}

fn number(rule: &Rule) -> u32 {
    u32::try_from(rule.call).expect("system calls have small numbers")
}

const fn code(parts: u32) -> u16 {
    parts as u16
}

const fn load(offset: u32) -> BpfStep {
    BpfStep { code: code(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS), jt: 0, jf: 0, k: offset }
}

const fn jump(test: u32, k: u32, jt: u8, jf: u8) -> BpfStep {
    BpfStep { code: code(libc::BPF_JMP | test | libc::BPF_K), jt, jf, k }
}

const fn end(verdict: Verdict) -> BpfStep {
    let k = match verdict {
        Verdict::Allow => libc::SECCOMP_RET_ALLOW,
        Verdict::Kill => libc::SECCOMP_RET_KILL_PROCESS,
        Verdict::Refuse(error) => libc::SECCOMP_RET_ERRNO | error.cast_unsigned(),
    };
    BpfStep { code: code(libc::BPF_RET | libc::BPF_K), jt: 0, jf: 0, k }
}

const ALLOWED: &[i64] = &[
    libc::SYS_pread64,
    libc::SYS_write,
    libc::SYS_close,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_brk,
    libc::SYS_madvise,
    libc::SYS_futex,
    libc::SYS_sched_yield,
    libc::SYS_restart_syscall,
    libc::SYS_rt_sigreturn,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigaction,
    libc::SYS_sigaltstack,
    libc::SYS_clock_gettime,
    libc::SYS_getrandom,
    libc::SYS_gettid,
    libc::SYS_getpid,
];

// Calls that read files by descriptor or path (Landlock decides which), and that manage the memory, threads and signals
// of the process itself, on every architecture. `execve` is for the launch; Landlock decides what it may execute.
const TOOL_CALLS: &[i64] = &[
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_pread64,
    libc::SYS_preadv,
    libc::SYS_write,
    libc::SYS_writev,
    libc::SYS_pwrite64,
    libc::SYS_close,
    libc::SYS_lseek,
    libc::SYS_openat,
    libc::SYS_fstat,
    libc::SYS_newfstatat,
    libc::SYS_statx,
    libc::SYS_statfs,
    libc::SYS_fstatfs,
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_readlinkat,
    libc::SYS_getdents64,
    libc::SYS_getcwd,
    libc::SYS_fadvise64,
    libc::SYS_dup,
    libc::SYS_dup3,
    libc::SYS_pipe2,
    libc::SYS_ppoll,
    libc::SYS_pselect6,
    libc::SYS_execve,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_mmap,
    libc::SYS_mprotect,
    libc::SYS_munmap,
    libc::SYS_mremap,
    libc::SYS_madvise,
    libc::SYS_mincore,
    libc::SYS_brk,
    libc::SYS_membarrier,
    libc::SYS_futex,
    libc::SYS_set_tid_address,
    libc::SYS_set_robust_list,
    libc::SYS_rseq,
    libc::SYS_restart_syscall,
    libc::SYS_rt_sigreturn,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigaction,
    libc::SYS_sigaltstack,
    libc::SYS_sched_yield,
    libc::SYS_sched_getaffinity,
    libc::SYS_getcpu,
    libc::SYS_clock_gettime,
    libc::SYS_clock_getres,
    libc::SYS_clock_nanosleep,
    libc::SYS_nanosleep,
    libc::SYS_gettimeofday,
    libc::SYS_times,
    libc::SYS_getrusage,
    libc::SYS_getrandom,
    libc::SYS_uname,
    libc::SYS_sysinfo,
    libc::SYS_umask,
    libc::SYS_gettid,
    libc::SYS_getpid,
    libc::SYS_getppid,
    libc::SYS_getuid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getegid,
];

// calls specific to this architecture, or to older programs on it
#[cfg(target_arch = "x86_64")]
const TOOL_CALLS_HERE: &[i64] = &[
    libc::SYS_arch_prctl,
    libc::SYS_open,
    libc::SYS_stat,
    libc::SYS_lstat,
    libc::SYS_access,
    libc::SYS_readlink,
    libc::SYS_getdents,
    libc::SYS_getrlimit,
    libc::SYS_dup2,
    libc::SYS_pipe,
    libc::SYS_poll,
    libc::SYS_select,
    libc::SYS_time,
];
#[cfg(not(target_arch = "x86_64"))]
const TOOL_CALLS_HERE: &[i64] = &[];

// Calls for a tool that has a scratch directory.
const TOOL_CHANGES: &[i64] = &[
    libc::SYS_ftruncate,
    libc::SYS_fsync,
    libc::SYS_mkdirat,
    libc::SYS_unlinkat,
    libc::SYS_renameat2,
];
#[cfg(target_arch = "x86_64")]
const TOOL_CHANGES_HERE: &[i64] =
    &[libc::SYS_mkdir, libc::SYS_rmdir, libc::SYS_unlink, libc::SYS_rename, libc::SYS_renameat];
#[cfg(not(target_arch = "x86_64"))]
const TOOL_CHANGES_HERE: &[i64] = &[];

// Commands of `fcntl`: none that has signals sent (`F_SETOWN`, `F_SETSIG`, `F_SETLEASE`, `F_NOTIFY`, `F_SETFL` with
// `O_ASYNC`) or that changes an open file shared with others.
const FCNTL: [u32; 5] = [
    libc::F_GETFD.cast_unsigned(),
    libc::F_SETFD.cast_unsigned(),
    libc::F_GETFL.cast_unsigned(),
    libc::F_DUPFD.cast_unsigned(),
    libc::F_DUPFD_CLOEXEC.cast_unsigned(),
];

// Commands of `ioctl`: whether a stream is a terminal. Others answer as for a stream that is not one.
const IOCTL: [u32; 1] = [libc::TCGETS as u32];

// Commands of `prctl`: names of threads and of memory. Not the death signal, which ties a tool to its fork server.
const PRCTL: [u32; 3] = [
    libc::PR_SET_NAME.cast_unsigned(),
    libc::PR_GET_NAME.cast_unsigned(),
    libc::PR_SET_VMA.cast_unsigned(),
];

#[cfg(test)]
mod tests {
    use super::*;

    // Simulates the kernel's evaluation of a call.
    fn judge(steps: &[BpfStep], arch: u32, call: u32, arguments: [u32; 3]) -> u32 {
        let (mut at, mut loaded) = (0, 0);
        loop {
            let step = steps[at];
            at += 1;
            let holds = match u32::from(step.code) {
                load if load == libc::BPF_LD | libc::BPF_W | libc::BPF_ABS => {
                    loaded = match step.k {
                        CALL => call,
                        ARCH => arch,
                        offset => arguments[((offset - ARGUMENTS) / 8) as usize],
                    };
                    continue;
                }
                over if over == libc::BPF_JMP | libc::BPF_JA => {
                    at += step.k as usize;
                    continue;
                }
                end if end == libc::BPF_RET | libc::BPF_K => return step.k,
                test if test == libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K => loaded == step.k,
                test if test == libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K => loaded >= step.k,
                test if test == libc::BPF_JMP | libc::BPF_JSET | libc::BPF_K => {
                    loaded & step.k != 0
                }
                other => panic!("unknown step {other}"),
            };
            at += usize::from(if holds { step.jt } else { step.jf });
        }
    }

    #[test]
    fn every_call_is_judged_by_its_rule() {
        const OWN: u32 = 4711;
        for (filter, rules, otherwise) in [
            (Filter::worker(), worker_rules(), Verdict::Kill),
            (Filter::tool(false), tool_rules(false), DENIED),
            (Filter::tool(true), tool_rules(true), DENIED),
            (Filter::single_thread(), single_thread_rules(), Verdict::Allow),
        ] {
            let steps = filter.of(OWN);
            assert!(steps.iter().all(|step| step.k != SELF));
            let values = [
                0,
                1,
                2,
                3,
                4,
                5,
                7,
                15,
                16,
                1030,
                OWN,
                OWN + 1,
                0x5401,
                0x10000,
                0x5356_4d41,
                u32::MAX,
            ];
            for call in (0..1000).chain([FOREIGN - 1]) {
                for value in values {
                    let rule = rules.iter().find(|rule| number(rule) == call);
                    let expected = rule.map_or(otherwise, |rule| {
                        let holds = match rule.when {
                            When::Always => true,
                            When::Is(_, SELF) => value == OWN,
                            When::Is(_, wanted) => value == wanted,
                            When::OneOf(_, wanted) => wanted.contains(&value),
                            When::Any(_, bits) => value & bits != 0,
                        };
                        if holds { rule.then } else { rule.or_else }
                    });
                    let judged = judge(&steps, THIS_ARCH, call, [value; 3]);
                    assert_eq!(judged, end(expected).k, "call {call} with {value:#x}");
                }
            }
            for (arch, call) in [(0x4000_0003, 1), (THIS_ARCH, FOREIGN + 1), (THIS_ARCH, u32::MAX)]
            {
                assert_eq!(judge(&steps, arch, call, [0; 3]), libc::SECCOMP_RET_KILL_PROCESS);
            }
        }
    }

    #[test]
    fn no_call_has_two_rules() {
        for rules in [worker_rules(), tool_rules(false), tool_rules(true), single_thread_rules()] {
            let mut calls: Vec<_> = rules.iter().map(|rule| rule.call).collect();
            calls.sort_unstable();
            calls.dedup();
            assert_eq!(calls.len(), rules.len());
        }
    }
}
