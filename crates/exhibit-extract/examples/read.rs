//! Reads files and prints in brief what is said of them, members of containers included.
//!
//! `cargo run -p exhibit-extract --example read -- [--text] [--password WORD] FILE...`

#![expect(clippy::print_stdout, reason = "printing is what it is for")]

use exhibit_extract::run;
use exhibit_model::{Limits, MemberEnd, Record, Request, Task, Verdict, shown, shown_bytes};
use std::io::Cursor;

/// How deep members within members are read.
const DEPTH: usize = 20;

fn main() -> std::io::Result<()> {
    let (mut passwords, mut whole_text, mut files) = (Vec::new(), false, Vec::new());
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--text" => whole_text = true,
            "--password" => passwords.extend(words.next()),
            _ => files.push(word),
        }
    }
    for file in files {
        let request = Request {
            task: Task::Extract,
            name: file.clone().into_bytes(),
            passwords: passwords.clone(),
            limits: Limits::STANDARD,
        };
        println!("{}", shown(&file));
        read(&request, std::fs::read(&file)?, whole_text, 1);
    }
    Ok(())
}

/// Reads one file and prints its records, then those of its members further in.
fn read(request: &Request, bytes: Vec<u8>, whole_text: bool, depth: usize) {
    let margin = "  ".repeat(depth);
    let mut records = Vec::new();
    let verdict = run(request, &mut Cursor::new(bytes), &mut records);
    let mut member_bytes = Vec::new();
    let mut member_name = Vec::new();
    for record in records {
        match record {
            Record::MediaType(media_type) => println!("{margin}{media_type}"),
            Record::Metadata { key, value } => println!("{margin}{key} = {}", brief(&value, 100)),
            Record::Page(page) => {
                println!(
                    "{margin}page {} {:?} {:?}: {} bytes, {} boxes, {} marks, {:?}",
                    page.number,
                    page.kind,
                    page.label,
                    page.text.len(),
                    page.boxes.len(),
                    page.marks.len(),
                    page.counts
                );
                assert!(page.is_sound(), "an unsound page");
                println!(
                    "{margin}  {}",
                    if whole_text { page.text } else { brief(&page.text, 120) }
                );
            }
            Record::Member(member) => {
                println!(
                    "{margin}{} {} {} {}",
                    member.relation,
                    shown_bytes(&member.name),
                    shown(&member.name_text),
                    member.modified.map(|m| m.to_rfc3339()).unwrap_or_default()
                );
                member_name = member.name;
                member_bytes.clear();
            }
            Record::MemberBytes(bytes) => member_bytes.extend(bytes),
            Record::MemberEnd(MemberEnd::Whole) if depth < DEPTH => {
                let request = Request { name: member_name.clone(), ..request.clone() };
                read(&request, std::mem::take(&mut member_bytes), whole_text, depth + 1);
            }
            Record::MemberEnd(end) => {
                println!("{margin}  {end:?} after {} bytes", member_bytes.len())
            }
            Record::Note(note) => {
                println!("{margin}page {}: {}", note.page, shown(&note.code.parts().line()))
            }
            Record::Reading(reading) => {
                println!("{margin}reading of {} lines", reading.lines.len())
            }
            Record::Picture(picture) => {
                println!("{margin}picture {} x {}", picture.width, picture.height)
            }
        }
    }
    match verdict {
        Verdict::Read => {}
        other => println!("{margin}{other:?}"),
    }
}

fn brief(text: &str, most: usize) -> String {
    shown(&text.chars().take(most).collect::<String>())
}
