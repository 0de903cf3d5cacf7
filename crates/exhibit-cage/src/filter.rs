//! The system calls that a caged process may make, as seccomp programs.
//!
//! A worker has an allow-list: any other call kills it. A tool has a deny-list that returns "not permitted", since
//! C programs probe for what they may do. A program is assembled once per server as a search tree, because the kernel
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

    /// The calls forbidden to a tool: access to networks, other processes and kernel interfaces; starting processes;
    /// creating files to execute from memory.
    pub(crate) fn tool() -> Self {
        Self(assemble(tool_rules(), Verdict::Allow))
    }

    /// Installs the program in this process permanently. The process must have set no-new-privileges before.
    pub(crate) fn apply(&self, own: rustix::process::Pid) -> io::Result<()> {
        sys::put_on_filter(&self.of(own.as_raw_nonzero().get().cast_unsigned()))
    }

    fn of(&self, own: u32) -> Vec<BpfStep> {
        self.0.iter().map(|step| BpfStep { k: if step.k == SELF { own } else { step.k }, ..*step }).collect()
    }
}

/// The number of calls permitted to a worker, and of those forbidden to a tool.
pub(crate) fn sizes() -> (usize, usize) {
    (worker_rules().len(), tool_rules().len())
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

fn tool_rules() -> Vec<Rule> {
    let denied = Verdict::Refuse(libc::EPERM);
    let never = |call, then| Rule { call, when: When::Always, then, or_else: then };
    let unless = |call, when| Rule { call, when, then: Verdict::Allow, or_else: denied };
    let mut rules: Vec<_> = DENIED.iter().chain(DENIED_HERE).map(|call| never(*call, denied)).collect();
    rules.push(unless(libc::SYS_tgkill, When::Is(0, SELF)));
    rules.push(unless(libc::SYS_clone, When::Any(0, libc::CLONE_THREAD.cast_unsigned())));
    // its flags are behind a pointer, which no filter can read; "no such call" makes the C library use `clone`
    rules.push(never(libc::SYS_clone3, Verdict::Refuse(libc::ENOSYS)));
    rules
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
            let over = u8::try_from(bearing.len()).expect("a rule takes at most four steps");
            [vec![jump(libc::BPF_JEQ, number(rule), 0, over)], bearing, vec![end(otherwise)]].concat()
        }
        _ => {
            let (lower, upper) = rules.split_at(rules.len() / 2);
            let low = search(lower, otherwise);
            // too far for a short jump: jump over a long one
            let far = BpfStep { code: code(libc::BPF_JMP | libc::BPF_JA), jt: 0, jf: 0, k: low.len() as u32 };
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

const DENIED: &[i64] = &[
    // networks
    libc::SYS_socket,
    libc::SYS_socketpair,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_accept,
    libc::SYS_accept4,
    // other processes
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_kcmp,
    libc::SYS_kill,
    libc::SYS_tkill,
    libc::SYS_rt_sigqueueinfo,
    libc::SYS_rt_tgsigqueueinfo,
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_getfd,
    libc::SYS_pidfd_send_signal,
    libc::SYS_setsid,
    libc::SYS_setpgid,
    // executable files without a path
    libc::SYS_memfd_create,
    libc::SYS_memfd_secret,
    libc::SYS_execveat,
    // other views of the file system
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_fsopen,
    libc::SYS_fsmount,
    libc::SYS_fsconfig,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_name_to_handle_at,
    libc::SYS_open_by_handle_at,
    libc::SYS_fanotify_init,
    // shared with other processes
    libc::SYS_shmget,
    libc::SYS_shmat,
    libc::SYS_msgget,
    libc::SYS_semget,
    libc::SYS_mq_open,
    libc::SYS_keyctl,
    libc::SYS_add_key,
    libc::SYS_request_key,
    // kernel interfaces
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_kexec_load,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_acct,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_reboot,
    libc::SYS_quotactl,
    libc::SYS_syslog,
    libc::SYS_personality,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_adjtimex,
    libc::SYS_clock_adjtime,
];

// calls specific to this architecture
#[cfg(target_arch = "x86_64")]
const DENIED_HERE: &[i64] = &[
    libc::SYS_fork,
    libc::SYS_vfork,
    libc::SYS_iopl,
    libc::SYS_ioperm,
    libc::SYS_modify_ldt,
    libc::SYS_uselib,
    libc::SYS_kexec_file_load,
];
#[cfg(not(target_arch = "x86_64"))]
const DENIED_HERE: &[i64] = &[];

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
                test if test == libc::BPF_JMP | libc::BPF_JSET | libc::BPF_K => loaded & step.k != 0,
                other => panic!("unknown step {other}"),
            };
            at += usize::from(if holds { step.jt } else { step.jf });
        }
    }

    #[test]
    fn every_call_is_judged_by_its_rule() {
        const OWN: u32 = 4711;
        for (filter, rules, otherwise) in
            [(Filter::worker(), worker_rules(), Verdict::Kill), (Filter::tool(), tool_rules(), Verdict::Allow)]
        {
            let steps = filter.of(OWN);
            assert!(steps.iter().all(|step| step.k != SELF));
            let values = [0, 1, 4, 5, 7, OWN, OWN + 1, 0x10000, libc::F_GETFD.cast_unsigned(), u32::MAX];
            for call in (0..1000).chain([FOREIGN - 1]) {
                for value in values {
                    let rule = rules.iter().find(|rule| number(rule) == call);
                    let expected = rule.map_or(otherwise, |rule| {
                        let holds = match rule.when {
                            When::Always => true,
                            When::Is(_, SELF) => value == OWN,
                            When::Is(_, wanted) => value == wanted,
                            When::Any(_, bits) => value & bits != 0,
                        };
                        if holds { rule.then } else { rule.or_else }
                    });
                    let judged = judge(&steps, THIS_ARCH, call, [value; 3]);
                    assert_eq!(judged, end(expected).k, "call {call} with {value:#x}");
                }
            }
            for (arch, call) in [(0x4000_0003, 1), (THIS_ARCH, FOREIGN + 1), (THIS_ARCH, u32::MAX)] {
                assert_eq!(judge(&steps, arch, call, [0; 3]), libc::SECCOMP_RET_KILL_PROCESS);
            }
        }
    }

    #[test]
    fn no_call_has_two_rules() {
        for rules in [worker_rules(), tool_rules()] {
            let mut calls: Vec<_> = rules.iter().map(|rule| rule.call).collect();
            calls.sort_unstable();
            calls.dedup();
            assert_eq!(calls.len(), rules.len());
        }
    }
}
