//! The system's clock, randomness and environment, and the entry point of workers: what every other crate takes as parameters.

use crate::failure::{Act, Exit, Failure};
use crate::memory;
use crate::passphrase;
use crate::texts::texts;
use exhibit_cage::{Cage, CageLimits, CageOptions, JobInput, Preparation};
use exhibit_case::{
    Acts, Case, CaseError, CaseFolder, CaseWriter, Keys, Principal, Standing, key_file, standing,
};
use exhibit_model::{Clock, Moment, Request, Sink, Verdict};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// The hidden first argument that makes this program a worker's server.
pub(crate) const CAGE_SERVER: &str = "cage-server";

/// How this program is named in custody logs.
pub(crate) const TOOL: &str = concat!("exhibit ", env!("CARGO_PKG_VERSION"));

/// The machine's clock.
pub(crate) struct MachineClock;

impl Clock for MachineClock {
    fn now(&self) -> Moment {
        #[cfg(debug_assertions)]
        if let Some(fixed) = for_tests::clock() {
            return fixed;
        }
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Moment(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}

/// Keeps everything that this process creates from other users of the computer, whatever its file mode mask was: cases,
/// bags and what is exported from them. Manual pages alone are for everybody.
pub(crate) fn keep_files_private() {
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
}

/// Fills a slice from the system's source of randomness. Panics without one: no secret may come from anywhere else.
pub(crate) fn random(bytes: &mut [u8]) {
    #[cfg(debug_assertions)]
    if for_tests::fill(bytes) {
        return;
    }
    getrandom::fill(bytes).expect("the system has a source of randomness");
}

/// The acts of this program.
pub(crate) fn acts() -> Acts {
    Acts::new(MachineClock, random, Principal::LOCAL, TOOL)
}

/// What a caged worker does with its one file.
pub(crate) fn read_in_cage(
    request: &Request,
    input: &mut JobInput,
    sink: &mut dyn Sink,
) -> Verdict {
    exhibit_extract::run(request, &mut BufReader::with_capacity(64 << 10, input), sink)
}

/// What a worker server loads before its first file: fonts for pages without embedded fonts, and the models that
/// recognise text if it is to do that.
pub(crate) fn warm_up(preparation: Preparation) {
    if preparation == Preparation::Recognise {
        exhibit_extract::warm_models();
    }
    exhibit_extract::warm(&font_folders(), exhibit_cage::map_file);
}

/// The folders that are searched for fonts.
pub(crate) fn font_folders() -> Vec<PathBuf> {
    ["/usr/share/fonts", "/usr/local/share/fonts"]
        .into_iter()
        .map(PathBuf::from)
        .filter(|p| p.is_dir())
        .collect()
}

/// The part of the memory of workers that rendering pages for the browser gets beside an intake: that of one worker, or a
/// quarter.
fn beside_intake() -> u64 {
    (memory::for_workers() / 4).min(CageLimits::STANDARD.memory_bytes)
}

/// Starts the cage for a number of parallel workers.
pub(crate) fn cage(workers: usize) -> Result<Cage, Failure> {
    cage_with(workers, memory::for_workers())
}

/// The cage of an intake beside the server.
pub(crate) fn cage_of_intake(workers: usize) -> Result<Cage, Failure> {
    cage_with(workers, memory::for_workers() - beside_intake())
}

/// The cage of a server beside an intake.
pub(crate) fn cage_beside_intake(workers: usize) -> Result<Cage, Failure> {
    cage_with(workers, beside_intake())
}

fn cage_with(workers: usize, memory_bytes: u64) -> Result<Cage, Failure> {
    let options = CageOptions { memory_bytes, ..CageOptions::new(CAGE_SERVER, workers) };
    Cage::start(options).map_err(|error| exhibit_case::CaseError::from(error).into())
}

/// The number of processors of this machine.
pub(crate) fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The folder of signing keys, outside every case.
pub(crate) fn keys() -> Result<PathBuf, Failure> {
    if let Some(folder) = std::env::var_os("EXHIBIT_KEYS") {
        return Ok(PathBuf::from(folder));
    }
    let config = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|p| p.is_absolute());
    let config = config.or_else(|| std::env::home_dir().map(|home| home.join(".config")));
    config.map(|folder| folder.join("exhibit/keys")).ok_or_else(|| {
        Failure::new(Exit::Usage, "no-home", texts().no_home_keys())
            .hint(texts().hint_no_home_keys())
    })
}

/// The current case: the given one, else the nearest parent folder that is a case.
pub(crate) fn case_folder(named: Option<&Path>) -> Result<PathBuf, Failure> {
    if let Some(folder) = named {
        return Ok(folder.to_owned());
    }
    let here = std::env::current_dir().map_err(|error| Failure::io(Act::Find, ".", &error))?;
    Case::find(&here).ok_or_else(|| exhibit_case::CaseError::NoCase(here).into())
}

/// Locks a case for writing, prompting for the passphrase of its key if needed. The only way to a signing key.
pub(crate) fn hold(folder: &Path) -> Result<CaseWriter, Failure> {
    let keys = keys()?;
    unlock(folder, &keys)?;
    let held = CaseWriter::take(folder, &unlocked_keys(&keys), acts());
    let mut held = held.map_err(|error| with_place(error, &keys, folder))?;
    held.log_marks()?;
    Ok(held)
}

/// Logs pending tag changes if that is possible at once: not while another process has the case locked (it logs them itself),
/// and without prompting for a passphrase.
pub(crate) fn log_marks(folder: &Path) -> Result<u64, Failure> {
    let keys = keys()?;
    if passphrase::has_file() {
        unlock(folder, &keys)?;
    }
    Ok(CaseWriter::take(folder, &unlocked_keys(&keys), acts())?.log_marks()?)
}

/// Locks a case that may be sealed, for work that adds nothing to it.
pub(crate) fn hold_any(folder: &Path) -> Result<CaseWriter, Failure> {
    let keys = keys()?;
    unlock(folder, &keys)?;
    CaseWriter::take_any(folder, &unlocked_keys(&keys), acts())
        .map_err(|error| with_place(error, &keys, folder))
}

// Where the case is worked on, if the log of this folder cannot be continued.
fn with_place(error: CaseError, keys: &Path, folder: &Path) -> Failure {
    let failure = Failure::from(error);
    match standing(keys, &CaseFolder::new(folder)) {
        Standing::Behind { once, last: Some(last), .. } if failure.code == "rolled-back" => {
            failure.hint(texts().hint_rolled_back_elsewhere(last.display().to_string(), once))
        }
        _ => failure,
    }
}

/// The keys in a folder, unlocked with the kept passphrase.
pub(crate) fn unlocked_keys(folder: &Path) -> Keys<'_> {
    Keys { folder, ask: &passphrase::kept }
}

