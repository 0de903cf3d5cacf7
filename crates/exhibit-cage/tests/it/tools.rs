//! What tools can and cannot do. The probe is this project's own; tesseract is run where it is installed.

use crate::{LIMITS, WORKER, cage};
use exhibit_cage::{Cage, CageLimits, Timer, Tool, ToolEnd, ToolStatus, enforcement};
use std::fs;
use std::path::Path;
use std::time::Duration;

fn probe(cage: &Cage, args: &[&str], change: impl FnOnce(&mut Tool)) -> ToolEnd {
    let mut tool = Tool::new(WORKER, LIMITS);
    tool.args = ["probe"].iter().chain(args).map(Into::into).collect();
    change(&mut tool);
    cage.tool(&tool).expect("caged")
}

fn denied(cage: &Cage, args: &[&str]) {
    let end = probe(cage, args, |_| ());
    assert_eq!(end.status, ToolStatus::Exited(1), "{args:?}");
    let words = String::from_utf8_lossy(&end.stderr).into_owned();
    assert!(
        words.contains("ermission denied") || words.contains("not permitted"),
        "{args:?}: {words}"
    );
}

#[test]
fn the_kernel_here_has_what_tools_need() {
    assert!(enforcement().tools_allowed(), "{:?}", enforcement());
}

#[test]
fn a_tool_reaches_nothing_that_it_was_not_given() {
    let cage = cage();
    let folder = tempfile::tempdir().expect("a folder");
    let secret = folder.path().join("secret");
    fs::write(&secret, "x").expect("written");
    let secret = secret.to_str().expect("plain");
    let (parent, new) = (std::process::id().to_string(), format!("{secret}.new"));
    for args in [
        &["read", "/etc/passwd"][..],
        &["read", secret],
        &["read", "/proc/1/environ"],
        &["read", "/proc/self/environ"],
        &["list", "/root"],
        &["list", "/"],
        &["write", secret],
        &["write", &new],
        &["write", "/dev/shm/x"],
        &["connect"],
        &["unix"],
        &["spawn", "/bin/true"],
        &["exec", "/bin/true"],
        &["exec", "/usr/bin/env"],
        &["memory file"],
        &["signal", &parent],
        &["signal", "1"],
    ] {
        denied(&cage, args);
    }
    assert_eq!(fs::read(secret).expect("there"), b"x");
    assert!(!Path::new(&new).exists());
}

#[test]
fn a_tool_makes_no_call_but_those_named() {
    let end = probe(&cage(), &["calls"], |_| ());
    assert_eq!(end.status, ToolStatus::Exited(0), "{}", String::from_utf8_lossy(&end.stderr));
    let text = String::from_utf8(end.stdout).expect("numbers");
    let permitted: Vec<i64> =
        text.split(' ').map(|number| number.parse().expect("a number")).collect();
    assert!(
        permitted.contains(&libc::SYS_openat) && permitted.contains(&libc::SYS_futex),
        "{permitted:?}"
    );
    // calls that Landlock does not govern: modes, owners, times, attributes of files; other processes; the kernel
    let never = [
        libc::SYS_fchmod,
        libc::SYS_fchmodat,
        libc::SYS_fchown,
        libc::SYS_fchownat,
        libc::SYS_utimensat,
        libc::SYS_setxattr,
        libc::SYS_lsetxattr,
        libc::SYS_fsetxattr,
        libc::SYS_removexattr,
        libc::SYS_truncate,
        libc::SYS_fallocate,
        libc::SYS_flock,
        libc::SYS_linkat,
        libc::SYS_symlinkat,
        libc::SYS_mknodat,
        libc::SYS_setrlimit,
        libc::SYS_setpriority,
        libc::SYS_ioprio_set,
        libc::SYS_sched_setscheduler,
        libc::SYS_sched_setparam,
        libc::SYS_sched_setattr,
        libc::SYS_kill,
        libc::SYS_tkill,
        libc::SYS_pidfd_open,
        libc::SYS_process_vm_readv,
        libc::SYS_process_madvise,
        libc::SYS_process_mrelease,
        libc::SYS_migrate_pages,
        libc::SYS_move_pages,
        libc::SYS_socket,
        libc::SYS_setsid,
        libc::SYS_unshare,
        libc::SYS_setns,
        libc::SYS_inotify_init1,
        libc::SYS_timer_create,
        libc::SYS_shmget,
        libc::SYS_io_uring_setup,
        libc::SYS_bpf,
        libc::SYS_keyctl,
        libc::SYS_landlock_create_ruleset,
        libc::SYS_seccomp,
        452, // fchmodat2
        463, // setxattrat
        466, // removexattrat
    ];
    for call in never {
        assert!(!permitted.contains(&call), "call {call}");
    }
    let unknown: Vec<_> = permitted.iter().filter(|number| **number > 440).collect();
    assert!(unknown.is_empty(), "calls that no list names: {unknown:?}");
    assert!(permitted.len() < 90, "{} calls", permitted.len());
}

