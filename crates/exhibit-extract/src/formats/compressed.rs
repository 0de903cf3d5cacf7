//! Single files compressed by gzip (RFC 1952), bzip2, xz, Zstandard (RFC 8878), LZ4, lzip, LZMA or `compress`: the
//! content is the one member, whatever number of streams it is in.
//!
//! Compressed data that is truncated or damaged yields what precedes the damage, with a note.

mod lzw;

use crate::identify::ending;
use crate::out::{Input, Out, Stop};
use exhibit_model::{
    Detail, Member, MemberEnd, Moment, NoteCode, ReaderKey, Reason, Relation, Request, Verdict,
};
use flate2::bufread::GzDecoder;
use std::io::{self, BufRead, BufReader, Read};

/// Maximum memory that a dictionary may take, in KiB.
const MOST_MEMORY: u32 = 512 << 10;

/// Reads a compressed file.
pub(crate) fn read(
    reader: ReaderKey,
    input: &mut dyn Input,
    request: &Request,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    match input.seek(io::SeekFrom::End(0)).and_then(|size| input.rewind().map(|()| size)) {
        Ok(size) => out.container_size(size),
        Err(error) => return Ok(Verdict::Failed(Reason::cannot_read(&error))),
    }
    let mut member =
        Member { name: inner_name(&request.name), relation: Relation::Entry, ..Member::default() };
    let buffered = BufReader::with_capacity(64 << 10, input);
    match reader {
        ReaderKey::Gzip => return read_gzip(buffered, member, out),
        ReaderKey::Bzip2 => {
            out.member(member)?;
            emit(&mut bzip2::bufread::MultiBzDecoder::new(buffered), out)?;
        }
        ReaderKey::Xz => {
            out.member(member)?;
            emit(&mut lzma_rust2::XzReader::new_mem_limit(buffered, true, MOST_MEMORY), out)?;
        }
        ReaderKey::Lz4 => {
            out.member(member)?;
            emit(&mut Frames { decoder: lz4_flex::frame::FrameDecoder::new(buffered) }, out)?;
        }
        ReaderKey::Lzip => {
            out.member(member)?;
            emit(&mut lzma_rust2::LzipReader::new(buffered), out)?;
        }
        ReaderKey::Lzma => {
            out.member(member)?;
            match lzma_rust2::LzmaReader::new_mem_limit(buffered, MOST_MEMORY, None) {
                Ok(mut content) => emit(&mut content, out)?,
                Err(error) => {
                    out.member_end(MemberEnd::Failed(Reason::cannot_decompress(&error)))?
                }
            }
        }
        ReaderKey::Compress => {
            out.member(member)?;
            match lzw::Lzw::new(buffered) {
                Ok(mut content) => emit(&mut content, out)?,
                Err(error) => {
                    out.member_end(MemberEnd::Failed(Reason::cannot_decompress(&error)))?
                }
            }
        }
        _ => match zstd::stream::read::Decoder::with_buffer(buffered) {
            Ok(mut content) => {
                out.member(std::mem::take(&mut member))?;
                emit(&mut content, out)?;
            }
            Err(error) => return Ok(Verdict::Failed(Reason::cannot_decompress(&error))),
        },
    }
    Ok(Verdict::Read)
}

/// Emits the member's content; what precedes damage is kept.
fn emit(content: &mut dyn Read, out: &mut Out<'_>) -> Result<(), Stop> {
    out.member_from_or(content, |emitted, error| {
        if emitted == 0 {
            MemberEnd::Failed(Reason::cannot_decompress(&error))
        } else {
            MemberEnd::Truncated(Reason::DataDamaged { bytes: emitted, detail: Detail::of(&error) })
        }
    })
}

fn read_gzip(
    buffered: BufReader<&mut dyn Input>,
    mut member: Member,
    out: &mut Out<'_>,
) -> Result<Verdict, Stop> {
    let mut gzip = Gzip { decoder: Some(GzDecoder::new(buffered)), trailing: false };
    if let Some(header) = gzip.decoder.as_ref().and_then(GzDecoder::header) {
        if let Some(name) = header.filename().filter(|name| !name.is_empty()) {
            member.name = name.to_vec();
        }
        member.modified =
            (header.mtime() > 0).then(|| Moment(i64::from(header.mtime()) * 1_000_000));
    }
    out.member(member)?;
    emit(&mut gzip, out)?;
    if gzip.trailing {
        out.note(0, NoteCode::TrailingBytes { bytes: None })?;
    }
    Ok(Verdict::Read)
}

/// The content of all gzip members concatenated, as the format defines.
struct Gzip<'a> {
    decoder: Option<GzDecoder<BufReader<&'a mut dyn Input>>>,
    trailing: bool,
}

impl Read for Gzip<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        loop {
            let Some(decoder) = &mut self.decoder else { return Ok(0) };
            let count = decoder.read(out)?;
            if count > 0 || out.is_empty() {
                return Ok(count);
            }
            let Some(mut rest) = self.decoder.take().map(GzDecoder::into_inner) else {
                return Ok(0);
            };
            let next = rest.fill_buf()?;
            if next.starts_with(&[0x1F]) {
                self.decoder = Some(GzDecoder::new(rest));
            } else {
                self.trailing = next.iter().any(|b| *b != 0);
                return Ok(0);
            }
        }
    }
}

/// The content of all LZ4 frames, one behind the other: the decoder ends with each.
struct Frames<R: Read> {
    decoder: lz4_flex::frame::FrameDecoder<R>,
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.decoder.read(out)?;
        if count > 0 || out.is_empty() || self.decoder.get_mut().fill_buf()?.is_empty() {
            return Ok(count);
        }
        self.decoder.read(out)
    }
}

/// The name of the content, derived from the name of the file itself.
pub(super) fn inner_name(name: &[u8]) -> Vec<u8> {
    let last = name.rsplit(|b| *b == b'/').next().unwrap_or(name);
    let ending = ending(last);
    let stem = &last[..last.len() - ending.len().min(last.len())];
    match ending.as_str() {
        "tgz" | "tbz" | "tbz2" | "txz" | "tzst" => [stem, b"tar"].concat(),
        "svgz" => [stem, b"svg"].concat(),
        "tlz" | "tlz4" | "taz" => [stem, b"tar"].concat(),
        "gz" | "bz2" | "xz" | "zst" | "z" | "lz" | "lz4" | "lzma" => {
            stem.strip_suffix(b".").unwrap_or(stem).to_vec()
        }
        _ => [last, b".unpacked"].concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inner_names() {
        for (name, inner) in [
            ("a/b.tgz", "b.tar"),
            ("名单.csv.gz", "名单.csv"),
            ("x.tar.zst", "x.tar"),
            ("blob", "blob.unpacked"),
            ("", ".unpacked"),
        ] {
            assert_eq!(inner_name(name.as_bytes()), inner.as_bytes(), "{name}");
        }
    }
}
