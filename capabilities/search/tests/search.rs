//! Search as people and programs meet it, through the router, on both databases.

use access::Access;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use base::Day;
use capability::{App, Registry, assemble, kernel_manifests, look};
use community::{Batch, IdentityDraft, Ingestor, people};
use serde_json::Value;
use std::sync::atomic::AtomicBool;
use store::{Migration, Priority};
use testkit::{Bench, START, message, reply};
use tower::ServiceExt as _;

struct Product {
    bench: Bench,
    app: App,
    router: Router,
    token: String,
    source: i64,
}

fn schema() -> Vec<Migration> {
    let kernel = kernel_manifests().into_iter().flat_map(|m| m.migrations);
    kernel.filter(|m| !["community", "jobs", "mail"].contains(&m.owner)).copied().collect()
}

fn on_both(test: impl AsyncFn(&Product)) {
    let schema = schema();
    let benches = [Some(Bench::sqlite(&schema)), Bench::postgres(&schema)];
    for product in benches.into_iter().flatten().map(product) {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        runtime.block_on(test(&product));
    }
}

fn product(bench: Bench) -> Product {
    let mut manifests = kernel_manifests();
    manifests.push(search::manifest());
    let registry = Registry::new(manifests).expect("a sound registry");
    let token = bench
        .db()
        .write(Priority::Interactive, |tx| {
            let account = access::create(tx, "ana@example.org", Some("Ana"), START)?;
            access::create_api_token(tx, account.id, "test", START)
        })
        .expect("a token");
    let access = Access::new(bench.db().clone(), bench.clock.clone(), look());
    let app = App::new(access, registry, std::env::temp_dir(), &[]);
    let source = bench.source("Garden chat");
    fill(&bench, source);
    Product { router: assemble(app.clone()), app, bench, token, source }
}

fn fill(bench: &Bench, source: i64) {
    let who = |id: &str, name: &str, email: &str| IdentityDraft {
        external_id: id.to_owned(),
        name: Some(name.to_owned()),
        email: Some(email.to_owned()),
        ..IdentityDraft::default()
    };
    let identities = vec![
        who("U1", "Ruth Calder", "ruth@lathe.example"),
        who("U2", "Böla <b>", "bola@home.example"),
        who("U3", "ruth_c", "rc@home.example"),
    ];
    let day = Day::of_ymd(2024, 1, 2).expect("a day");
    let said = |id: &str, minute: i64, channel: &str, actor: &str, text: &str| {
        let mut draft = message(id, day, minute, channel, actor);
        draft.text = Some(text.to_owned());
        draft
    };
    let q1 = said("q1", 1, "general", "U1", "Where do the <b>seeds</b> come from?");
    let root_at = q1.at;
    let mut titled = said("t1", 3, "tool shed", "U3", "It is under the bench, says Böla & Co.");
    titled.title = Some("Seeds of the red lathe".into());
    titled.permalink = Some("https://forum.example/t/1".into());
    let activities = vec![
        reply(said("a1", 2, "general", "U2", "The seeds come from the shed"), "q1", root_at),
        q1,
        titled,
        said("q2", 4, "general", "U2", "Anybody for garden work?"),
    ];
    let batch = Batch { identities, activities, ..Batch::default() };
    bench
        .db()
        .write(Priority::Bulk, |tx| Ingestor::new(source, 1).ingest(tx, batch, START))
        .expect("taken in");
}

impl Product {
    /// Runs what waits for the database on a thread of its own: its driver must not wait inside the runtime.
    fn apart<T: Send>(&self, run: impl FnOnce(&Bench) -> T + Send) -> T {
        std::thread::scope(|s| s.spawn(|| run(&self.bench)).join().expect("no panic"))
    }

    fn follow(&self) {
        self.apart(|b| {
            community::search::follow(b.db(), &AtomicBool::new(false)).expect("the index follows")
        });
    }

    async fn get(&self, path: &str) -> (StatusCode, String) {
        let request = Request::builder()
            .uri(path)
            .header("authorization", format!("Bearer {}", self.token))
            .body(Body::empty())
            .expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let status = response.status();
        let bytes = to_bytes(response.into_body(), 4 << 20).await.expect("a body");
        (status, String::from_utf8_lossy(&bytes).into_owned())
    }

    async fn json(&self, query: &str) -> Value {
        let (status, text) = self.get(&format!("/api/v1/search{query}")).await;
        assert_eq!(status, StatusCode::OK, "{query} on {}: {text}", self.bench.database);
        serde_json::from_str(&text).expect("JSON")
    }

    async fn excerpts(&self, query: &str) -> Vec<String> {
        let answer = self.json(query).await;
        let items = answer["items"].as_array().expect("items");
        items.iter().map(|i| i["excerpt"].as_str().unwrap_or_default().to_owned()).collect()
    }

    async fn page(&self, query: &str) -> String {
        let (status, text) = self.get(&format!("/desk/search{query}")).await;
        assert_eq!(status, StatusCode::OK, "{query}: {text}");
        assert!(!text.contains("style="), "the content policy forbids it");
        text
    }
}

