//! Forged tag files and exports.

use super::*;

pub(super) const BAGS: &[Case] = &[
    (
        "another version of bags",
        PLAIN,
        files(|bag| bag.edit("bag-info.txt", "Exhibit-Bag: 1", "Exhibit-Bag: 2")),
        "bag-info.txt",
        Fault::BagVersion,
    ),
    (
        "no version of bags",
        PLAIN,
        files(|bag| bag.edit("bag-info.txt", "Exhibit-Bag: 1\n", "")),
        "bag-info.txt",
        Fault::BagVersion,
    ),
    (
        "a label too many",
        PLAIN,
        files(|bag| bag.edit("bag-info.txt", "Payload", "Contact-Name: a court\nPayload")),
        "bag-info.txt",
        Fault::Info,
    ),
    (
        "labels in another order",
        PLAIN,
        files(|bag| {
            bag.edit("bag-info.txt", "Exhibit-Bag: 1\n", "");
            bag.edit("bag-info.txt", "Bag-Software", "Exhibit-Bag: 1\nBag-Software");
        }),
        "bag-info.txt",
        Fault::Info,
    ),
    (
        "a text in place of the day",
        PLAIN,
        files(|bag| bag.edit("bag-info.txt", "2026-11-24", "before the trial")),
        "bag-info.txt",
        Fault::Info,
    ),
    (
        "another log's origin",
        PLAIN,
        files(|bag| bag.edit("bag-info.txt", ORIGIN, "fedcba9876543210/custody")),
        "bag-info.txt",
        Fault::Info,
    ),
    (
        "no size of the payload",
        PLAIN,
        files(|bag| {
            let info = bag.text("bag-info.txt");
            bag.put(
                "bag-info.txt",
                info.lines()
                    .filter(|line| !line.starts_with("Payload"))
                    .map(|line| format!("{line}\n"))
                    .collect::<String>(),
            );
        }),
        "bag-info.txt",
        Fault::Info,
    ),
    (
        "another script",
        PLAIN,
        files(|bag| bag.put("verify.sh", "#!/bin/sh\necho As it must be\n")),
        "verify.sh",
        Fault::Help,
    ),
    (
        "another explanation",
        PLAIN,
        files(|bag| bag.put("VERIFY.txt", "All of this is proved.\n")),
        "VERIFY.txt",
        Fault::Help,
    ),
    (
        "other line ends in the declaration",
        PLAIN,
        files(|bag| {
            let text = bag.text("bagit.txt").replace('\n', "\r\n");
            bag.put("bagit.txt", text);
        }),
        "bagit.txt",
        Fault::Declaration,
    ),
    (
        "digests in capitals",
        PLAIN,
        files(|bag| {
            let text = bag.text("manifest-sha256.txt");
            let upper: Vec<String> = text
                .lines()
                .map(|line| format!("{}{}\n", line[..64].to_uppercase(), &line[64..]))
                .collect();
            bag.put("manifest-sha256.txt", upper.concat());
        }),
        "manifest-sha256.txt",
        Fault::ManifestLine,
    ),
    (
        "one space in a manifest",
        PLAIN,
        files(|bag| bag.edit("manifest-sha512.txt", "  data/", " data/")),
        "manifest-sha512.txt",
        Fault::ManifestLine,
    ),
    (
        "no description",
        PLAIN,
        Forgery {
            files: |bag| {
                bag.remove("data/ro-crate-metadata.json");
                bag.relist();
            },
            ..HONEST
        },
        "data/ro-crate-metadata.json",
        Fault::Missing,
    ),
    (
        "an export that names more",
        PLAIN,
        Forgery { export: |made| made.push(format!("sha256:{}", "12".repeat(32))), ..HONEST },
        EXPORT,
        Fault::EntryObject,
    ),
    (
        "an export in another order",
        PLAIN,
        Forgery { export: |made| made.swap(0, 1), ..HONEST },
        EXPORT,
        Fault::Export,
    ),
    (
        "an export of another script",
        PLAIN,
        Forgery { export: |made| made[5] = made[4].clone(), ..HONEST },
        "verify.sh",
        Fault::Export,
    ),
    (
        "a statement that names more",
        SEALED,
        Forgery { export: |made| made.push(format!("sha256:{}", "12".repeat(32))), ..HONEST },
        "custody/export",
        Fault::Export,
    ),
    (
        "a text in the statement",
        SEALED,
        Forgery { export: |made| made.push("and all of it is true".to_owned()), ..HONEST },
        "custody/export",
        Fault::Export,
    ),
    (
        "more documents than there are",
        PLAIN,
        entry!(7, |e| swap(e, "\"documents\":2", "\"documents\":3")),
        EXPORT,
        Fault::ExportCount,
    ),
    (
        "fewer pages than there are",
        PLAIN,
        entry!(7, |e| swap(e, "\"pages\":3", "\"pages\":2")),
        EXPORT,
        Fault::ExportCount,
    ),
    (
        "no images",
        PLAIN,
        entry!(7, |e| swap(e, "\"pictures\":1", "\"pictures\":0")),
        EXPORT,
        Fault::ExportCount,
    ),
    (
        "more quotes than there are",
        PLAIN,
        entry!(7, |e| swap(e, "\"quotes\":1", "\"quotes\":2")),
        EXPORT,
        Fault::ExportCount,
    ),
    (
        "page numbers that were not recorded",
        Plan { first: Some("N-0001"), ..PLAIN },
        entry!(7, |e| set(e, "sealed", commitments(&["selection"]))),
        EXPORT,
        Fault::ExportCount,
    ),
    (
        "a handover of another export",
        TRANSFERRED,
        entry!(8, |e| swap(e, "\"export\":7", "\"export\":6")),
        "custody/entries/000000008.json",
        Fault::Export,
    ),
    (
        "a handover of another bag",
        TRANSFERRED,
        entry!(8, |e| swap(e, "\"used\":[\"sha256:", "\"used\":[\"original:")),
        "custody/entries/000000008.json",
        Fault::EntryObject,
    ),
    (
        "a handover to somebody by name",
        TRANSFERRED,
        entry!(8, |e| swap(e, "\"court\"", "\"A. Person\"")),
        "custody/entries/000000008.json",
        Fault::EntryFacts,
    ),
];
