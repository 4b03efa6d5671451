//! Members as somebody of the team meets them in a browser, and a program through the API, on both databases.

mod desk;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use desk::{aside, on_both, person, take, today};
use serde_json::json;
use store::Priority;
use testkit::{message, reply};

#[test]
fn members_are_found_by_every_filter() {
    on_both(async |p| {
        let all = ["Bo Lind", "Ruth Calder", "R. Calder", "Dee Park", "Dee Park", "Ana <Souza>", "Cy"];
        assert_eq!(p.names("").await, all, "bots are left out, the last active first");
        assert_eq!(p.names("?staff=bots").await, ["Build bot"]);
        assert_eq!(p.names("?q=RUTH").await, ["Ruth Calder", "R. Calder"]);
        assert_eq!(p.names("?source=forum").await, ["R. Calder", "Dee Park"]);
        assert_eq!(p.names("?channel=help").await, ["Bo Lind"]);
        assert_eq!(p.names("?state=new&source=chat").await, ["Bo Lind"]);
        assert_eq!(p.names("?state=active").await, ["Ruth Calder"]);
        assert_eq!(p.names("?state=quiet").await, ["Dee Park"]);
        assert_eq!(p.names("?state=gone&state=silent").await, ["Ana <Souza>", "Cy"]);
        assert_eq!(p.names("?first_since=2024-01-02").await, ["Bo Lind"]);
        assert_eq!(p.names("?last_before=2023-10-01").await, ["Ana <Souza>", "Cy"]);
        assert_eq!(p.names("?waiting=1").await, ["Bo Lind"], "on {}", p.bench.database);
        assert_eq!(p.names("?sort=oldest&source=chat").await[..2], ["Ruth Calder", "Ana <Souza>"]);
        aside(|| p.bench.community.set("staff", "ruth@lathe.example")).expect("a rule");
        assert_eq!(p.names("?staff=only").await, ["Ruth Calder", "R. Calder"]);
        assert!(!p.names("").await.contains(&"Ruth Calder".to_owned()));
        for wrong in ["?state=x", "?staff=x", "?sort=x", "?first_since=x", "?cursor=x", "?limit=0"] {
            let (status, _) = p.api(Method::GET, &format!("/api/v1/members{wrong}"), None).await;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
        let (status, _) = p.api(Method::GET, "/api/v1/members?source=nowhere", None).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn a_long_list_has_pages_in_both_directions_and_a_file() {
    on_both(async |p| {
        let (_, first) = p.api(Method::GET, "/api/v1/members?limit=3", None).await;
        assert_eq!((first["total"].as_u64(), first["items"].as_array().map(Vec::len)), (Some(7), Some(3)));
        let next = first["next"].as_str().expect("a next page").to_owned();
        assert_eq!(
            p.names(&format!("?limit=3&cursor={next}")).await,
            ["Dee Park", "Dee Park", "Ana <Souza>"]
        );
        assert_eq!(p.names(&format!("?limit=2&before={next}")).await, ["Bo Lind", "Ruth Calder"]);
        let page = p.page("/desk/members?q=souza").await;
        page.has("1\u{a0}member fit").has("Ana &lt;Souza&gt;").lacks("Ana <Souza>");
        p.page("/desk/members?q=nobody").await.has("Nobody fits");
        let file = p.page("/desk/members/csv?state=gone").await;
        assert!(file.text.starts_with("id,name,handle,state,"), "{}", file.text);
        file.has("Ana <Souza>,ana,gone,0,2023-09-04,2023-09-04,chat,,no\r\n");
        assert_eq!(file.text.lines().count(), 2);
    });
}

#[test]
fn tags_are_given_to_many_and_taken_back() {
    on_both(async |p| {
        let (ruth, bo) = (p.id("chat", "U1"), p.id("chat", "U3"));
        let chosen =
            [("pick", ruth.as_str()), ("pick", &bo), ("act", "add"), ("tag", " helps  out "), ("query", "")];
        let list = p.done("/desk/members/tags", &chosen).await;
        list.has("Tag helps out added to 2\u{a0}members.").has("?tag=helps%20out");
        assert_eq!(p.names("?tag=helps%20out").await, ["Bo Lind", "Ruth Calder"]);
        // All who fit: first the question with its count, then the deed.
        let all = [("all", "1"), ("act", "add"), ("tag", "helps out"), ("query", "source=chat")];
        let asked = p.form("/desk/members/tags", &all).await;
        assert_eq!(asked.status, StatusCode::OK, "{}", asked.text);
        asked.has("to 5\u{a0}members?").has("2 of them have it already").has("Add to 3\u{a0}members");
        assert_eq!(p.names("?tag=helps%20out").await.len(), 2, "nothing is done before");
        let sure = [&all[..], &[("sure", "1")]].concat();
        let list = p.done("/desk/members/tags", &sure).await;
        assert_eq!(p.names("?tag=helps%20out").await.len(), 5);
        let undo = list.text.split("/desk/members/tags/tac_").nth(1).expect("an undo");
        let undo = format!("/desk/members/tags/tac_{}", undo.split('"').next().expect("an address"));
        p.done(&undo, &[("back", "/desk/members?tag=helps+out")]).await;
        assert_eq!(p.names("?tag=helps%20out").await, ["Bo Lind", "Ruth Calder"]);
        assert_eq!(p.form(&undo, &[]).await.status, StatusCode::CONFLICT);
        // Taking a tag away can be taken back, too.
        let away = [("pick", bo.as_str()), ("act", "remove"), ("tag", "helps out"), ("query", "")];
        let list = p.done("/desk/members/tags", &away).await;
        assert_eq!(p.names("?tag=helps%20out").await, ["Ruth Calder"]);
        let undo = list.text.split("/desk/members/tags/tac_").nth(1).expect("an undo");
        let undo = format!("/desk/members/tags/tac_{}", undo.split('"').next().expect("an address"));
        p.done(&undo, &[]).await;
        assert_eq!(p.names("?tag=helps%20out").await, ["Bo Lind", "Ruth Calder"]);
        let nobody = p.form("/desk/members/tags", &[("act", "add"), ("tag", "x"), ("query", "")]).await;
        assert_eq!(nobody.status, StatusCode::UNPROCESSABLE_ENTITY);
        nobody.has("nobody is chosen");
    });
}

#[test]
fn tags_and_notes_survive_links_and_their_reversal() {
    on_both(async |p| {
        let (chat, forum) = (p.id("chat", "U5"), p.id("forum", "f2"));
        let own = format!("/desk/members/{forum}");
        p.done(&format!("{own}/tags"), &[("tag", "turner")]).await.has(">turner</a>");
        p.done(&format!("{own}/notes"), &[("text", "Prefers <mornings>.")])
            .await
            .has("Prefers &lt;mornings&gt;.");
        let link = [("left", chat.as_str()), ("right", &forum), ("reason", "told us"), ("back", &own)];
        let answer = p.form("/desk/members/links", &link).await;
        assert_eq!(answer.location(), own);
        let moved = p.get(&own).await;
        let member = moved.location().to_owned();
        assert_eq!(member, format!("/desk/members/{chat}"), "a member is its lowest identity");
        let page = p.page(&member).await;
        page.has(">turner</a>").has("Prefers &lt;mornings&gt;.").has("told us");
        assert_eq!(p.names("?tag=turner").await, ["Dee Park"]);
        let id = page.text.split("/desk/members/links/lnk_").nth(1).expect("a link");
        let id = format!("/desk/members/links/lnk_{}", id.split('"').next().expect("an address"));
        assert_eq!(p.form(&id, &[]).await.status, StatusCode::UNPROCESSABLE_ENTITY, "a reason is needed");
        p.done(&id, &[("reason", "two people"), ("back", &own)]).await.has(">turner</a>");
        p.page(&format!("/desk/members/{chat}")).await.lacks(">turner</a>").lacks("mornings");
        p.done(&format!("{own}/tags/removal"), &[("tag", "turner")]).await.lacks(">turner</a>");
    });
}

#[test]
fn notes_are_changed_by_their_author_alone() {
    on_both(async |p| {
        let bo = p.id("chat", "U3");
        let notes = format!("/api/v1/members/{bo}/notes");
        let (status, note) = p.api(Method::POST, &notes, Some(json!({ "text": "One" }))).await;
        assert_eq!((status, note["written_by"].as_str()), (StatusCode::CREATED, Some("eve@example.org")));
        let place = format!("/api/v1/notes/{}", note["id"].as_str().expect("an id"));
        let (status, changed) = p.api(Method::PATCH, &place, Some(json!({ "text": "Two" }))).await;
        assert_eq!((status, changed["text"].as_str()), (StatusCode::OK, Some("Two")));
        let another = |tx: &mut store::Conn<'_>| {
            tx.execute("UPDATE member_notes SET written_by = $1", &["ina@example.org".into()])
        };
        aside(|| p.bench.db().write(Priority::Interactive, another)).expect("another author");
        let (status, problem) = p.api(Method::PATCH, &place, Some(json!({ "text": "Three" }))).await;
        assert_eq!(status, StatusCode::FORBIDDEN);
        assert!(problem["detail"].as_str().is_some_and(|d| d.contains("ina@example.org")), "{problem}");
        assert_eq!(p.api(Method::DELETE, &place, None).await.0, StatusCode::NO_CONTENT);
        assert_eq!(p.api(Method::DELETE, &place, None).await.0, StatusCode::NOT_FOUND);
        let (_, left) = p.api(Method::GET, &notes, None).await;
        assert_eq!(left["items"], json!([]));
        let empty = p.form(&format!("/desk/members/{bo}/notes"), &[("text", " ")]).await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    });
}

#[test]
fn a_members_page_says_where_we_stand_and_its_parts_stand_alone() {
    on_both(async |p| {
        let (bo, dee) = (p.id("chat", "U3"), p.id("forum", "f2"));
        let page = p.page(&format!("/desk/members/{bo}")).await;
        page.has("Waits for an answer")
            .has("How do I sharpen a gouge?")
            .has("Nobody of the team has written");
        p.page(&format!("/desk/members/{dee}")).await.has("No question of theirs waits");
        let timeline = p.page(&format!("/desk/members/{dee}/timeline")).await;
        timeline.has("<h1>Timeline</h1>").has("message topic").has("31\u{a0}December 2023");
        let circle = p.page(&format!("/desk/members/{dee}/circle")).await;
        circle.has("R. Calder").has("1\u{a0}conversation with both, answers in 1").has("1 of 1");
        let rhythm = p.page(&format!("/desk/members/{dee}/rhythm")).await;
        rhythm.has("1\u{a0}message on 1\u{a0}day").has("Sun 0:00, 1");
        let ruth = p.id("chat", "U1");
        let suggested = p.page(&format!("/desk/members/{ruth}/suggestions")).await;
        suggested.has("Perhaps also").has("Same e-mail address ruth@lathe.example");
        let found = p.page(&format!("/desk/members/{ruth}/link?q=calder")).await;
        found.has("R. Calder").has("Why they are one person");
        let request = Request::get(format!("/desk/members/{dee}/timeline"))
            .header("cookie", p.cookie())
            .header("hx-request", "true")
            .body(Body::empty());
        let part = p.send(request.expect("a request")).await;
        part.has("message topic").lacks("<html");
        assert_eq!(p.get("/desk/members/idn_none").await.status, StatusCode::NOT_FOUND);
        assert_eq!(p.get("/desk/members/nobody").await.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn the_timeline_goes_over_all_sources_in_pages() {
    on_both(async |p| {
        let chat = aside(|| p.bench.source("busy"));
        let drafts = (0..70).map(|i| message(&format!("m{i}"), today().plus(-i), 1, "lounge", "x")).collect();
        let xenia = vec![person("x", "Xenia", "xenia", "")];
        aside(|| take(&p.bench, chat, xenia, drafts));
        let own = format!("/desk/members/{}/timeline", p.id("busy", "x"));
        let mut seen = Vec::new();
        let mut address = own.clone();
        for _ in 0..4 {
            let page = p.page(&address).await;
            for i in 0..70 {
                if page.text.contains(&format!(">message m{i}<")) {
                    seen.push(i);
                }
            }
            match page.text.split(&format!("{own}?before=")).nth(1) {
                Some(next) => address = format!("{own}?before={}", next.split('"').next().expect("a place")),
                None => break,
            }
        }
        assert_eq!(seen, (0..70).collect::<Vec<_>>(), "each once, newest first, on {}", p.bench.database);
    });
}

#[test]
fn suggestions_are_decided_one_at_a_time_with_a_reason() {
    on_both(async |p| {
        let (_, all) = p.api(Method::GET, "/api/v1/link-suggestions", None).await;
        let reasons: Vec<&str> =
            all["items"].as_array().expect("items").iter().filter_map(|s| s["reason"].as_str()).collect();
        assert_eq!(
            reasons,
            ["Same e-mail address ruth@lathe.example", "Same handle deep and same name dee park"]
        );
        let page = p.page("/desk/members/suggestions").await;
        page.has("2\u{a0}pairs wait").has("value=\"Same e-mail address ruth@lathe.example\"");
        let (a, b) = (p.id("chat", "U5"), p.id("forum", "f2"));
        let pair = [("left", a.as_str()), ("right", &b)];
        let unsaid = p.form("/desk/members/dismissals", &pair).await;
        assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = p.done("/desk/members/dismissals", &[pair[0], pair[1], ("reason", "sisters")]).await;
        page.has("1\u{a0}pair waits").has("sisters").has("Suggest again");
        p.done("/desk/members/dismissals/removal", &pair).await.has("2\u{a0}pairs wait").lacks("sisters");
        let accepted = json!({ "left": a, "right": b, "reason": "the same" });
        assert_eq!(p.api(Method::POST, "/api/v1/links", Some(accepted)).await.0, StatusCode::CREATED);
        p.page("/desk/members/suggestions").await.has("1\u{a0}pair waits");
    });
}

#[test]
fn a_roster_suggests_and_a_person_links() {
    const ROSTER: &str = "Name,E-Mail,CHAT,forum,Team\n\
        Ana,ana@lathe.example,,f2,a\n\
        Bo,,@bo,f1,b\n\
        Cy,,cy,nobody,c\n\
        Ruth,ruth@lathe.example,U1,,d\n";
    on_both(async |p| {
        let send = |path: &'static str| {
            let request = Request::post(path)
                .header("authorization", format!("Bearer {}", p.token))
                .header("content-type", "text/csv")
                .body(Body::from(ROSTER));
            p.send(request.expect("a request"))
        };
        let dry = send("/api/v1/rosters?name=people.csv&dry_run=1").await.json();
        assert_eq!((dry["rows"].as_u64(), dry["suggested"].as_u64()), (Some(4), Some(3)), "{dry}");
        assert_eq!(dry["ignored"], json!(["Team"]));
        let problems = dry["problems"].as_array().expect("problems");
        assert_eq!(problems[0]["row"], 4);
        assert!(problems[0]["problem"].as_str().is_some_and(|t| t.contains("nobody with the id")), "{dry}");
        p.page("/desk/members/suggestions").await.has("2\u{a0}pairs wait");
        assert_eq!(send("/api/v1/rosters?name=people.csv").await.json()["suggested"], 3);
        let again = send("/api/v1/rosters?name=people.csv").await.json();
        assert_eq!((again["suggested"].as_u64(), again["known"].as_u64()), (Some(0), Some(3)));
        let page = p.page("/desk/members/suggestions").await;
        page.has("4\u{a0}pairs wait").has("Roster people.csv, row 2").has("Link the chosen pairs");
        let both = format!("{}.{}", p.id("chat", "U3"), p.id("forum", "f1"));
        let page = p.done("/desk/members/suggestions", &[("pick", &both)]).await;
        page.lacks("Roster people.csv, row 3");
        p.page(&format!("/desk/members/{}", p.id("chat", "U3"))).await.has("Roster people.csv, row 3");
        let nothing = p.form("/desk/members/suggestions", &[]).await;
        assert_eq!(nothing.status, StatusCode::UNPROCESSABLE_ENTITY);
        let request = Request::post("/api/v1/rosters")
            .header("authorization", format!("Bearer {}", p.token))
            .body(Body::from("a,b\n1,2\n"))
            .expect("a request");
        let wrong = p.send(request).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        wrong.has("chat, forum");
    });
}

#[test]
fn a_contact_is_kept_and_the_next_import_says_what_came_of_it() {
    on_both(async |p| {
        let (bo, ana) = (p.id("chat", "U3"), p.id("chat", "U2"));
        let topic = p.names("?waiting=1").await;
        assert_eq!(topic, ["Bo Lind"]);
        let (_, member) = p.api(Method::GET, &format!("/api/v1/members/{bo}"), None).await;
        let conversation = member["waiting"][0]["conversation"].as_i64().expect("a question");
        p.later(3);
        let number = conversation.to_string();
        let sent = [
            ("identity", bo.as_str()),
            ("conversation", &number),
            ("why", "answered a question"),
            ("text", "With a stone."),
            ("back", "/desk/contacts"),
        ];
        p.done("/desk/contacts", &sent).await.has("No sign yet").has("With a stone.").has(">Eve</td>");
        p.done("/desk/contacts", &[("identity", &ana), ("why", "missed"), ("back", "")]).await;
        p.page(&format!("/desk/members/{bo}"))
            .await
            .has("Already written to: Eve, today: answered a question.");
        for back in ["https://elsewhere.example/", "//elsewhere.example/desk", "/signout", "/desk\\..\\x"] {
            let wrong = [("identity", ana.as_str()), ("why", "x"), ("back", back)];
            assert_eq!(
                p.form("/desk/contacts", &wrong).await.status,
                StatusCode::UNPROCESSABLE_ENTITY,
                "{back}"
            );
        }
        // The next import: somebody answered Bo, and Ana wrote again.
        let chat =
            aside(|| p.bench.db().read(|c| community::sources::get(c, "chat"))).expect("a source").source_id;
        let at = today().start_micros() + 5 * 60_000_000;
        let answer = reply(message("later", today().plus(9), 1, "help", "U1"), "bo1", at);
        let news = vec![answer, message("ana2", today().plus(8), 1, "general", "U2")];
        aside(|| take(&p.bench, chat, vec![], news));
        let (_, contacts) = p.api(Method::GET, "/api/v1/contacts", None).await;
        let words: Vec<&str> = contacts["items"]
            .as_array()
            .expect("items")
            .iter()
            .filter_map(|c| c["outcome"]["word"].as_str())
            .collect();
        assert_eq!(words, ["back", "answered"], "on {}: {contacts}", p.bench.database);
        let page = p.page("/desk/contacts").await;
        page.has("Came back").has("10 Jan 2024").has("Was answered").has("Ruth Calder").has("11 Jan 2024");
        p.page("/desk/contacts/csv").await.has(",missed,Eve,").has(",back,2024-01-10T00:01:00Z");
        let id = contacts["items"][0]["id"].as_str().expect("an id");
        p.done(&format!("/desk/contacts/{id}/removal"), &[("back", "/desk/contacts")])
            .await
            .lacks("Came back");
        p.later(15);
        p.page(&format!("/desk/members/{bo}")).await.lacks("Already written to");
    });
}

#[test]
fn texts_of_people_never_become_markup() {
    on_both(async |p| {
        let ana = p.id("chat", "U2");
        for path in ["/desk/members", &format!("/desk/members/{ana}"), "/desk/members/suggestions"] {
            p.page(path).await.lacks("<Souza>");
        }
        p.done(&format!("/desk/members/{ana}/tags"), &[("tag", "<b>")]).await.has("&lt;b&gt;").lacks("<b><");
        p.page("/desk/members?tag=%3Cb%3E").await.has("&lt;b&gt;");
    });
}
