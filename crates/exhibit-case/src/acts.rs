//! What an act in the custody log needs beside itself: the time, randomness, the acting principal and the program.

use crate::{CaseError, Principal};
use exhibit_catalogue::Work;
use exhibit_custody::{Act, EntryContext};
use exhibit_model::{Clock, EntrySeq, Moment};

/// A source of cryptographically secure random bytes: fills a slice.
type RandomSource = dyn FnMut(&mut [u8]) + Send;

/// Logs acts: adds the time, the principal, the program's name and the salts of secrets to each.
pub struct Acts {
    clock: Box<dyn Clock>,
    random: Box<RandomSource>,
    actor: Principal,
    tool: String,
}

impl std::fmt::Debug for Acts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Acts")
            .field("actor", &self.actor)
            .field("tool", &self.tool)
            .finish_non_exhaustive()
    }
}

impl Acts {
    /// Acts of a principal. `random` fills a slice with cryptographically secure random bytes; `tool` is the name of
    /// this program in the log, such as `exhibit 0.1.0`.
    #[must_use]
    pub fn new(
        clock: impl Clock + 'static,
        random: impl FnMut(&mut [u8]) + Send + 'static,
        actor: Principal,
        tool: &str,
    ) -> Self {
        Self { clock: Box::new(clock), random: Box::new(random), actor, tool: tool.to_owned() }
    }

    /// The current time.
    #[must_use]
    pub fn now(&self) -> Moment {
        self.clock.now()
    }

    /// The source of random bytes.
    pub fn random(&mut self) -> &mut (dyn FnMut(&mut [u8]) + Send + 'static) {
        &mut *self.random
    }

    /// Random bytes, such as the seed of a tree.
    pub fn seed(&mut self) -> [u8; 32] {
        let mut seed = [0; 32];
        (self.random)(&mut seed);
        seed
    }

    /// The principal whose acts these are.
    #[must_use]
    pub const fn actor(&self) -> &Principal {
        &self.actor
    }

    /// The name of this program in the log.
    #[must_use]
    pub fn tool(&self) -> &str {
        &self.tool
    }

    /// Encodes an act as an entry of the current time and posts it with the transaction. Returns its index in the log.
    ///
    /// # Errors
    /// [`CaseError::Act`], [`CaseError::Catalogue`].
    pub fn log(&mut self, work: &Work<'_>, act: Act) -> Result<EntrySeq, CaseError> {
        let now = self.now();
        self.log_at(work, act, now)
    }

    /// The same, with the given time: for a record of the case that contains the time of its entry.
    ///
    /// # Errors
    /// [`CaseError::Act`], [`CaseError::Catalogue`].
    pub fn log_at(&mut self, work: &Work<'_>, act: Act, at: Moment) -> Result<EntrySeq, CaseError> {
        let context =
            EntryContext { seq: work.next_seq()?, at, actor: self.actor.id(), tool: &self.tool };
        let sealed = act.seal(&context, &mut *self.random)?;
        Ok(work.post(&sealed.bytes, &sealed.openings)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Case, CaseWriter, Keys, NewCase};
    use exhibit_custody::{Entry, Log};
    use exhibit_model::FixedClock;

    const NOW: Moment = Moment(1_700_000_000_000_000);

    fn acts(principal: Principal) -> Acts {
        let mut next = 0_u8;
        let counting = move |bytes: &mut [u8]| {
            bytes.fill_with(|| {
                next = next.wrapping_add(1);
                next
            });
        };
        Acts::new(FixedClock(NOW), counting, principal, "exhibit-test 1")
    }

    // The same acts, times and randomness give the same log, and every entry names the principal and the program.
    #[test]
    fn an_entry_names_the_time_the_principal_and_the_program() {
        let log_of = |principal: &Principal| {
            let parent = tempfile::tempdir().expect("a folder");
            let (folder, keys) = (parent.path().join("case"), parent.path().join("keys"));
            let new = NewCase { name: "case", prefix: "EXH", keys: &keys, lock: None };
            Case::init(&folder, &new, &mut acts(principal.clone())).expect("a case");
            let mut writer =
                CaseWriter::take(&folder, &Keys::plain(&keys), acts(principal.clone()))
                    .expect("a writer");
            assert_eq!(writer.log(Act::access_set(true, 30)).expect("logged"), EntrySeq::new(1));
            let log = Log::open(&folder.join("custody")).expect("a log");
            assert_eq!(log.size(), 2);
            (0..2).map(|seq| log.entry(EntrySeq::new(seq)).expect("an entry")).collect::<Vec<_>>()
        };
        let other = Principal::new("b2");
        let (entries, again, others) =
            (log_of(&Principal::LOCAL), log_of(&Principal::LOCAL), log_of(&other));
        assert_eq!(entries, again);
        assert_ne!(entries[1], others[1]);
        for (entries, actor) in [(&entries, "a1"), (&others, "b2")] {
            for bytes in entries {
                Entry::read(bytes).expect("an entry");
                let text = String::from_utf8_lossy(bytes);
                assert!(text.contains(&format!("\"{actor}\"")), "{text}");
                assert!(
                    text.contains("exhibit-test 1") && text.contains("2023-11-14T22:13:20"),
                    "{text}"
                );
            }
        }
    }

    #[test]
    fn an_uncommitted_act_is_not_logged() {
        let parent = tempfile::tempdir().expect("a folder");
        let (folder, keys) = (parent.path().join("case"), parent.path().join("keys"));
        let new = NewCase { name: "case", prefix: "EXH", keys: &keys, lock: None };
        Case::init(&folder, &new, &mut acts(Principal::LOCAL)).expect("a case");
        let mut writer = CaseWriter::take(&folder, &Keys::plain(&keys), acts(Principal::LOCAL))
            .expect("a writer");
        let work = writer.catalogue.begin().expect("a transaction");
        assert_eq!(
            writer.acts.log(&work, Act::access_set(true, 30)).expect("posted"),
            EntrySeq::new(1)
        );
        drop(work);
        writer.flush().expect("flushed");
        assert_eq!(writer.log.log().size(), 1);
    }
}
