//! The cage: hostile files are read by processes that can do nothing but read them.
//!
//! [`Cage`] is what a program that has files to read holds. It keeps fork servers: the program itself, executed again
//! with a hidden argument, calling [`serve`]. For each file a server forks a [worker](Job), which puts the cage on
//! (descriptors, limits, Landlock, seccomp) before the first byte of the file, says [records](exhibit_model::Record)
//! through a pipe, and ends; it is never used again. What it says is checked before it is passed on. Programs that are
//! not ours run in a [wider cage](Tool).
//!
//! Nothing here knows any format, nor what is done with what was read. This is the only crate of the project with
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
mod pool;
mod run;
mod server;
#[expect(unsafe_code, reason = "forking, replacing descriptors and executing have no safe form")]
mod sys;
mod tool;
mod worker;

pub use end::{BadOutput, Timer, ToolStatus, WorkerEnd};
pub use enforcement::{Enforcement, Protected, Protection, enforcement};
pub use input::Input;
pub use limits::{CageLimits, FRAME_CAP, MEMBER_PIECE, PAGE_CAP, REMARK_CAP};
pub use pool::{Cage, CageError, Options};
pub use run::check_stream;
pub use server::{Warm, serve};
pub use sys::map_file;
pub use tool::{Tool, ToolEnd};
pub use worker::Job;
