use super::*;
use std::io::Write;
use std::path::Path;

type Rows = Vec<(usize, String, String)>;

fn read_all(files: &mut Files) -> Result<Rows> {
    let mut rows = Vec::new();
    files.visit(&|_| true, &mut |entry| {
        let mut text = String::new();
        let _ = entry.reader.read_to_string(&mut text);
        rows.push((entry.index, entry.path.to_owned(), text));
        Ok(())
    })?;
    Ok(rows)
}

fn tar_of(entries: &[(&str, &str)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (path, text) in entries {
        let mut header = tar::Header::new_gnu();
        // Written by hand: the builder itself refuses unsafe paths.
        header.as_gnu_mut().expect("a gnu header").name[..path.len()].copy_from_slice(path.as_bytes());
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        builder.append(&header, text.as_bytes()).expect("an entry");
    }
    builder.into_inner().expect("a tar")
}

fn zip_of(entries: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (path, text) in entries {
        writer.start_file(*path, zip::write::SimpleFileOptions::default()).expect("an entry");
        writer.write_all(text.as_bytes()).expect("its bytes");
    }
    writer.finish().expect("a zip").into_inner()
}

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    writer.write_all(bytes).expect("bytes");
    writer.finish().expect("a gz")
}

fn zst(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).expect("a zst")
}

struct Desk(tempfile::TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }
    fn put(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        std::fs::write(&path, bytes).expect("a file");
        path
    }
    fn path(&self) -> &Path {
        self.0.path()
    }
}

fn refusal(path: &Path, limits: Limits) -> String {
    let result = Files::open_with(&[path.to_path_buf()], limits).and_then(|mut f| read_all(&mut f));
    result.expect_err("a refusal").message
}

const PLAIN: &[(&str, &str)] = &[("b/10.csv", "ten"), ("./b/9.csv", "nine"), ("a.json", "a")];

#[test]
fn every_packing_gives_the_same_entries() {
    let desk = Desk::new();
    let tar = tar_of(PLAIN);
    let natural = [(0, "a.json", "a"), (1, "b/9.csv", "nine"), (2, "b/10.csv", "ten")];
    let natural: Rows = natural.iter().map(|(i, p, t)| (*i, (*p).into(), (*t).into())).collect();
    let lying: Rows = [2, 1, 0].iter().map(|i| natural[*i].clone()).collect();
    // The names say nothing: the first bytes do.
    for (name, bytes) in [("x1", tar.clone()), ("x2.zip", gz(&tar)), ("x3.bin", zst(&tar))] {
        let path = desk.put(name, &bytes);
        let mut files = Files::open(&[path]).expect(name);
        assert_eq!(read_all(&mut files).expect(name), lying, "{name}");
        assert_eq!(files.entries()[1], EntryInfo { path: "b/9.csv".into(), size: Some(4) });
        assert_eq!(files.total_bytes(), bytes.len() as u64);
        assert_eq!(files.read_entry("a.json", 10).expect(name), Some(b"a".to_vec()));
        assert_eq!(files.read_entry("none", 10).expect(name), None);
        assert!(
            files.read_entry("b/10.csv", 2).expect_err("too large").message.contains("b/10.csv is larger")
        );
    }
    let zip = desk.put("x4.tar", zip_of(&[("b/10.csv", "ten"), ("b/9.csv", "nine"), ("a.json", "a")]));
    assert_eq!(read_all(&mut Files::open(&[zip]).expect("a zip")).expect("its entries"), natural);
}

#[test]
fn folders_are_read_with_what_they_pack() {
    let desk = Desk::new();
    desk.put("in/2.txt", "two");
    desk.put("in/10.txt.gz", gz(b"ten"));
    desk.put("in/3.txt.zst", zst(b"three"));
    desk.put("in/sub/pack.tar.gz", gz(&tar_of(&[("y/1.csv", "inner"), ("nested.zip", "PK")])));
    desk.put("in/.DS_Store", "litter");
    desk.put("in/__MACOSX/a.txt", "litter");
    desk.put("in/._2.txt", "litter");
    let mut files = Files::open(&[desk.path().join("in")]).expect("a folder");
    let paths: Vec<&str> = files.entries().iter().map(|e| e.path.as_str()).collect();
    assert_eq!(paths, ["2.txt", "3.txt", "10.txt", "sub/nested.zip", "sub/y/1.csv"]);
    let rows = read_all(&mut files).expect("entries");
    let texts: Vec<&str> = rows.iter().map(|r| r.2.as_str()).collect();
    assert_eq!(texts, ["two", "three", "ten", "inner", "PK"]);
    assert_eq!(rows.iter().map(|r| r.0).collect::<Vec<_>>(), [0, 1, 2, 4, 3]);
}

