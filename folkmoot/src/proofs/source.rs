//! The workspace's sources as far as the proofs need them: text literals, constants, routes. Tests are left out.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use store::Dialect;

/// A text literal and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Literal {
    pub line: usize,
    /// As the compiler sees it.
    pub text: String,
    /// The code between the literal before and this one, without comments.
    pub before: String,
    /// Counts the functions of the file, so that pieces of one text can be put together.
    pub function: usize,
    /// The only database that comes here, where the code asks which one it is.
    pub only: Option<Dialect>,
}

impl Literal {
    /// Whether it is the first argument of `format!`.
    pub fn is_formatted(&self) -> bool {
        self.before.trim_end().ends_with("format!(")
    }

    /// The constant whose value it is, and whether that is seen outside of its file.
    pub fn constant(&self) -> Option<(&str, bool)> {
        let code = self.before.trim_end().strip_suffix('=')?;
        let (head, declared) = code.rsplit_once("const ")?;
        let (name, kind) = declared.split_once(':')?;
        (kind.contains("str") && !kind.contains(';'))
            .then(|| (name.trim(), head.trim_end().ends_with([')', 'b'])))
    }
}

/// One file.
pub(super) struct Source {
    /// From the workspace's root.
    pub path: PathBuf,
    pub literals: Vec<Literal>,
    /// The code after the last literal.
    pub rest: String,
}

impl Source {
    /// The folder of its crate, from the workspace's root.
    pub fn krate(&self) -> PathBuf {
        self.path
            .ancestors()
            .find(|p| p.ends_with("src"))
            .and_then(Path::parent)
            .unwrap_or(&self.path)
            .to_owned()
    }

    /// The literal that a `let` or `for` of the same function, before the literal `at`, puts into `name`; nothing
    /// when it is an argument of the text's own or something else than a literal.
    pub fn held_by(&self, at: usize, name: &str) -> Option<usize> {
        if self.after(at).split([',', '(', '\n', ' ']).any(|word| word == name)
            && self.after(at).contains(" = ")
        {
            return None;
        }
        let function = self.literals[at].function;
        for i in (0..=at).rev().take_while(|i| self.literals[*i].function == function) {
            let code = &self.literals[i].before;
            let behind = ["let ", "let mut ", "for "]
                .iter()
                .flat_map(|word| code.match_indices(&format!("{word}{name}")).collect::<Vec<_>>())
                .map(|(found, whole)| &code[found + whole.len()..])
                .filter(|behind| behind.starts_with([' ', ':']))
                .min_by_key(|behind| behind.len());
            if let Some(behind) = behind {
                return (i < at && !behind.contains(';')).then_some(i);
            }
        }
        None
    }

    /// The code between the literal `at` and the next one.
    fn after(&self, at: usize) -> &str {
        self.literals.get(at + 1).map_or(self.rest.as_str(), |l| l.before.as_str())
    }

    /// What is joined as the first argument after the literal `at`: the name in `, name.join(`.
    pub fn joined_after(&self, at: usize) -> Option<&str> {
        let (name, call) = self.after(at).trim_start_matches([',', ' ', '\n']).split_once('.')?;
        call.starts_with("join(").then_some(name)
    }

    pub fn place(&self, line: usize) -> String {
        format!("{}:{line}", self.path.display())
    }
}