#[test]
fn messages_are_found_by_words_and_filters() {
    on_both(async |p| {
        assert!(p.excerpts("?q=seeds").await.is_empty(), "nothing is indexed yet");
        p.follow();
        assert_eq!(p.excerpts("?q=seeds").await.len(), 3, "one by its title, on {}", p.bench.database);
        assert_eq!(p.excerpts("?q=SEEDS+come+-where").await, ["The seeds come from the shed"]);
        assert_eq!(p.excerpts("?q=%22come+from+the%22").await.len(), 1);
        assert_eq!(p.excerpts("?q=gard*").await, ["Anybody for garden work?"]);
        assert_eq!(p.excerpts("?q=bola").await.len(), 1);
        assert_eq!(p.excerpts("?q=seeds&in=tool+shed").await.len(), 1);
        assert_eq!(p.excerpts("?q=seeds+from%3A%22ruth+calder%22").await.len(), 1);
        assert_eq!(p.excerpts("?from=bola&sort=newest").await[0], "Anybody for garden work?");
        assert_eq!(p.excerpts("?unanswered=1").await.len(), 2);
        let first = p.json("?q=seeds&limit=1").await;
        assert_eq!((first["found"].as_u64(), first["more"].as_bool()), (Some(3), Some(false)));
        let next = first["next"].as_str().expect("a next page");
        assert_eq!(p.excerpts(&format!("?q=seeds&limit=2&cursor={next}")).await.len(), 2);
        for bad in ["?q=%22open", "?type=x", "?sort=x", "?q=a&cursor=x", "?q=a&limit=0", "?q=a+after:soon"] {
            let (status, _) = p.get(&format!("/api/v1/search{bad}")).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
        }
        assert_eq!(p.get("/api/v1/search?q=a&in=nowhere").await.0, StatusCode::NOT_FOUND);
    });
}

#[test]
fn members_and_channels_are_found_by_name_and_linked_ones_once() {
    on_both(async |p| {
        let names = async |query: &str| -> Vec<String> {
            let answer = p.json(query).await;
            let items = answer["items"].as_array().expect("items");
            let name = |i: &Value| i["title"].as_str().or(i["name"].as_str()).unwrap_or_default().to_owned();
            items.iter().map(name).collect()
        };
        assert_eq!(names("?type=members&q=ruth").await, ["Ruth Calder", "ruth_c"]);
        assert_eq!(names("?type=members&q=home.example").await.len(), 2);
        assert_eq!(names("?type=channels&q=shed").await, ["tool shed"]);
        p.apart(|b| {
            b.db().write(Priority::Interactive, |tx| {
                let one = people::get_identity(tx, "Garden chat:U1")?;
                let other = people::get_identity(tx, "Garden chat:U3")?;
                people::link(tx, &one, &other, "the same", "test", START)
            })
        })
        .expect("a link");
        assert_eq!(names("?type=members&q=ruth").await, ["Ruth Calder"]);
        p.follow();
        assert_eq!(p.excerpts("?q=seeds&from=ruth_c").await.len(), 2, "whatever account they wrote with");
    });
}

#[test]
fn the_page_shows_hits_marked_and_safe() {
    on_both(async |p| {
        let before = p.page("?q=seeds").await;
        assert!(before.contains("Messages are being indexed"), "on {}", p.bench.database);
        p.follow();
        let page = p.page("?q=seeds").await;
        assert!(!page.contains("being indexed"));
        assert!(page.contains("Where do the &lt;b&gt;<mark>seeds</mark>&lt;/b&gt; come from?"), "{page}");
        assert!(page.contains("<mark>Seeds</mark> of the red lathe"));
        assert!(page.contains("href=\"https://forum.example/t/1\"") && page.contains("Open in Garden chat"));
        assert!(page.contains("Messages 3") && page.contains("#m") && page.contains("data-search-box"));
        let chips = p.page("?q=seeds+in%3Ageneral&after=2024-01-01").await;
        assert!(chips.contains("href=\"/desk/search?q=seeds&amp;after=2024-01-01\""), "{chips}");
        assert!(p.page("?q=nothinglikethis&in=general").await.contains("Remove “in general”"));
        assert!(p.page("?q=gard").await.contains("what begins with “gard”"));
        assert!(p.page("?q=%22open").await.contains("a quotation mark is open"));
        assert!(p.page("").await.contains("Type what you look for"));
        assert!(p.page("?q=ruth&type=members").await.contains("/desk/members/idn_"));
        assert!(p.page("?q=shed&type=channels").await.contains("tool shed</a>"));
        let (_, file) = p.get("/desk/search/csv?q=seeds").await;
        assert_eq!(file.lines().count(), 4, "{file}");
        let _ = p.source;
    });
}

#[test]
fn a_page_asks_little_and_the_palette_finds() {
    on_both(async |p| {
        p.follow();
        p.page("?q=seeds").await;
        for query in ["?q=seeds", "?q=seeds&unanswered=1&from=ruth", "?q=ruth&type=members"] {
            let before = p.bench.db().statements();
            p.page(query).await;
            let asked = p.bench.db().statements() - before;
            assert!(asked <= 9, "{query}: {asked} statements on {}", p.bench.database);
        }
        let app = p.app.clone();
        let found =
            tokio::task::spawn_blocking(move || search::palette(&app, "shed", 10)).await.expect("a task");
        let groups: Vec<String> = found.expect("entries").into_iter().map(|e| e.group).collect();
        assert_eq!(groups, ["Channels", "Messages", "Messages"], "on {}", p.bench.database);
    });
}
