//! A bench for trying the program: a folder of its own, a clean environment, and what a command printed.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

pub(crate) struct Bench {
    folder: tempfile::TempDir,
}

/// What a command did.
#[must_use = "look at the output, or assert the exit code with .code()"]
pub(crate) struct Done {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: i32,
}

impl Done {
    /// Asserts the exit code.
    pub(crate) fn code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }

    /// The printed JSON objects, a line each.
    pub(crate) fn objects(&self) -> Vec<Value> {
        self.stdout
            .lines()
            .map(|line| serde_json::from_str(line).expect("a JSON object a line"))
            .collect()
    }
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file, making the folders above it.
    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        fs::write(path, bytes).expect("write");
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_exhibit"));
        command.args(arguments).current_dir(self.folder.path()).env_clear();
        command
            .env("HOME", self.path("home"))
            .env("EXHIBIT_KEYS", self.path("keys"))
            .env("LANG", "C.UTF-8");
        command.stdin(Stdio::null());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Done {
        let output = self.command(arguments).output().expect("the program starts");
        Done {
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            code: output.status.code().unwrap_or(-1),
        }
    }

    /// Starts a command and kills it once a condition is met. Returns its exit code if it ended before.
    pub(crate) fn kill_when(
        &self,
        arguments: &[&str],
        mut is_met: impl FnMut() -> bool,
    ) -> Option<i32> {
        let mut command = self.command(arguments);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("start");
        let deadline = Instant::now() + Duration::from_secs(300);
        loop {
            if let Some(status) = child.try_wait().expect("wait") {
                return status.code();
            }
            if is_met() {
                child.kill().expect("kill -9");
                let _ = child.wait().expect("wait");
                return None;
            }
            assert!(
                Instant::now() < deadline,
                "{arguments:?} neither ends nor gets to where it is to be killed"
            );
            std::thread::sleep(Duration::from_micros(500));
        }
    }

    /// The number of entries in the case's custody log.
    pub(crate) fn log_size(&self) -> u64 {
        let checkpoint =
            fs::read_to_string(self.path("case/custody/checkpoint")).unwrap_or_default();
        checkpoint.lines().nth(1).and_then(|line| line.parse().ok()).unwrap_or(0)
    }

    /// Makes `case` and takes `trove` into it, without OCR.
    pub(crate) fn take_in(&self) -> Done {
        if !self.path("case").exists() {
            let _ = self.run(&["init", "case"]).code(0);
        }
        self.run(&["-C", "case", "ingest", "trove", "--no-ocr"])
    }

    /// The ledger: items by path.
    pub(crate) fn ledger(&self) -> BTreeMap<String, Value> {
        let listed = self.run(&["-C", "case", "ls", "--json"]).code(0);
        let path = |item: &Value| item["path"].as_str().expect("a path").to_owned();
        listed.objects().into_iter().map(|item| (path(&item), item)).collect()
    }

    /// Whether nothing was received yet.
    pub(crate) fn ledger_is_empty(&self) -> bool {
        self.run(&["-C", "case", "ls", "--json"]).stdout.is_empty()
    }

    /// The state of each path, with the codes of its reasons.
    pub(crate) fn states(&self) -> Vec<String> {
        let line = |(path, item): (&String, &Value)| {
            let codes = item["reasons"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|reason| reason["code"].as_str());
            let reason: String = codes.map(|code| format!(" ({code})")).collect();
            format!("{path}: {}{reason}", item["state"].as_str().expect("a state"))
        };
        self.ledger().iter().map(line).collect()
    }
}

/// The repository's own example trove.
pub(crate) fn example_trove() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/trove")
}
