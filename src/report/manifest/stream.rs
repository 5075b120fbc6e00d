//! A JSON object on its way to a file: what is written is not kept, and what is of many nodes is written on all threads.

use std::io::{self, Write};

use rayon::prelude::*;
use serde::Serialize;

use crate::PIECE;

/// So many items are in memory as text at once, twice.
const BATCH: usize = 16 * PIECE;

/// An object of which some entries are written.
pub(super) struct Stream<W> {
    out: W,
    is_empty: bool,
}

impl<W: Write + Send> Stream<W> {
    /// Begins an object.
    pub(super) fn new(out: W) -> Self {
        Self { out, is_empty: true }
    }

    fn begin(&mut self, name: &str) -> io::Result<()> {
        let before = if std::mem::take(&mut self.is_empty) { "{" } else { "," };
        write!(self.out, "{before}\"{name}\":")
    }

    /// Writes one entry. `name` is plain.
    pub(super) fn entry(&mut self, name: &str, value: &impl Serialize) -> io::Result<()> {
        self.begin(name)?;
        Ok(serde_json::to_writer(&mut self.out, value)?)
    }

    /// Writes an entry that is itself an object, with a key and a value for each item.
    ///
    /// While one batch of them is written to the file, the next is put into words.
    pub(super) fn object<I: Sync, K: Serialize, V: Serialize>(
        &mut self,
        name: &str,
        items: &[I],
        one: impl Fn(&I) -> (K, V) + Sync,
    ) -> io::Result<()> {
        self.begin(name)?;
        let (mut before, mut ready, mut next) = (b'{', Vec::new(), Vec::new());
        for batch in items.chunks(BATCH) {
            let (written, made) =
                rayon::join(|| write_all(&mut self.out, &mut before, &ready), || texts(batch, &one, &mut next));
            written.and(made)?;
            std::mem::swap(&mut ready, &mut next);
        }
        write_all(&mut self.out, &mut before, &ready)?;
        self.out.write_all(if items.is_empty() { b"{}" } else { b"}" })
    }

    /// Ends the object.
    pub(super) fn end(mut self) -> io::Result<()> {
        self.out.write_all(b"}")?;
        self.out.flush()
    }
}

/// Writes texts of which each entry begins with a comma; the very first begins with `before`.
fn write_all(out: &mut impl Write, before: &mut u8, texts: &[Vec<u8>]) -> io::Result<()> {
    for text in texts {
        out.write_all(&[std::mem::replace(before, b',')])?;
        out.write_all(&text[1..])?;
    }
    Ok(())
}

/// The entries of a batch, each after a comma, in `texts`, whose memory is used again.
fn texts<I: Sync, K: Serialize, V: Serialize>(
    batch: &[I],
    one: &(impl Fn(&I) -> (K, V) + Sync),
    texts: &mut Vec<Vec<u8>>,
) -> io::Result<()> {
    let pieces = batch.par_chunks(PIECE);
    texts.resize_with(pieces.len(), Vec::new);
    texts.par_iter_mut().zip(pieces).try_for_each(|(text, items)| {
        text.clear();
        for item in items {
            let (key, value) = one(item);
            text.push(b',');
            serde_json::to_writer(&mut *text, &key)?;
            text.push(b':');
            serde_json::to_writer(&mut *text, &value)?;
        }
        Ok(())
    })
}
