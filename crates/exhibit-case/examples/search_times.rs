//! Times searches over a case, each with 25 highlighted hits: prints the median and the slowest hundredth.
//!
//! `cargo run --release --package exhibit-case --example search_times -- CASE`

#![expect(clippy::print_stdout, reason = "an example talks to its terminal")]

use exhibit_case::{Case, SearchRequest};
use std::path::Path;
use std::time::{Duration, Instant};

const QUERIES: [&str; 12] = [
    "登记",
    "集中销毁",
    "\"人员车辆\"",
    "值班 通知",
    "register",
    "register destroyed",
    "\"paper copies\"",
    "regis*",
    "تىزىملىك",
    "登记 -销毁",
    "(gate OR archive) witness",
    "名單核對",
];
const ROUNDS: u32 = 40;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args().nth(1).ok_or("name a case")?;
    let case = Case::open(Path::new(&folder))?;
    println!("  {} pages searchable", case.searchable());
    let mut all: Vec<Duration> = Vec::new();
    for query in QUERIES {
        let mut times = Vec::new();
        let mut total = 0;
        for _ in 0..ROUNDS {
            let began = Instant::now();
            let request = SearchRequest { query, limit: 25, ..SearchRequest::default() };
            total = case.search(&request)?.total;
            times.push(began.elapsed());
        }
        times.sort();
        let mut counting = Vec::new();
        for _ in 0..ROUNDS {
            let began = Instant::now();
            case.facets(query, false, 20)?;
            counting.push(began.elapsed());
        }
        counting.sort();
        println!("  {:>8} pages  facets p50 {:>9.2?}  {query}", total, at(&counting, 50));
        println!("  {:>8} pages  p50 {:>9.2?}  p99 {:>9.2?}  {query}", total, at(&times, 50), at(&times, 99));
        all.extend(times);
    }
    all.sort();
    println!("  all queries: p50 {:.2?}, p99 {:.2?}", at(&all, 50), at(&all, 99));
    Ok(())
}

fn at(times: &[Duration], percent: usize) -> Duration {
    times[(times.len() * percent / 100).min(times.len() - 1)]
}
