//! Forged entries and logs.

use super::*;

pub(super) const ENTRIES: &[Case] = &[
    ("another version", PLAIN, entry!(2, |e| set(e, "v", 2)), RECEIPT, Fault::EntryVersion),
    (
        "a member too many",
        PLAIN,
        entry!(2, |e| set(e, "note", "sworn")),
        RECEIPT,
        Fault::EntryMembers,
    ),
    (
        "a member too few",
        PLAIN,
        entry!(2, |e| drop(e.remove("salt"))),
        RECEIPT,
        Fault::EntryMembers,
    ),
    ("a short salt", PLAIN, entry!(2, |e| set(e, "salt", "00")), RECEIPT, Fault::EntryMembers),
    (
        "parameters of an act without",
        PLAIN,
        entry!(2, |e| set(e, "params_sha256", "ab".repeat(32))),
        RECEIPT,
        Fault::EntryMembers,
    ),
    (
        "a reading without parameters",
        PLAIN,
        entry!(3, |e| drop(e.remove("params_sha256"))),
        READING,
        Fault::EntryMembers,
    ),
    ("another number", PLAIN, entry!(2, |e| set(e, "seq", 3)), RECEIPT, Fault::EntryNumber),
    (
        "a text in place of a time",
        PLAIN,
        entry!(2, |e| set(e, "at", "the day on which it was signed by the minister")),
        RECEIPT,
        Fault::EntryTime,
    ),
    (
        "a time without a fraction",
        PLAIN,
        entry!(7, |e| set(e, "at", "2026-11-23T09:30:07Z")),
        EXPORT,
        Fault::EntryTime,
    ),
    (
        "a day that does not exist",
        PLAIN,
        entry!(2, |e| set(e, "at", "2026-02-30T09:30:00.000000Z")),
        RECEIPT,
        Fault::EntryTime,
    ),
    (
        "a name in place of an actor's id",
        PLAIN,
        entry!(2, |e| set(e, "actor", "A. Person")),
        RECEIPT,
        Fault::EntryActor,
    ),
    (
        "an invisible character in the program",
        PLAIN,
        entry!(2, |e| set(e, "tool", "exhibit\u{202e} 1")),
        RECEIPT,
        Fault::EntryTool,
    ),
    (
        "an unknown act",
        PLAIN,
        entry!(2, |e| set(e, "act", "item.certify")),
        RECEIPT,
        Fault::EntryAct,
    ),
    ("a reserved act", PLAIN, entry!(2, |e| set(e, "act", "publish")), RECEIPT, Fault::EntryAct),
    (
        "an act of the access log",
        PLAIN,
        Forgery {
            after: |log| {
                log.push("search", "case", [("sealed", commitments(&["query"]))]);
            },
            ..HONEST
        },
        "custody/entries/000000008.json",
        Fault::EntryAct,
    ),
    (
        "a reference in another spelling",
        PLAIN,
        entry!(2, |e| set(e, "object", "item:01")),
        RECEIPT,
        Fault::EntryReference,
    ),
    (
        "a text in place of a reference",
        PLAIN,
        entry!(2, |e| swap(e, "source:1", "a ministry")),
        RECEIPT,
        Fault::EntryReference,
    ),
    ("another object", PLAIN, entry!(2, |e| set(e, "object", "case")), RECEIPT, Fault::EntryObject),
    (
        "an input too many",
        PLAIN,
        entry!(2, |e| swap(e, "[\"source:1\"]", "[\"source:1\",\"item:9\"]")),
        RECEIPT,
        Fault::EntryObject,
    ),
    (
        "an output too few",
        PLAIN,
        entry!(3, |e| set(e, "made", JsonValue::List(Vec::new()))),
        READING,
        Fault::EntryObject,
    ),
    (
        "a fact too many",
        PLAIN,
        entry!(2, |e| facts(e, "\"size\":", "\"sender\":\"a minister\",\"size\":")),
        RECEIPT,
        Fault::EntryFacts,
    ),
    (
        "a fact too few",
        PLAIN,
        entry!(2, |e| facts(e, "\"relation\":\"file\",", "")),
        RECEIPT,
        Fault::EntryFacts,
    ),
    (
        "a text in place of a number",
        PLAIN,
        entry!(2, |e| facts(e, "\"size\":21", "\"size\":\"21\"")),
        RECEIPT,
        Fault::EntryFacts,
    ),
    (
        "an unknown relation",
        PLAIN,
        entry!(2, |e| facts(e, "\"file\"", "\"proof\"")),
        RECEIPT,
        Fault::EntryFacts,
    ),
    (
        "an unknown state",
        PLAIN,
        entry!(3, |e| facts(e, "\"state\":\"read\"", "\"state\":\"certified\"")),
        READING,
        Fault::EntryFacts,
    ),
    (
        "another prefix",
        PLAIN,
        entry!(0, |e| facts(e, "\"EXH\"", "\"\u{415}XH\"")),
        OPENED,
        Fault::EntryFacts,
    ),
    (
        "a commitment too many",
        PLAIN,
        entry!(2, |e| set(e, "sealed", commitments(&["author", "name"]))),
        RECEIPT,
        Fault::EntrySealed,
    ),
    (
        "a commitment in clear",
        PLAIN,
        entry!(6, |e| set(e, "sealed", JsonValue::map([("tag", "true".into())]))),
        QUOTED,
        Fault::EntrySealed,
    ),
    (
        "an entry that is not canonical",
        PLAIN,
        Forgery { before: |log| log.entries[2].insert(1, b' '), ..HONEST },
        RECEIPT,
        Fault::Entry,
    ),
    (
        "a case that is opened twice",
        PLAIN,
        entry!(4, |e| {
            let first = format!("[\"{}\"]", key_ref(signer(1).verifier()));
            set(e, "act", "case.open");
            set(e, "object", "case");
            set(e, "used", JsonValue::List(Vec::new()));
            set(e, "made", JsonValue::read(first.as_bytes()).expect("a list"));
            set(e, "facts", JsonValue::map([]));
        }),
        "custody/entries/000000004.json",
        Fault::EntryFirst,
    ),
    (
        "a first entry that opens nothing",
        PLAIN,
        entry!(0, |e| {
            set(e, "act", "case.seal");
            set(e, "made", JsonValue::List(Vec::new()));
            set(e, "facts", JsonValue::map([]));
        }),
        OPENED,
        Fault::EntryFirst,
    ),
];

