//! Accounts: made, given roles, renamed, ended; and no way up.

use crate::support::{Person, Product, on_both};
use access::Scope;
use axum::http::{Method, StatusCode};

const PATH: &str = "/desk/settings/accounts";

/// The name of the first session on a page.
fn session_on(page: &str) -> String {
    let names = page.split("/sessions/").skip(1).filter_map(|rest| rest.split('/').next());
    names.filter(|name| name.len() == 24).map(str::to_owned).next().unwrap_or_default()
}

fn page(who: &Person) -> String {
    format!("{PATH}/{}", who.public_id)
}

#[test]
fn an_account_is_made_with_a_role_used_removed_and_brought_back() {
    on_both(async |p| {
        let added = p
            .send(&p.ana, PATH, "email=bo%40example.org&name=Bo&role=moderator&source=Forum&channel=%23help")
            .await;
        assert_eq!(added.status, StatusCode::OK, "{}", added.text);
        assert_eq!(added.headers["cache-control"], "no-store");
        let link = added.between("id=\"secret\">", "<");
        assert!(link.contains("/signin/link/"), "{}", added.text);
        let list = p.open(&p.ana, PATH).await;
        assert!(!list.text.contains("/signin/link/"), "shown once");
        for words in ["in Forum › help", ">You<", "never", "bo@example.org", "1 Jan 2024"] {
            assert!(list.text.contains(words), "{words}: {}", list.text);
        }
        let id = p.read(|c| access::get_by_email(c, "bo@example.org")).await;
        let used = p.open(&Person { cookie: String::new(), ..p.ana.clone() }, &link).await;
        assert!(used.text.contains("Hello, Bo"), "{}", used.text);
        let again = p.send(&p.ana, PATH, "email=bo%40example.org").await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        let nowhere = p.send(&p.ana, PATH, "email=cy%40example.org&role=moderator&channel=kelp").await;
        assert_eq!(nowhere.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(nowhere.text.contains("there is no channel"), "{}", nowhere.text);
        assert!(nowhere.text.contains("value=\"cy@example.org\""), "what was typed stays");
        assert_eq!(p.read(access::list).await.len(), 2, "nothing of it was done");

        let base = format!("{PATH}/{}", id.public_id);
        let renamed = p.send(&p.ana, &base, "email=bo%40lathe.example&name=Bo+Lind").await;
        assert_eq!(renamed.location(), format!("{base}?told=saved"));
        let told = p.newest().await;
        assert_eq!((told.2.as_str(), told.3.as_str()), ("Bo <bo@example.org>", "Bo Lind <bo@lathe.example>"));
        assert!(
            p.open(&p.ana, &format!("{base}/removal")).await.text.contains("Remove the account of Bo Lind?")
        );
        let removed = p.send(&p.ana, &format!("{base}/removal"), "").await;
        assert_eq!(removed.location(), format!("{PATH}?told=removed"));
        assert_eq!(p.read(access::grants).await.len(), 1, "its roles end with it");
        let gone = p.open(&Person { cookie: String::new(), ..p.ana.clone() }, &link).await;
        assert_eq!(gone.status, StatusCode::NOT_FOUND, "its link ends with it");
        p.send(&p.ana, PATH, "email=bo%40lathe.example").await;
        let back = p.read(|c| access::get_by_email(c, "bo@lathe.example")).await;
        assert_eq!((back.id, back.name.as_str()), (id.id, "Bo Lind"), "the same account again");
    });
}

#[test]
fn roles_are_given_in_places_and_taken_away() {
    on_both(async |p| {
        let bo = p.person("Bo", &[]).await;
        let grants = format!("{}/grants", page(&bo));
        p.send(&p.ana, &grants, "role=moderator&source=Forum").await;
        let told = p.newest().await;
        assert_eq!(told.0, "Gave Bo the role Moderator in Forum");
        assert_eq!(
            (told.1.as_str(), told.2.as_str(), told.3.as_str()),
            (&*bo.public_id, "", "Moderator in Forum")
        );
        p.send(&p.ana, &grants, "role=analyst").await;
        assert_eq!(p.newest().await.3, "Moderator in Forum, Analyst everywhere");
        let unnamed = p.send(&p.ana, &grants, "role=").await;
        assert_eq!(unnamed.status, StatusCode::UNPROCESSABLE_ENTITY);
        let strange = p.send(&p.ana, &grants, "role=king").await;
        assert!(strange.text.contains("there is no role"), "{}", strange.text);

        let one = p.open(&p.ana, &page(&bo)).await;
        let grant = one.between("/grants/", "/removal");
        let taken = p.send(&p.ana, &format!("{grants}/{grant}/removal"), "").await;
        assert_eq!(taken.location(), format!("{}?told=taken", page(&bo)));
        assert_eq!(p.newest().await.3, "Analyst everywhere");
        let gone = p.send(&p.ana, &format!("{grants}/{grant}/removal"), "").await;
        assert_eq!(gone.status, StatusCode::NOT_FOUND);
        let others = p.read(access::grants).await.into_iter().find(|g| g.account == p.ana.id).expect("hers");
        let wrong = p.send(&p.ana, &format!("{grants}/{}/removal", others.public_id), "").await;
        assert_eq!(wrong.status, StatusCode::NOT_FOUND, "a grant of another account");
    });
}

#[test]
fn sessions_and_tokens_of_an_account_end() {
    on_both(async |p| {
        let bo = p.person("Bo", &[("manager", Scope::Everything)]).await;
        let one = p.open(&p.ana, &page(&bo)).await;
        assert!(one.text.contains("Firefox on Linux"), "{}", one.text);
        let session = session_on(&one.text);
        let token = one.between("/tokens/", "/removal");
        assert_eq!(p.call(&bo, Method::GET, "/api/v1/roles", "").await.status, StatusCode::FORBIDDEN);
        p.send(&p.ana, &format!("{}/tokens/{token}/removal", page(&bo)), "").await;
        assert_eq!(p.newest().await.0, "Withdrew an API token of Bo");
        assert_eq!(p.call(&bo, Method::GET, "/api/v1/roles", "").await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(p.open(&bo, "/desk/kit").await.status, StatusCode::OK);
        p.send(&p.ana, &format!("{}/sessions/{session}/end", page(&bo)), "").await;
        assert_eq!(p.open(&bo, "/desk/kit").await.status, StatusCode::SEE_OTHER, "signed out");

        // All of one's own but the one that asks.
        let all = p.send(&p.ana, &format!("{}/sessions/end", page(&p.ana)), "").await;
        assert_eq!(all.location(), format!("{}?told=all-ended", page(&p.ana)));
        assert_eq!(p.open(&p.ana, "/desk/kit").await.status, StatusCode::OK, "not the one that asks");
    });
}

/// Everything that could make somebody another account, or keep it from its owner.
async fn attacks(p: &Product, by: &Person, on: &Person) -> Vec<(String, StatusCode)> {
    let grant =
        p.read(access::grants).await.into_iter().find(|g| g.account == on.id).expect("a role").public_id;
    let one = p.open(&p.ana, &page(on)).await;
    let (session, token) = (session_on(&one.text), one.between("/tokens/", "/removal"));
    let mut seen = Vec::new();
    for (path, fields) in [
        ("/link".to_owned(), ""),
        (String::new(), "email=mine%40example.org&name=Mine"),
        ("/removal".to_owned(), ""),
        ("/sessions/end".to_owned(), ""),
        (format!("/sessions/{session}/end"), ""),
        (format!("/tokens/{token}/removal"), ""),
        (format!("/grants/{grant}/removal"), ""),
        ("/grants".to_owned(), "role=volunteer"),
    ] {
        seen.push((path.clone(), p.send(by, &format!("{}{path}", page(on)), fields).await.status));
    }
    let api = format!("/api/v1/accounts/{}", on.public_id);
    for (method, path, body) in [
        (Method::POST, "/links".to_owned(), ""),
        (Method::PATCH, String::new(), "{\"email\":\"mine@example.org\"}"),
        (Method::DELETE, String::new(), ""),
        (Method::DELETE, format!("/grants/{grant}"), ""),
        (Method::POST, "/grants".to_owned(), "{\"role\":\"volunteer\"}"),
    ] {
        let name = format!("{method} {api}{path}");
        seen.push((name, p.call(by, method, &format!("{api}{path}"), body).await.status));
    }
    seen
}

#[test]
fn nobody_gets_at_an_account_that_holds_more() {
    on_both(async |p| {
        let adam = p.person("Adam", &[("admin", Scope::Everything)]).await;
        let before = p.read(access::list).await;
        for (path, status) in attacks(p, &adam, &p.ana).await {
            assert_eq!(status, StatusCode::FORBIDDEN, "an admin on an owner: {path}");
        }
        // An owner of one source is an owner, too.
        let olga = p.person("Olga", &[("owner", Scope::Source(1))]).await;
        for (path, status) in attacks(p, &adam, &olga).await {
            assert_eq!(status, StatusCode::FORBIDDEN, "an admin on an owner of a source: {path}");
        }
        let shown = p.open(&adam, &page(&p.ana)).await;
        assert!(shown.text.contains("only an owner gets at owners"), "{}", shown.text);
        let inside = shown.text.split("<main").nth(1).expect("a page").split("</main>").next().expect("one");
        assert!(!inside.contains("method=\"post\""), "no control that would answer 403: {inside}");

        // A role of one's own making with one permission more is enough.
        p.send(&p.ana, "/desk/settings/roles/additions", "title=Helper").await;
        let role = p.read(|c| access::role_named(c, "helper")).await;
        let state = p
            .open(&p.ana, "/desk/settings/roles/helper")
            .await
            .between("name=\"fingerprint\" value=\"", "\"");
        let fields = format!("only=helper&fingerprint={state}&held=helper+team.set_audit_retention");
        p.send(&p.ana, "/desk/settings/roles", &fields).await;
        let hal = p.person("Hal", &[(&role.slug, Scope::Everything)]).await;
        for (path, status) in attacks(p, &adam, &hal).await {
            assert_eq!(status, StatusCode::FORBIDDEN, "an admin on somebody who may one thing more: {path}");
        }
        let given = p.send(&adam, &format!("{}/grants", page(&adam)), "role=helper").await;
        assert_eq!(given.status, StatusCode::FORBIDDEN, "nor give it to themselves");
        let made = p.send(&adam, PATH, "email=x%40example.org&role=owner").await;
        assert_eq!(made.status, StatusCode::FORBIDDEN, "nor to somebody new");
        let after = p.read(access::list).await;
        assert_eq!(after[..2], before[..], "nothing was changed, and no account was made: {after:?}");
        assert_eq!(after.len(), 4);
    });
}

#[test]
fn an_admin_runs_everybody_else() {
    on_both(async |p| {
        let adam = p.person("Adam", &[("admin", Scope::Everything)]).await;
        let may = p.person("May", &[("manager", Scope::Everything), ("moderator", Scope::Channel(1))]).await;
        let link = p.send(&adam, &format!("{}/link", page(&may)), "").await;
        assert!(link.text.contains("/signin/link/"), "{}", link.text);
        let removed = p.send(&adam, &format!("{}/removal", page(&may)), "").await;
        assert_eq!(removed.status, StatusCode::SEE_OTHER, "{}", removed.text);
        // Somebody without the permission does not even see the list.
        let moe = p.person("Moe", &[("moderator", Scope::Everything), ("admin", Scope::Source(1))]).await;
        assert_eq!(p.open(&moe, PATH).await.status, StatusCode::FORBIDDEN);
    });
}

#[test]
fn nobody_takes_away_their_own_last_way_in() {
    on_both(async |p| {
        let removal = p.send(&p.ana, &format!("{}/removal", page(&p.ana)), "").await;
        assert_eq!(removal.status, StatusCode::CONFLICT);
        assert!(removal.text.contains("your own account"), "{}", removal.text);
        let adam = p.person("Adam", &[("admin", Scope::Everything)]).await;
        let grant = p.open(&adam, &page(&adam)).await.between("/grants/", "/removal");
        let path = format!("{}/grants/{grant}/removal", page(&adam));
        let last = p.send(&adam, &path, "").await;
        assert_eq!(last.status, StatusCode::CONFLICT);
        assert!(last.text.contains("your own last role"), "{}", last.text);
        assert_eq!(p.open(&adam, PATH).await.status, StatusCode::OK);
        let owner = p.read(access::grants).await.into_iter().find(|g| g.account == p.ana.id).expect("hers");
        let path = format!("{}/grants/{}/removal", page(&p.ana), owner.public_id);
        let last = p.send(&p.ana, &path, "").await;
        assert!(last.text.contains("last owner"), "{}", last.text);
        // With another role, and another owner, one may step back.
        p.send(&p.ana, &format!("{}/grants", page(&adam)), "role=owner").await;
        p.send(&p.ana, &format!("{}/grants", page(&p.ana)), "role=manager").await;
        assert_eq!(p.send(&p.ana, &path, "").await.status, StatusCode::SEE_OTHER);
        assert_eq!(p.open(&p.ana, PATH).await.status, StatusCode::FORBIDDEN);
    });
}

#[test]
fn the_api_does_what_the_pages_do() {
    on_both(async |p| {
        let body = "{\"email\":\"bo@example.org\",\"role\":\"author\",\"source\":\"Forum\"}";
        let made = p.call(&p.ana, Method::POST, "/api/v1/accounts", body).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        let bo = made.json();
        assert!(bo["link"].as_str().expect("a link").contains("/signin/link/"), "{bo}");
        assert_eq!(bo["grants"][0]["where"], "in Forum");
        let base = format!("/api/v1/accounts/{}", bo["id"].as_str().expect("an id"));
        assert_eq!(made.location(), base);
        let given = p.call(&p.ana, Method::POST, &format!("{base}/grants"), "{\"role\":\"analyst\"}").await;
        assert_eq!(given.status, StatusCode::CREATED, "{}", given.text);
        let grants = p.call(&p.ana, Method::GET, &format!("{base}/grants"), "").await.json();
        assert_eq!(grants["items"].as_array().map(Vec::len), Some(2));
        let ended = p.call(&p.ana, Method::DELETE, given.location(), "").await;
        assert_eq!(ended.status, StatusCode::NO_CONTENT);
        let named = p.call(&p.ana, Method::PATCH, &base, "{\"name\":\"Bo Lind\"}").await.json();
        assert_eq!((&named["name"], &named["email"]), (&"Bo Lind".into(), &"bo@example.org".into()));
        let roles = p.call(&p.ana, Method::GET, "/api/v1/roles", "").await.json();
        assert_eq!(roles["items"][0]["id"], "owner");
        assert!(roles["items"][1]["permissions"].to_string().contains("team.manage_roles"), "{roles}");
        let none = p.call(&p.ana, Method::POST, &format!("{base}/grants"), "{}").await;
        assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(p.call(&p.ana, Method::DELETE, &base, "").await.status, StatusCode::NO_CONTENT);
        assert_eq!(p.call(&p.ana, Method::GET, &base, "").await.status, StatusCode::NOT_FOUND);
        assert_eq!(
            p.call(&p.ana, Method::GET, "/api/v1/accounts", "").await.json()["items"]
                .as_array()
                .map(Vec::len),
            Some(1)
        );
    });
}

#[test]
fn a_page_asks_the_database_little() {
    on_both(async |p| {
        let bo = p.person("Bo", &[("manager", Scope::Source(1))]).await;
        for path in [
            PATH.to_owned(),
            page(&bo),
            "/desk/settings/roles".into(),
            "/desk/settings/roles/admin".into(),
            "/desk/settings/audit".into(),
        ] {
            let before = p.bench.db().statements();
            let answer = p.open(&p.ana, &path).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
            let asked = p.bench.db().statements() - before;
            assert!(asked <= 8, "{path}: {asked} statements on {}", p.bench.database);
        }
    });
}