#[test]
fn several_paths_come_in_natural_order_of_the_path() {
    let desk = Desk::new();
    let paths = [desk.put("part 10.json", "b"), desk.put("part 2.json.gz", gz(b"a"))];
    let mut files = Files::open(&paths).expect("files");
    let rows = read_all(&mut files).expect("entries");
    assert_eq!(rows, [(0, "part 2.json".into(), "a".into()), (1, "part 10.json".into(), "b".into())]);
    let missing = Files::open(&[desk.path().join("nowhere")]).expect_err("missing");
    assert_eq!(missing.kind, base::ErrorKind::NotFound);
}

#[test]
fn position_and_offset_move_through_the_input() {
    let desk = Desk::new();
    let noise: String =
        (0..400_000u32).map(|i| char::from(33 + (i.wrapping_mul(2_654_435_761) >> 26) as u8)).collect();
    let zip = desk.put("x.zip", zip_of(&[("1", &noise), ("2", &noise)]));
    let plain = desk.put("y.txt", &noise);
    let mut files = Files::open(&[zip, plain]).expect("files");
    let total = files.total_bytes();
    let (mut offsets, mut ends) = (Vec::new(), Vec::new());
    files
        .visit(&|_| true, &mut |e| {
            offsets.push(e.offset);
            std::io::copy(e.reader, &mut std::io::sink()).expect("bytes");
            ends.push(e.position.bytes());
            Ok(())
        })
        .expect("entries");
    assert_eq!(offsets[0], 0);
    assert!(offsets.is_sorted() && ends.is_sorted() && ends[0] == offsets[1]);
    assert_eq!(ends[2], total);
}

#[test]
fn paths_that_climb_are_refused() {
    let desk = Desk::new();
    for (name, word) in [
        ("../x", "climbs"),
        ("a/../../x", "climbs"),
        ("/x", "absolute"),
        ("C:x", "drive"),
        ("a\\x", "backslash"),
    ] {
        let tar = desk.put("t.tar", tar_of(&[("ok", "1"), (name, "2")]));
        let zip = desk.put("t.zip", zip_of(&[("ok", "1"), (name, "2")]));
        for path in [tar, zip] {
            let message = refusal(&path, Limits::default());
            assert!(message.contains(word), "{message}");
        }
    }
}

#[test]
fn links_and_devices_are_left_out() {
    let desk = Desk::new();
    let mut builder = tar::Builder::new(Vec::new());
    for (kind, name) in [
        (tar::EntryType::Symlink, "soft"),
        (tar::EntryType::Link, "hard"),
        (tar::EntryType::Char, "device"),
        (tar::EntryType::Directory, "folder/"),
    ] {
        let mut header = tar::Header::new_gnu();
        header.set_path(name).expect("a name");
        header.set_entry_type(kind);
        if kind.is_symlink() || kind.is_hard_link() {
            header.set_link_name("/etc/passwd").expect("a target");
        }
        header.set_size(0);
        header.set_cksum();
        builder.append(&header, &b""[..]).expect("an entry");
    }
    let tar = desk.put("t.tar", builder.into_inner().expect("a tar"));
    let files = Files::open(&[tar]).expect("a tar");
    assert!(files.entries().is_empty());
    let left: Vec<&str> = files.left_out().iter().map(|l| l.path.as_str()).collect();
    assert_eq!(left, ["soft", "hard", "device"]);
}

#[cfg(unix)]
#[test]
fn links_in_folders_are_left_out() {
    let desk = Desk::new();
    desk.put("in/a.txt", "a");
    let outside = desk.put("secret.txt", "s");
    std::os::unix::fs::symlink(&outside, desk.path().join("in/out.txt")).expect("a link");
    std::os::unix::fs::symlink(desk.path(), desk.path().join("in/up")).expect("a link");
    let mut files = Files::open(&[desk.path().join("in")]).expect("a folder");
    assert_eq!(read_all(&mut files).expect("entries").len(), 1);
    assert_eq!(files.left_out().len(), 2);
}

