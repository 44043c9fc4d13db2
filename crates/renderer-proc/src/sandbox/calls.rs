//! Which system calls are refused, by a filter that seccompiler makes.
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
    // Files, where Landlock does not look: by handles, their modes, owners, times and attributes, and who uses them.
    libc::SYS_open_by_handle_at,
    libc::SYS_name_to_handle_at,
    libc::SYS_fchmodat,
    SYS_FCHMODAT2,
    libc::SYS_fchownat,
    libc::SYS_setxattr,
    libc::SYS_lsetxattr,
    libc::SYS_removexattr,
    libc::SYS_lremovexattr,
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
        // Times of an open file have no path.
        (libc::SYS_utimensat, vec![vec![(1, Length::Qword, Is::Ne, 0)]]),
        // Typing for the user of the terminal that it prints to.
        (libc::SYS_ioctl, vec![vec![(1, word(), Is::Eq, TIOCSTI)], vec![(1, word(), Is::Eq, TIOCLINUX)]]),
        // It ends with its main, whatever it would rather.
        (libc::SYS_prctl, vec![vec![(0, word(), Is::Eq, constant(libc::PR_SET_PDEATHSIG))]]),
    ]
}

// Of another type in each C library.
const TIOCSTI: u64 = 0x5412;
const TIOCLINUX: u64 = 0x541c;

/// Refuses those calls to this process's only thread and all that it starts.
pub(super) fn filter() -> io::Result<()> {
    for program in programs()? {
        // To all threads, if there are some against the rules.
        seccompiler::apply_filter_all_threads(&program).map_err(io::Error::other)?;
    }
    Ok(())
}

/// The filters, in the order in which they are to be set.
fn programs() -> io::Result<Vec<BpfProgram>> {
    let mut refused: BTreeMap<i64, Vec<SeccompRule>> = BTreeMap::new();
    for call in REFUSED.iter().chain(REFUSED_OLD) {
        refused.insert(*call, Vec::new());
    }
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
    // What is wanted of this one stands in memory, where no filter looks: the C library takes the older one then.
    let unknown = BTreeMap::from([(libc::SYS_clone3, Vec::new())]);
    let mut programs = vec![compile(unknown, libc::ENOSYS)?, compile(refused, libc::EPERM)?];
    programs.extend(other_numbers());
    Ok(programs)
}

fn compile(rules: BTreeMap<i64, Vec<SeccompRule>>, error: libc::c_int) -> io::Result<BpfProgram> {
    let arch = TargetArch::try_from(std::env::consts::ARCH).map_err(io::Error::other)?;
    let refuse = SeccompAction::Errno(error.unsigned_abs());
    let filter = SeccompFilter::new(rules, SeccompAction::Allow, refuse, arch).map_err(io::Error::other)?;
    filter.try_into().map_err(io::Error::other)
}

/// On x86_64 each call has a second number, for programs with pointers of 32 bits (x32): those are refused, which a list
/// of the ordinary ones would let through.
fn other_numbers() -> Option<BpfProgram> {
    const X32: u32 = 0x4000_0000;
    const LOAD_NUMBER: u16 = 0x20; // BPF_LD | BPF_W | BPF_ABS, of `seccomp_data.nr` at 0
    const IF_AT_LEAST: u16 = 0x35; // BPF_JMP | BPF_JGE | BPF_K
    const RETURN: u16 = 0x06; // BPF_RET | BPF_K
    let step = |code, jt, jf, k| sock_filter { code, jt, jf, k };
    cfg!(target_arch = "x86_64").then(|| {
        vec![
            step(LOAD_NUMBER, 0, 0, 0),
            step(IF_AT_LEAST, 0, 1, X32),
            step(RETURN, 0, 0, libc::SECCOMP_RET_ERRNO | libc::EPERM.unsigned_abs()),
            step(RETURN, 0, 0, libc::SECCOMP_RET_ALLOW),
        ]
    })
}
