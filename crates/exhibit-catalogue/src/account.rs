//! The account of a trove: the number of items in each state, and whether the members of every container reconcile.

use crate::{Catalogue, CatalogueError, Explained, Intake};
use exhibit_model::{ItemId, SourceId, State};
use std::collections::BTreeMap;

/// The account of a case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// Items by state.
    pub items: BTreeMap<State, u64>,
    /// Items by media type, in descending order.
    pub media_types: Vec<(String, u64)>,
    /// Current pages by language, in descending order.
    pub languages: Vec<(String, u64)>,
    /// Current pages.
    pub pages: u64,
    /// Pages that wait for OCR.
    pub pages_waiting_for_ocr: u64,
    /// Pages that OCR read.
    pub pages_by_ocr: u64,
    /// Pages that OCR could not read.
    pub pages_ocr_failed: u64,
    /// Items in the state read that have pages of these two kinds.
    pub read_in_part: u64,
    /// Distinct originals.
    pub originals: u64,
    /// The total size of the distinct originals in bytes.
    pub bytes: u64,
    /// Sources.
    pub sources: u64,
    /// Containers and sources whose members do not reconcile with the number that their reader found.
    pub gaps: Vec<ContainerGap>,
    /// Intakes that have not ended.
    pub intakes: Vec<Intake>,
}

impl Account {
    /// The number of items.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.items.values().sum()
    }

    /// The number of items in a state.
    #[must_use]
    pub fn in_state(&self, state: State) -> u64 {
        self.items.get(&state).copied().unwrap_or(0)
    }

    /// Pages whose text was read: those that wait for OCR, or that it could not read, are not among them.
    #[must_use]
    pub fn pages_with_text(&self) -> u64 {
        self.pages.saturating_sub(self.pages_waiting_for_ocr + self.pages_ocr_failed)
    }

    /// Whether everything is accounted for: all sources were received to their end, every container has the members that
    /// its reader found, and no item waits to be read.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.gaps.is_empty() && self.intakes.is_empty() && self.in_state(State::Waiting) == 0
    }

    /// The number of items that are in need of attention: encrypted, unsupported, failed or truncated.
    #[must_use]
    pub fn problems(&self) -> u64 {
        self.items.iter().filter(|(state, _)| state.is_problem()).map(|(_, count)| count).sum()
    }
}

/// What was received but cannot be searched, or not reliably.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unread {
    /// Items by state, of those that were not read to their end.
    pub items: BTreeMap<State, u64>,
    /// Pages that wait for OCR.
    pub pages_waiting_for_ocr: u64,
    /// Pages that OCR could not read.
    pub pages_ocr_failed: u64,
    /// Current pages that OCR read with a confidence below [`crate::DOUBTFUL`].
    pub pages_doubtful: u64,
}

/// A container or source that does not reconcile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContainerGap {
    /// The container; `None` for a source.
    pub container: Option<ItemId>,
    /// The source.
    pub source: SourceId,
    /// The number of members found.
    pub found: u64,
    /// The number of members in the ledger.
    pub listed: u64,
}

impl Catalogue {
    /// Computes the account of the case.
    ///
    /// # Errors
    /// [`CatalogueError`].
    pub fn account(&self) -> Result<Account, CatalogueError> {
        let mut account =
            Account { items: self.states()?, pages: self.pages_read()?, ..Account::default() };
        account.media_types =
            self.counts("SELECT media_type, count(*) FROM items WHERE media_type <> '' GROUP BY 1 ORDER BY 2 DESC, 1")?;
        account.languages = self.counts(
            "SELECT language, count(*) FROM pages WHERE +current = 1 GROUP BY 1 ORDER BY 2 DESC, 1",
        )?;
        account.pages_waiting_for_ocr =
            self.count("SELECT count(*) FROM pages WHERE ocr = 'wanted'")?;
        account.pages_by_ocr =
            self.count("SELECT count(*) FROM pages WHERE reader <> '' AND current = 1")?;
        account.pages_ocr_failed = self.count("SELECT count(*) FROM pages WHERE ocr = 'failed'")?;
        account.read_in_part = self.count(
            "SELECT count(*) FROM (SELECT item FROM pages WHERE ocr = 'wanted' UNION \
             SELECT item FROM pages WHERE ocr = 'failed') JOIN items ON id = item WHERE state = 'read'",
        )?;
        account.intakes = self.intakes()?;
        account.originals =
            self.count("SELECT count(DISTINCT sha256) FROM items WHERE sha256 IS NOT NULL")?;
        account.bytes =
            self.count("SELECT coalesce(sum(size), 0) FROM items WHERE sha256 IS NOT NULL AND duplicate_of IS NULL")?;
        account.sources = self.count("SELECT count(*) FROM sources")?;
        account.gaps = self.gaps()?;
        Ok(account)
    }

