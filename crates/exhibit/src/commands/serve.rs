//! `exhibit serve`: the browser interface, on the loopback address unless configured otherwise.

use super::{Context, Group, Run};
use crate::access_log;
use crate::browser::{self, LeadingPage};
use crate::failure::{Exit, Failure};
use crate::output::Output;
use crate::system::{self, MachineClock};
use crate::texts::{language, texts};
use clap::Args;
use exhibit_case::{Case, CaseFolder, Standing};
use exhibit_web::{IntakeControl, Machine, ServeOptions, Sessions, fresh_secret};
use serde_json::json;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, Once, PoisonError};
use tokio::net::TcpListener;

/// Serve the browser interface on this machine
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  exhibit serve\n  exhibit serve --listen 127.0.0.1:8090")]
pub(crate) struct ServeArgs {
    /// The address to listen on; only this machine by default
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDR")]
    listen: SocketAddr,
}

impl Run for ServeArgs {
    const GROUP: Group = Group::Run;

    fn supports_dry_run(&self) -> bool {
        false
    }

    fn run(&self, context: &Context<'_>) -> Result<ExitCode, Failure> {
        run(context, self)
    }
}

fn run(context: &Context<'_>, serve: &ServeArgs) -> Result<ExitCode, Failure> {
    let folder = context.case_folder()?;
    serve_case(context.output, &folder, serve, Beside::Nothing)
}

/// What happens beside serving.
pub(crate) enum Beside {
    /// Nothing.
    Nothing,
    /// A browser is opened.
    Browser,
    /// This process ingests into the case, and opens a browser if requested.
    Intake(Arc<dyn IntakeControl>, bool),
}

/// Serves a case until Ctrl-C.
pub(crate) fn serve_case(
    output: &Output,
    folder: &Path,
    serve: &ServeArgs,
    beside: Beside,
) -> Result<ExitCode, Failure> {
    let (intake, in_browser) = match beside {
        Beside::Nothing => (None, false),
        Beside::Browser => (None, true),
        Beside::Intake(intake, in_browser) => (Some(intake), in_browser),
    };
    let case = Arc::new(Case::open(folder)?);
    match standing_of(folder)() {
        Standing::Own => {}
        Standing::CopyOf(original) => {
            output.warn(&texts().serves_copy(original.display().to_string()))
        }
        Standing::Behind { size, once, .. } => output.warn(&texts().serves_behind(once, size)),
    }
    let watch = access_log::Watch::begin(output, &case)?;
    // without a cage documents are shown as text only, and each page states it
    let started = match &intake {
        Some(_) => system::cage_beside_intake(system::processors()),
        None => system::cage(system::processors()),
    };
    let cage = match started {
        Ok(cage) => Some(Arc::new(cage)),
        Err(failure) => {
            output.warn(&texts().not_served_rendered(failure.message));
            None
        }
    };
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime =
        runtime.map_err(|error| Failure::new(Exit::Internal, "runtime", error.to_string()))?;
    runtime.block_on(async {
        let listener = listen(output, serve.listen).await?;
        let address = listener
            .local_addr()
            .map_err(|error| Failure::new(Exit::Internal, "listen", error.to_string()))?;
        if !address.ip().is_loopback() {
            output.warn(&texts().reachable());
        }
        let code = fresh_secret();
        let link = format!("http://{address}/open/{code}");
        announce(output, &case, &link);
        let page =
            Arc::new(Mutex::new(if in_browser { open_browser(output, &link) } else { None }));
        let used = Arc::clone(&page);
        let (json, quiet) = (output.json, output.quiet);
        let sessions = Sessions::new(code, address.port(), move |code| {
            drop(used.lock().unwrap_or_else(PoisonError::into_inner).take());
            if !quiet && !json {
                let again = texts().link_again(format!("http://{address}/open/{code}"));
                let _ = writeln!(std::io::stderr().lock(), "{again}");
            }
        });
        let machine = Machine {
            language: language(),
            clock: Arc::new(MachineClock),
            threads: system::processors(),
            log_marks: log_marks(output, folder),
            standing: standing_of(folder),
            intake,
        };
        let recorder = watch.listener(&case);
        let options =
            ServeOptions { listener, case, cage, sessions, names: Vec::new(), machine, recorder };
        let served = exhibit_web::serve(options, async {
            use tokio::signal::unix::{SignalKind, signal};
            match signal(SignalKind::terminate()) {
                Ok(mut terminate) => {
                    tokio::select! {
                        _ = tokio::signal::ctrl_c() => {}
                        _ = terminate.recv() => {}
                    }
                }
                Err(_) => drop(tokio::signal::ctrl_c().await),
            }
        });
        let served =
            served.await.map_err(|error| Failure::new(Exit::Internal, "serve", error.to_string()));
        drop(page.lock().unwrap_or_else(PoisonError::into_inner).take());
        served
    })?;
    Ok(Exit::Done.into())
}

fn standing_of(folder: &Path) -> Arc<dyn Fn() -> Standing + Send + Sync> {
    let (keys, folder) = (system::keys().ok(), CaseFolder::new(folder));
    Arc::new(move || {
        keys.as_ref().map_or(Standing::Own, |keys| exhibit_case::standing(keys, &folder))
    })
}

fn open_browser(output: &Output, link: &str) -> Option<LeadingPage> {
    browser::open(link).unwrap_or_else(|_| {
        output.remark(&texts().no_browser());
        None
    })
}

// a tag is kept whether or not it can be logged now; a failure is reported once
fn log_marks(output: &Output, folder: &Path) -> Arc<dyn Fn() + Send + Sync> {
    let (reported, quiet, folder) = (Once::new(), output.quiet, folder.to_owned());
    Arc::new(move || {
        if let Err(failure) = system::log_marks(&folder)
            && !quiet
        {
            reported.call_once(|| {
                let line = texts().tags_not_logged_served(&failure.message);
                let _ = writeln!(std::io::stderr().lock(), "{line}");
            });
        }
    })
}

async fn listen(output: &Output, wanted: SocketAddr) -> Result<TcpListener, Failure> {
    match TcpListener::bind(wanted).await {
        Err(error)
            if error.kind() == std::io::ErrorKind::AddrInUse && wanted.ip().is_loopback() =>
        {
            output.remark(&texts().address_in_use(wanted.to_string()));
            TcpListener::bind(SocketAddr::new(wanted.ip(), 0)).await
        }
        result => result,
    }
    .map_err(|error| {
        Failure::new(
            Exit::Usage,
            "listen",
            texts().cannot_listen(wanted.to_string(), error.to_string()),
        )
        .hint(texts().hint_cannot_listen())
    })
}

fn announce(output: &Output, case: &Case, link: &str) {
    if output.json {
        output.object("serving", json!({"address": link, "case": case.config.name}));
    } else {
        output.line(&texts().serving(format!("{:?}", case.config.name)));
        output.line(&format!("  {link}"));
        output.line(&texts().link_works_once());
    }
}
