//! A file with an address, and the whole of one state of a project.

use std::collections::BTreeMap;
use std::ops::{Deref, Range};
use std::sync::Arc;

/// What kind of thing lies at a path. Only a regular file is ever read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileKind {
    /// A plain file whose bytes were read.
    Regular,
    /// A symbolic link. It is never followed: it could point outside the repository.
    Symlink,
    /// Another repository mounted here. It is never entered.
    Submodule,
    /// There, but it could not be read; the reason in words.
    Unreadable(String),
}

/// What is in a file, shared by all who read it. Whether it is text is found out once.
#[derive(Debug, Clone)]
pub enum Contents {
    Text(Arc<str>),
    /// It is not UTF-8.
    Other(Arc<[u8]>),
}

impl Contents {
    /// Whether the two are not only equal, but the very same.
    pub fn is_same(&self, other: &Self) -> bool {
        std::ptr::eq::<[u8]>(&**self, &**other)
    }
}

impl Default for Contents {
    fn default() -> Self {
        Self::from("")
    }
}

impl From<&str> for Contents {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<Vec<u8>> for Contents {
    fn from(bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(text) => Self::Text(text.into()),
            Err(error) => Self::Other(error.into_bytes().into()),
        }
    }
}

impl Deref for Contents {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Other(bytes) => bytes,
        }
    }
}

impl AsRef<[u8]> for Contents {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl PartialEq for Contents {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Contents {}

/// One file of the project. `path` is relative to the project's folder.
#[derive(Debug, Clone)]
pub struct SourceFile {
    pub path: String,
    pub kind: FileKind,
    pub bytes: Contents,
}

impl SourceFile {
    /// The file's text without a byte order mark.
    ///
    /// # Errors
    /// The offset in bytes of the first byte that is not UTF-8.
    pub fn text(&self) -> Result<&str, usize> {
        let text = match &self.bytes {
            Contents::Text(text) => text,
            Contents::Other(bytes) => std::str::from_utf8(bytes).map_err(|error| error.valid_up_to())?,
        };
        Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
    }

    /// The ending after the last dot of the file's name, or nothing.
    pub fn extension(&self) -> &str {
        let name = file_name(&self.path);
        name.rsplit_once('.').map_or("", |(_, extension)| extension)
    }

    /// The file's name without its folder and its ending.
    pub fn stem(&self) -> &str {
        stem(&self.path)
    }
}

/// The last part of a path.
pub fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The last part of a path, without its ending.
pub fn stem(path: &str) -> &str {
    let name = file_name(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// The folder of a path, empty at the top.
pub fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Every file of one state of the project, by path, sorted.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    files: BTreeMap<String, SourceFile>,
    /// Files of the repository that lie above the project's folder, by path: `../.yamllint`.
    above: BTreeMap<String, SourceFile>,
    prefix: String,
}

impl Tree {
    /// Adds a file; a second file at the same path replaces the first.
    pub fn insert(&mut self, file: SourceFile) {
        self.files.insert(file.path.clone(), file);
    }

    /// Adds a file that lies above the project's folder; its path begins with `../`.
    pub fn insert_above(&mut self, file: SourceFile) {
        self.above.insert(file.path.clone(), file);
    }

    /// Says how one gets from the top of the repository to the project: empty, or ending in `/`.
    pub fn lies_in(&mut self, prefix: &str) {
        prefix.clone_into(&mut self.prefix);
    }

    /// The way from the top of the repository to the project, empty or ending in `/`; empty too when there is no repository.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Whether there is such a file, and this word in it.
    pub fn says(&self, path: &str, word: &str) -> bool {
        self.find(path).and_then(|file| file.text().ok()).is_some_and(|text| text.contains(word))
    }

    /// The file at `path`, which may lie above the project's folder.
    pub fn find(&self, path: &str) -> Option<&SourceFile> {
        self.files.get(path).or_else(|| self.above.get(path))
    }

    /// The first of these files that is there: in the project's folder, in the one above it, and so on to the top of
    /// the repository.
    pub fn nearest(&self, names: &[&str]) -> Option<&SourceFile> {
        let up = 0..=self.prefix.matches('/').count();
        up.flat_map(|up| names.iter().map(move |name| "../".repeat(up) + name)).find_map(|path| self.find(&path))
    }

    /// Takes the file at `path` out.
    pub fn remove(&mut self, path: &str) -> Option<SourceFile> {
        self.files.remove(path)
    }

    /// Every file, sorted by path.
    pub fn iter(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.values()
    }

    /// The files below `folder`, sorted by path.
    pub fn below<'a>(&'a self, folder: &str) -> impl Iterator<Item = &'a SourceFile> + use<'a> {
        let prefix = if folder.is_empty() || folder == "." {
            String::new()
        } else {
            format!("{}/", folder.trim_end_matches('/'))
        };
        let range = self.files.range(prefix.clone()..);
        range.take_while(move |(path, _)| path.starts_with(&prefix)).map(|(_, file)| file)
    }
}

impl FromIterator<SourceFile> for Tree {
    fn from_iter<I: IntoIterator<Item = SourceFile>>(files: I) -> Self {
        Self { files: files.into_iter().map(|file| (file.path.clone(), file)).collect(), ..Self::default() }
    }
}

/// Turns offsets of a text into lines and columns.
#[derive(Debug)]
pub struct LineIndex<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> LineIndex<'a> {
    /// Indexes the lines of `text`; LF ends a line.
    pub fn new(text: &'a str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, starts }
    }

    /// Line and column of a byte offset, both from 1; the column counts characters.
    pub fn position(&self, offset: usize) -> (usize, usize) {
        let offset = floor_char(self.text, offset);
        let line = self.starts.partition_point(|start| *start <= offset).max(1);
        let start = self.starts[line - 1];
        (line, self.text[start..offset].chars().count() + 1)
    }

    /// The byte range of a line (from 1) without its line ending.
    pub fn line(&self, line: usize) -> Range<usize> {
        let start = self.starts.get(line.max(1) - 1).copied().unwrap_or(self.text.len());
        let end = self.text[start..].find('\n').map_or(self.text.len(), |at| start + at);
        start..start + self.text[start..end].trim_end_matches('\r').len()
    }

    /// The byte offset of a line and column, both from 1; the column counts characters.
    pub fn offset(&self, line: usize, column: usize) -> usize {
        let range = self.line(line);
        let text = &self.text[range.clone()];
        range.start + text.char_indices().nth(column.max(1) - 1).map_or(text.len(), |(at, _)| at)
    }
}

/// The nearest character boundary at or before `offset`.
pub fn floor_char(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_and_start_at_one() {
        let index = LineIndex::new("a\néb\n");
        assert_eq!(index.position(0), (1, 1));
        assert_eq!(index.position(2), (2, 1));
        assert_eq!(index.position(4), (2, 2));
        assert_eq!(index.position(99), (3, 1));
        assert_eq!(index.offset(2, 2), 4);
    }
}