/// Every source of the program, tests left out.
pub(super) fn all() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace's root");
    let mut found = Vec::new();
    for part in ["kernel", "capabilities", "connectors", "demo", "folkmoot"] {
        walk(&root.join(part), root, &mut found);
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn walk(folder: &Path, root: &Path, found: &mut Vec<Source>) {
    let mut files = Vec::new();
    let mut skipped = BTreeSet::from(["tests".to_owned(), "target".to_owned()]);
    let entries = std::fs::read_dir(folder).expect("a folder of the workspace").flatten();
    let (folders, other): (Vec<_>, Vec<_>) = entries.map(|e| e.path()).partition(|p| p.is_dir());
    for path in other.into_iter().filter(|p| p.extension().is_some_and(|e| e == "rs")) {
        // Somebody may be writing it this moment.
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let (source, tests) = read(path.strip_prefix(root).expect("below the root"), &text);
        skipped.extend(tests);
        files.push(source);
    }
    let stem = |p: &Path| p.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    found.extend(files.into_iter().filter(|f| !skipped.contains(&stem(&f.path))));
    for path in folders.into_iter().filter(|p| !skipped.contains(&stem(p))) {
        walk(&path, root, found);
    }
}

/// A file's literals, and the names of its modules that are only for tests.
fn read(path: &Path, text: &str) -> (Source, Vec<String>) {
    let mut reader = Reader { rest: text, line: 1, code: String::new(), functions: 0 };
    let mut arm = Arm::default();
    let (mut literals, mut tests) = (Vec::new(), Vec::new());
    while let Some(text) = reader.literal() {
        if only_tests(&reader.code, &mut tests) {
            break;
        }
        reader.functions += reader.code.matches("fn ").count();
        let before = std::mem::take(&mut reader.code);
        let only = arm.follow(&before);
        literals.push(Literal { line: reader.line, text, before, function: reader.functions, only });
    }
    only_tests(&reader.code, &mut tests);
    (Source { path: path.to_owned(), literals, rest: reader.code }, tests)
}

/// Whether a module of tests begins here, after which nothing of the program comes; and the names of those in
/// files of their own.
fn only_tests(code: &str, files: &mut Vec<String>) -> bool {
    for after in code.split("#[cfg(test)]").skip(1) {
        let after = after.trim_start();
        let Some(name) = after.strip_prefix("pub ").unwrap_or(after).strip_prefix("mod ") else { continue };
        match name.find([';', '{']).map(|at| name.split_at(at)) {
            Some((name, end)) if end.starts_with(';') => files.push(name.trim().to_owned()),
            _ => return true,
        }
    }
    false
}

/// Where code is that only one database comes to: behind `Dialect::Sqlite =>`, or in the block behind
/// `if … == Dialect::Sqlite`.
#[derive(Default)]
struct Arm {
    depth: i32,
    /// The database, and the depth at which it is the only one.
    only: Option<(Dialect, i32)>,
    /// The database of a block that begins with the next brace.
    next: Option<Dialect>,
}

impl Arm {
    fn follow(&mut self, code: &str) -> Option<Dialect> {
        for (at, c) in code.char_indices() {
            self.depth += i32::from(c == '{') - i32::from(c == '}');
            if c == '{' && self.next.is_some() {
                self.only = self.next.take().map(|dialect| (dialect, self.depth));
            }
            if self.only.is_some_and(|(_, depth)| self.depth < depth) {
                self.only = None;
            }
            let named = [("Dialect::Sqlite", Dialect::Sqlite), ("Dialect::Postgres", Dialect::Postgres)];
            let Some((word, dialect)) = named.into_iter().find(|n| code[at..].starts_with(n.0)) else {
                continue;
            };
            let behind = code[at + word.len()..].trim_start();
            if behind.starts_with("=>") {
                self.only = Some((dialect, self.depth));
            } else if behind.starts_with('{') && code[..at].trim_end().ends_with("==") {
                self.next = Some(dialect);
            }
        }
        self.only.map(|only| only.0)
    }
}

struct Reader<'a> {
    rest: &'a str,
    line: usize,
    code: String,
    functions: usize,
}

