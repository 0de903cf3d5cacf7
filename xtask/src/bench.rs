//! `cargo xtask bench [PART...]`: benchmarks, with those of comparable programs in the same run if they are installed.
//!
//! Parts: `pdf`, `small`, `long`, `ocr`, `search`, `search-quality`; `--pages N` sets the number of pages of `search`.
//! On a shared machine, rely on processor time (user and system, of all child processes) rather than elapsed time.
//! There are no thresholds.

use crate::command;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Runs the given parts, or all.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    type Part = (&'static str, fn(&Bench) -> Result<(), String>);
    const PARTS: [Part; 6] = [
        ("pdf", pdf),
        ("small", small),
        ("long", long),
        ("ocr", ocr),
        ("search", search),
        ("search-quality", search_quality),
    ];
    let (named, pages) = read(arguments)?;
    if let Some(unknown) = named.iter().find(|a| PARTS.iter().all(|(name, _)| name != a)) {
        let names: Vec<&str> = PARTS.iter().map(|(name, _)| *name).collect();
        return Err(format!("unknown part {unknown}: use {}", names.join(", ")));
    }
    // these two use the library
    let needs_program = named.is_empty() || named.iter().any(|a| !a.starts_with("search"));
    let exhibit = if needs_program { command::build_release("exhibit")? } else { PathBuf::new() };
    let bench = Bench { exhibit, work: command::root().join("target/bench"), pages };
    for (name, part) in PARTS {
        if named.is_empty() || named.iter().any(|a| a == name) {
            println!("\n{name}");
            part(&bench)?;
        }
    }
    Ok(())
}

// Parses the parts and the number of pages.
fn read(arguments: &[String]) -> Result<(Vec<String>, usize), String> {
    let (mut named, mut pages) = (Vec::new(), 100_000);
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        if argument == "--pages" {
            let number = rest.next().and_then(|number| number.replace('_', "").parse().ok());
            pages = number.ok_or("--pages needs a number")?;
        } else {
            named.push(argument.clone());
        }
    }
    Ok((named, pages))
}

struct Bench {
    exhibit: PathBuf,
    work: PathBuf,
    /// The number of pages that `search` generates.
    pages: usize,
}

/// The cost of a command.
struct Cost {
    cpu: f64,
    elapsed: f64,
    /// The peak memory of the command's process (without children), in MiB.
    peak: f64,
}

impl Bench {
    fn fresh(&self, name: &str) -> Result<PathBuf, String> {
        let folder = self.work.join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)
            .map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
        Ok(folder)
    }

    fn exhibit(&self, folder: &Path) -> Command {
        let mut command = Command::new(&self.exhibit);
        command.env("EXHIBIT_KEYS", folder.join("keys")).current_dir(folder);
        command
    }

    /// Ingests `trove` into a new case and returns the cost.
    fn ingest(&self, folder: &Path, trove: &Path, ocr: bool) -> Result<Cost, String> {
        measure(self.exhibit(folder).args(["init", "case"]))?;
        let mut command = self.exhibit(folder);
        command.args(["-C", "case", "ingest", "--progress", "none"]).arg(trove);
        if !ocr {
            command.arg("--no-ocr");
        }
        measure(&mut command)
    }

    fn status(&self, folder: &Path, key: &str) -> u64 {
        let output = self.exhibit(folder).args(["-C", "case", "status", "--json"]).output();
        let value =
            output.ok().and_then(|o| serde_json::from_slice::<serde_json::Value>(&o.stdout).ok());
        value.and_then(|v| v.pointer(key).and_then(serde_json::Value::as_u64)).unwrap_or(0)
    }
}

fn measure(command: &mut Command) -> Result<Cost, String> {
    let before = children_cpu();
    let began = Instant::now();
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let mut child = child.map_err(|error| format!("cannot start {command:?}: {error}"))?;
    let peak = peak_until_end(&mut child);
    Ok(Cost { cpu: children_cpu() - before, elapsed: began.elapsed().as_secs_f64(), peak })
}

fn peak_until_end(child: &mut Child) -> f64 {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0.0_f64;
    while matches!(child.try_wait(), Ok(None)) {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let memory = line.and_then(|l| l.trim().trim_end_matches(" kB").parse::<f64>().ok());
        peak = peak.max(memory.unwrap_or(0.0) / 1024.0);
        std::thread::sleep(Duration::from_millis(10));
    }
    peak
}

// user and system time of all children waited for, in seconds: fields 16 and 17 of proc(5)'s stat, in ticks of 1/100 s
fn children_cpu() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let fields = after_name.split_whitespace().skip(13).take(2);
    fields.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

fn installed(program: &str) -> bool {
    Command::new("which")
        .arg(program)
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    fs::write(path, bytes).map_err(|error| format!("cannot write {}: {error}", path.display()))
}