// A log that cannot be opened is reported by the code that opens it next.
fn unlock(folder: &Path, keys: &Path) -> Result<(), Failure> {
    match CaseFolder::new(folder).log() {
        Ok(log) => passphrase::unlock(&key_file(keys, log.verifier())),
        Err(_) => Ok(()),
    }
}

/// Traces to stderr with `-v`; never contents, names or paths.
pub(crate) fn start_tracing(verbose: u8) {
    let level = match verbose {
        0 => return,
        1 => "info",
        2 => "debug",
        _ => "trace",
    };
    let filter = tracing_subscriber::EnvFilter::new(format!("warn,exhibit={level}"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}

/// A fixed clock and fixed randomness for tests of the whole program, so that its output can be compared byte for byte.
/// Compiled into debug builds only: a released program has no way to turn either off.
#[cfg(debug_assertions)]
mod for_tests {
    use exhibit_model::Moment;
    use sha2::{Digest as _, Sha256};
    use std::sync::atomic::{AtomicU64, Ordering};

    static BLOCKS: AtomicU64 = AtomicU64::new(0);

    /// The moment in `EXHIBIT_TEST_CLOCK`, in microseconds since 1970.
    pub(super) fn clock() -> Option<Moment> {
        std::env::var("EXHIBIT_TEST_CLOCK").ok()?.parse().ok().map(Moment)
    }

    /// Fills a slice with bytes that depend on `EXHIBIT_TEST_SEED` and the number of calls alone. Returns whether it is set.
    pub(super) fn fill(bytes: &mut [u8]) -> bool {
        let Some(seed) = std::env::var_os("EXHIBIT_TEST_SEED") else { return false };
        for block in bytes.chunks_mut(32) {
            let number = BLOCKS.fetch_add(1, Ordering::Relaxed);
            let hash = Sha256::new()
                .chain_update(seed.as_encoded_bytes())
                .chain_update(number.to_be_bytes())
                .finalize();
            block.copy_from_slice(&hash[..block.len()]);
        }
        true
    }
}
