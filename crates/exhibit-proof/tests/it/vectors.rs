//! The reference tree of eight leaves for certificate transparency logs. The values come from
//! transparency-dev/merkle (`testonly/constants.go` and `proof/verify_test.go`, Apache-2.0), rewritten as a table,
//! like the ways to tamper with a proof. Its files of cases are restated in `tests/vectors/merkle.txt`.

use crate::plain_subtree;
use exhibit_proof::tree::{self, check_consistency, check_inclusion};
use exhibit_proof::{Hash, ProofError};

const LEAVES: [&[u8]; 8] =
    [b"", b"\x00", b"\x10", b" !", b"01", b"@ABC", b"PQRSTUVW", b"`abcdefghijklmno"];

/// Complete subtrees, by level and then from left to right.
const NODES: [&[&str]; 4] = [
    &[
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7",
        "07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "4271a26be0d8a84f0bd54c8c302e7cb3a3b5d1fa6780a40bcce2873477dab658",
        "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f",
        "46f6ffadd3d06a09ff3c5860d2755c8b9819db7df44251788c7d8e3180de8eb1",
    ],
    &[
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    ],
    &[
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    &["5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"],
];

/// The roots of the trees of 0 to 8 leaves.
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

/// Two numbers, and a proof's hashes as (level, place) in [`NODES`].
type Case = (u64, u64, &'static [(usize, usize)]);

/// Index, size, proof.
const INCLUSION: [Case; 5] = [
    (0, 1, &[]),
    (0, 8, &[(0, 1), (1, 1), (2, 1)]),
    (5, 8, &[(0, 4), (1, 3), (2, 0)]),
    (2, 3, &[(1, 0)]),
    (1, 5, &[(0, 0), (1, 1), (0, 4)]),
];

/// Old size, new size, proof.
const CONSISTENCY: [Case; 5] = [
    (1, 1, &[]),
    (1, 8, &[(0, 1), (1, 1), (2, 1)]),
    (6, 8, &[(1, 2), (1, 3), (2, 0)]),
    (2, 5, &[(1, 1), (0, 4)]),
    (6, 7, &[(1, 2), (0, 6), (2, 0)]),
];

fn hash(hex: &str) -> Hash {
    Hash::from_hex(hex).expect("64 digits")
}

fn root(size: u64) -> Hash {
    hash(ROOTS[usize::try_from(size).expect("small")])
}

fn nodes(places: &[(usize, usize)]) -> Vec<Hash> {
    places.iter().map(|(level, place)| hash(NODES[*level][*place])).collect()
}

fn leaf_hashes() -> Vec<Hash> {
    LEAVES.iter().map(|leaf| Hash::leaf(leaf)).collect()
}

#[test]
fn hashes_match_the_published_values() {
    for (leaf, expected) in LEAVES.iter().zip(NODES[0]) {
        assert_eq!(Hash::leaf(leaf).to_hex(), *expected);
    }
    for (below, above) in NODES.iter().zip(&NODES[1..]) {
        for (pair, expected) in below.chunks(2).zip(*above) {
            assert_eq!(Hash::node(&hash(pair[0]), &hash(pair[1])).to_hex(), *expected);
        }
    }
    for size in 0..=8 {
        let made = tree::root(size, &mut |subtree| {
            Ok::<_, ProofError>(plain_subtree(&leaf_hashes(), subtree))
        });
        assert_eq!(made.map(Hash::to_hex), Ok(root(size).to_hex()));
    }
}

#[test]
fn inclusion_proofs_match_and_tampered_ones_fail() {
    for (index, size, places) in INCLUSION {
        let proof = nodes(places);
        let mut read = |subtree| Ok::<_, ProofError>(plain_subtree(&leaf_hashes(), subtree));
        assert_eq!(tree::inclusion(index, size, &mut read), Ok(proof.clone()));
        let leaf = leaf_hashes()[usize::try_from(index).expect("small")];
        let check = |index, size, leaf, proof: &[Hash], root| {
            check_inclusion(leaf, index, size, proof, root).is_ok()
        };
        assert!(check(index, size, leaf, &proof, root(size)));
        let some = hash(ROOTS[7]);
        assert!(!check(index.wrapping_sub(1), size, leaf, &proof, root(size)));
        assert!(!check(index + 1, size, leaf, &proof, root(size)));
        assert!(!check(index ^ 2, size, leaf, &proof, root(size)));
        assert!(!check(index, size * 2, leaf, &proof, root(size)));
        assert!(!check(index, size / 2, leaf, &proof, root(size)));
        assert!(!check(index, size, some, &proof, root(size)));
        assert!(!check(index, size, leaf, &proof, some));
        assert!(!check(index, size, leaf, &proof, Hash::empty()));
        for tampered in tampered(&proof, root(size)) {
            assert!(!check(index, size, leaf, &tampered, root(size)), "{tampered:?}");
        }
    }
}

#[test]
fn consistency_proofs_match_and_tampered_ones_fail() {
    for (old, new, places) in CONSISTENCY {
        let proof = nodes(places);
        let mut read = |subtree| Ok::<_, ProofError>(plain_subtree(&leaf_hashes(), subtree));
        assert_eq!(tree::consistency(old, new, &mut read), Ok(proof.clone()));
        let check = |old, new, old_root, new_root, proof: &[Hash]| {
            check_consistency(old, old_root, new, new_root, proof).is_ok()
        };
        assert!(check(old, new, root(old), root(new), &proof));
        if old == new {
            continue;
        }
        assert!(!check(old - 1, new, root(old), root(new), &proof));
        assert!(!check(old + 1, new, root(old), root(new), &proof));
        assert!(!check(old ^ 2, new, root(old), root(new), &proof));
        assert!(!check(old, new * 2, root(old), root(new), &proof));
        assert!(!check(old, new / 2, root(old), root(new), &proof));
        assert!(!check(old, new, root(new), root(old), &proof));
        assert!(!check(old, new, root(3), root(new), &proof));
        assert!(!check(old, new, root(old), root(3), &proof));
        for tampered in tampered(&proof, root(old)).into_iter().chain(tampered(&proof, root(new))) {
            assert!(!check(old, new, root(old), root(new), &tampered), "{tampered:?}");
        }
    }
}

// Hashes added before and after, one omitted, one altered, one repeated.
fn tampered(proof: &[Hash], extra: Hash) -> Vec<Vec<Hash>> {
    let mut all = vec![[proof, &[extra]].concat(), [&[extra], proof].concat()];
    for place in 0..proof.len() {
        let mut altered = proof.to_vec();
        altered[place].0[0] ^= 8;
        all.push(altered);
        all.push([&proof[..place], &proof[place + 1..]].concat());
        all.push([&proof[..=place], &proof[place..]].concat());
    }
    all
}

#[test]
fn trivial_proofs() {
    let (empty, some, other) = (Hash::empty(), root(3), root(4));
    for (old, new, old_root, new_root, proof, good) in [
        (0, 0, empty, empty, vec![], true),
        (0, 5, empty, some, vec![], true),
        (3, 3, some, some, vec![], true),
        (0, 0, empty, some, vec![], false),
        (0, 0, some, some, vec![], false),
        (0, 5, some, some, vec![], false),
        (3, 3, some, other, vec![], false),
        (3, 3, some, some, vec![some], false),
        (0, 5, empty, some, vec![some], false),
        (1, 0, some, empty, vec![], false),
        (2, 1, some, other, vec![], false),
        (1, 2, some, other, vec![], false),
        (3, 4, some, other, vec![], false),
    ] {
        assert_eq!(
            check_consistency(old, old_root, new, new_root, &proof).is_ok(),
            good,
            "{old} {new}"
        );
    }
    for (index, size) in [(0, 0), (1, 0), (1, 1), (2, 1)] {
        assert!(check_inclusion(some, index, size, &[], some).is_err());
        assert!(check_inclusion(some, index, size, &[], empty).is_err());
    }
    assert_eq!(check_inclusion(some, 0, 1, &[], some), Ok(()));
}

#[test]
fn published_cases_have_their_expected_verdict() {
    let mut hashes: Vec<Option<Hash>> = Vec::new();
    let mut counts = [0, 0];
    for line in include_str!("../vectors/merkle.txt").lines().filter(|line| !line.starts_with('#'))
    {
        let words: Vec<&str> = line.split(' ').collect();
        let [kind, a, b, first, second, proof, verdict, name] = words[..] else {
            assert_eq!((words[0], words[1].parse()), ("hash", Ok(hashes.len())));
            hashes.push(Hash::from_base64(words[2]));
            continue;
        };
        let number = |text: &str| text.parse::<u64>().expect("a number");
        let hash = |text: &str| hashes[text.parse::<usize>().expect("a number")];
        let proof: Option<Vec<Hash>> =
            if proof == "-" { Some(vec![]) } else { proof.split(',').map(hash).collect() };
        // A value that is not a hash cannot be represented here.
        let parsed = hash(first).zip(hash(second)).zip(proof);
        let accepted = parsed.is_some_and(|((first, second), proof)| match kind {
            "inclusion" => check_inclusion(first, number(a), number(b), &proof, second).is_ok(),
            _ => check_consistency(number(a), first, number(b), second, &proof).is_ok(),
        });
        // That library returns an error for a tree without leaves; here every tree begins with the empty one.
        let good = verdict == "good" || name == "additional/size1-is-zero-and-size2-is-not-zero";
        assert_eq!(accepted, good, "{kind} {name}");
        counts[usize::from(kind == "consistency")] += 1;
    }
    assert_eq!(counts, [98, 98]);
}
