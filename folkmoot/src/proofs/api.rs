//! The API is what its description says: every route is described, every example is carried out and its answer held
//! against the description and against what is written down of it, every list can be read page by page.

use super::filled::{self, Filled};
use super::source;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::Request;
use capability::api::{self, Described, Operation};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use store::Priority;
use tower::ServiceExt as _;

/// Where the answers are written down.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/api-examples.json");
/// Set it to write them down anew.
const WRITE: &str = "FOLKMOOT_WRITE_EXAMPLES";

/// Examples that are not carried out here: an upload, and what only a running or a zoneless import allows. Their own
/// tests do it.
const NOT_RUN: [&str; 5] =
    ["createImport", "stopImport", "continueImport", "correctZone", "testSignInProvider"];
/// Whose answers are not written down: too long, or it depends on how far a thread is (readings of files come
/// into the audit log a moment later).
const NOT_KEPT: [&str; 4] = ["getDescription", "undoImport", "getSettings", "listAuditEntries"];
/// Entries of a list that are written down.
const ENTRIES: usize = 2;

/// Somebody who asks as programs do.
struct Asker {
    router: Router,
    token: String,
    session: String,
}

struct Answered {
    status: u16,
    location: String,
    etag: String,
    body: Value,
}

impl Asker {
    fn new(filled: &Filled) -> Self {
        let now = filled.clock.now();
        let token = filled.app.db.write(Priority::Interactive, |tx| {
            let ana = access::get_by_email(tx, "ana@example.org")?;
            access::create_api_token(tx, ana.id, "proof", now)
        });
        let mut app = filled.app.clone();
        app.api.rates = api::Rates::new(0);
        let router = capability::assemble(app);
        Self { router, token: token.expect("a token"), session: filled.session.clone() }
    }

    async fn ask(&self, o: &Operation, address: &str, body: &str) -> Answered {
        let mut request = Request::builder().method(o.method).uri(address);
        request = match o.by_session {
            true => request
                .header("cookie", format!("folkmoot_session={}", self.session))
                .header("sec-fetch-site", "same-origin"),
            false => request.header("authorization", format!("Bearer {}", self.token)),
        };
        let kind = match o.takes {
            Some(api::Body::Text(kind)) => kind,
            _ => "application/json",
        };
        if !body.is_empty() {
            request = request.header("content-type", kind);
        }
        let request = request.body(Body::from(body.to_owned())).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let text = |name: &str| {
            response.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or_default().to_owned()
        };
        let (status, location, etag) = (response.status().as_u16(), text("location"), text("etag"));
        let bytes = to_bytes(response.into_body(), 64 << 20).await.expect("a whole body");
        Answered { status, location, etag, body: serde_json::from_slice(&bytes).unwrap_or_default() }
    }
}

/// What stands for parameters: known at first, and made on the way.
struct Places(HashMap<String, String>);

impl Places {
    fn new(filled: &Filled) -> Self {
        let mut known: HashMap<String, String> = filled
            .ids
            .iter()
            .filter_map(|(name, all)| Some(((*name).to_owned(), all.first()?.clone())))
            .collect();
        known.remove("token");
        known.insert("role".into(), "moderator".into());
        known.insert("tag".into(), "mentor".into());
        let now = filled.clock.now();
        let made = filled.app.db.write(Priority::Interactive, |tx| {
            let bo = access::get_by_email(tx, "bo@example.org")?;
            access::create_session(tx, bo.id, now)?;
            access::create_api_token(tx, bo.id, "A report", now)?;
            let session = access::list_sessions(tx, bo.id, None, now)?[0].id.clone();
            Ok((session, access::list_api_tokens(tx, bo.id)?[0].public_id.clone()))
        });
        let (session, token) = made.expect("a session and a token");
        known.insert("session".into(), session);
        known.insert("accountToken".into(), token);
        Self(known)
    }

    /// A text with everything in `{}` put in.
    fn fill(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }

    /// What was made has an address, whose last part stands for a parameter from now on.
    fn take(&mut self, all: &[Described], location: &str) {
        let Some((folder, id)) = location.rsplit_once('/') else { return };
        for d in all {
            let Some((pattern, parameter)) = d.operation.path.rsplit_once('/') else { continue };
            let Some(name) = parameter.strip_prefix('{').and_then(|p| p.strip_suffix('}')) else { continue };
            if self.fill(pattern) == folder && !self.0.contains_key(name) {
                self.0.insert(name.to_owned(), id.to_owned());
            }
        }
    }
}

