//! `exhibit doctor`: what this machine enforces and what it lacks.

use super::{Context, Group, Run};
use crate::failure::{Exit, Failure};
use crate::output::{Style, bytes};
use crate::system;
use crate::texts::texts;
use clap::Args;
use exhibit_cage::{
    CageLimits, Protected, ProtectionDetail, ProtectionKind, WorkerEnd, enforcement,
};
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

/// Tesseract's languages that the README promises, and those that the program's own models read.
const LANGUAGES: [&str; 5] = ["uig", "ara", "rus", "kaz", "bod"];
const OWN_LANGUAGES: [&str; 3] = ["eng", "chi_sim", "chi_tra"];

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
    checks.push(models());
    checks.push(tesseract());
    checks.push(fonts());
    checks.push(memory());
    checks.push(space(context));
    if doctor.self_test {
        checks.push(self_test());
    }
    let output = context.output;
    for check in &checks {
        let (code, word, style) = match check.finding {
            Finding::Good => ("good", texts().good(), Style::Good),
            Finding::Partial => ("partial", texts().partial(), Style::Warning),
            Finding::Missing => ("missing", texts().missing(), Style::Bad),
        };
        if output.json {
            let fields = json!({"name": check.name, "state": code, "detail": check.detail, "remedy": check.remedy});
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
        name: protection.kind.word().to_owned(),
        finding: match protection.state {
            Protected::Full => Finding::Good,
            Protected::Partial => Finding::Partial,
            Protected::Missing => Finding::Missing,
        },
        detail: detail_of(protection),
        remedy: meaning_of(protection.kind),
    };
    found.protections.iter().map(one).collect()
}

fn detail_of(protection: &exhibit_cage::Protection) -> String {
    let texts = texts();
    match &protection.detail {
        ProtectionDetail::SystemCalls { allowed, for_tools } => {
            texts.detail_system_calls(allowed.to_string(), for_tools.to_string())
        }
        ProtectionDetail::Granted => texts.detail_granted(),
        ProtectionDetail::RefusedBy(setting) => texts.detail_refused_by(*setting),
        ProtectionDetail::Kernel(version) => texts.detail_kernel(version),
        ProtectionDetail::Landlock(version @ 6..) => texts.detail_landlock(version.to_string()),
        ProtectionDetail::Landlock(version @ 4..) => texts.detail_landlock_tcp(version.to_string()),
        ProtectionDetail::Landlock(version) => texts.detail_landlock_files(version.to_string()),
        ProtectionDetail::NotOffered(error) => texts.detail_not_offered(error),
        ProtectionDetail::None if protection.kind == ProtectionKind::Limits => {
            texts.detail_limits()
        }
        ProtectionDetail::None => texts.detail_no_new_privs(),
    }
}

fn meaning_of(protection: ProtectionKind) -> String {
    let texts = texts();
    match protection {
        ProtectionKind::Seccomp => texts.meaning_seccomp(),
        ProtectionKind::Landlock => texts.meaning_landlock(),
        ProtectionKind::UserNamespaces => texts.meaning_user_namespaces(),
        ProtectionKind::NoNewPrivs => texts.meaning_no_new_privs(),
        ProtectionKind::Limits => texts.meaning_limits(),
        ProtectionKind::Pidfd => texts.meaning_pidfd(),
        ProtectionKind::CloseRange => texts.meaning_close_range(),
    }
}

// The models in the program, each with its SHA-256.
fn models() -> Check {
    let name = texts().check_ocr();
    let Some(version) = exhibit_ocr::models::version() else {
        let (detail, remedy) = (texts().ocr_no_models(), texts().ocr_models_remedy());
        return Check { name, finding: Finding::Partial, detail, remedy };
    };
    let files: Vec<String> = exhibit_ocr::models::files()
        .map(|file| format!("{} {} ({})", file.sha256, file.name, file.package))
        .collect();
    let detail = texts().ocr_models(files.join(", "), version);
    Check { name, finding: Finding::Good, detail, remedy: String::new() }
}

