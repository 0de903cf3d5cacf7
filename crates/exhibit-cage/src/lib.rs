//! The cage: hostile files are read by processes that can only read them.
//!
//! [`Cage`] is the handle for a program that reads files. It runs fork servers: the program itself, executed again
//! with a hidden argument, calling [`serve`]. For each file a server forks a [worker](Job), which enters the cage
//! (descriptors, limits, Landlock, seccomp) before the first byte of the file, emits [records](exhibit_model::Record)
//! through a pipe, and exits; it is never reused. Its output is checked before it is passed on. External programs
//! run in a [wider cage](Tool).
//!
//! This crate knows neither formats nor the use of the results. It is the only crate of the project with
//! `unsafe`, all of it in one module (`sys`).

mod check;
mod control;
mod end;
mod enforcement;
mod filter;
mod frame;
mod input;
mod jail;
mod launch;
mod limits;
mod memory;
mod pool;
mod run;
mod server;
#[expect(unsafe_code, reason = "forking, replacing descriptors and executing have no safe form")]
mod sys;
mod tool;
mod worker;

pub use end::{BadOutput, Timer, ToolStatus, WorkerEnd};
pub use enforcement::{
    Enforcement, Protected, Protection, ProtectionDetail, ProtectionKind, enforcement,
};
pub use input::JobInput;
pub use limits::{CageLimits, FRAME_CAP, MEMBER_PIECE, PAGE_CAP, REMARK_CAP};
pub use pool::{Cage, CageError, CageOptions};
pub use run::check_stream;
pub use server::{Preparation, Warm, serve};
pub use sys::map_file;
pub use tool::{Tool, ToolEnd};
pub use worker::Job;