/// First what makes something, then readings, then changes, at last what removes, inner things before outer ones.
fn order(all: &[Described]) -> Vec<Described> {
    let mut sorted = all.to_vec();
    sorted.sort_by_key(|d| {
        let o = &d.operation;
        let depth = o.path.split('/').count();
        match o.method {
            "POST" if o.status == 201 => (0, 0),
            "GET" => (1, 0),
            "DELETE" => (3, 99 - depth),
            _ => (2, 0),
        }
    });
    sorted
}

/// Ids, secrets and links are random: each is written down as the first, second … of its kind.
#[derive(Default)]
struct Alias(BTreeMap<String, String>);

impl Alias {
    fn of(&mut self, text: &str) -> String {
        let mut out = String::new();
        let mut word = String::new();
        for c in text.chars().chain(['\n']) {
            // Secrets of webhooks are Base64.
            let inside = word.starts_with("whsec_") && "+/=".contains(c);
            if c.is_ascii_alphanumeric() || c == '_' || inside {
                word.push(c);
                continue;
            }
            out.push_str(&self.word(&word));
            word.clear();
            out.push(c);
        }
        out.pop();
        out
    }

    fn word(&mut self, word: &str) -> String {
        let prefix = word.split('_').next().unwrap_or_default();
        let id = prefix.len() == 3 && word.len() == 30 && word.as_bytes()[3] == b'_';
        let long = word.len() >= 24 && word.len() != 30;
        let secret =
            word.starts_with("whsec_") || (long && word.chars().filter(char::is_ascii_digit).count() > 3);
        if !id && !secret {
            return word.to_owned();
        }
        let n = self.0.keys().filter(|k| k.len() == 30).count() + 1;
        let made = match (id, word.split_once('_')) {
            (true, _) => format!("{prefix}_01j8zq7x4mftz8w2v3k5n6{n:04}"),
            (false, Some((prefix, _))) => format!("{prefix}_…"),
            (false, None) => "…".to_owned(),
        };
        self.0.entry(word.to_owned()).or_insert(made).clone()
    }

    fn value(&mut self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.of(text)),
            Value::Array(all) => all.iter().take(ENTRIES).map(|v| self.value(v)).collect(),
            Value::Object(all) => Value::Object(
                all.iter().map(|(name, v)| (name.clone(), self.value(v))).collect::<Map<_, _>>(),
            ),
            other => other.clone(),
        }
    }
}

/// Carries every example out; what was answered, by operation.
async fn carry_out(filled: &Filled, all: &[Described], wrong: &mut BTreeSet<String>) -> Map<String, Value> {
    let asker = Asker::new(filled);
    let schemas = api::schemas(&filled.app.registry);
    let (mut places, mut alias) = (Places::new(filled), Alias::default());
    let mut kept = Map::new();
    for d in order(all) {
        let o = &d.operation;
        if NOT_RUN.contains(&o.id) {
            continue;
        }
        let path = match o.id {
            "revokeAccountToken" => o.path.replace("{token}", "{accountToken}"),
            "removeRole" => o.path.replace("{role}", "event-host"),
            _ => o.path.to_owned(),
        };
        let address = places.fill(&format!("{path}{}", o.example.0));
        let body = places.fill(o.example.1);
        let answer = asker.ask(o, &address, &body).await;
        let said = format!("{} {address}", o.method);
        if answer.status != o.status {
            wrong.insert(format!("{said}: {} instead of {}: {}", answer.status, o.status, answer.body));
            continue;
        }
        if !o.gives.is_empty() {
            let wanted = api::schema(o.gives).expect("the registry read it");
            if let Err(e) = api::check(&answer.body, &wanted, &schemas, "the answer") {
                wrong.insert(format!("{said}: {}", e.message));
            }
        }
        if o.status == 201 && !["createSignInLink", "createPreferenceLink"].contains(&o.id) {
            if answer.location.is_empty() {
                wrong.insert(format!("{said}: 201 without a Location"));
            }
            places.take(all, &answer.location);
        }
        if o.is_reading()
            && !["getDescription", "getMemberExportFile"].contains(&o.id)
            && answer.etag.is_empty()
        {
            wrong.insert(format!("{said}: no ETag"));
        }
        if !NOT_KEPT.contains(&o.id) {
            let entry = json!({ "address": alias.of(&address), "answer": alias.value(&answer.body) });
            kept.insert(o.id.to_owned(), entry);
        }
    }
    kept
}

