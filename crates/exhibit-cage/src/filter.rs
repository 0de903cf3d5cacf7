//! The system calls that a caged process may make, as seccomp programs.
//!
//! A worker has an allow-list: anything else ends it. A tool has a deny-list answered with "not permitted", since
//! C programs probe for what they may do. Programs are compiled once; what depends on the process (its own number,
//! the only one it may signal) is filled in for each.

use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, sock_filter,
};
use std::collections::BTreeMap;

// Stands for the process's own number until it is known. Larger than any process number, and no other operand has it.
const SELF: u32 = 0x7e57_ab1e;

/// How many calls a worker may make, and how many a tool may not.
pub(crate) const fn sizes() -> (usize, usize) {
    // `tgkill`, `fcntl`, `mmap` and `mprotect` are allowed with conditions; `clone`, `clone3` and `tgkill` are denied with some
    (ALLOWED.len() + 4, DENIED.len() + DENIED_HERE.len() + 3)
}

/// Compiled programs with a gap where the process's own number belongs.
#[derive(Debug, Clone)]
pub(crate) struct Filter(Vec<BpfProgram>);

impl Filter {
    /// What a worker may do: read its input by offset, write, manage its memory, end.
    pub(crate) fn worker() -> Result<Self, BackendError> {
        let mut rules: BTreeMap<i64, Vec<SeccompRule>> = ALLOWED.iter().map(|call| (*call, Vec::new())).collect();
        rules.insert(libc::SYS_tgkill, vec![when(0, SeccompCmpOp::Eq, u64::from(SELF))?]);
        // builds with debug assertions ask whether a descriptor is open before they close it
        rules.insert(libc::SYS_fcntl, vec![when(1, SeccompCmpOp::Eq, libc::F_GETFD as u64)?]);
        for call in [libc::SYS_mmap, libc::SYS_mprotect] {
            rules.insert(call, vec![when(2, SeccompCmpOp::MaskedEq(libc::PROT_EXEC as u64), 0)?]);
        }
        let program = compile(rules, SeccompAction::KillProcess, SeccompAction::Allow)?;
        Ok(Self(vec![program]))
    }

    /// What a tool may not do: reach a network, other processes, the kernel's doors; start processes; make files to
    /// execute out of memory.
    pub(crate) fn tool() -> Result<Self, BackendError> {
        let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
            DENIED.iter().chain(DENIED_HERE).map(|call| (*call, Vec::new())).collect();
        let no_thread = when(0, SeccompCmpOp::MaskedEq(libc::CLONE_THREAD as u64), 0)?;
        rules.insert(libc::SYS_clone, vec![no_thread]);
        rules.insert(libc::SYS_tgkill, vec![when(0, SeccompCmpOp::Ne, u64::from(SELF))?]);
        let denied = compile(rules, SeccompAction::Allow, SeccompAction::Errno(libc::EPERM as u32))?;
        // its flags are behind a pointer, where no filter can look; "no such call" makes the C library use clone
        let clone3 = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
        let absent = compile(clone3, SeccompAction::Allow, SeccompAction::Errno(libc::ENOSYS as u32))?;
        Ok(Self(vec![foreign_numbers_die(denied), absent]))
    }

    /// Puts the programs over this process for good.
    pub(crate) fn apply(&self, own: rustix::process::Pid) -> Result<(), seccompiler::Error> {
        let own = own.as_raw_nonzero().get().cast_unsigned();
        for program in &self.0 {
            let mut program = program.clone();
            program.iter_mut().filter(|step| step.k == SELF).for_each(|step| step.k = own);
            seccompiler::apply_filter(&program)?;
        }
        Ok(())
    }
}

fn when(argument: u8, op: SeccompCmpOp, value: u64) -> Result<SeccompRule, BackendError> {
    SeccompRule::new(vec![SeccompCondition::new(argument, SeccompCmpArgLen::Dword, op, value)?])
}

fn compile(
    rules: BTreeMap<i64, Vec<SeccompRule>>,
    otherwise: SeccompAction,
    matched: SeccompAction,
) -> Result<BpfProgram, BackendError> {
    let here = std::env::consts::ARCH.try_into()?;
    SeccompFilter::new(rules, otherwise, matched, here)?.try_into()
}

// x86-64 kernels may know a second numbering of the same calls (x32, bit 30 set), which a deny-list would miss.
fn foreign_numbers_die(program: BpfProgram) -> BpfProgram {
    let step = |code: u32, jt: u8, jf: u8, k: u32| sock_filter { code: code as u16, jt, jf, k };
    let mut guarded = vec![
        step(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, 0),
        step(libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K, 0, 1, 0x4000_0000),
        step(libc::BPF_RET | libc::BPF_K, 0, 0, libc::SECCOMP_RET_KILL_PROCESS),
    ];
    guarded.extend(program);
    guarded
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
    // files to execute that no path leads to
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
    // the kernel's doors
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

// calls that only this processor's kernel has
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

    #[test]
    fn a_process_may_signal_only_itself() {
        let program = &Filter::worker().expect("compiles").0[0];
        assert_eq!(program.iter().filter(|step| step.k == SELF).count(), 1);
        let program = &Filter::tool().expect("compiles").0[0];
        assert_eq!(program.iter().filter(|step| step.k == SELF).count(), 1);
    }
}
