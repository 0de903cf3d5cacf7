//! Measures searching on generated pages, beside Tantivy's default chain in the same run:
//! `cargo xtask bench search --pages N`.
//!
//! What is measured is everything between page packs and answers: making the index, searching, counting facets,
//! asking a batch. Reading files is not: pages are put into packs and catalogue directly. Where the folder has a case
//! already, of as many pages, it is searched as it is.

#![expect(clippy::print_stdout, reason = "a measurement is printed")]

mod make;
mod meter;
mod peer;
mod queries;
mod text;

use exhibit_case::{Case, CaseFolder, Principal};
use exhibit_index::Index;
use exhibit_ingest::{IngestProgress, reindex};
use exhibit_model::{Moment, PageNumber};
use exhibit_query::{PageEntry, PageKey};
use exhibit_search::{BatchProgress, NewBatch, Search, SearchRequest};
use meter::{Meter, Times, own_memory, size};
use peer::Peer;
use std::path::{Path, PathBuf};
use std::time::Instant;
use text::{Language, Texts};

type Failed = Box<dyn std::error::Error>;

const PAGES_OF_A_DOCUMENT: usize = 10;
/// What an index gathers before it writes a part, for both.
const HEAP: usize = 200 << 20;
const NAMES: usize = 100_000;

fn main() -> Result<(), Failed> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("name a folder to work in")?);
    let pages: usize = arguments.next().and_then(|n| n.parse().ok()).unwrap_or(100_000);
    std::fs::create_dir_all(&folder)?;
    let texts = Texts::make();
    let theirs = folder.join("peer");
    let peer = if folder.join("case").exists() {
        Peer::open(&theirs)?
    } else {
        by_language(&folder, &texts, (pages / 5).clamp(1_000, 40_000))?;
        let bytes = whole(&folder, &texts, pages)?;
        let (peer, made) = Peer::make(&theirs, &mut (0..pages).map(|number| texts.page(number)))?;
        println!(
            "  peer: {:.1} MB of text per processor second; {:.3} index bytes per text byte",
            megabytes(bytes) / made.cpu,
            made.bytes / bytes
        );
        peer
    };
    let case = Case::open(&folder.join("case"))?;
    searching(&case, &peer, &texts, pages)?;
    batch(&case)
}

fn megabytes(bytes: f64) -> f64 {
    bytes / 1e6
}

// Tokens, and an index of each language alone, ours and the peer's.
fn by_language(folder: &Path, texts: &Texts, pages: usize) -> Result<(), Failed> {
    println!(
        "\neach language alone, {pages} pages: index bytes per text byte, MB of text per processor second"
    );
    println!(
        "  {:<10} {:>9} {:>9} {:>9} {:>9} {:>9}",
        "", "bytes", "indexed", "tokens", "peer's", "indexed"
    );
    for language in Language::ALL {
        let page = |number| texts.page_in(language, number);
        let all: Vec<String> = (0..pages).map(page).collect();
        let bytes = all.iter().map(String::len).sum::<usize>() as f64;
        let (meter, mut tokens) = (Meter::start(), 0_u64);
        all.iter().for_each(|text| exhibit_text::index_terms(text, &mut |_| tokens += 1));
        let tokenised = megabytes(bytes) / meter.cpu();
        assert!(tokens > 0);
        let ours = folder.join(format!("ours-{}", language.tag()));
        let meter = Meter::start();
        index(&ours, &all)?;
        let indexed = megabytes(bytes) / meter.cpu();
        let theirs = folder.join(format!("theirs-{}", language.tag()));
        let (_, made) = Peer::make(&theirs, &mut all.into_iter())?;
        println!(
            "  {:<10} {:>9.3} {indexed:>9.1} {tokenised:>9.0} {:>9.3} {:>9.1}",
            language.tag(),
            size(&ours) / bytes,
            made.bytes / bytes,
            megabytes(bytes) / made.cpu
        );
        std::fs::remove_dir_all(ours)?;
        std::fs::remove_dir_all(theirs)?;
    }
    Ok(())
}