#[test]
fn every_example_is_answered_as_described_and_as_written_down() {
    let filled = filled::on_sqlite();
    let all = api::operations(&filled.app.registry);
    let mut wrong = BTreeSet::new();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let kept = runtime.block_on(carry_out(&filled, &all, &mut wrong));
    assert!(wrong.is_empty(), "{} of them:\n{}", wrong.len(), Vec::from_iter(wrong).join("\n"));
    let text = serde_json::to_string_pretty(&kept).expect("JSON") + "\n";
    if std::env::var_os(WRITE).is_some() {
        std::fs::write(FILE, &text).expect("a file");
    }
    let known: Map<String, Value> =
        serde_json::from_str(&std::fs::read_to_string(FILE).expect("a file")).expect("JSON");
    for (id, entry) in &kept {
        assert_eq!(
            known.get(id),
            Some(entry),
            "{id} answers something else than {FILE} says; look at it, then {WRITE}=1"
        );
    }
    assert!(known.len() == kept.len(), "{FILE} has examples that are not there any more; {WRITE}=1");
}

#[test]
fn every_route_of_the_api_is_described_and_nothing_else() {
    let filled = filled::on_sqlite();
    let described: BTreeSet<(String, String)> = api::operations(&filled.app.registry)
        .iter()
        .map(|d| (d.operation.method.to_owned(), d.operation.path.to_owned()))
        .collect();
    let routes: BTreeSet<(String, String)> = source::all_routes(&source::all())
        .into_iter()
        .filter(|(_, r)| access::is_api(&r.path))
        .map(|(method, r)| (method.to_owned(), r.path))
        .collect();
    let missing: Vec<_> = routes.difference(&described).collect();
    let gone: Vec<_> = described.difference(&routes).collect();
    assert!(missing.is_empty() && gone.is_empty(), "not described: {missing:?}\nnot there: {gone:?}");
    assert!(described.len() > 90, "{}", described.len());
}

#[test]
fn every_list_can_be_read_page_by_page() {
    let filled = filled::on_sqlite();
    let asker = Asker::new(&filled);
    let places = Places::new(&filled);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let lists =
        api::operations(&filled.app.registry).into_iter().map(|d| d.operation).filter(Operation::is_list);
    let mut seen = 0;
    for o in lists {
        let plain = places.fill(o.path);
        let first = if o.id == "search" { "?q=kelp&" } else { "?" };
        let (together, apart) = runtime.block_on(async {
            let whole = asker.ask(&o, &format!("{plain}{first}limit=5"), "").await.body;
            let items = |v: &Value| v["items"].as_array().cloned().unwrap_or_else(|| panic!("{plain}: {v}"));
            let together = items(&whole);
            let mut apart = Vec::new();
            let mut next = String::new();
            while apart.len() < together.len() {
                let cursor =
                    if next.is_empty() { String::new() } else { format!("&cursor={}", ui::encoded(&next)) };
                let page = asker.ask(&o, &format!("{plain}{first}limit=2{cursor}"), "").await.body;
                apart.extend(items(&page));
                match page["next"].as_str() {
                    Some(cursor) => cursor.clone_into(&mut next),
                    None => break,
                }
            }
            (together, apart)
        });
        let n = together.len();
        assert_eq!(apart.get(..n), Some(&together[..]), "{}: {} apart, {n} together", o.id, apart.len());
        seen += usize::from(n > 2);
    }
    assert!(seen >= 8, "only {seen} lists have more than a page");
}

#[test]
fn what_is_not_described_is_refused() {
    let filled = filled::on_sqlite();
    let asker = Asker::new(&filled);
    let places = Places::new(&filled);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    for d in api::operations(&filled.app.registry) {
        let o = d.operation;
        let refused = runtime.block_on(asker.ask(&o, &format!("{}?nonsense=1", places.fill(o.path)), "{}"));
        assert_eq!(refused.status, 422, "{}: {}", o.id, refused.body);
    }
}
