//! Resource limits of a caged process, and the fixed bounds of the protocol.

use std::time::Duration;

/// The largest record or picture that crosses the pipe.
pub const FRAME_CAP: usize = 64 << 20;

/// The largest page that crosses the pipe: a decoded page takes several times its bytes.
pub const PAGE_CAP: usize = 16 << 20;

/// The largest piece of a member that crosses the pipe at once.
pub const MEMBER_PIECE: usize = 64 << 10;

/// The maximum number of properties, notes and pictures emitted for one file.
pub const REMARK_CAP: u64 = 1_000_000;

/// Resource limits of a caged process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CageLimits {
    /// Address space in bytes; for a worker, in addition to what its fork server has already mapped.
    pub memory_bytes: u64,
    /// Processor time in seconds.
    pub cpu_seconds: u64,
    /// Time spent waiting for it. Time that the consumer spends on a record is not counted.
    pub wall: Duration,
    /// Maximum bytes emitted, not counting members' bytes (those are bounded by `exhibit_model::Limits`).
    pub output_bytes: u64,
}

impl CageLimits {
    /// The initial limits for a file: 1 GiB, two minutes of processor time, five of waiting, 1 GiB of output.
    pub const STANDARD: Self = Self {
        memory_bytes: 1 << 30,
        cpu_seconds: 120,
        wall: Duration::from_secs(300),
        output_bytes: 1 << 30,
    };

    /// Twice as much memory and time, for a second attempt.
    #[must_use]
    pub const fn doubled(self) -> Self {
        Self {
            memory_bytes: self.memory_bytes.saturating_mul(2),
            cpu_seconds: self.cpu_seconds.saturating_mul(2),
            wall: self.wall.saturating_mul(2),
            output_bytes: self.output_bytes,
        }
    }
}
