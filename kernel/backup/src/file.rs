//! A backup as a file: written in blocks, read in blocks, and refused with the place where it is not whole.

use crate::wire::{self, BLOCK_MAX, Block, Footer, HEAD, Header, Kind, MAGIC, Sum, TableSum};
use base::{Error, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::Path;

/// How hard it is compressed: the level at which zstd takes no longer than reading the rows does.
const LEVEL: i32 = 3;

/// Takes blocks: a file, or a database that is being filled.
pub(crate) trait Sink {
    /// What comes, before any row.
    fn begin(&mut self, header: &Header) -> Result<()>;
    /// Some rows of one table.
    fn rows(&mut self, block: &Block) -> Result<()>;
    /// What came, after every row.
    fn end(&mut self, footer: &Footer) -> Result<()>;
}

/// Writes a backup.
pub(crate) struct Writer<W: Write> {
    out: zstd::Encoder<'static, W>,
}

impl Writer<BufWriter<File>> {
    /// Into a new file, for its owner alone.
    pub fn create(path: &Path) -> Result<Self> {
        let mut options = File::options();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(|e| Error::from(e).at(path.display()))?;
        Self::new(BufWriter::new(file))
    }

    /// Ends the stream and puts the file onto the disk; its length.
    pub fn finish(self) -> Result<u64> {
        let buffered = self.out.finish()?;
        let file = buffered.into_inner().map_err(|e| Error::from(e.into_error()))?;
        file.sync_all()?;
        Ok(file.metadata()?.len())
    }
}

impl<W: Write> Writer<W> {
    fn new(out: W) -> Result<Self> {
        let mut out = zstd::Encoder::new(out, LEVEL)?;
        out.include_checksum(true)?;
        out.write_all(MAGIC)?;
        Ok(Self { out })
    }

    fn block(&mut self, kind: Kind, block: &Block) -> Result<()> {
        if block.body.len() > BLOCK_MAX {
            return Err(Error::internal("a row is too long for a backup"));
        }
        self.out.write_all(&wire::head(kind, block))?;
        Ok(self.out.write_all(&block.body)?)
    }

    fn document(&mut self, kind: Kind, value: &impl Serialize) -> Result<()> {
        let body = serde_json::to_vec(value).map_err(|e| Error::internal(e.to_string()))?;
        self.block(kind, &Block { body, ..Block::default() })
    }
}

impl<W: Write> Sink for Writer<W> {
    fn begin(&mut self, header: &Header) -> Result<()> {
        self.document(Kind::Header, header)
    }
    fn rows(&mut self, block: &Block) -> Result<()> {
        self.block(Kind::Rows, block)
    }
    fn end(&mut self, footer: &Footer) -> Result<()> {
        self.document(Kind::Footer, footer)
    }
}

/// Reads a backup, and holds it to what it says of itself.
pub(crate) struct Reader<R: Read> {
    input: R,
    pub header: Header,
    /// What was read so far, for each table.
    sums: Vec<Sum>,
    /// Blocks read so far, to say where something is wrong.
    blocks: u64,
    ended: bool,
}

impl Reader<zstd::Decoder<'static, BufReader<File>>> {
    /// Opens a file and reads its header.
    ///
    /// # Errors
    /// `NotFound`, `Invalid` when it is no backup.
    pub fn open(path: &Path) -> Result<Self> {
        let file = match File::open(path) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                return Err(Error::not_found(format!("there is no file {}", path.display())));
            }
            opened => opened.map_err(|e| Error::from(e).at(path.display()))?,
        };
        let input = zstd::Decoder::new(file).map_err(|e| Error::from(e).at(path.display()))?;
        Self::new(input).map_err(|e| e.at(path.display()))
    }
}

impl<R: Read> Reader<R> {
    fn new(mut input: R) -> Result<Self> {
        let mut magic = [0; MAGIC.len()];
        let read = input.read_exact(&mut magic);
        if read.is_err() || magic != MAGIC {
            let newer = magic.starts_with(b"folkmoot-backup ");
            return Err(Error::invalid(if newer {
                "this backup is of a newer kind than this program reads; restore it with the version that made it"
            } else {
                "this is no backup of Folkmoot, or nothing of its beginning is left"
            }));
        }
        let header = Header {
            version: String::new(),
            taken_at: 0,
            database: String::new(),
            migrations: vec![],
            tables: vec![],
            left_out: vec![],
        };
        let mut reader = Self { input, header, sums: Vec::new(), blocks: 0, ended: false };
        let (kind, block) = reader.block()?;
        if kind != Kind::Header {
            return Err(reader.wrong("it does not begin with its header"));
        }
        reader.header = reader.document(&block)?;
        reader.sums = vec![Sum::default(); reader.header.tables.len()];
        Ok(reader)
    }

