//! The real clock, the real randomness, the environment and the worker's entry: what every other crate takes as parameters.

use crate::failure::{Exit, Failure};
use crate::passphrase;
use exhibit_cage::{Cage, Input, Options};
use exhibit_case::{Case, Held, Keys, key_file, layout};
use exhibit_custody::Log;
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
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Moment(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}

/// Fills a slice from the system's source of randomness; without one nothing that needs secrets may go on.
pub(crate) fn random(bytes: &mut [u8]) {
    getrandom::fill(bytes).expect("the system has a source of randomness");
}

/// What a caged worker does with its one file.
pub(crate) fn read_in_cage(request: &Request, input: &mut Input, sink: &mut dyn Sink) -> Verdict {
    exhibit_extract::run(request, &mut BufReader::with_capacity(64 << 10, input), sink)
}

/// What a worker's server loads before its first file: fonts for pages that bring none.
pub(crate) fn warm_up() {
    exhibit_extract::warm(&font_folders(), exhibit_cage::map_file);
}

/// Where fonts are looked for.
pub(crate) fn font_folders() -> Vec<PathBuf> {
    ["/usr/share/fonts", "/usr/local/share/fonts"].into_iter().map(PathBuf::from).filter(|p| p.is_dir()).collect()
}

/// Starts the cage for so many workers at a time.
pub(crate) fn cage(workers: usize) -> Result<Cage, Failure> {
    Cage::start(Options::new(CAGE_SERVER, workers)).map_err(|error| exhibit_case::CaseError::from(error).into())
}

/// The processors of this machine.
pub(crate) fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The folder of signing keys, apart from every case.
pub(crate) fn keys() -> Result<PathBuf, Failure> {
    if let Some(folder) = std::env::var_os("EXHIBIT_KEYS") {
        return Ok(PathBuf::from(folder));
    }
    let config = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|p| p.is_absolute());
    let config = config.or_else(|| std::env::home_dir().map(|home| home.join(".config")));
    config.map(|folder| folder.join("exhibit/keys")).ok_or_else(|| {
        Failure::new(Exit::Usage, "no-home", "there is no home folder to keep the signing key in")
            .hint("set EXHIBIT_KEYS to a folder that only you can read")
    })
}

/// The case that is meant: the one named, else the nearest one from here upwards.
pub(crate) fn case_folder(named: Option<&Path>) -> Result<PathBuf, Failure> {
    if let Some(folder) = named {
        return Ok(folder.to_owned());
    }
    let here = std::env::current_dir().map_err(|error| Failure::io("find", ".", &error))?;
    Case::find(&here).ok_or_else(|| exhibit_case::CaseError::NoCase(here).into())
}

/// Takes hold of a case for writing. The passphrase of its key is asked for, where one locks it: the only door to a signing key.
pub(crate) fn hold(folder: &Path) -> Result<Held, Failure> {
    let keys = keys()?;
    unlock(folder, &keys)?;
    let mut held = Held::take(folder, &unlocked_keys(&keys), TOOL)?;
    held.log_marks(MachineClock.now(), &mut random)?;
    Ok(held)
}

/// Logs the changes of tags that wait, where that can be done at once: a process that holds the case does it itself, and nobody is
/// asked for a passphrase.
pub(crate) fn log_marks(folder: &Path) -> Result<u64, Failure> {
    let keys = keys()?;
    if passphrase::has_file() {
        unlock(folder, &keys)?;
    }
    Ok(Held::take(folder, &unlocked_keys(&keys), TOOL)?.log_marks(MachineClock.now(), &mut random)?)
}

/// Takes hold of a case that may be sealed, for what adds nothing to it.
pub(crate) fn hold_any(folder: &Path) -> Result<Held, Failure> {
    let keys = keys()?;
    unlock(folder, &keys)?;
    Ok(Held::take_any(folder, &unlocked_keys(&keys), TOOL)?)
}

/// The keys in a folder, opened by the passphrase that was given.
pub(crate) fn unlocked_keys(folder: &Path) -> Keys<'_> {
    Keys { folder, ask: &passphrase::kept }
}

// A log that cannot be opened is said by whoever opens it next.
fn unlock(folder: &Path, keys: &Path) -> Result<(), Failure> {
    match Log::open(&folder.join(layout::CUSTODY)) {
        Ok(log) => passphrase::unlock(&key_file(keys, log.verifier())),
        Err(_) => Ok(()),
    }
}

/// Sends what the program does to stderr, for those who ask for it with `-v`; never contents, names or paths.
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