/// Born-digital PDFs of the example trove, each in many copies that differ in a comment at the end.
fn pdf(bench: &Bench) -> Result<(), String> {
    const COPIES: usize = 100;
    const SOURCES: [&str; 4] = [
        "disk2/综合科/2017/白党办发〔2017〕12号 关于建立搬迁人员登记台账的通知.pdf",
        "disk2/综合科/2017/搬迁工作日报第143期.pdf",
        "disk2/三号仓库/كۆچۈرۈلگەن ئائىلىلەرگە ئۇقتۇرۇش.pdf",
        "post/1/海角船務來函.pdf",
    ];
    let folder = bench.fresh("pdf")?;
    let trove = bench.fresh("pdf/trove")?;
    let mut count = 0;
    for (number, source) in SOURCES.iter().enumerate() {
        let source = command::root().join("examples/trove").join(source);
        let bytes = fs::read(&source)
            .map_err(|error| format!("cannot read {}: {error}", source.display()))?;
        for copy in 0..COPIES {
            let mut unique = bytes.clone();
            unique.extend_from_slice(format!("\n% copy {copy}\n").as_bytes());
            write(&trove.join(format!("{number:02}-{copy:03}.pdf")), &unique)?;
            count += 1;
        }
    }
    let ours = bench.ingest(&folder, &trove, false)?;
    let pages = bench.status(&folder, "/pages");
    println!("  {count} files, {pages} pages");
    println!(
        "  exhibit, all in        {:>7.2} CPU s  {:>6.0} pages per CPU s  peak {:.0} MiB",
        ours.cpu,
        pages as f64 / ours.cpu,
        ours.peak
    );
    if installed("pdftotext") {
        let mut cpu = 0.0;
        for entry in fs::read_dir(&trove).map_err(|error| error.to_string())?.flatten() {
            cpu +=
                measure(Command::new("pdftotext").arg("-bbox").arg(entry.path()).arg("/dev/null"))?
                    .cpu;
        }
        println!("  pdftotext -bbox alone  {cpu:>7.2} CPU s  ours is {:.2} of it", ours.cpu / cpu);
    }
    if installed("recollindex") {
        let recoll = bench.fresh("pdf/recoll")?;
        write(&recoll.join("recoll.conf"), format!("topdirs = {}\n", trove.display()).as_bytes())?;
        let theirs = measure(Command::new("recollindex").arg("-c").arg(&recoll).arg("-z"))?;
        println!(
            "  recollindex            {:>7.2} CPU s  ours is {:.2} of it",
            theirs.cpu,
            ours.cpu / theirs.cpu
        );
    }
    Ok(())
}

/// Text files of 4 KB.
fn small(bench: &Bench) -> Result<(), String> {
    const FILES: usize = 10_000;
    let folder = bench.fresh("small")?;
    let trove = bench.fresh("small/trove")?;
    for number in 0..FILES {
        let line = format!(
            "Entry {number}: the register of gate {} was handed to the archive.\n",
            number % 17
        );
        write(&trove.join(format!("{number:05}.txt")), line.repeat(4096 / line.len()).as_bytes())?;
    }
    let cost = bench.ingest(&folder, &trove, false)?;
    println!(
        "  {FILES} files of 4 KB: {:.0} a second ({:.1} s, {:.1} CPU s), peak {:.0} MiB",
        FILES as f64 / cost.elapsed,
        cost.elapsed,
        cost.cpu,
        cost.peak
    );
    Ok(())
}

/// Scanned pages: copies of the scan of the example trove, compared with tesseract on the same pictures; then made pages of
/// many kinds.
fn ocr(bench: &Bench) -> Result<(), String> {
    const COPIES: usize = 4;
    let folder = bench.fresh("ocr")?;
    let trove = bench.fresh("ocr/trove")?;
    let scan = command::root().join("examples/trove/post/2/收到的扫描件.pdf");
    let bytes =
        fs::read(&scan).map_err(|error| format!("cannot read {}: {error}", scan.display()))?;
    for copy in 0..COPIES {
        let mut unique = bytes.clone();
        unique.extend_from_slice(format!("\n% copy {copy}\n").as_bytes());
        write(&trove.join(format!("{copy}.pdf")), &unique)?;
    }
    let ours = bench.ingest(&folder, &trove, true)?;
    let pages = bench.status(&folder, "/ocr/done");
    println!(
        "  exhibit, all in        {:>7.2} CPU s  {pages} pages  peak {:.0} MiB",
        ours.cpu, ours.peak
    );
    if reads_chinese() {
        compare_scans(bench, &folder, COPIES, pages as usize / COPIES, ours.cpu)?;
    } else {
        println!("  tesseract is not installed, or not its model chi_sim");
    }
    let example =
        ["run", "--quiet", "--release", "--package", "exhibit-ocr", "--example", "measure"];
    command::run(&command::cargo(), &example, &[])
}

fn reads_chinese() -> bool {
    let languages = Command::new("tesseract").arg("--list-langs").output();
    languages.is_ok_and(|output| {
        String::from_utf8_lossy(&output.stdout).lines().any(|line| line == "chi_sim")
    })
}

