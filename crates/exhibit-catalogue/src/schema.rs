//! The tables. `docs/formats/case.md` documents them; numbers only grow, columns are only added.

use crate::{CatalogueError, Explained};
use rusqlite::Connection;

/// The form number that this program writes and reads.
const FORM: i64 = 3;

const TABLES: &str = "
CREATE TABLE numbers (
  name TEXT PRIMARY KEY,            -- pack_number, pack_length: where the page packs that count end; revision: the last page revision
  value INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE sources (
  id INTEGER PRIMARY KEY,
  path BLOB NOT NULL UNIQUE,        -- absolute, as given
  name TEXT NOT NULL,               -- what the user calls it
  received INTEGER NOT NULL,
  found INTEGER                     -- entries that the last complete walk found; NULL until one was
);
CREATE TABLE items (
  id INTEGER PRIMARY KEY,
  source INTEGER NOT NULL REFERENCES sources (id),
  container INTEGER REFERENCES items (id),   -- NULL: a file of the source itself
  ordinal INTEGER NOT NULL,         -- its place among the container's members, from 0; for a file of the source: 0
  path BLOB NOT NULL,               -- below the source, or within the container; any bytes
  name_text TEXT NOT NULL,          -- the path decoded, where its bytes are not UTF-8
  relation TEXT NOT NULL,           -- file, entry, attachment, message, embedded
  depth INTEGER NOT NULL,           -- containers around it
  family INTEGER,                   -- the file of the source that it came in with; NULL: it is that file
  sha256 BLOB,                      -- NULL: no bytes were received
  size INTEGER NOT NULL,
  modified INTEGER,                 -- as found when it was first received
  changed INTEGER,                  -- the file system's own time of its last change, to know files that need not be read again
  received INTEGER NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL DEFAULT '',  -- why, as a code (docs/formats/codes.md); empty where the state suffices
  reason_values TEXT NOT NULL DEFAULT '{}',  -- the code's values, as canonical JSON
  duplicate_of INTEGER REFERENCES items (id),
  cut TEXT NOT NULL DEFAULT '',     -- why its bytes are not all that there were, as a code; empty where they are
  cut_values TEXT NOT NULL DEFAULT '{}',
  media_type TEXT NOT NULL DEFAULT '',
  found INTEGER NOT NULL DEFAULT 0, -- members that its reader found
  pages INTEGER NOT NULL DEFAULT 0,
  languages TEXT NOT NULL DEFAULT '',        -- BCP 47 tags of its pages, commonest first, commas between
  seq INTEGER,                      -- the log entry of its receipt
  settled_seq INTEGER               -- the log entry of its last reading
);
CREATE UNIQUE INDEX items_of_container ON items (container, ordinal) WHERE container IS NOT NULL;
CREATE INDEX items_of_source ON items (source, path) WHERE container IS NULL;
CREATE INDEX items_by_content ON items (sha256) WHERE sha256 IS NOT NULL;
CREATE INDEX items_of_family ON items (family) WHERE family IS NOT NULL;
CREATE TABLE metadata (
  item INTEGER NOT NULL REFERENCES items (id),
  place INTEGER NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (item, place)
) WITHOUT ROWID;
CREATE TABLE notes (
  item INTEGER NOT NULL REFERENCES items (id),
  place INTEGER NOT NULL,
  page INTEGER NOT NULL,            -- the page it is about; 0: the whole item
  code TEXT NOT NULL,               -- docs/formats/codes.md
  code_values TEXT NOT NULL,        -- its values, as canonical JSON
  PRIMARY KEY (item, place)
) WITHOUT ROWID;
CREATE TABLE pages (
  item INTEGER NOT NULL REFERENCES items (id),
  number INTEGER NOT NULL,
  layer INTEGER NOT NULL,           -- from 0, in the order in which they were produced
  stage INTEGER NOT NULL REFERENCES stages (id),   -- the stage that produced it, in its version
  revision INTEGER NOT NULL,        -- grows with each change of any page; the index remembers how far it got
  current INTEGER NOT NULL,         -- 1: the layer that is searched, shown and cited; superseded layers are kept
  pack INTEGER NOT NULL,
  place INTEGER NOT NULL,
  digest BLOB NOT NULL,             -- SHA-256 of the page's bytes
  text_digest BLOB NOT NULL,        -- SHA-256 of its text alone, what the log's document trees hold
  kind TEXT NOT NULL,               -- text, paper, picture, sheet, slide, message
  label TEXT NOT NULL,
  sheet TEXT,                       -- of a sheet: its name, which may be empty; else NULL
  first_row INTEGER,                -- of a sheet that is not empty: its rows on the page, from 1
  last_row INTEGER,
  language TEXT NOT NULL,
  characters INTEGER NOT NULL,
  glyphs INTEGER NOT NULL,
  unmapped INTEGER NOT NULL,
  images INTEGER NOT NULL,
  confidence REAL,                  -- of OCR, 0 to 1
  ocr TEXT NOT NULL,                -- of a layer from the file itself, for display: none, wanted, done, failed
  reader TEXT NOT NULL DEFAULT '',  -- of OCR: the engine and its models; empty: the layer is from the file itself
  PRIMARY KEY (item, number, layer)
) WITHOUT ROWID;
CREATE INDEX pages_by_revision ON pages (revision) WHERE current = 1;
CREATE INDEX pages_unsettled ON pages (item) WHERE revision = 0;
CREATE INDEX pages_for_ocr ON pages (item, number) WHERE ocr = 'wanted';
CREATE TABLE stages (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,               -- read, ocr
  version TEXT NOT NULL,            -- of its results: another version may produce others from the same input
  parameters TEXT NOT NULL,         -- what else its results depend on, in one canonical form
  UNIQUE (name, version, parameters)
);
CREATE TABLE work (
  id INTEGER PRIMARY KEY,
  stage INTEGER NOT NULL REFERENCES stages (id),
  item INTEGER NOT NULL REFERENCES items (id),
  first INTEGER,                    -- the first page; NULL: the whole item
  last INTEGER,                     -- the last page
  input BLOB NOT NULL,              -- SHA-256 of the input
  state TEXT NOT NULL,              -- ready, leased, done, failed, abandoned
  attempts INTEGER NOT NULL DEFAULT 0,   -- counted when it is leased
  deaths INTEGER NOT NULL DEFAULT 0,     -- attempts in which the worker died; after three, the job has failed
  holder TEXT,                      -- of the lease
  until INTEGER,                    -- when the lease expires
  reason TEXT NOT NULL DEFAULT '',  -- why the last attempt came to nothing, as a code; empty where it did not
  reason_values TEXT NOT NULL DEFAULT '{}',  -- the code's values, as canonical JSON
  elapsed INTEGER,                  -- microseconds that the last attempt took
  peak_memory INTEGER               -- bytes: the peak memory of its worker, if it had one and its end was reported
);
CREATE UNIQUE INDEX work_by_key ON work (item, stage, coalesce(first, 0), coalesce(last, 0), input);
CREATE INDEX work_ready ON work (stage, attempts, id) WHERE state = 'ready';
CREATE INDEX work_leased ON work (id) WHERE state = 'leased';
CREATE TABLE outbox (
  seq INTEGER PRIMARY KEY,          -- the entry's place in the log
  entry BLOB NOT NULL
);
CREATE TABLE openings (
  seq INTEGER NOT NULL,
  field TEXT NOT NULL,
  salt BLOB NOT NULL,
  value BLOB NOT NULL,
  PRIMARY KEY (seq, field)
) WITHOUT ROWID;
";

// Tables added later: created in older cases that do not have them yet.
const ADDED: &str = "
CREATE TABLE IF NOT EXISTS pictures (
  item INTEGER NOT NULL REFERENCES items (id),
  number INTEGER NOT NULL,          -- the page
  sha256 BLOB NOT NULL,             -- SHA-256 of the PNG file, kept under that name in derived/cited
  size INTEGER NOT NULL,            -- its bytes
  reader TEXT NOT NULL,             -- what rendered it, and how
  PRIMARY KEY (item, number)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS places (
  item INTEGER PRIMARY KEY REFERENCES items (id),   -- a document that is in another place too, or within a container that does
  revision INTEGER NOT NULL         -- counted with the pages': the index follows both
);
CREATE INDEX IF NOT EXISTS places_by_revision ON places (revision);
CREATE TABLE IF NOT EXISTS intakes (
  source INTEGER PRIMARY KEY REFERENCES sources (id),   -- a source whose intake has not ended
  began INTEGER NOT NULL,
  known INTEGER,                    -- entries that it has; NULL until they were counted
  ended TEXT NOT NULL               -- why it stopped: requested, no-space, source-lost, failed; empty: not recorded
);
CREATE INDEX IF NOT EXISTS items_not_read ON items (state) WHERE state NOT IN ('read', 'empty', 'duplicate');
CREATE INDEX IF NOT EXISTS pages_failed ON pages (item) WHERE ocr = 'failed';
CREATE INDEX IF NOT EXISTS pages_doubtful ON pages (item) WHERE current = 1 AND confidence < 0.7;
";

/// Creates the tables that were added later, if they are missing.
pub(crate) fn complete(db: &Connection) -> Result<(), CatalogueError> {
    db.execute_batch(ADDED).to("be completed")
}

pub(crate) fn create(db: &Connection) -> Result<(), CatalogueError> {
    db.pragma_update(None, "journal_mode", "wal").to("be created")?;
    db.execute_batch(&format!("BEGIN; {TABLES} PRAGMA user_version = {FORM}; COMMIT;"))
        .to("be created")
}

pub(crate) fn set_up(db: &Connection) -> Result<(), CatalogueError> {
    let found: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0)).to("be opened")?;
    if found != FORM {
        return Err(CatalogueError::Form { found, wanted: FORM });
    }
    for (name, value) in [
        ("synchronous", "full"),
        ("busy_timeout", "10000"),
        ("foreign_keys", "on"),
        ("trusted_schema", "off"),
    ] {
        db.pragma_update(None, name, value).to("be opened")?;
    }
    Ok(())
}
