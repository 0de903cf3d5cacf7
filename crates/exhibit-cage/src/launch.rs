//! A launch: a process that cages itself and then executes a tool, an external program.

use crate::control::Start;
use crate::filter::Filter;
use crate::jail::{self, Files, JailError};
use crate::sys;
use exhibit_model::wire::{Reader, WireError, Writer};
use rustix::process::{Pid, Resource};
use std::ffi::{CString, OsStr, OsString};
use std::io::Write;
use std::mem::ManuallyDrop;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::PathBuf;

/// The parameters of a tool that its launcher needs.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Launch {
    pub(crate) program: PathBuf,
    pub(crate) args: Vec<OsString>,
    pub(crate) env: Vec<(OsString, OsString)>,
    pub(crate) read_folders: Vec<PathBuf>,
    pub(crate) scratch: Option<PathBuf>,
    /// The largest file it may write, in its scratch directory.
    pub(crate) file_bytes: u64,
    /// Continue even if the kernel has no Landlock.
    pub(crate) without_landlock: bool,
}

/// Why a tool did not start.
#[derive(Debug, thiserror::Error)]
enum LaunchError {
    #[error(transparent)]
    Jail(#[from] JailError),
    #[error("its description is malformed")]
    Malformed(#[from] WireError),
    #[error("a name or value contains a zero byte")]
    Zero(#[from] std::ffi::NulError),
    #[error("cannot leave the session ({0})")]
    Session(#[source] std::io::Error),
    #[error("cannot execute {} ({error})", program.display())]
    Execute { program: PathBuf, error: std::io::Error },
}

/// Continues as the tool, directly after the fork. `failure` is closed by the exec; if the exec fails,
/// the reason is written there.
pub(crate) fn launch(
    server: Pid,
    filters: &[Filter; 2],
    start: &Start,
    descriptors: Vec<OwnedFd>,
    failure: OwnedFd,
) -> ! {
    let descriptors = ManuallyDrop::new(descriptors);
    let mut failure = std::fs::File::from(failure);
    let error = become_tool(server, filters, start, &descriptors);
    let _ = write!(failure, "{error}");
    sys::exit(crate::end::exit::NOT_CAGED)
}

fn become_tool(
    server: Pid,
    filters: &[Filter; 2],
    start: &Start,
    descriptors: &[OwnedFd],
) -> LaunchError {
    match prepare(server, filters, start, descriptors) {
        Err(error) => error,
        Ok((program, args, env)) => {
            let error = sys::exec(&program, &args, &env);
            LaunchError::Execute { program: OsStr::from_bytes(program.as_bytes()).into(), error }
        }
    }
}

type Execution = (CString, Vec<CString>, Vec<CString>);

fn prepare(
    server: Pid,
    filters: &[Filter; 2],
    start: &Start,
    descriptors: &[OwnedFd],
) -> Result<Execution, LaunchError> {
    let launch = Launch::decode(&start.payload)?;
    let execution = launch.execution()?;
    jail::die_with(server)?;
    rustix::process::setsid().map_err(|e| LaunchError::Session(e.into()))?;
    let standard: Vec<_> = descriptors.iter().map(AsFd::as_fd).collect();
    jail::keep_descriptors(&standard)?;
    sys::close_all_others_on_exec().map_err(JailError::Descriptors)?;
    rustix::process::chdir(launch.scratch.as_deref().unwrap_or("/".as_ref()))
        .map_err(|e| LaunchError::Session(e.into()))?;
    jail::own_namespaces()?;
    let files = Files {
        program: &launch.program,
        read_folders: &launch.read_folders,
        scratch: launch.scratch.as_deref(),
    };
    jail::keep_files(&files, launch.without_landlock)?;
    jail::limit(Resource::As, start.memory_bytes)?;
    jail::limit_cpu(start.cpu_seconds)?;
    jail::limit(Resource::Nofile, 128)?;
    jail::limit(Resource::Fsize, if launch.scratch.is_some() { launch.file_bytes } else { 0 })?;
    sys::default_signals();
    let [without_scratch, with_scratch] = filters;
    let filter = if launch.scratch.is_some() { with_scratch } else { without_scratch };
    filter.apply(rustix::process::getpid()).map_err(JailError::Seccomp)?;
    Ok(execution)
}

impl Launch {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut w = Writer::new();
        let text = |w: &mut Writer, text: &OsStr| w.bytes(text.as_bytes());
        text(&mut w, self.program.as_os_str());
        w.number(self.args.len() as u64);
        self.args.iter().for_each(|arg| text(&mut w, arg));
        w.number(self.env.len() as u64);
        for (name, value) in &self.env {
            text(&mut w, name);
            text(&mut w, value);
        }
        w.number(self.read_folders.len() as u64);
        self.read_folders.iter().for_each(|folder| text(&mut w, folder.as_os_str()));
        w.byte(u8::from(self.scratch.is_some()));
        text(&mut w, self.scratch.as_deref().unwrap_or("".as_ref()).as_os_str());
        w.number(self.file_bytes);
        w.byte(u8::from(self.without_landlock));
        w.into_bytes()
    }

    fn decode(bytes: &[u8]) -> Result<Self, WireError> {
        let mut r = Reader::new(bytes);
        let text = |r: &mut Reader<'_>| r.bytes().map(|bytes| OsString::from_vec(bytes.to_vec()));
        let program = text(&mut r)?.into();
        let args = (0..r.count()?).map(|_| text(&mut r)).collect::<Result<_, _>>()?;
        let env = (0..r.count()?)
            .map(|_| Ok((text(&mut r)?, text(&mut r)?)))
            .collect::<Result<_, _>>()?;
        let read_folders =
            (0..r.count()?).map(|_| text(&mut r).map(PathBuf::from)).collect::<Result<_, _>>()?;
        let (has_scratch, scratch) = (r.byte()? == 1, text(&mut r)?);
        let (file_bytes, without_landlock) = (r.number()?, r.byte()? == 1);
        r.end()?;
        let scratch = has_scratch.then(|| scratch.into());
        Ok(Self { program, args, env, read_folders, scratch, file_bytes, without_landlock })
    }

    // Created before the cage closes: it allocates memory, and little may be left afterwards.
    fn execution(&self) -> Result<Execution, std::ffi::NulError> {
        let program = CString::new(self.program.as_os_str().as_bytes())?;
        let args = self.args.iter().map(|arg| CString::new(arg.as_bytes()));
        let args = std::iter::once(Ok(program.clone())).chain(args).collect::<Result<_, _>>()?;
        let pair = |(name, value): &(OsString, OsString)| {
            CString::new([name.as_bytes(), b"=", value.as_bytes()].concat())
        };
        Ok((program, args, self.env.iter().map(pair).collect::<Result<_, _>>()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_round_trip() {
        let launch = Launch {
            program: "/usr/bin/tool".into(),
            args: vec!["-".into(), OsString::from_vec(vec![0xff, 0x20])],
            env: vec![("A".into(), "b=c".into())],
            read_folders: vec!["/usr/share".into()],
            scratch: Some("/tmp/x".into()),
            file_bytes: 77,
            without_landlock: false,
        };
        let bytes = launch.encode();
        assert_eq!(Launch::decode(&bytes), Ok(launch));
        for cut in 0..bytes.len() {
            assert!(Launch::decode(&bytes[..cut]).is_err(), "cut at {cut}");
        }
    }
}
