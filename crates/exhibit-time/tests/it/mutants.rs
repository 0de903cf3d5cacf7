//! No input causes a panic, and no altered stamp is valid with another content.

use crate::fixture;
use exhibit_mutate::Mutator;
use exhibit_time::{Certificate, StampContext, StampRequest, stamp};

fn mutate(bytes: &[u8], numbers: &mut Mutator) -> Vec<u8> {
    let mut mutant = bytes.to_vec();
    for _ in 0..=numbers.below(3) {
        let at = numbers.below(mutant.len());
        match numbers.below(6) {
            0 | 1 if !mutant.is_empty() => mutant[at] ^= 1 << numbers.below(8),
            2 if !mutant.is_empty() => mutant[at] = numbers.byte(),
            3 => mutant.truncate(at),
            4 => mutant.insert(at, numbers.byte()),
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

// The content of a stamp. Other parts (such as the tag of a hint, or a certificate outside the chain) may change
// without affecting it.
fn content(stamp: &stamp::TimeStamp) -> String {
    format!("{} {:?} {} {} {:?}", stamp.at, stamp.accuracy, stamp.serial, stamp.policy, stamp.chain)
}

#[test]
fn mutants_never_change_the_content_of_a_stamp() {
    let data = fixture("data.txt");
    let mut numbers = Mutator::new(1);
    for (name, authority) in
        [("good.tsr", "root.pem"), ("chain.tsr", "root.pem"), ("ed-root.tsr", "ed.pem")]
    {
        let good = fixture(name);
        let trusted = Certificate::read_all(&fixture(authority)).expect("certificates");
        let against = StampContext { data: &data, request: None, kept: &[], trusted: &trusted };
        let expected = content(&stamp::check(&good, &against).expect("good"));
        for round in 0..rounds(1500) {
            let mutant = mutate(&good, &mut numbers);
            if let Ok(stamp) = stamp::check(&mutant, &against) {
                assert_eq!(content(&stamp), expected, "round {round} of {name}");
            }
        }
    }
}

#[test]
fn flipped_bits_in_signed_parts_are_detected() {
    let good = fixture("chain.tsr");
    let data = fixture("data.txt");
    let trusted = Certificate::read_all(&fixture("root.pem")).expect("certificates");
    let against = StampContext { data: &data, request: None, kept: &[], trusted: &trusted };
    let expected = content(&stamp::check(&good, &against).expect("good"));
    let mut found = 0;
    for at in (0..good.len() * 8).step_by(3) {
        let mut mutant = good.clone();
        mutant[at / 8] ^= 1 << (at % 8);
        match stamp::check(&mutant, &against) {
            Ok(stamp) => assert_eq!(content(&stamp), expected, "bit {at}"),
            Err(_) => found += 1,
        }
    }
    assert!(found > good.len() * 8 / 3 * 9 / 10, "only {found} bits count");
}

#[test]
fn arbitrary_certificates_and_requests_never_panic() {
    let mut numbers = Mutator::new(7);
    let certificate = Certificate::read_all(&fixture("root.pem")).expect("one")[0].der().to_vec();
    let request = fixture("good.tsq");
    for _ in 0..rounds(4000) {
        drop(Certificate::read(&mutate(&certificate, &mut numbers)));
        drop(StampRequest::read(&mutate(&request, &mut numbers)));
        let length = numbers.below(300);
        let noise = numbers.bytes(length);
        drop(Certificate::read_all(&noise));
        drop(stamp::embedded_certificates(&noise));
    }
    // deep nesting must not cause deep recursion
    drop(stamp::embedded_certificates(&[0x30, 0x80].repeat(100_000)));
    assert!(Certificate::read_all(&vec![b'-'; exhibit_time::MAX_CERTIFICATES + 1]).is_err());
}