impl Reader<'_> {
    fn skip(&mut self, bytes: usize) -> &str {
        let (read, rest) = self.rest.split_at(bytes);
        self.line += read.matches('\n').count();
        self.rest = rest;
        read
    }

    /// The next literal; what comes before it is added to the code.
    fn literal(&mut self) -> Option<String> {
        loop {
            let next = self.rest.chars().next()?;
            if self.rest.starts_with("//") {
                let end = self.rest.find('\n').unwrap_or(self.rest.len());
                self.skip(end);
            } else if self.rest.starts_with("/*") {
                let end = self.rest.find("*/").map_or(self.rest.len(), |at| at + 2);
                self.skip(end);
            } else if let Some(text) = self.raw() {
                return Some(text);
            } else if next == '"' {
                return Some(self.quoted());
            } else if next == '\'' {
                let (skipped, _) = (self.character(), ());
                self.code.push_str("' '");
                self.skip(skipped);
            } else {
                self.code.push(next);
                self.skip(next.len_utf8());
            }
        }
    }

    /// How long a character literal is; a lifetime is only its mark.
    fn character(&self) -> usize {
        let mut chars = self.rest.char_indices().skip(1);
        match chars.next() {
            Some((_, '\\')) => self.rest[3..].find('\'').map_or(1, |at| at + 4),
            Some(_) => match chars.next() {
                Some((at, '\'')) => at + 1,
                _ => 1,
            },
            None => 1,
        }
    }

    fn raw(&mut self) -> Option<String> {
        let word = self.code.chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_');
        let inside = self.rest.strip_prefix('r').filter(|_| !word || self.code.ends_with('b'))?;
        let hashes = inside.len() - inside.trim_start_matches('#').len();
        let inside = inside[hashes..].strip_prefix('"')?;
        let end = format!("\"{}", "#".repeat(hashes));
        let length = inside.find(&end)?;
        let text = inside[..length].to_owned();
        self.skip(2 + hashes + length + end.len());
        Some(text)
    }

    fn quoted(&mut self) -> String {
        let mut text = String::new();
        let mut chars = self.rest.char_indices().skip(1).peekable();
        let mut end = self.rest.len();
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    end = at + 1;
                    break;
                }
                '\\' => match chars.next().map(|e| e.1) {
                    Some('\n') => while chars.next_if(|(_, c)| c.is_whitespace()).is_some() {},
                    Some('n') => text.push('\n'),
                    Some('t') => text.push('\t'),
                    Some('r') => text.push('\r'),
                    Some(other) => text.push(other),
                    None => {}
                },
                c => text.push(c),
            }
        }
        self.skip(end);
        text
    }
}

/// A route of the sources: the path, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Route {
    pub path: String,
    pub place: String,
}

/// Every route that answers GET.
///
/// # Panics
/// When a path is neither a literal nor a constant.
pub(super) fn get_routes(sources: &[Source]) -> Vec<Route> {
    let gets = all_routes(sources).into_iter().filter(|(method, _)| *method == "GET");
    gets.map(|(_, route)| route).collect()
}

/// Every route with its method, by path.
///
/// # Panics
/// When a path is neither a literal nor a constant.
pub(super) fn all_routes(sources: &[Source]) -> Vec<(&'static str, Route)> {
    let mut routes = Vec::new();
    for source in sources {
        let codes = source.literals.iter().map(|l| l.before.as_str()).chain([source.rest.as_str()]);
        let codes: Vec<&str> = codes.collect();
        for (i, code) in codes.iter().enumerate() {
            for (n, after) in code.split(".route(").skip(1).enumerate() {
                let last = n + 1 == code.matches(".route(").count();
                let literal = source.literals.get(i).filter(|_| last && after.trim().is_empty());
                let (path, line, methods) = match literal {
                    Some(literal) => (literal.text.clone(), literal.line, codes[i + 1].to_owned()),
                    None => {
                        let (name, methods) = after.split_once(',').unwrap_or((after, ""));
                        let line = source.literals.get(i).map_or(0, |l| l.line);
                        (constant(source, sources, name.trim()), line, methods.to_owned())
                    }
                };
                let route = Route { path, place: source.place(line) };
                routes.extend(methods_in(&methods).into_iter().map(|method| (method, route.clone())));
            }
        }
    }
    routes.sort_by(|a, b| (&a.1, a.0).cmp(&(&b.1, b.0)));
    routes
}

/// The methods of a route: the calls behind its path, up to the parenthesis that closes it.
fn methods_in(code: &str) -> Vec<&'static str> {
    const METHODS: [(&str, &str); 5] =
        [("get(", "GET"), ("post(", "POST"), ("put(", "PUT"), ("patch(", "PATCH"), ("delete(", "DELETE")];
    let mut depth = 1;
    let end = code.char_indices().find(|(_, c)| {
        depth += i32::from(*c == '(') - i32::from(*c == ')');
        depth == 0
    });
    let code = &code[..end.map_or(code.len(), |(at, _)| at)];
    let code = code.split(".route(").next().unwrap_or_default();
    let called = |word: &str| {
        code.match_indices(word)
            .any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_'))
    };
    METHODS.iter().filter(|(word, _)| called(word)).map(|m| m.1).collect()
}

