//! Which system calls are refused, by two filters: one that knows numbers, and one that seccompiler makes of arguments.
//!
//! It is a list of what is refused, not of what is allowed: a renderer is anybody's program with anybody's libraries, and
//! what those call changes with each of their versions. What is refused is what reaches beyond the process: programs,
//! processes, sockets, what Landlock does not look at of files, memory that others share by a name, and the parts of the
//! kernel that attackers have begun with most. A refused call fails with `EPERM`; calls of another architecture end the
//! process.

use std::collections::BTreeMap;
use std::io;

use libc::c_long;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen as Length, SeccompCmpOp as Is, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, sock_filter,
};

/// Refused whatever they are called with.
const REFUSED: &[c_long] = &[
    // Programs.
    libc::SYS_execve,
    libc::SYS_execveat,
    // Other processes: their memory, descriptors, and what they may be made to do.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_process_mrelease,
    libc::SYS_kcmp,
    libc::SYS_pidfd_open,
    libc::SYS_pidfd_getfd,
    libc::SYS_pidfd_send_signal,
    libc::SYS_rt_sigqueueinfo,
    libc::SYS_rt_tgsigqueueinfo,
    libc::SYS_tkill,
    libc::SYS_migrate_pages,
    libc::SYS_move_pages,
    libc::SYS_get_robust_list,
    // Sockets. What comes over the link or is given at the start stays usable.
    libc::SYS_socket,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_accept,
    libc::SYS_accept4,
    // Namespaces and mounts.
    libc::SYS_unshare,
    libc::SYS_setns,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    SYS_OPEN_TREE_ATTR,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_quotactl,
    libc::SYS_quotactl_fd,
    // Files, where Landlock does not look: by handles, their modes, owners, times and attributes, and who uses them. Who may
    // only read one could change these by its descriptor too.
    libc::SYS_open_by_handle_at,
    libc::SYS_name_to_handle_at,
    libc::SYS_fchmod,
    libc::SYS_fchmodat,
    SYS_FCHMODAT2,
    libc::SYS_fchown,
    libc::SYS_fchownat,
    libc::SYS_utimensat,
    libc::SYS_setxattr,
    libc::SYS_lsetxattr,
    libc::SYS_fsetxattr,
    libc::SYS_removexattr,
    libc::SYS_lremovexattr,
    libc::SYS_fremovexattr,
    SYS_SETXATTRAT,
    SYS_REMOVEXATTRAT,
    SYS_FILE_SETATTR,
    libc::SYS_inotify_init1,
    libc::SYS_fanotify_init,
    libc::SYS_acct,
    // What others share by a name or a number.
    libc::SYS_shmget,
    libc::SYS_shmat,
    libc::SYS_shmctl,
    libc::SYS_semget,
    libc::SYS_semop,
    libc::SYS_semtimedop,
    libc::SYS_semctl,
    libc::SYS_msgget,
    libc::SYS_msgsnd,
    libc::SYS_msgrcv,
    libc::SYS_msgctl,
    libc::SYS_mq_open,
    libc::SYS_mq_unlink,
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    // Parts of the kernel.
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_personality,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_kexec_file_load,
    libc::SYS_reboot,
    libc::SYS_syslog,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_clock_adjtime,
    libc::SYS_adjtimex,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    libc::SYS_vhangup,
];

/// The same, of those that only older architectures have.
#[cfg(target_arch = "x86_64")]
const REFUSED_OLD: &[c_long] = &[
    libc::SYS_fork,
    libc::SYS_vfork,
    libc::SYS_chmod,
    libc::SYS_chown,
    libc::SYS_lchown,
    libc::SYS_utime,
    libc::SYS_utimes,
    libc::SYS_futimesat,
    libc::SYS_inotify_init,
    libc::SYS_modify_ldt,
    libc::SYS_iopl,
    libc::SYS_ioperm,
];
#[cfg(not(target_arch = "x86_64"))]
const REFUSED_OLD: &[c_long] = &[];

// Newer than the libc crate; these numbers are the same on all architectures.
const SYS_FCHMODAT2: c_long = 452;
const SYS_SETXATTRAT: c_long = 463;
const SYS_REMOVEXATTRAT: c_long = 466;
const SYS_OPEN_TREE_ATTR: c_long = 467;
const SYS_FILE_SETATTR: c_long = 469;

