//! A message of a store as a file: its properties, recipients, attachments, and the messages within it.

use super::file::{Fault, Node, Store, kind_of};
use super::heap::Heap;
use crate::formats::mapi::id;
use crate::formats::mapi::property::kind;
use crate::formats::msg::write::{Raw, Writer};
use std::io::{self, Read};

/// Inner nodes of a message.
const RECIPIENTS: u32 = 0x692;
const ATTACHMENT: u8 = 5;

/// Messages within messages deeper than this are left out.
const MOST_DEPTH: usize = 32;

/// Larger attachments are members beside the message, which are not made in memory.
const MOST_WITHIN: u64 = 32 << 20;

/// A message that was assembled.
#[derive(Debug)]
pub(super) struct Assembled {
    /// Its own properties.
    pub(super) properties: Vec<Raw>,
}

/// A message being assembled.
pub(super) struct Assembly {
    pub(super) writer: Writer,
    /// How many bytes it may still have.
    pub(super) left: u64,
    /// Properties, recipients and attachments that cannot be read.
    pub(super) lost: u64,
    /// Names and blocks of attachments that are too large to be within it.
    pub(super) apart: Vec<(String, u64)>,
}

impl Assembly {
    /// Adds all of a message.
    pub(super) fn message(
        &mut self,
        store: &mut Store<'_>,
        node: Node,
        depth: usize,
    ) -> Result<Assembled, Fault> {
        let heap = Heap::open(store, node)?;
        let (properties, lost) = heap.properties(store)?;
        self.lost += lost;
        self.take(&properties)?;
        let inner: Vec<Node> = heap.inner().collect();
        for recipients in inner.iter().filter(|node| node.id == RECIPIENTS) {
            match Heap::open(store, *recipients).and_then(|heap| heap.rows(store)) {
                Ok(rows) => {
                    for row in rows {
                        self.take(&row)?;
                        self.writer.recipient(&row);
                    }
                }
                Err(_) => self.lost += 1,
            }
        }
        for attachment in inner.iter().filter(|node| kind_of(node.id) == ATTACHMENT) {
            if self.attachment(store, *attachment, depth).is_err() {
                self.lost += 1;
                // it is listed, without content
                self.writer.attachment(&[]);
            }
        }
        self.writer.properties(&properties);
        Ok(Assembled { properties })
    }

    fn attachment(&mut self, store: &mut Store<'_>, node: Node, depth: usize) -> Result<(), Fault> {
        let heap = Heap::open(store, node)?;
        let large = heap.large(store, id::ATTACH_DATA, MOST_WITHIN.min(self.left))?;
        let (mut properties, lost) = match large {
            None => heap.properties(store)?,
            Some(_) => heap.properties_without(store, id::ATTACH_DATA)?,
        };
        self.lost += lost;
        if let Some(block) = large {
            let name = [id::ATTACH_NAME, id::ATTACH_SHORT_NAME, id::DISPLAY_NAME];
            let name = name.into_iter().find_map(|id| super::text(&properties, id));
            self.apart
                .push((name.unwrap_or_else(|| format!("attachment-{:x}.bin", node.id)), block));
            return Ok(());
        }
        self.take(&properties)?;
        let object =
            properties.iter().position(|raw| raw.id == id::ATTACH_DATA && raw.kind == kind::OBJECT);
        let Some(object) = object else {
            self.writer.attachment(&properties);
            return Ok(());
        };
        let object = properties.remove(object);
        let referred = object
            .values
            .first()
            .and_then(|bytes| bytes.get(..4))
            .and_then(|bytes| bytes.try_into().ok());
        let referred = referred.map(u32::from_le_bytes).ok_or(Fault::Form)?;
        let inner = heap.inner().find(|node| node.id == referred).ok_or(Fault::Node)?;
        let is_message = super::number(&properties, id::ATTACH_METHOD) == Some(5);
        if !is_message {
            let data = store.data(inner.data)?.concat();
            properties.push(Raw { id: id::ATTACH_DATA, kind: kind::BINARY, values: vec![data] });
            self.take(&properties)?;
            self.writer.attachment(&properties);
            return Ok(());
        }
        if depth >= MOST_DEPTH {
            return Err(Fault::TooLarge);
        }
        let outer = self.writer.begin_inner(&properties);
        let inner = self.message(store, inner, depth + 1);
        if inner.is_err() {
            self.writer.properties(&[]);
            self.lost += 1;
        }
        self.writer.end_inner(outer);
        Ok(())
    }

    /// Counts the bytes of properties.
    fn take(&mut self, properties: &[Raw]) -> Result<(), Fault> {
        let size: usize = properties.iter().flat_map(|raw| &raw.values).map(Vec::len).sum();
        self.left = self.left.checked_sub(size as u64).ok_or(Fault::TooLarge)?;
        Ok(())
    }
}

/// The bytes of blocks, one in memory at a time.
pub(super) struct Leaves<'s, 'a> {
    store: &'s mut Store<'a>,
    blocks: std::vec::IntoIter<u64>,
    block: io::Cursor<Vec<u8>>,
}

impl<'s, 'a> Leaves<'s, 'a> {
    pub(super) fn new(store: &'s mut Store<'a>, blocks: Vec<u64>) -> Self {
        Self { store, blocks: blocks.into_iter(), block: io::Cursor::default() }
    }
}

impl Read for Leaves<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.block.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            let Some(next) = self.blocks.next() else { return Ok(0) };
            self.block = io::Cursor::new(self.store.block(next).map_err(io::Error::other)?);
        }
    }
}
