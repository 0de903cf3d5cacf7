//! Elements of BER (X.690), of definite and indefinite length.

/// Pieces of a string of octets nested more deeply are left out.
const MOST_DEPTH: usize = 8;

/// An element: its tag (those with a number of several bytes are not used here), and its content.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Element<'b> {
    pub(crate) tag: u8,
    pub(crate) body: &'b [u8],
}

impl<'b> Element<'b> {
    /// The element at the start of `bytes`, and what follows it. One that is cut short has the bytes that there are.
    pub(crate) fn read(bytes: &'b [u8]) -> Option<(Self, &'b [u8])> {
        let (&tag, rest) = bytes.split_first()?;
        let (&first, rest) = rest.split_first()?;
        if tag & 0x1f == 0x1f {
            return None;
        }
        let (length, rest) = match first {
            0..=0x7f => (usize::from(first), rest),
            0x80 => {
                let length = indefinite(rest);
                let (body, after) = rest.split_at(length);
                return Some((Self { tag, body }, after.get(2..).unwrap_or_default()));
            }
            0x81..=0x84 => {
                let (digits, rest) = rest.split_at_checked(usize::from(first - 0x80))?;
                (digits.iter().fold(0usize, |length, byte| length << 8 | usize::from(*byte)), rest)
            }
            _ => return None,
        };
        let (body, rest) = rest.split_at(length.min(rest.len()));
        Some((Self { tag, body }, rest))
    }

    /// The elements within.
    pub(crate) fn inner(self) -> impl Iterator<Item = Element<'b>> {
        let mut rest = self.body;
        std::iter::from_fn(move || {
            let (element, after) = Element::read(rest)?;
            rest = after;
            Some(element)
        })
    }

    /// The bytes of a string of octets, which may be in pieces.
    pub(crate) fn octets(self) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.gather(MOST_DEPTH, &mut bytes);
        bytes
    }

    fn gather(self, depth: usize, bytes: &mut Vec<u8>) {
        if self.tag & 0x20 == 0 {
            bytes.extend_from_slice(self.body);
        } else if depth > 0 {
            self.inner().for_each(|piece| piece.gather(depth - 1, bytes));
        }
    }

    /// A string of characters.
    pub(crate) fn text(self) -> String {
        match self.tag {
            0x1e => encoding_rs::UTF_16BE.decode_without_bom_handling(self.body).0.into_owned(),
            _ => crate::charset::decode_guessing(self.body).0,
        }
    }
}

/// The length of the content that ends with two zero bytes, at the same level. The work is linear: the ends of nested
/// elements are found in one pass.
fn indefinite(bytes: &[u8]) -> usize {
    let (mut at, mut depth) = (0, 0usize);
    while at < bytes.len() {
        if bytes[at..].starts_with(&[0, 0]) {
            if depth == 0 {
                return at;
            }
            depth -= 1;
            at += 2;
            continue;
        }
        let Some(first) = bytes.get(at + 1) else { return bytes.len() };
        match first {
            0..=0x7f => at += 2 + usize::from(*first),
            0x80 => {
                depth += 1;
                at += 2;
            }
            0x81..=0x84 => {
                let count = usize::from(first - 0x80);
                let Some(digits) = bytes.get(at + 2..at + 2 + count) else { return bytes.len() };
                let length =
                    digits.iter().fold(0usize, |length, byte| length << 8 | usize::from(*byte));
                at = at.saturating_add(2 + count).saturating_add(length);
            }
            _ => return bytes.len(),
        }
    }
    bytes.len()
}
