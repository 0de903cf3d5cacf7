//! SQLite databases that the tests make, and what is read of them.

use super::*;
use crate::formats::office::testing::{Outcome, read, torment};
use rusqlite::Connection;

/// A database that SQLite itself writes.
fn database(statements: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("case.db");
    let connection = Connection::open(&path).expect("a database");
    connection.execute_batch(statements).expect("statements");
    drop(connection);
    std::fs::read(path).expect("its bytes")
}

fn page<'o>(outcome: &'o Outcome, label: &str) -> &'o str {
    let found = outcome.pages.iter().find(|page| page.label == label);
    &found.unwrap_or_else(|| panic!("{label} in {:?}", outcome.labels())).text
}

#[test]
fn tables_are_sheets_with_their_columns() {
    let bytes = database(
        "CREATE TABLE 人员 (id INTEGER PRIMARY KEY, 姓名 TEXT, height REAL, note); \
         INSERT INTO 人员 VALUES (7, '登记', 1.5, NULL), (9, 'two words', 2, -300), (12, '', 1e300, 9007199254740993); \
         ALTER TABLE 人员 ADD COLUMN later DEFAULT 'none'; INSERT INTO 人员 VALUES (20, 'x', 0, 1, 'given'); \
         CREATE VIEW v AS SELECT 1; PRAGMA user_version = 3;",
    );
    let outcome = read(extract, &bytes);
    assert_eq!(outcome.verdict, Verdict::Read);
    assert_eq!(
        page(&outcome, "人员"),
        "id\t姓名\theight\tnote\tlater\n7\t登记\t1.5\t\tnone\n9\ttwo words\t2.0\t-300\tnone\n12\t\t1e300\t9007199254740993\tnone\n20\tx\t0.0\t1\tgiven\n"
    );
    assert!(page(&outcome, "sqlite_schema").contains("CREATE VIEW v"));
    assert_eq!(outcome.property("sqlite:user-version"), Some("3"));
    assert_eq!(outcome.property("sqlite:encoding"), Some("utf-8"));
    assert!(outcome.notes.is_empty(), "{:?}", outcome.notes);
}

#[test]
fn large_trees_overflow_pages_and_keys() {
    for (encoding, page_size) in [("UTF-8", 512), ("UTF-16le", 4096), ("UTF-16be", 65536)] {
        let bytes = database(&format!(
            "PRAGMA page_size = {page_size}; PRAGMA encoding = '{encoding}'; \
             CREATE TABLE many (n INTEGER PRIMARY KEY, t); CREATE TABLE keyed (t, n, PRIMARY KEY (n)) WITHOUT ROWID; \
             WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 3000) \
             INSERT INTO many SELECT x, '登记' || x FROM c; \
             INSERT INTO keyed SELECT t, 10000 - n FROM many; \
             INSERT INTO many VALUES (5000, printf('%.*c', 200000, 'z'));"
        ));
        let outcome = read(extract, &bytes);
        let all: String = outcome.texts().concat();
        assert_eq!(all.matches("登记").count(), 6000, "{encoding} {page_size}");
        assert!(all.contains(&"z".repeat(200_000)));
        assert!(
            all.contains("7000\t登记3000\n7001\t登记2999\n"),
            "by key, the columns of the key first"
        );
        let labels = outcome.labels();
        assert!(
            labels.contains(&"many rows 501-1000") && labels.contains(&"keyed rows 1-500"),
            "{labels:?}"
        );
        assert!(outcome.notes.is_empty(), "{:?}", outcome.notes);
    }
}

#[test]
fn files_in_cells_are_members() {
    let png = "89504E470D0A1A0A0000000D49484452000000010000000108060000001F15C489";
    let large = "00".repeat(300);
    let bytes = database(&format!(
        "CREATE TABLE f (name, data); INSERT INTO f VALUES ('p', X'{png}'), ('k', X'00FF17'), ('t', CAST('plain text' AS BLOB)), ('b', X'{large}');"
    ));
    let outcome = read(extract, &bytes);
    assert_eq!(
        page(&outcome, "f"),
        "name\tdata\np\tf data 1.png\nk\tX'00FF17'\nt\tplain text\nb\tf data 4.bin\n"
    );
    let members: Vec<(&str, usize)> =
        outcome.members.iter().map(|(name, bytes)| (name.as_str(), bytes.len())).collect();
    assert_eq!(members, [("f data 1.png", 33), ("f data 4.bin", 300)]);
}

#[test]
fn text_in_another_encoding_is_guessed() {
    let bytes = database(
        "CREATE TABLE g (t); INSERT INTO g VALUES (CAST(X'B5C7BCC7C3FBB5A5D6D0B9FAC8CBC3F1B9B2BACDB9FAD0C2BDAE' AS TEXT));",
    );
    assert_eq!(page(&read(extract, &bytes), "g"), "t\n登记名单中国人民共和国新疆\n");
}

#[test]
fn damage_is_noted() {
    let mut bytes = database(
        "PRAGMA page_size = 1024; CREATE TABLE t (n INTEGER PRIMARY KEY, t); \
         WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 2000) INSERT INTO t SELECT x, 'row ' || x FROM c;",
    );
    bytes[18] = 2;
    let outcome = read(extract, &bytes);
    assert!(outcome.has_note(&NoteCode::DatabaseLogApart));
    let half = read(extract, &bytes[..bytes.len() / 2]);
    assert!(half.texts().concat().contains("row 100"));
    assert!(half.has_note(&NoteCode::FileCutShort));
    assert!(
        half.notes
            .iter()
            .any(|note| matches!(note, NoteCode::PartDamaged { part, .. } if part == "t"))
    );
    // a page that is its own child
    let root = bytes.chunks(1024).position(|page| page[0] == 5).expect("an interior page");
    let at = root * 1024 + 8;
    bytes[at..at + 4].copy_from_slice(&(root as u32 + 1).to_be_bytes());
    let cyclic = read(extract, &bytes);
    assert!(cyclic.notes.iter().any(|note| matches!(note, NoteCode::PartDamaged { .. })));
}

#[test]
fn hostile_files_end() {
    let bytes = database(
        "PRAGMA page_size = 512; CREATE TABLE t (a, b, PRIMARY KEY (b)) WITHOUT ROWID; CREATE TABLE u (a); \
         WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 60) INSERT INTO t SELECT printf('%.*c', 99, 'z'), x FROM c; \
         INSERT INTO u SELECT a FROM t;",
    );
    torment(extract, &bytes, bytes.len() / 40);
    assert!(matches!(read(extract, b"SQLite format 3\0").verdict, Verdict::Failed(_)));
}

/// What SQLite writes differs with its version: the file is not compared, but read.
#[test]
fn fuzzing_starts_from_a_database() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures/formats/people.sqlite");
    if std::env::var_os("EXHIBIT_WRITE_FIXTURES").is_some() {
        let bytes = database(
            "PRAGMA page_size = 512; CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, data); \
             CREATE TABLE keyed (k TEXT PRIMARY KEY, n) WITHOUT ROWID; INSERT INTO keyed VALUES ('a', 1), ('b', 2.5); \
             WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c WHERE x < 40) INSERT INTO people SELECT x, '登记' || x, zeroblob(x * 30) FROM c;",
        );
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, bytes).expect("written");
    }
    let outcome = read(extract, &std::fs::read(path).expect("the fixture"));
    assert!(page(&outcome, "people").contains("40\t登记40\t"));
    assert!(outcome.notes.is_empty());
}
