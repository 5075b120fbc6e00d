//! A `.tar.gz` in, the files in its one folder out.

use std::io::Read;

use flate2::read::GzDecoder;
use tar::{Archive, Entry, EntryType};

use super::content::{Content, MOST_BYTES};

/// Unpacks an archive. The folder that everything lies in is taken away, as dbt does.
///
/// # Errors
/// When it is no archive, is too large, or holds what is no package: more than one folder at its top, a path or a link
/// that leads out of it, a device.
pub(super) fn unpack(bytes: &[u8]) -> Result<Content, String> {
    // Twice the size, for headers: the end of what is unpacked at all.
    let mut archive = Archive::new(GzDecoder::new(bytes).take(2 * MOST_BYTES));
    let mut content = Content::default();
    let mut top: Option<String> = None;
    for entry in archive.entries().map_err(broken)? {
        let mut entry = entry.map_err(broken)?;
        // What git writes about the commit, for those who ask.
        if entry.header().entry_type() == EntryType::XGlobalHeader {
            continue;
        }
        let path = String::from_utf8(entry.path_bytes().into_owned())
            .map_err(|_| "the name of a file in it is not UTF-8".to_owned())?;
        let path = path.trim_start_matches("./");
        let (folder, below) = path.split_once('/').unwrap_or((path, ""));
        let is_folder = entry.header().entry_type() == EntryType::Directory;
        if folder == ".." || path.starts_with('/') || (below.is_empty() && !is_folder) {
            return Err(format!("`{path}` does not lie in a folder at the top of it"));
        }
        if top.get_or_insert_with(|| folder.to_owned()) != folder {
            return Err("it holds more than one folder at its top".to_owned());
        }
        if !below.is_empty() && !is_folder {
            add(&mut content, below, &mut entry)?;
        }
    }
    Ok(content)
}

fn broken(error: std::io::Error) -> String {
    format!("it is no .tar.gz archive that can be read ({error})")
}

fn add(content: &mut Content, path: &str, entry: &mut Entry<'_, impl Read>) -> Result<(), String> {
    match entry.header().entry_type() {
        EntryType::Regular | EntryType::Continuous => {
            if entry.size() > MOST_BYTES {
                return Err(format!("it holds more than {} MiB", MOST_BYTES >> 20));
            }
            let is_executable = entry.header().mode().is_ok_and(|mode| mode & 0o100 != 0);
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).map_err(broken)?;
            content.add_file(path, bytes, is_executable)
        }
        EntryType::Symlink => {
            let target = entry.link_name_bytes().unwrap_or_default();
            let target = String::from_utf8(target.into_owned()).map_err(|_| "a link in it is not UTF-8".to_owned())?;
            content.add_link(path, &target)
        }
        _ => Err(format!("`{path}` in it is neither a file, a folder nor a symbolic link")),
    }
}