#[test]
fn bombs_are_refused_before_they_go_off() {
    let desk = Desk::new();
    let zeros = "0".repeat(16 << 20);
    let limits = Limits { ratio: 100, ..Limits::default() };
    for (name, bytes) in [
        ("b.zip", zip_of(&[("z", &zeros)])),
        ("b.gz", gz(zeros.as_bytes())),
        ("b.zst", zst(zeros.as_bytes())),
        ("b.tar.gz", gz(&tar_of(&[("z", &zeros)]))),
    ] {
        let message = refusal(&desk.put(name, bytes), limits);
        assert!(message.contains("100 times its size") && message.contains(name), "{message}");
    }
    let two = zip_of(&[("a", "0123456789"), ("b", "0123456789")]);
    let path = desk.put("two.zip", &two);
    let total = refusal(&path, Limits { total: 15, ..Limits::default() });
    assert!(total.contains("15 bytes in all"), "{total}");
    let entry = refusal(&path, Limits { entry: 9, ..Limits::default() });
    assert!(entry.contains("larger than 9 bytes"), "{entry}");
    let count = refusal(&path, Limits { entries: 1, ..Limits::default() });
    assert!(count.contains("more than 1 files"), "{count}");
    let gz_total = refusal(&desk.put("t.gz", gz(b"0123456789")), Limits { entry: 9, ..Limits::default() });
    assert!(gz_total.contains("larger than 9 bytes"), "{gz_total}");
}

#[test]
fn what_breaks_off_says_where() {
    let desk = Desk::new();
    let noise: String =
        (0..600_000u32).map(|i| char::from(33 + (i.wrapping_mul(2_654_435_761) >> 26) as u8)).collect();
    let tar = tar_of(&[("first.txt", "1"), ("second.txt", &noise)]);
    let half = |b: &[u8]| b[..b.len() / 2].to_vec();
    for (name, bytes) in
        [("h.tar", half(&tar)), ("h.tar.gz", half(&gz(&tar))), ("h.tar.zst", half(&zst(&tar)))]
    {
        let message = refusal(&desk.put(name, bytes), Limits::default());
        assert!(message.contains("breaks off in second.txt"), "{message}");
    }
    // Cut between two entries: 512 header + 512 content.
    let message = refusal(&desk.put("cut.tar", &tar[..1024]), Limits::default());
    assert!(message.contains("breaks off after first.txt"), "{message}");
    let zip = zip_of(&[("first.txt", "1"), ("second.txt", &noise)]);
    let message = refusal(&desk.put("h.zip", half(&zip)), Limits::default());
    assert!(message.contains("breaks off"), "{message}");
    let message = refusal(&desk.put("m.mbox.gz", half(&gz(noise.as_bytes()))), Limits::default());
    assert!(message.contains("breaks off in m.mbox"), "{message}");
}

#[test]
fn damage_in_a_zip_is_seen() {
    let desk = Desk::new();
    let mut zip = zip_of(&[("first.txt", "the quick brown fox jumps over the lazy dog")]);
    zip[45] ^= 0x55;
    let message = refusal(&desk.put("d.zip", zip), Limits::default());
    assert!(message.contains("first.txt"), "{message}");
}

#[test]
fn encrypted_zips_are_refused() {
    let desk = Desk::new();
    let mut zip = zip_of(&[("first.txt", "x")]);
    // The flag of encryption: offset 6 of the local header, 8 of the central one.
    let central = zip.windows(4).position(|w| w == b"PK\x01\x02").expect("a directory");
    zip[6] |= 1;
    zip[central + 8] |= 1;
    let message = refusal(&desk.put("e.zip", zip), Limits::default());
    assert!(message.contains("first.txt: it is encrypted"), "{message}");
}

#[test]
fn a_later_entry_replaces_an_earlier_one_and_empty_things_are_empty() {
    let desk = Desk::new();
    let tar = desk.put("t.tar", tar_of(&[("a", "old"), ("b", "b"), ("./a", "new")]));
    let rows = read_all(&mut Files::open(&[tar]).expect("a tar")).expect("entries");
    assert_eq!(rows, [(1, "b".into(), "b".into()), (0, "a".into(), "new".into())]);
    let empty = desk.put("empty.json", "");
    assert_eq!(read_all(&mut Files::open(&[empty]).expect("a file")).expect("it").len(), 1);
    std::fs::create_dir(desk.path().join("none")).expect("a folder");
    assert!(Files::open(&[desk.path().join("none")]).expect("a folder").entries().is_empty());
}