/// A comparison of an argument with a number, in as many bits as the kernel looks at.
type Condition = (u8, Length, Is, u64);

/// Refused with certain arguments alone: one list of conditions has to hold, each of it.
fn refused_with(own: u64) -> Vec<(c_long, Vec<Vec<Condition>>)> {
    // What a socket is, without what else is said beside it.
    let kind = || Is::MaskedEq(0xf);
    let word = || Length::Dword;
    let asks = |what| vec![(1, Length::Dword, Is::Eq, what)];
    let constant = |number: libc::c_int| u64::from(number.unsigned_abs());
    vec![
        // Threads, and no processes.
        (libc::SYS_clone, vec![vec![(0, word(), Is::MaskedEq(constant(libc::CLONE_THREAD)), 0)]]),
        // Signals to itself.
        (libc::SYS_kill, vec![vec![(0, word(), Is::Ne, own)]]),
        (libc::SYS_tgkill, vec![vec![(0, word(), Is::Ne, own)]]),
        // Its own limits and turns: where another can be named, only by no name, or its own.
        (libc::SYS_prlimit64, vec![vec![(0, word(), Is::Ne, 0), (0, word(), Is::Ne, own)]]),
        (libc::SYS_sched_setaffinity, vec![vec![(0, word(), Is::Ne, 0)]]),
        (libc::SYS_sched_setscheduler, vec![vec![(0, word(), Is::Ne, 0)]]),
        (libc::SYS_sched_setparam, vec![vec![(0, word(), Is::Ne, 0)]]),
        (libc::SYS_sched_setattr, vec![vec![(0, word(), Is::Ne, 0)]]),
        (libc::SYS_setpriority, vec![vec![(0, word(), Is::Ne, 0)], vec![(1, word(), Is::Ne, 0)]]),
        // A process of one user, 1, and nobody else.
        (libc::SYS_ioprio_set, vec![vec![(0, word(), Is::Ne, 1)], vec![(1, word(), Is::Ne, 0)]]),
        // Two of these could write to any socket of their kind that has a name.
        (
            libc::SYS_socketpair,
            vec![
                vec![(1, word(), kind(), constant(libc::SOCK_DGRAM))],
                vec![(1, word(), kind(), constant(libc::SOCK_RAW))],
            ],
        ),
        // Typing for the user of the terminal that it prints to; flags of files that it may only read.
        (libc::SYS_ioctl, [TIOCSTI, TIOCLINUX, FS_IOC_SETFLAGS, FS_IOC_FSSETXATTR].map(asks).into()),
        // It ends with its main, whatever it would rather.
        (libc::SYS_prctl, vec![vec![(0, word(), Is::Eq, constant(libc::PR_SET_PDEATHSIG))]]),
    ]
}

// Of another type in each C library.
const TIOCSTI: u64 = 0x5412;
const TIOCLINUX: u64 = 0x541c;
const FS_IOC_SETFLAGS: u64 = 0x4008_6602;
const FS_IOC_FSSETXATTR: u64 = 0x401c_5820;

/// Refuses those calls to this process's only thread and all that it starts.
pub(super) fn filter() -> io::Result<()> {
    for program in [by_number()?, by_arguments()?] {
        // To all threads, if there are some against the rules.
        seccompiler::apply_filter_all_threads(&program).map_err(io::Error::other)?;
    }
    Ok(())
}