/// The text of a constant: of this file, else one of its crate that is seen elsewhere.
pub(super) fn constant(source: &Source, sources: &[Source], name: &str) -> String {
    let name = name.rsplit("::").next().unwrap_or(name);
    find_constant(source, sources, name)
        .unwrap_or_else(|| panic!("{}: {name} is no constant with a text", source.path.display()))
}

/// The same, if there is one.
pub(super) fn find_constant(source: &Source, sources: &[Source], name: &str) -> Option<String> {
    let in_file = |s: &Source, outside: bool| {
        let of_name =
            |l: &&Literal| l.constant().is_some_and(|(n, public)| n == name && (public || !outside));
        s.literals.iter().find(of_name).map(|l| l.text.clone())
    };
    in_file(source, false)
        .or_else(|| sources.iter().filter(|s| s.krate() == source.krate()).find_map(|s| in_file(s, true)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(code: &str) -> Vec<String> {
        read(Path::new("a/src/lib.rs"), code).0.literals.into_iter().map(|l| l.text).collect()
    }

    #[test]
    fn literals_are_read_as_the_compiler_reads_them() {
        let code = r##"
            // "no"
            /* "nor this" */
            fn a<'a>(c: &'a str) -> char { '"' }
            const X: &str = "one \
                             two";
            fn b() { let s = r#"a "raw" one"#; let e = '\''; format!("{X} \"q\" \n"); }
            #[cfg(test)]
            mod tests { fn t() { "a test's" } }
        "##;
        assert_eq!(texts(code), ["one two", "a \"raw\" one", "{X} \"q\" \n"]);
        let (source, _) = read(Path::new("a/src/lib.rs"), code);
        assert_eq!(source.literals[0].constant(), Some(("X", false)));
        assert!(
            source.literals[2].is_formatted() && source.literals[1].function != source.literals[0].function
        );
    }

    #[test]
    fn routes_are_read_with_their_methods() {
        let code = r#"
            fn a() -> Router {
                Router::new()
                    .route("/one", get(list).post(add))
                    .route("/two", axum::routing::delete(api::forget))
                    .route(THREE, get(async || Redirect::to("/one")))
            }
            const THREE: &str = "/three";
            fn b(headers: &HeaderMap) { headers.get(NAME); budget(1); }
        "#;
        let (source, _) = read(Path::new("a/src/lib.rs"), code);
        let routes = all_routes(&[source]);
        let seen: Vec<(&str, &str)> = routes.iter().map(|(m, r)| (*m, r.path.as_str())).collect();
        assert_eq!(seen, [("GET", "/one"), ("POST", "/one"), ("GET", "/three"), ("DELETE", "/two")]);
    }

    #[test]
    fn code_for_one_database_is_known_as_such() {
        let code = r#"
            fn a() {
                "both";
                match c.dialect() {
                    Dialect::Sqlite => "one",
                    Dialect::Postgres => {
                        let x = "two";
                        for y in z { f("three") }
                    }
                }
                "both again";
                if c.dialect() == Dialect::Postgres { f("four") }
                "and again"
            }
        "#;
        let (source, _) = read(Path::new("a/src/lib.rs"), code);
        let only: Vec<Option<Dialect>> = source.literals.iter().map(|l| l.only).collect();
        let (s, p) = (Some(Dialect::Sqlite), Some(Dialect::Postgres));
        assert_eq!(only, [None, s, p, p, None, p, None]);
    }

    #[test]
    fn routes_are_found_with_their_methods() {
        let code = r#"
            const PATH: &str = "/desk/x";
            fn routes() -> Router<App> {
                Router::new()
                    .route("/a", get(a).post(b))
                    .route("/b/{id}", post(b))
                    .route(
                        "/c",
                        axum::routing::get(c),
                    )
                    .route(PATH, get(x))
                    .route("/d", delete(d).get(e))
            }
        "#;
        let (source, _) = read(Path::new("a/src/lib.rs"), code);
        let paths: Vec<String> = get_routes(&[source]).into_iter().map(|r| r.path).collect();
        assert_eq!(paths, ["/a", "/c", "/d", "/desk/x"]);
    }
}