fn tesseract() -> Check {
    let name = texts().check_tesseract();
    let own = exhibit_ocr::models::version().is_some();
    let packages = "apt-get install tesseract-ocr tesseract-ocr-{uig,ara,rus,kaz,bod}";
    let Some(tools) = find_ocr() else {
        let detail = texts().ocr_not_installed();
        // without either, no picture can be read
        let finding = if own { Finding::Partial } else { Finding::Missing };
        return Check { name, finding, detail, remedy: packages.to_owned() };
    };
    let wanted = LANGUAGES.into_iter().chain(OWN_LANGUAGES.into_iter().filter(|_| !own));
    let lacking: Vec<&str> = wanted.filter(|m| !tools.languages.iter().any(|l| l == m)).collect();
    let models = tools.languages.join(" ");
    if lacking.is_empty() {
        let detail = texts().ocr_with(models, &tools.version);
        return Check { name, finding: Finding::Good, detail, remedy: String::new() };
    }
    let detail = texts().ocr_with_without(lacking.join(" "), models, &tools.version);
    Check { name, finding: Finding::Partial, detail, remedy: packages.to_owned() }
}

fn fonts() -> Check {
    let name = texts().check_fonts();
    let wanted = [
        ("NotoSansCJK", texts().script_chinese()),
        ("NotoNaskhArabic", texts().script_uyghur_arabic()),
        ("NotoSans-", texts().script_latin_cyrillic()),
    ];
    let mut files = Vec::new();
    for folder in system::font_folders() {
        list_files(&folder, 6, &mut files);
    }
    let lacking: Vec<&str> = wanted
        .iter()
        .filter(|(file, _)| !files.iter().any(|f| f.starts_with(file)))
        .map(|(_, script)| script.as_str())
        .collect();
    let remedy = "apt-get install fonts-noto-core fonts-noto-cjk".to_owned();
    if lacking.is_empty() {
        let scripts: Vec<&str> = wanted.iter().map(|(_, script)| script.as_str()).collect();
        let detail = texts().fonts_good(scripts.join(", "));
        return Check { name, finding: Finding::Good, detail, remedy };
    }
    let detail = texts().fonts_lacking(lacking.join(", "));
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

fn memory() -> Check {
    let (all, machine) = (crate::memory::allowed(), crate::memory::machine());
    let one = CageLimits::STANDARD.memory_bytes;
    let at_once = (crate::memory::for_workers() / one).min(system::processors() as u64);
    let finding = if at_once > 0 && all <= machine { Finding::Good } else { Finding::Partial };
    let detail = texts().memory_allowed(bytes(all), at_once.max(1), bytes(machine));
    Check { name: texts().check_memory(), finding, detail, remedy: texts().memory_needed() }
}

fn space(context: &Context<'_>) -> Check {
    let folder = context.case_folder().unwrap_or_else(|_| ".".into());
    let name = texts().check_space();
    match rustix::fs::statvfs(&folder) {
        Ok(stat) => {
            let free = stat.f_bavail * stat.f_frsize;
            let finding = if free > 1 << 30 { Finding::Good } else { Finding::Partial };
            let detail = texts().space_free(bytes(free));
            Check { name, finding, detail, remedy: texts().space_needed() }
        }
        Err(error) => Check {
            name,
            finding: Finding::Partial,
            detail: error.to_string(),
            remedy: String::new(),
        },
    }
}

// A real worker reads a real, if small, file.
fn self_test() -> Check {
    let name = texts().check_self_test();
    let fail = |detail: String| Check {
        name: texts().check_self_test(),
        finding: Finding::Missing,
        detail,
        remedy: texts().self_test_needed(),
    };
    let path = std::env::temp_dir().join(format!("exhibit-self-test-{}", std::process::id()));
    let written = std::fs::File::create(&path)
        .and_then(|mut file| file.write_all("登记 self-test\n".as_bytes()));
    let opened = written.and_then(|()| std::fs::File::open(&path));
    let _ = std::fs::remove_file(&path);
    let file = match opened {
        Ok(file) => file,
        Err(error) => return fail(texts().self_test_no_file(error.to_string())),
    };
    let cage = match system::cage(1) {
        Ok(cage) => cage,
        Err(failure) => return fail(failure.message),
    };
    let (passwords, limits) = (Vec::new(), Limits::STANDARD);
    let request =
        Request { task: Task::Extract, name: b"self-test.txt".to_vec(), passwords, limits };
    let mut text = String::new();
    let end = cage.run(&request, &file, CageLimits::STANDARD, &mut |record| {
        if let Record::Page(page) = record {
            text.push_str(&page.text);
        }
        ControlFlow::Continue(())
    });
    match end {
        Ok(WorkerEnd::Finished(Verdict::Read)) if text.contains("登记") => {
            let detail = texts().self_test_good();
            Check { name, finding: Finding::Good, detail, remedy: String::new() }
        }
        Ok(end) => fail(end.reason().map_or_else(
            || texts().self_test_other(),
            |reason| crate::codes::reason_text(&reason),
        )),
        Err(error) => fail(error.to_string()),
    }
}
