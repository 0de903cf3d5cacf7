//! What a caged process may use, and the fixed bounds of the protocol.

use std::time::Duration;

/// The largest record or picture that crosses the pipe.
pub const FRAME_CAP: usize = 64 << 20;

/// The largest page that crosses the pipe: a decoded page takes several times its bytes.
pub const PAGE_CAP: usize = 16 << 20;

/// The largest piece of a member that crosses the pipe at once.
pub const MEMBER_PIECE: usize = 64 << 10;

/// The most properties, notes and pictures said of one file.
pub const REMARK_CAP: u64 = 1_000_000;

/// What a caged process may use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CageLimits {
    /// Address space in bytes; for a worker, beyond what its fork server has mapped already.
    pub memory_bytes: u64,
    /// Processor time in seconds.
    pub cpu_seconds: u64,
    /// Time spent waiting for it. What its listener does with a record meanwhile is not counted.
    pub wall: Duration,
    /// Most bytes said, members' bytes not counted (those are bounded by `exhibit_model::Limits`).
    pub output_bytes: u64,
}

impl CageLimits {
    /// What a file is given at first: 1 GiB, two minutes of processor, five of waiting, 1 GiB said.
    pub const STANDARD: Self =
        Self { memory_bytes: 1 << 30, cpu_seconds: 120, wall: Duration::from_secs(300), output_bytes: 1 << 30 };

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
