//! What a file on disk is, by its first bytes, and how its bytes are unpacked.

use super::Limits;
use super::guard::{self, Counting, Meter};
use base::{Error, Result};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

/// How the bytes of a file on disk are packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    /// Not at all.
    Plain,
    /// gzip.
    Gz,
    /// Zstandard.
    Zst,
}

/// What a file on disk is, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Single(Packing),
    Tar(Packing),
    Zip,
}

/// Opens a zip by its directory.
pub(super) fn open_zip(file: &Path) -> Result<zip::ZipArchive<BufReader<File>>> {
    let handle = File::open(file).map_err(|e| Error::from(e).at(file.display()))?;
    zip::ZipArchive::new(BufReader::new(handle)).map_err(|e| match e {
        zip::result::ZipError::InvalidArchive(_) => {
            guard::breaks_off(&file.display().to_string(), "before its directory")
        }
        e => zip_error(&e, file, ""),
    })
}

/// What a zip's error means for the person.
pub(super) fn zip_error(error: &zip::result::ZipError, file: &Path, entry: &str) -> Error {
    use zip::result::ZipError as Z;
    match error {
        Z::Io(e) => guard::explain(e, file, &spot(entry)),
        Z::CompressionMethodNotSupported(method) => Error::invalid(format!(
            "{}, {entry}: it is packed by a method that is not read here (number {method}). \
             Unpack the archive yourself and hand over the folder.",
            file.display()
        )),
        e => Error::invalid(format!(
            "{} is damaged {} ({e}). Copy or download it again.",
            file.display(),
            spot(entry)
        )),
    }
}

/// The file's bytes, unpacked, counted into the meter's position.
pub(super) fn unpacked<'m>(file: &Path, packing: Packing, meter: &'m Meter) -> Result<Box<dyn Read + 'm>> {
    let handle = File::open(file).map_err(|e| Error::from(e).at(file.display()))?;
    let counted = Counting::new(handle, meter.position.clone());
    Ok(match packing {
        Packing::Plain => Box::new(BufReader::with_capacity(1 << 16, counted)),
        Packing::Gz => {
            Box::new(flate2::bufread::MultiGzDecoder::new(BufReader::with_capacity(1 << 16, counted)))
        }
        Packing::Zst => Box::new(
            zstd::stream::read::Decoder::new(counted).map_err(|e| Error::from(e).at(file.display()))?,
        ),
    })
}

/// Whether a name within a folder may be a packed file; only these are opened while listing.
pub(super) fn looks_packed(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    [".zip", ".tar", ".tgz", ".gz", ".zst", ".tzst"].iter().any(|end| lower.ends_with(end))
}

/// The name of what a packed file holds.
pub(super) fn unpacked_name(path: &str) -> String {
    let lower = path.to_ascii_lowercase();
    let cut = [".gz", ".zst"].iter().find(|end| lower.ends_with(**end)).map_or(0, |end| end.len());
    if path.len() > cut { path[..path.len() - cut].to_owned() } else { path.to_owned() }
}

/// What a file is.
pub(super) fn sort_of(file: &Path) -> Result<Sort> {
    let mut handle = File::open(file).map_err(|e| Error::from(e).at(file.display()))?;
    let mut start = Vec::with_capacity(512);
    handle.by_ref().take(512).read_to_end(&mut start).map_err(|e| Error::from(e).at(file.display()))?;
    let packing = match start.as_slice() {
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => return Ok(Sort::Zip),
        [0x1f, 0x8b, ..] => Packing::Gz,
        [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Packing::Zst,
        _ => Packing::Plain,
    };
    let block = if packing == Packing::Plain {
        start
    } else {
        let meter = Meter::new(Limits::default());
        let mut block = Vec::with_capacity(512);
        // A file that cannot be unpacked says so when it is read.
        let _ = unpacked(file, packing, &meter)?.take(512).read_to_end(&mut block);
        block
    };
    Ok(if is_tar(&block) { Sort::Tar(packing) } else { Sort::Single(packing) })
}

/// Whether a block is a tar's header: its checksum fits.
fn is_tar(block: &[u8]) -> bool {
    if block.len() < 512 || block[0] == 0 {
        return false;
    }
    let sum: u32 =
        block.iter().enumerate().map(|(i, b)| if (148..156).contains(&i) { 32 } else { u32::from(*b) }).sum();
    let stated: String = block[148..156].iter().map(|b| char::from(*b)).filter(|c| c.is_digit(8)).collect();
    u32::from_str_radix(&stated, 8).is_ok_and(|s| s == sum)
}

/// Where in an archive something happened, as words after its name.
pub(super) fn spot(last: &str) -> String {
    if last.is_empty() { "at its beginning".into() } else { format!("in {last}") }
}