    /// The next rows; `None` at the end, which is not reached unless everything agrees.
    ///
    /// # Errors
    /// `Invalid`, naming the table and the block, when it is cut off or changed.
    pub fn next(&mut self) -> Result<Option<Block>> {
        if self.ended {
            return Ok(None);
        }
        let (kind, block) = self.block()?;
        match kind {
            Kind::Header => Err(self.wrong("a second header")),
            Kind::Footer => {
                let footer: Footer = self.document(&block)?;
                self.agree(&footer)?;
                self.ended = true;
                let mut more = [0];
                // The end of the stream has a checksum of its own, which is compared when it is read.
                match self.input.read(&mut more) {
                    Ok(0) => Ok(None),
                    Ok(_) => Err(self.wrong("something comes after its end")),
                    Err(e) => Err(self.wrong(&e.to_string())),
                }
            }
            Kind::Rows => {
                let table = usize::from(block.table);
                let Some(columns) = self.header.tables.get(table).map(|t| t.columns.len()) else {
                    return Err(self.wrong("rows of a table that the header does not name"));
                };
                let mut sum = self.sums[table];
                let before = sum.rows;
                each_row(&block.body, columns, |row, _| {
                    sum.add(row);
                    Ok(())
                })
                .map_err(|e| self.wrong(&e.message))?;
                if sum.rows - before != u64::from(block.rows) {
                    return Err(self.wrong("a block holds another number of rows than it says"));
                }
                self.sums[table] = sum;
                Ok(Some(block))
            }
        }
    }

    /// Rows and checksum of each table, as they were read.
    pub fn sums(&self) -> Vec<TableSum> {
        self.header.tables.iter().zip(&self.sums).map(|(t, s)| s.named(&t.name)).collect()
    }

    fn agree(&self, footer: &Footer) -> Result<()> {
        let have = self.sums();
        match have.iter().zip(&footer.tables).find(|(have, want)| have != want) {
            Some((have, want)) => Err(self.wrong(&format!(
                "of the table {} there are {} rows with the checksum {}, and should be {} with {}",
                have.name, have.rows, have.checksum, want.rows, want.checksum
            ))),
            None if have.len() != footer.tables.len() => {
                Err(self.wrong("its end names other tables than its header"))
            }
            None => Ok(()),
        }
    }

    fn block(&mut self) -> Result<(Kind, Block)> {
        let mut head = [0; HEAD];
        self.exactly(&mut head)?;
        let number =
            |from: usize| u32::from_le_bytes([head[from], head[from + 1], head[from + 2], head[from + 3]]);
        let length = number(7) as usize;
        let kind = Kind::of(head[0]).filter(|_| length <= BLOCK_MAX);
        let kind = kind.ok_or_else(|| self.wrong("what should be the beginning of a block is none"))?;
        let mut block =
            Block { table: u16::from_le_bytes([head[1], head[2]]), rows: number(3), body: vec![0; length] };
        let mut body = std::mem::take(&mut block.body);
        self.exactly(&mut body)?;
        let said: [u8; 8] = head[11..].try_into().unwrap_or_default();
        if wire::hash(&head[..11], &body) != u64::from_le_bytes(said) {
            return Err(self.wrong("a block is not what was written"));
        }
        block.body = body;
        self.blocks += 1;
        Ok((kind, block))
    }

    fn exactly(&mut self, into: &mut [u8]) -> Result<()> {
        self.input.read_exact(into).map_err(|e| match e.kind() {
            std::io::ErrorKind::UnexpectedEof => self.wrong("it is cut off"),
            _ => self.wrong(&e.to_string()),
        })
    }

    fn document<T: DeserializeOwned>(&self, block: &Block) -> Result<T> {
        serde_json::from_slice(&block.body).map_err(|e| self.wrong(&e.to_string()))
    }

    /// What is wrong, with where.
    fn wrong(&self, what: &str) -> Error {
        let reached = self.sums.iter().rposition(|s| s.rows > 0);
        let place = match reached.and_then(|t| self.header.tables.get(t).map(|h| (h, self.sums[t].rows))) {
            Some((table, rows)) => {
                format!("after block {}, row {rows} of {} in table {}", self.blocks, table.rows, table.name)
            }
            None => format!("after block {}", self.blocks),
        };
        Error::invalid(format!(
            "this backup is not whole: {what} ({place}). Use another one; nothing of it was taken."
        ))
    }
}

/// Calls `each` with the bytes and the values of every row.
pub(crate) fn each_row<'a>(
    body: &'a [u8],
    columns: usize,
    mut each: impl FnMut(&'a [u8], &[store::Param<'a>]) -> Result<()>,
) -> Result<()> {
    let mut rest = body;
    let mut values = Vec::with_capacity(columns);
    while !rest.is_empty() {
        let row = wire::take_row(&mut rest, &mut values, columns)?;
        if row.is_empty() {
            return Err(Error::invalid("rows without columns"));
        }
        each(row, &values)?;
    }
    Ok(())
}
