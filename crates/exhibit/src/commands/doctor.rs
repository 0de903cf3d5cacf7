//! `exhibit doctor`: what this machine enforces and what it lacks.

use super::{Context, Group, Run};
use crate::failure::{Exit, Failure};
use crate::output::{Style, bytes};
use crate::system;
use clap::Args;
use exhibit_cage::{CageLimits, Protected, WorkerEnd, enforcement};
use exhibit_ingest::find_ocr;
use exhibit_model::{Limits, Record, Request, Task, Verdict};
use serde_json::json;
use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;
use std::process::ExitCode;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Finding {
    Good,
    Partial,
    Missing,
}

struct Check {
    name: String,
    finding: Finding,
    detail: String,
    remedy: String,
}

/// The OCR models that the README promises.
const MODELS: [&str; 7] = ["eng", "chi_sim", "chi_tra", "uig", "ara", "rus", "bod"];

/// Check this machine: cage, tools, fonts, disk space
#[derive(Debug, Args)]
pub(crate) struct DoctorArgs {
    /// Also start a caged worker and let it read a file
    #[arg(long)]
    self_test: bool,
}

impl Run for DoctorArgs {
    const GROUP: Group = Group::Start;

    fn supports_dry_run(&self) -> bool {
        true
    }

    fn run(&self, context: &Context<'_>) -> Result<ExitCode, Failure> {
        run(context, self)
    }
}

fn run(context: &Context<'_>, doctor: &DoctorArgs) -> Result<ExitCode, Failure> {
    let mut checks = cage();
    checks.push(ocr());
    checks.push(fonts());
    checks.push(space(context));
    if doctor.self_test {
        checks.push(self_test());
    }
    let output = context.output;
    for check in &checks {
        let (word, style) = match check.finding {
            Finding::Good => ("good", Style::Good),
            Finding::Partial => ("partial", Style::Warning),
            Finding::Missing => ("missing", Style::Bad),
        };
        if output.json {
            let fields = json!({"name": check.name, "state": word, "detail": check.detail, "remedy": check.remedy});
            output.object("check", fields);
        } else {
            output.line(&format!(
                "{}  {:<22} {}",
                output.style(style, &format!("{word:<7}")),
                check.name,
                check.detail
            ));
            if check.finding != Finding::Good && !check.remedy.is_empty() {
                output.line(&format!("{:9}{:<22} {}", "", "", check.remedy));
            }
        }
    }
    let missing = checks.iter().any(|check| check.finding == Finding::Missing);
    Ok(if missing { Exit::ToolMissing } else { Exit::Done }.into())
}

fn cage() -> Vec<Check> {
    let found = enforcement();
    let one = |protection: &exhibit_cage::Protection| Check {
        name: protection.name.to_owned(),
        finding: match protection.state {
            Protected::Full => Finding::Good,
            Protected::Partial => Finding::Partial,
            Protected::Missing => Finding::Missing,
        },
        detail: protection.detail.clone(),
        remedy: protection.meaning.to_owned(),
    };
    found.protections.iter().map(one).collect()
}

fn ocr() -> Check {
    let name = "OCR".to_owned();
    let packages = "apt-get install tesseract-ocr tesseract-ocr-{chi-sim,chi-tra,uig,ara,rus,bod}";
    let Some(tools) = find_ocr() else {
        let detail = "tesseract is not installed: scanned pages cannot be read".to_owned();
        return Check { name, finding: Finding::Missing, detail, remedy: packages.to_owned() };
    };
    let lacking: Vec<&str> = MODELS.into_iter().filter(|m| !tools.languages.iter().any(|l| l == m)).collect();
    let mut detail = format!("{} with {}", tools.version, tools.languages.join(" "));
    if lacking.is_empty() {
        return Check { name, finding: Finding::Good, detail, remedy: String::new() };
    }
    detail.push_str(&format!("; without {}", lacking.join(" ")));
    Check { name, finding: Finding::Partial, detail, remedy: packages.to_owned() }
}

fn fonts() -> Check {
    let name = "fonts".to_owned();
    let wanted =
        [("NotoSansCJK", "Chinese"), ("NotoNaskhArabic", "Uyghur and Arabic"), ("NotoSans-", "Latin and Cyrillic")];
    let mut files = Vec::new();
    for folder in system::font_folders() {
        list_files(&folder, 6, &mut files);
    }
    let lacking: Vec<&str> = wanted
        .iter()
        .filter(|(file, _)| !files.iter().any(|f| f.starts_with(file)))
        .map(|(_, script)| *script)
        .collect();
    let remedy = "apt-get install fonts-noto-core fonts-noto-cjk".to_owned();
    if lacking.is_empty() {
        let detail = "for pages without embedded fonts: Chinese, Uyghur and Arabic, Latin and Cyrillic".to_owned();
        return Check { name, finding: Finding::Good, detail, remedy };
    }
    let detail = format!("pages without embedded fonts may lack {}", lacking.join(", "));
    Check { name, finding: Finding::Partial, detail, remedy }
}

fn list_files(folder: &Path, depth: u32, files: &mut Vec<String>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        if entry.path().is_dir() && depth > 0 {
            list_files(&entry.path(), depth - 1, files);
        } else {
            files.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
}

fn space(context: &Context<'_>) -> Check {
    let folder = context.case_folder().unwrap_or_else(|_| ".".into());
    let name = "space".to_owned();
    match rustix::fs::statvfs(&folder) {
        Ok(stat) => {
            let free = stat.f_bavail * stat.f_frsize;
            let finding = if free > 1 << 30 { Finding::Good } else { Finding::Partial };
            let detail = format!("{} free for the case", bytes(free));
            Check { name, finding, detail, remedy: "a case takes about 1.2 times the size of its trove".to_owned() }
        }
        Err(error) => Check { name, finding: Finding::Partial, detail: error.to_string(), remedy: String::new() },
    }
}

// A real worker reads a real, if small, file.
fn self_test() -> Check {
    let name = "self-test".to_owned();
    let fail = |detail: String| Check {
        name: "self-test".to_owned(),
        finding: Finding::Missing,
        detail,
        remedy: "no file can be ingested on this machine until this works".to_owned(),
    };
    let path = std::env::temp_dir().join(format!("exhibit-self-test-{}", std::process::id()));
    let written = std::fs::File::create(&path).and_then(|mut file| file.write_all("登记 self-test\n".as_bytes()));
    let opened = written.and_then(|()| std::fs::File::open(&path));
    let _ = std::fs::remove_file(&path);
    let file = match opened {
        Ok(file) => file,
        Err(error) => return fail(format!("cannot create a temporary file: {error}")),
    };
    let cage = match system::cage(1) {
        Ok(cage) => cage,
        Err(failure) => return fail(failure.message),
    };
    let (passwords, limits) = (Vec::new(), Limits::STANDARD);
    let request = Request { task: Task::Extract, name: b"self-test.txt".to_vec(), passwords, limits };
    let mut text = String::new();
    let end = cage.run(&request, &file, CageLimits::STANDARD, &mut |record| {
        if let Record::Page(page) = record {
            text.push_str(&page.text);
        }
        ControlFlow::Continue(())
    });
    match end {
        Ok(WorkerEnd::Finished(Verdict::Read)) if text.contains("登记") => {
            let detail = "a caged worker read a file".to_owned();
            Check { name, finding: Finding::Good, detail, remedy: String::new() }
        }
        Ok(end) => fail(end.reason().map_or_else(
            || "the worker returned something else".to_owned(),
            |reason| crate::codes::reason_text(&reason),
        )),
        Err(error) => fail(error.to_string()),
    }
}
