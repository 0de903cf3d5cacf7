//! From words to the terms to look up: the same analysis as for pages.

use crate::{Pattern, Slot, Unit};
use exhibit_text::{FORM, TokenKind};

/// The tokens of a text, at their distances; `None` if it has nothing to search.
///
/// In a stretch of Han characters only the pairs are searched: each implies that its two characters are adjacent.
pub(crate) fn unit(text: &str) -> Option<Unit> {
    let mut slots: Vec<Slot> = Vec::new();
    let mut first = None;
    // the position up to which pairs cover the text
    let mut covered = 0;
    let mut length = 0;
    let mut alone: Option<Slot> = None;
    exhibit_text::tokens(text, &mut |token| {
        let first = *first.get_or_insert(token.position);
        let offset = token.position - first;
        length = length.max(offset + 1);
        let slot = Slot { offset, pattern: Pattern::Is(token.term.to_owned()) };
        match token.kind {
            // a number with its percent sign is searched with it
            TokenKind::Part if token.term.ends_with('%') => {
                if let Some(number) = slots.last_mut() {
                    *number = slot;
                }
            }
            TokenKind::Part | TokenKind::Key | TokenKind::Form => {}
            TokenKind::Word => {
                slots.extend(alone.take());
                slots.push(slot);
            }
            TokenKind::Bigram => {
                // its first character is covered by the pair
                alone = None;
                covered = offset + 2;
                slots.push(slot);
            }
            TokenKind::Unigram => {
                slots.extend(alone.take());
                if offset >= covered {
                    alone = Some(slot);
                }
            }
        }
    });
    slots.extend(alone);
    (!slots.is_empty()).then_some(Unit { slots, length })
}

/// Requires that each Han character of a unit is written in the form that the text has.
pub(crate) fn keep_forms(unit: &mut Unit, text: &str) {
    let mut first = None;
    exhibit_text::tokens(text, &mut |token| {
        let first = *first.get_or_insert(token.position);
        let written = text[token.start..token.end].chars().next();
        let (Some(written), Some(folded)) = (written, token.term.chars().next()) else { return };
        if token.kind != TokenKind::Unigram {
            return;
        }
        let form = exhibit_text::written_form(written);
        let of = |form: char| Pattern::Is(String::from_iter([FORM, form]));
        let others = exhibit_text::forms_of_class(folded);
        let pattern = if others.contains(&form) {
            of(form)
        } else if others.is_empty() {
            return;
        } else {
            // its pair is searched already, and has the same position
            let offset = token.position - first;
            let at = unit
                .slots
                .iter()
                .position(|slot| slot.offset == offset && matches!(slot.pattern, Pattern::Is(_)));
            let own = at.map_or_else(
                || Pattern::Is(token.term.to_owned()),
                |at| unit.slots.remove(at).pattern,
            );
            Pattern::Except(
                Box::new(own),
                Box::new(Pattern::Any(others.iter().copied().map(of).collect())),
            )
        };
        unit.slots.push(Slot { offset: token.position - first, pattern });
    });
}

/// The only word of a text, if it is a single word of letters.
pub(crate) fn single_word(text: &str) -> Option<String> {
    let mut words = Vec::new();
    let mut others = false;
    exhibit_text::tokens(text, &mut |token| match token.kind {
        TokenKind::Word => words.push(token.term.to_owned()),
        TokenKind::Part | TokenKind::Key | TokenKind::Form => {}
        TokenKind::Unigram | TokenKind::Bigram => others = true,
    });
    (words.len() == 1 && !others).then(|| words.remove(0))
}

/// Makes the unit's last token a prefix, if it is a word.
pub(crate) fn begin_last(unit: &mut Unit, text: &str) {
    let mut ends_in_word = false;
    exhibit_text::tokens(text, &mut |token| match token.kind {
        TokenKind::Word => ends_in_word = true,
        TokenKind::Unigram => ends_in_word = false,
        TokenKind::Part | TokenKind::Bigram | TokenKind::Key | TokenKind::Form => {}
    });
    if let Some(last) = unit.slots.last_mut().filter(|_| ends_in_word)
        && let Pattern::Is(term) = &last.pattern
    {
        last.pattern = Pattern::Begins(term.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let shown = unit(text).map_or_else(
            || "nothing".to_owned(),
            |unit| {
                let slots = unit.slots.iter().map(|slot| match &slot.pattern {
                    Pattern::Is(term) => format!("{term}@{}", slot.offset),
                    other => format!("{other:?}"),
                });
                format!("{} of {}", slots.collect::<Vec<_>>().join(" "), unit.length)
            },
        );
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn pairs_cover_their_characters() {
        check("登记表", "登记@0 记表@1 of 3");
        check("登", "登@0 of 1");
        check("新党办发〔2017〕12号", "新党@0 党办@1 办发@2 2017@4 12@5 号@6 of 7");
        check("第 3 批", "第@0 3@1 批@2 of 3");
        check("register", "register@0 of 1");
        check("O'Brien's list", "obriens@0 list@1 of 2");
        check("登记，表", "登记@0 表@2 of 3");
        check("20% 3.5％", "20%@0 3@1 5%@2 of 3");
        check("——", "nothing");
    }
}