// The same pictures, rendered by us, read by bare tesseract that is told the model.
fn compare_scans(
    bench: &Bench,
    folder: &Path,
    copies: usize,
    pages: usize,
    ours: f64,
) -> Result<(), String> {
    let mut theirs = 0.0;
    for document in 1..=copies {
        for page in 1..=pages {
            let picture = folder.join(format!("{document}-{page}.png"));
            let mut render = bench.exhibit(folder);
            render.args([
                "-C",
                "case",
                "cat",
                &document.to_string(),
                "--page",
                &page.to_string(),
                "--side",
                "2339",
                "-o",
            ]);
            measure(render.arg(&picture))?;
            let mut tesseract = Command::new("tesseract");
            tesseract.arg(&picture).args([
                "stdout",
                "--psm",
                "3",
                "-l",
                "chi_sim",
                "--dpi",
                "200",
                "-c",
                "hocr_char_boxes=1",
                "hocr",
            ]);
            theirs += measure(tesseract.env("OMP_THREAD_LIMIT", "1"))?.cpu;
        }
    }
    println!("  bare tesseract         {theirs:>7.2} CPU s  ours is {:.2} of it", ours / theirs);
    Ok(())
}

/// Long text files: 100,000 pages of invented text.
fn long(bench: &Bench) -> Result<(), String> {
    const FILES: usize = 500;
    const PAGES: usize = 200;
    let folder = bench.fresh("long")?;
    let trove = bench.fresh("long/trove")?;
    let mut seed = 88_172_645_463_325_252_u64;
    for file in 0..FILES {
        let path = trove.join(format!("{file:03}.txt"));
        let mut out = fs::File::create(&path).map_err(|error| error.to_string())?;
        for _ in 0..PAGES {
            out.write_all(page(&mut seed).as_bytes()).map_err(|error| error.to_string())?;
            out.write_all(b"\x0c").map_err(|error| error.to_string())?;
        }
    }
    let cost = bench.ingest(&folder, &trove, false)?;
    let pages = bench.status(&folder, "/pages");
    println!(
        "  {pages} pages ingested with {:.1} CPU s ({:.1} s), peak {:.0} MiB",
        cost.cpu, cost.elapsed, cost.peak
    );
    Ok(())
}

/// Indexing, searching and a batch over generated pages, compared with Tantivy's default analysis chain.
fn search(bench: &Bench) -> Result<(), String> {
    let folder = bench.fresh("search")?;
    let work = folder.to_str().ok_or("the folder is not UTF-8")?;
    let pages = bench.pages.to_string();
    let example = ["--package", "exhibit-ingest", "--example", "search_bench", "--", work, &pages];
    let result = command::run(
        &command::cargo(),
        &[&["run", "--quiet", "--release"][..], &example].concat(),
        &[],
    );
    // a million pages take some gigabytes
    let removed =
        fs::remove_dir_all(&folder).map_err(|error| format!("cannot remove {work}: {error}"));
    result.and(removed)
}

/// Recall and precision on the published test set (`docs/search-quality.md`), compared with other analysis chains.
fn search_quality(_: &Bench) -> Result<(), String> {
    command::run(
        &command::cargo(),
        &["run", "--quiet", "--package", "exhibit-index", "--example", "quality"],
        &[],
    )
}

/// A page of invented text in Chinese, English and Uyghur.
fn page(seed: &mut u64) -> String {
    const HAN: &str = "登记销毁仓库人员车辆值班综合科通知白禾县集中表格每日报送转运统计名单核对来去向夜间批准任何不得外传纸质电子保存";
    const WORDS: [&str; 24] = [
        "register",
        "gate",
        "archive",
        "paper",
        "copies",
        "destroyed",
        "monthly",
        "witness",
        "station",
        "driver",
        "list",
        "bus",
        "county",
        "office",
        "signed",
        "returned",
        "night",
        "order",
        "report",
        "figures",
        "moved",
        "families",
        "held",
        "sent",
    ];
    const UYGHUR: [&str; 10] = [
        "تىزىملىك",
        "ئامبار",
        "ماشىنا",
        "كىرگەن",
        "چىققان",
        "نومۇرلۇق",
        "قەغەز",
        "نۇسخىسى",
        "ئاي",
        "ئاخىرىدا",
    ];
    let han: Vec<char> = HAN.chars().collect();
    let mut next = |below: usize| {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        (*seed % below as u64) as usize
    };
    let mut text = String::new();
    let kind = next(10);
    for _ in 0..if kind < 5 { 650 } else { 260 } {
        match kind {
            0..=4 => {
                text.push(han[next(han.len())]);
                if next(22) == 0 {
                    text.push_str(if next(3) == 0 { "。\n" } else { "，" });
                }
            }
            5..=8 => {
                text.push_str(WORDS[next(WORDS.len())]);
                text.push(if next(12) == 0 { '\n' } else { ' ' });
            }
            _ => {
                text.push_str(UYGHUR[next(UYGHUR.len())]);
                text.push(if next(12) == 0 { '\n' } else { ' ' });
            }
        }
    }
    text
}