#[test]
fn a_tool_changes_nothing_of_other_processes_or_its_own_signals() {
    let cage = cage();
    let parent = std::process::id().to_string();
    let number = |call: i64| call.to_string();
    let (prlimit, prctl, fcntl) =
        (number(libc::SYS_prlimit64), number(libc::SYS_prctl), number(libc::SYS_fcntl));
    let (affinity, nofile) =
        (number(libc::SYS_sched_setaffinity), number(libc::RLIMIT_NOFILE.into()));
    for args in [
        &[&*prlimit, &parent, &nofile][..],
        &[&*prctl, "1", "0"],
        &[&*prctl, "4", "1"],
        &[&*fcntl, "0", "8", "1"],
        &[&*fcntl, "0", "10", "9"],
        &[&*fcntl, "0", "4", "8192"],
        &[&*affinity, &parent],
    ] {
        denied(&cage, &[&["call"], args].concat());
    }
    let allowed = [&[&*prlimit, "0", &nofile][..], &[&*fcntl, "0", "1"]];
    for args in allowed {
        assert_eq!(
            probe(&cage, &[&["call"], args].concat(), |_| ()).status,
            ToolStatus::Exited(0),
            "{args:?}"
        );
    }
}

#[test]
fn the_modes_of_a_file_stay_even_where_a_tool_may_read_or_write_it() {
    use std::os::unix::fs::PermissionsExt;
    let cage = cage();
    let folder = tempfile::tempdir().expect("a folder");
    let key = folder.path().join("key");
    fs::write(&key, "x").expect("written");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("set");
    let path = key.to_str().expect("plain");
    let reads = |tool: &mut Tool| tool.read_folders.push(folder.path().to_owned());
    assert_eq!(probe(&cage, &["mode", path], reads).status, ToolStatus::Exited(1));
    let writes = |tool: &mut Tool| tool.scratch = Some(folder.path().to_owned());
    assert_eq!(probe(&cage, &["mode", path], writes).status, ToolStatus::Exited(1));
    assert_eq!(fs::metadata(&key).expect("there").permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_tool_can_do_what_it_needs() {
    let cage = cage();
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    fs::write(&data, "x").expect("written");
    let data = data.to_str().expect("plain");
    let reads = |tool: &mut Tool| tool.read_folders.push(folder.path().to_owned());
    assert_eq!(probe(&cage, &["read", data], reads).status, ToolStatus::Exited(0));
    assert_eq!(
        probe(&cage, &["write", data], reads).status,
        ToolStatus::Exited(1),
        "a folder to read was written"
    );
    assert_eq!(probe(&cage, &["thread"], |_| ()).status, ToolStatus::Exited(0));
    assert_eq!(probe(&cage, &["signal self"], |_| ()).status, ToolStatus::Exited(0));
    let end = probe(&cage, &["environment"], |tool| tool.env.push(("A".into(), "b".into())));
    assert_eq!(String::from_utf8_lossy(&end.stdout), "A=b\nOMP_THREAD_LIMIT=1\n");
    let end = probe(&cage, &["descriptors"], |_| ());
    assert_eq!(String::from_utf8_lossy(&end.stdout), "0 1 2");
    let long: Vec<u8> = (0..5_000_000_u32).map(|n| (n >> 7) as u8).collect();
    let end = probe(&cage, &["cat"], |tool| tool.input.clone_from(&long));
    assert_eq!(end.status, ToolStatus::Exited(0));
    assert!(end.stdout == long);
}

#[test]
fn a_scratch_folder_can_be_written_but_not_executed_from() {
    let cage = cage();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("dropped");
    let end = probe(&cage, &["drop and exec", file.to_str().expect("plain")], |tool| {
        tool.scratch = Some(folder.path().to_owned());
    });
    let words = String::from_utf8_lossy(&end.stderr).into_owned();
    assert!(words.contains("dropped, but: Permission denied"), "{words}");
    assert!(file.exists());
}

#[test]
fn a_tool_is_bounded() {
    let cage = cage();
    let short = CageLimits { wall: Duration::from_millis(400), ..LIMITS };
    for job in ["sleep", "spin"] {
        let end = probe(&cage, &[job], |tool| tool.limits = short);
        assert_eq!(end.status, ToolStatus::TimedOut(Timer::Wall), "{job}");
    }
    let busy = CageLimits { cpu_seconds: 1, ..LIMITS };
    assert_eq!(
        probe(&cage, &["spin"], |tool| tool.limits = busy).status,
        ToolStatus::TimedOut(Timer::Cpu)
    );
    assert_eq!(probe(&cage, &["memory"], |_| ()).status, ToolStatus::OutOfMemory);
    let little = CageLimits { output_bytes: 10_000, ..LIMITS };
    let end = probe(&cage, &["chatter"], |tool| tool.limits = little);
    assert_eq!((end.status, end.stdout.len()), (ToolStatus::OutputLimit, 10_000));
}

#[test]
fn what_cannot_start_says_why() {
    let cage = cage();
    let why = |tool: Tool| match cage.tool(&tool).expect("caged").status {
        ToolStatus::NotStarted(why) => why,
        other => panic!("{other:?}"),
    };
    assert!(why(Tool::new("/no/such/program", LIMITS)).contains("/no/such/program"));
    let mut tool = Tool::new(WORKER, LIMITS);
    tool.read_folders.push("/no/such/folder".into());
    assert!(why(tool).contains("/no/such/folder"));
}

#[test]
fn tesseract_reads_a_picture_in_the_cage() {
    let (program, data) = ("/usr/bin/tesseract", "/usr/share/tesseract-ocr/5/tessdata");
    if !Path::new(program).exists() || !Path::new(data).join("eng.traineddata").exists() {
        let end = cage().tool(&Tool::new("/bin/true", LIMITS)).expect("caged");
        assert_eq!(end.status, ToolStatus::Exited(0), "{}", String::from_utf8_lossy(&end.stderr));
        return;
    }
    let mut tool = Tool::new(program, CageLimits { memory_bytes: 1 << 30, ..LIMITS });
    tool.args = ["stdin", "stdout", "--psm", "7", "-l", "eng"].map(Into::into).to_vec();
    tool.env.push(("TESSDATA_PREFIX".into(), data.into()));
    tool.read_folders.push(data.into());
    tool.input = picture_of(&[
        "#   #  #####  #      #",
        "#   #    #    #      #",
        "#####    #    #      #",
        "#   #    #    #      #",
        "#   #    #    #####  #####",
    ]);
    let end = cage().tool(&tool).expect("caged");
    let stderr = String::from_utf8_lossy(&end.stderr).into_owned();
    assert_eq!(end.status, ToolStatus::Exited(0), "{stderr}");
    let text = String::from_utf8_lossy(&end.stdout).into_owned();
    assert!(
        text.to_uppercase().contains("HILL") || text.contains("HILI") || text.contains("HTLL"),
        "{text:?} {stderr}"
    );
}

// A PGM of block letters, each `#` a square of pixels.
fn picture_of(rows: &[&str]) -> Vec<u8> {
    const SQUARE: usize = 8;
    let width = rows.iter().map(|row| row.len()).max().unwrap_or(0) + 8;
    let blank = " ".repeat(width);
    let (above, below) = ([blank.as_str(); 4], [blank.as_str(); 4]);
    let all: Vec<&str> = above.iter().chain(rows).chain(&below).copied().collect();
    let mut picture = format!("P5\n{} {}\n255\n", width * SQUARE, all.len() * SQUARE).into_bytes();
    for row in all {
        let row = format!("    {row:<width$}");
        let line: Vec<u8> = row
            .bytes()
            .take(width)
            .flat_map(|b| [if b == b'#' { 0 } else { 255 }; SQUARE])
            .collect();
        (0..SQUARE).for_each(|_| picture.extend_from_slice(&line));
    }
    picture
}
