//! Processes and descriptors: none outlives its purpose.

use crate::{LIMITS, input_of};
use crate::{WORKER, cage, cage_with, request, run, run_with};
use exhibit_cage::WorkerEnd;
use exhibit_model::Verdict;
use std::fs;
use std::panic::AssertUnwindSafe;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[test]
fn a_thousand_runs_leave_nothing_behind() {
    // in a process of its own, whose descriptors no other test opens
    let counted = Command::new(WORKER).args(["thousand", "1000"]).output().expect("runs");
    let said = String::from_utf8_lossy(&counted.stdout).into_owned();
    let complaints = String::from_utf8_lossy(&counted.stderr).into_owned();
    assert!(counted.status.success(), "{complaints}");
    let counts: Vec<&str> = said.lines().collect();
    assert_eq!(counts.len(), 2, "{said}");
    assert_eq!(counts[0], counts[1], "descriptors and processes before and after");
    assert!(counts[0].ends_with("servers 1 workers 0"), "{said}");
}

#[test]
fn servers_end_with_their_cage() {
    let cage = cage();
    let server = servers()[0];
    drop(cage);
    assert_eq!(servers(), []);
    assert!(!is_alive(server));
}

#[test]
fn a_server_that_was_killed_is_replaced() {
    let cage = cage();
    for _ in 0..3 {
        let server = servers()[0];
        kill(server);
        wait_until("the server is gone", || {
            fs::read_to_string(format!("/proc/{server}/stat")).map_or(true, |s| s.contains(" Z "))
        });
        assert_eq!(run(&cage, "quiet"), WorkerEnd::Finished(Verdict::Read));
    }
}

#[test]
fn a_server_killed_midway_ends_its_worker_and_says_so() {
    let cage = cage();
    let server = servers()[0];
    std::thread::scope(|scope| {
        let running = scope.spawn(|| run(&cage, "sleep"));
        wait_until("a worker is there", || !children(server).is_empty());
        let worker = children(server)[0];
        kill(server);
        assert_eq!(running.join().expect("ran"), WorkerEnd::Lost);
        wait_until("the worker is gone", || !is_alive(worker));
    });
    assert_eq!(run(&cage, "quiet"), WorkerEnd::Finished(Verdict::Read));
}

#[test]
fn when_the_parent_is_killed_everything_ends() {
    for job in ["sleep", "spin"] {
        let mut parent = Command::new(WORKER)
            .args(["parent", job])
            .stdin(Stdio::null())
            .spawn()
            .expect("a parent");
        let id = parent.id();
        let grandchild =
            || children(id).first().and_then(|server| children(*server).first().copied());
        wait_until("a worker is there", || grandchild().is_some());
        let (server, worker) = (children(id)[0], grandchild().expect("a worker"));
        parent.kill().expect("killed");
        parent.wait().expect("gone");
        wait_until("worker and server are gone", || !is_alive(worker) && !is_alive(server));
    }
}

#[test]
fn a_listener_that_panics_takes_its_worker_along_and_nothing_else() {
    let cage = cage();
    let panicked = std::panic::catch_unwind(AssertUnwindSafe(|| {
        cage.run(&request("endless members"), &input_of(b""), LIMITS, &mut |_| {
            panic!("a listener's fault")
        })
    }));
    assert!(panicked.is_err());
    assert_eq!(servers(), [], "the server and its worker are gone");
    assert_eq!(run(&cage, "quiet"), WorkerEnd::Finished(Verdict::Read));
}

#[test]
fn many_threads_share_a_cage() {
    let cage = cage_with("serve", 3).expect("a cage");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..20 {
                    assert_eq!(
                        run_with(&cage, &request("echo"), LIMITS).0,
                        WorkerEnd::Finished(Verdict::Read)
                    );
                }
            });
        }
    });
}

// Servers that this test started, zombies included: children of its thread, since other tests may run beside it.
fn servers() -> Vec<u32> {
    let list = fs::read_to_string("/proc/thread-self/children").expect("listed");
    list.split_whitespace().map(|id| id.parse().expect("a number")).collect()
}

// Children of a process, zombies included.
fn children(of: u32) -> Vec<u32> {
    let tasks = fs::read_dir(format!("/proc/{of}/task")).into_iter().flatten().flatten();
    let mut all: Vec<u32> = tasks
        .filter_map(|task| fs::read_to_string(task.path().join("children")).ok())
        .flat_map(|list| {
            list.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<_>>()
        })
        .collect();
    all.sort_unstable();
    all
}

fn is_alive(id: u32) -> bool {
    fs::read_to_string(format!("/proc/{id}/stat")).is_ok_and(|stat| !stat.contains(" Z "))
}

fn kill(id: u32) {
    let done = Command::new("/bin/kill").args(["-9", &id.to_string()]).status().expect("kill runs");
    assert!(done.success());
}

fn wait_until(what: &str, done: impl Fn() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < Duration::from_secs(10), "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