fn index(folder: &Path, texts: &[String]) -> Result<(), Failed> {
    let index = Index::open_or_create(folder)?;
    let mut writer = index.writer(HEAP)?;
    for (number, text) in texts.iter().enumerate() {
        let key = PageKey {
            document: number as i64 / 10 + 1,
            page: PageNumber::new(number as u32 % 10 + 1),
        };
        writer.add(&PageEntry {
            key,
            text,
            name: "page.pdf",
            state: "read",
            ..PageEntry::default()
        })?;
    }
    writer.commit(1)?;
    Ok(writer.finish()?)
}

// The whole case: its page packs, then its index from them.
fn whole(folder: &Path, texts: &Texts, pages: usize) -> Result<f64, Failed> {
    let meter = Meter::start();
    let bytes = make::make(folder, texts, pages)? as f64;
    println!(
        "\n{pages} pages, {:.0} MB of text, put into packs in {:.0} s",
        megabytes(bytes),
        meter.elapsed()
    );
    let case = Case::open(&folder.join("case"))?;
    let meter = Meter::start();
    reindex(&case, &IngestProgress::default())?;
    println!(
        "  repair --index: {:.1} MB of text per processor second, {:.1} MB per second ({:.0} s); {:.3} index bytes per text byte",
        megabytes(bytes) / meter.cpu(),
        megabytes(bytes) / meter.elapsed(),
        meter.elapsed(),
        size(&CaseFolder::new(&folder.join("case")).index()) / bytes
    );
    println!("  memory that is no mapped file, after it: {:.0} MB", own_memory());
    Ok(bytes)
}

fn searching(case: &Case, peer: &Peer, texts: &Texts, pages: usize) -> Result<(), Failed> {
    println!(
        "\n  {} pages searchable; milliseconds with 25 highlighted hits",
        case.view(Principal::LOCAL).searchable()
    );
    println!(
        "  {:<24} {:>7} {:>9} {:>8} {:>8} {:>16}",
        "", "queries", "pages", "p50", "p99", "peer's p50 p99"
    );
    for sort in queries::sorts(texts, pages) {
        let (mut times, mut total) = (Vec::new(), 0);
        for query in &sort.queries {
            let began = Instant::now();
            total += search(case, query, sort.facets)?;
            times.push(began.elapsed());
        }
        let (times, found) = (Times::of(times), total / sort.queries.len() as u64);
        print!(
            "  {:<24} {:>7} {found:>9} {:>8.1} {:>8.1}",
            sort.name,
            times.len(),
            times.at(50),
            times.at(99)
        );
        if sort.plain {
            let (_, theirs) = peer.ask(&sort, texts)?;
            print!(" {:>8.1} {:>7.1}", theirs.at(50), theirs.at(99));
        }
        println!();
    }
    println!("  memory that is no mapped file, after all these: {:.0} MB", own_memory());
    Ok(())
}

fn search(case: &Case, query: &str, facets: bool) -> Result<u64, Failed> {
    let search = Search::of(case.view(Principal::LOCAL));
    let query = search.query(query, false)?;
    let results = search.search(&SearchRequest { limit: 25, ..SearchRequest::of(&query) })?;
    if facets {
        search.facets(&query, 20)?;
    }
    Ok(results.total)
}

fn batch(case: &Case) -> Result<(), Failed> {
    let list = queries::names(NAMES);
    let new = NewBatch {
        name: "names",
        list: list.as_bytes(),
        queries: false,
        exact: false,
        column: None,
    };
    let (number, lines) = Search::of(case.view(Principal::LOCAL)).new_batch(&new, Moment(0))?;
    let meter = Meter::start();
    let run = Search::of(case.view(Principal::LOCAL)).run_batch(
        number,
        Moment(0),
        2,
        &BatchProgress::default(),
    )?;
    println!(
        "\nbatch of {lines} names, variants too: {:.1} s ({:.1} processor seconds); {} have a hit",
        meter.elapsed(),
        meter.cpu(),
        run.found
    );
    println!("  memory that is no mapped file, after it: {:.0} MB", own_memory());
    Ok(())
}