pub(super) const LOGS: &[Case] = &[
    (
        "an origin with a Cyrillic letter",
        PLAIN,
        Forgery { origin: "0123456789\u{430}bcdef/custody", ..HONEST },
        "custody/key.pub",
        Fault::Origin,
    ),
    (
        "the origin of an access log",
        PLAIN,
        Forgery { origin: "0123456789abcdef/access", ..HONEST },
        "custody/key.pub",
        Fault::Origin,
    ),
    (
        "an origin in words",
        PLAIN,
        Forgery { origin: "court-archive/custody", ..HONEST },
        "custody/key.pub",
        Fault::Origin,
    ),
    (
        "an entry after the seal",
        PLAIN,
        Forgery {
            before: |log| {
                log.push("case.seal", "case", []);
            },
            ..HONEST
        },
        "custody/entries/000000008.json",
        Fault::AfterSeal,
    ),
    (
        "entries after the seal that are not shown",
        SEALED,
        Forgery {
            after: |log| {
                let more = log.receive_source();
                log.hidden.insert(more);
            },
            ..HONEST
        },
        "custody/checkpoint",
        Fault::AfterSeal,
    ),
    (
        "a key that was revoked",
        PLAIN,
        Forgery {
            before: |log| {
                let reason = JsonValue::map([("reason", "compromised".into())]);
                log.push("key.revoke", &key_ref(signer(1).verifier()), [("facts", reason)]);
            },
            ..HONEST
        },
        "custody/entries/000000007.json",
        Fault::KeyRevoked,
    ),
    (
        "a handover without the revocation",
        HANDED_OVER,
        Forgery {
            after: |log| {
                log.hidden.insert(8);
            },
            ..HONEST
        },
        "custody/handovers/000000007.tlog-proof",
        Fault::Key,
    ),
    (
        "a handover that revokes another key",
        HANDED_OVER,
        entry!(8, |e| set(e, "object", key_ref(signer(3).verifier()))),
        "custody/handovers/000000007.tlog-proof",
        Fault::Key,
    ),
    (
        "a handover to a key with another name",
        HANDED_OVER,
        entry!(7, |e| swap(e, ORIGIN, "0123456789abcdee/custody")),
        "custody/entries/000000007.json",
        Fault::EntryFacts,
    ),
    (
        "another signature on the checkpoint",
        PLAIN,
        Forgery {
            note: |note| {
                let also = exhibit_proof::SignerKey::new("court.example/register", &[4; 32])
                    .expect("a name")
                    .sign(&note.text);
                note.signatures.push(also);
            },
            ..HONEST
        },
        "custody/checkpoint",
        Fault::CheckpointLines,
    ),
    (
        "an extension line in the checkpoint",
        PLAIN,
        Forgery {
            note: |note| {
                note.text.push_str("registered by the court\n");
                note.signatures = vec![signer(1).sign(&note.text)];
            },
            ..HONEST
        },
        "custody/checkpoint",
        Fault::CheckpointLines,
    ),
    (
        "no policy",
        PLAIN,
        Forgery { finished: |bag, _| bag.remove("custody/policy"), ..HONEST },
        "custody/policy",
        Fault::Missing,
    ),
    (
        "an entry that nothing needs",
        PLAIN,
        Forgery {
            after: |log| {
                log.hidden.remove(&1);
            },
            ..HONEST
        },
        SOURCE,
        Fault::EntrySpare,
    ),
];