    /// Counts the items in each state.
    ///
    /// # Errors
    /// [`CatalogueError`].
    pub fn states(&self) -> Result<BTreeMap<State, u64>, CatalogueError> {
        let counts = self.counts("SELECT state, count(*) FROM items GROUP BY state")?;
        let known =
            |word: &str| State::from_word(word).ok_or(CatalogueError::Impossible { what: "state" });
        counts.into_iter().map(|(word, count)| Ok((known(&word)?, count))).collect()
    }

    /// Counts what cannot be searched: cheaper than the whole account.
    ///
    /// # Errors
    /// [`CatalogueError`].
    pub fn unread(&self) -> Result<Unread, CatalogueError> {
        // the conditions are those of partial indices
        let sql = "SELECT state, count(*) FROM items WHERE state NOT IN ('read', 'empty', 'duplicate') GROUP BY state";
        let known =
            |word: &str| State::from_word(word).ok_or(CatalogueError::Impossible { what: "state" });
        let items = self.counts(sql)?;
        Ok(Unread {
            items: items
                .into_iter()
                .map(|(word, count)| Ok((known(&word)?, count)))
                .collect::<Result<_, _>>()?,
            pages_waiting_for_ocr: self.count("SELECT count(*) FROM pages WHERE ocr = 'wanted'")?,
            pages_ocr_failed: self.count("SELECT count(*) FROM pages WHERE ocr = 'failed'")?,
            pages_doubtful: self
                .count("SELECT count(*) FROM pages WHERE current = 1 AND confidence < 0.7")?,
        })
    }

    /// Counts the current pages.
    ///
    /// # Errors
    /// [`CatalogueError`].
    pub fn pages_read(&self) -> Result<u64, CatalogueError> {
        // the plus keeps the planner from using an index and looking up each row
        self.count("SELECT count(*) FROM pages WHERE +current = 1")
    }

    fn count(&self, sql: &str) -> Result<u64, CatalogueError> {
        let mut statement = self.db.prepare_cached(sql).to("be added up")?;
        statement.query_row([], |row| row.get::<_, i64>(0)).to("be added up").map(i64::unsigned_abs)
    }

    fn counts(&self, sql: &str) -> Result<Vec<(String, u64)>, CatalogueError> {
        let mut statement = self.db.prepare_cached(sql).to("be added up")?;
        let rows =
            statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?.unsigned_abs())));
        rows.to("be added up")?.collect::<Result<_, _>>().to("be added up")
    }

    fn gaps(&self) -> Result<Vec<ContainerGap>, CatalogueError> {
        let sql = "SELECT c.id, c.source, c.found, count(m.id) FROM items c LEFT JOIN items m ON m.container = c.id \
                   WHERE c.state <> 'waiting' AND (c.found > 0 OR m.id IS NOT NULL) GROUP BY c.id HAVING count(m.id) <> c.found \
                   UNION ALL \
                   SELECT NULL, s.id, s.found, (SELECT count(DISTINCT path) FROM items WHERE source = s.id AND container IS NULL) \
                   FROM sources s WHERE s.found IS NOT NULL AND \
                   s.found > (SELECT count(DISTINCT path) FROM items WHERE source = s.id AND container IS NULL) ORDER BY 2, 1";
        let mut statement = self.db.prepare_cached(sql).to("be reconciled")?;
        let rows = statement.query_map([], |row| {
            Ok(ContainerGap {
                container: row.get::<_, Option<i64>>(0)?.map(ItemId::new),
                source: SourceId::new(row.get(1)?),
                found: row.get::<_, i64>(2)?.unsigned_abs(),
                listed: row.get::<_, i64>(3)?.unsigned_abs(),
            })
        });
        rows.to("be reconciled")?.collect::<Result<_, _>>().to("be reconciled")
    }
}
