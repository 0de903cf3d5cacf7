//! Third-party signatures, valid and invalid: Wycheproof's Ed25519 cases, restated in `tests/vectors/ed25519.txt`,
//! checked by the function that checks notes and checkpoints.

use exhibit_proof::hash::from_hex;
use exhibit_proof::{KeyKind, VerifierKey};
use std::collections::BTreeMap;

#[test]
fn published_cases_have_their_expected_verdict() {
    let bytes =
        |text: &str| if text == "-" { Vec::new() } else { from_hex(text).expect("hexadecimal") };
    let mut key = None;
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for line in include_str!("../vectors/ed25519.txt").lines().filter(|line| !line.starts_with('#'))
    {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["key", public] => {
                let public = bytes(public).try_into().expect("32 bytes");
                key = VerifierKey::new("wycheproof", KeyKind::Note, &public).ok();
            }
            [case, result, flag, message, signature] => {
                let key = key.as_ref().expect("none of the keys is a weak one");
                let accepted = key.verifies(&bytes(message), &bytes(signature));
                assert_eq!(accepted, result == "valid", "case {case}, {flag}");
                *counts.entry(result).or_default() += 1;
            }
            _ => panic!("{line}"),
        }
    }
    assert_eq!(counts, BTreeMap::from([("invalid", 63), ("valid", 88)]));
}
