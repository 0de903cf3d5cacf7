//! The memory of all processes of this program together: what is allowed, and how it is divided.

use crate::texts::texts;
use std::path::Path;
use std::sync::OnceLock;

/// What this process itself needs at most: pages on their way, the index, the catalogue.
pub(crate) const OWN: u64 = 512 << 20;
/// The least that a worker is given: with less, hardly a file can be read.
const LEAST_WORKER: u64 = 256 << 20;

static CHOSEN: OnceLock<u64> = OnceLock::new();

/// Keeps the choice of the user.
pub(crate) fn set(chosen: Option<u64>) {
    if let Some(bytes) = chosen {
        let _ = CHOSEN.set(bytes);
    }
}

/// The memory of all processes together, in bytes.
pub(crate) fn allowed() -> u64 {
    CHOSEN.get().copied().unwrap_or_else(|| usual(machine()))
}

/// The part of it for workers and tools.
pub(crate) fn for_workers() -> u64 {
    allowed().saturating_sub(OWN).max(LEAST_WORKER)
}

// Three quarters: the rest is for the system and for the browser.
const fn usual(machine: u64) -> u64 {
    machine / 4 * 3
}

/// The memory of this machine, or of the container that this process is in.
pub(crate) fn machine() -> u64 {
    let info = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    // what every machine has that can run this
    let physical = total_of(&info).unwrap_or(2 << 30);
    limit_of(Path::new("/sys/fs/cgroup/memory.max")).map_or(physical, |limit| limit.min(physical))
}

fn total_of(info: &str) -> Option<u64> {
    let line = info.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

fn limit_of(path: &Path) -> Option<u64> {
    std::fs::read_to_string(path).ok()?.trim().parse().ok()
}

/// Parses a size such as `800M`, `4G` or `1.5G`.
pub(crate) fn parse(text: &str) -> Result<u64, String> {
    let refuse = || texts().not_a_size(text);
    let unit = text.trim().trim_end_matches(['B', 'b', 'i']);
    let split = unit.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unit.len());
    let (number, unit) = unit.split_at(split);
    let factor: f64 = match unit.trim().to_ascii_uppercase().as_str() {
        "M" => 1_048_576.0,
        "G" => 1_073_741_824.0,
        "T" => 1_099_511_627_776.0,
        _ => return Err(refuse()),
    };
    let bytes = number.parse::<f64>().map_err(|_| refuse())? * factor;
    let least = (OWN + LEAST_WORKER) as f64;
    match bytes {
        _ if !bytes.is_finite() || bytes < least => {
            Err(texts().too_little_memory(crate::output::bytes(OWN + LEAST_WORKER)))
        }
        _ => Ok(bytes as u64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_a_unit_and_a_least() {
        for (text, expected) in [
            ("800M", Some(800 << 20)),
            ("4G", Some(4 << 30)),
            ("4 GiB", Some(4 << 30)),
            ("1.5g", Some(1536 << 20)),
            ("1T", Some(1 << 40)),
            ("100M", None),
            ("4", None),
            ("G", None),
            ("-4G", None),
            ("4X", None),
            ("", None),
        ] {
            assert_eq!(parse(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn the_memory_of_the_machine_is_read() {
        assert_eq!(total_of("MemTotal:       16000000 kB\nMemFree: 1 kB\n"), Some(16_384_000_000));
        assert_eq!(total_of("MemFree: 1 kB\n"), None);
        assert!(machine() > OWN);
        assert!(usual(8 << 30) < 8 << 30 && for_workers() >= LEAST_WORKER);
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("memory.max");
        for (text, expected) in [("max\n", None), ("1073741824\n", Some(1 << 30))] {
            std::fs::write(&path, text).expect("written");
            assert_eq!(limit_of(&path), expected);
        }
    }
}