/// The filter of calls that are refused whatever they are called with.
///
/// When a filter is set the kernel goes through it once for each number there is, to know which calls it need not ask it
/// about later. In one chain of comparisons, as seccompiler makes them, that takes 2 ms, and in groups 0.1.
///
/// - On x86_64 each call has a second number, for programs with pointers of 32 bits (x32), which a list of the first ones
///   would let through: those are refused as a whole.
/// - What is wanted of clone3(2) stands in memory, where no filter looks. It is unknown here (`ENOSYS`), and the C library
///   takes clone(2).
fn by_number() -> io::Result<BpfProgram> {
    const X32: u32 = 0x4000_0000;
    const LOAD: u16 = 0x20; // BPF_LD | BPF_W | BPF_ABS
    const NUMBER: u32 = 0; // of `seccomp_data`
    const GROUP: usize = 10;
    let step = |code, jt, jf, k| sock_filter { code, jt, jf, k };
    let verdict = |verdict| step(RETURN, 0, 0, verdict);
    let error = |error: libc::c_int| verdict(libc::SECCOMP_RET_ERRNO | error.unsigned_abs());
    let number = |call: c_long| u32::try_from(call).map_err(io::Error::other);
    let mut refused = REFUSED.iter().chain(REFUSED_OLD).map(|call| number(*call)).collect::<io::Result<Vec<_>>>()?;
    refused.sort_unstable();
    let mut program = vec![step(LOAD, 0, 0, NUMBER), step(IF_IS, 0, 1, number(libc::SYS_clone3)?), error(libc::ENOSYS)];
    if cfg!(target_arch = "x86_64") {
        program.extend([step(IF_AT_LEAST, 0, 1, X32), error(libc::EPERM)]);
    }
    for group in refused.chunks(GROUP) {
        // Behind the comparisons stand a step that lets calls through, and one that refuses them.
        let mut left = u8::try_from(group.len()).map_err(io::Error::other)?;
        let behind = group.last().map_or(0, |last| last + 1);
        program.push(step(IF_AT_LEAST, left + 2, 0, behind));
        for call in group {
            program.push(step(IF_IS, left, 0, *call));
            left -= 1;
        }
        program.extend([verdict(libc::SECCOMP_RET_ALLOW), error(libc::EPERM)]);
    }
    program.push(verdict(libc::SECCOMP_RET_ALLOW));
    Ok(program)
}

// Steps of filters.
const IF_IS: u16 = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
const IF_AT_LEAST: u16 = 0x35; // BPF_JMP | BPF_JGE | BPF_K
const RETURN: u16 = 0x06; // BPF_RET | BPF_K

/// The filter of calls that are refused with certain arguments, and of calls of another architecture, which end the
/// process.
fn by_arguments() -> io::Result<BpfProgram> {
    let mut refused: BTreeMap<i64, Vec<SeccompRule>> = BTreeMap::new();
    for (call, alternatives) in refused_with(u64::from(std::process::id())) {
        let rules = alternatives.into_iter().map(|conditions| {
            let conditions = conditions
                .into_iter()
                .map(|(argument, length, is, value)| SeccompCondition::new(argument, length, is, value))
                .collect::<Result<_, _>>()?;
            SeccompRule::new(conditions)
        });
        refused.insert(call, rules.collect::<Result<_, _>>().map_err(io::Error::other)?);
    }
    let arch = TargetArch::try_from(std::env::consts::ARCH).map_err(io::Error::other)?;
    let refuse = SeccompAction::Errno(libc::EPERM.unsigned_abs());
    let filter = SeccompFilter::new(refused, SeccompAction::Allow, refuse, arch).map_err(io::Error::other)?;
    filter.try_into().map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the filter of numbers says to a call.
    fn verdict(program: &[sock_filter], number: u32) -> u32 {
        let mut at = 1;
        loop {
            let step = &program[at];
            let holds = match step.code {
                IF_IS => number == step.k,
                IF_AT_LEAST => number >= step.k,
                RETURN => return step.k,
                code => panic!("no step of this filter: {code:#x}"),
            };
            at += 1 + usize::from(if holds { step.jt } else { step.jf });
        }
    }

    #[test]
    fn each_number_is_refused_that_is_listed_and_no_other() {
        let program = by_number().expect("a filter");
        let refuse = libc::SECCOMP_RET_ERRNO | libc::EPERM.unsigned_abs();
        for number in 0..700_u32 {
            let call = c_long::from(number);
            let expected = match call {
                libc::SYS_clone3 => libc::SECCOMP_RET_ERRNO | libc::ENOSYS.unsigned_abs(),
                _ if REFUSED.contains(&call) || REFUSED_OLD.contains(&call) => refuse,
                _ => libc::SECCOMP_RET_ALLOW,
            };
            assert_eq!(verdict(&program, number), expected, "{number}");
        }
        let others = if cfg!(target_arch = "x86_64") { refuse } else { libc::SECCOMP_RET_ALLOW };
        for number in [0x4000_0000, 0x4000_003b, u32::MAX] {
            assert_eq!(verdict(&program, number), others);
        }
    }

    #[test]
    fn no_call_is_on_both_lists() {
        for (call, _) in refused_with(1) {
            assert!(!REFUSED.contains(&call) && !REFUSED_OLD.contains(&call), "{call}");
        }
    }
}
