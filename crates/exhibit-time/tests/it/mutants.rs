//! Whatever the bytes, nothing panics, and no altered stamp holds.

use crate::fixture;
use exhibit_time::{Against, Certificate, Request, stamp};

/// A fixed stream of numbers (xorshift), so that what fails once fails again.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end.max(1) as u64).expect("small")
    }
}

fn mutate(bytes: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut mutant = bytes.to_vec();
    for _ in 0..=numbers.below(3) {
        let at = numbers.below(mutant.len());
        match numbers.below(6) {
            0 | 1 if !mutant.is_empty() => mutant[at] ^= 1 << numbers.below(8),
            2 if !mutant.is_empty() => mutant[at] = u8::try_from(numbers.below(256)).expect("a byte"),
            3 => mutant.truncate(at),
            4 => mutant.insert(at, u8::try_from(numbers.below(256)).expect("a byte")),
            _ => {
                let from = numbers.below(mutant.len());
                let piece = mutant[from..(from + numbers.below(40)).min(mutant.len())].to_vec();
                mutant.splice(at..at, piece);
            }
        }
    }
    mutant
}

fn rounds(few: usize) -> usize {
    std::env::var("EXHIBIT_MUTANTS").ok().and_then(|text| text.parse().ok()).unwrap_or(few)
}

// What a stamp says is decided by these parts; what lies outside of them (the tag of a hint, a certificate beside the
// chain) may change without changing that.
fn said(stamp: &stamp::Stamp) -> String {
    format!("{} {:?} {} {} {:?}", stamp.at, stamp.accuracy, stamp.serial, stamp.policy, stamp.chain)
}

#[test]
fn no_mutant_of_a_stamp_says_something_else() {
    let data = fixture("data.txt");
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    for (name, authority) in [("good.tsr", "root.pem"), ("chain.tsr", "root.pem"), ("ed-root.tsr", "ed.pem")] {
        let good = fixture(name);
        let trusted = Certificate::read_all(&fixture(authority)).expect("certificates");
        let against = Against { data: &data, request: None, kept: &[], trusted: &trusted };
        let expected = said(&stamp::check(&good, &against).expect("good"));
        for round in 0..rounds(1500) {
            let mutant = mutate(&good, &mut numbers);
            if let Ok(stamp) = stamp::check(&mutant, &against) {
                assert_eq!(said(&stamp), expected, "round {round} of {name}");
            }
        }
    }
}

#[test]
fn every_flipped_bit_of_what_is_signed_is_found() {
    let good = fixture("chain.tsr");
    let data = fixture("data.txt");
    let trusted = Certificate::read_all(&fixture("root.pem")).expect("certificates");
    let against = Against { data: &data, request: None, kept: &[], trusted: &trusted };
    let expected = said(&stamp::check(&good, &against).expect("good"));
    let mut found = 0;
    for at in (0..good.len() * 8).step_by(3) {
        let mut mutant = good.clone();
        mutant[at / 8] ^= 1 << (at % 8);
        match stamp::check(&mutant, &against) {
            Ok(stamp) => assert_eq!(said(&stamp), expected, "bit {at}"),
            Err(_) => found += 1,
        }
    }
    assert!(found > good.len() * 8 / 3 * 9 / 10, "only {found} bits count");
}

#[test]
fn certificates_and_requests_of_any_bytes_are_no_trouble() {
    let mut numbers = Numbers(7);
    let certificate = Certificate::read_all(&fixture("root.pem")).expect("one")[0].der().to_vec();
    let request = fixture("good.tsq");
    for _ in 0..rounds(4000) {
        drop(Certificate::read(&mutate(&certificate, &mut numbers)));
        drop(Request::read(&mutate(&request, &mut numbers)));
        let noise: Vec<u8> =
            (0..numbers.below(300)).map(|_| u8::try_from(numbers.below(256)).expect("a byte")).collect();
        drop(Certificate::read_all(&noise));
        drop(stamp::brought(&noise));
    }
    // deep nesting is no deep recursion
    drop(stamp::brought(&[0x30, 0x80].repeat(100_000)));
    assert!(Certificate::read_all(&vec![b'-'; exhibit_time::MAX_CERTIFICATES + 1]).is_err());
}
