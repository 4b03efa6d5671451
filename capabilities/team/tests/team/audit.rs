//! The audit log: read, filtered, proved, kept for a while.

use crate::support::{Product, on_both};
use access::Scope;
use axum::http::{Method, StatusCode};
use store::Priority;
use testkit::START;

const PATH: &str = "/desk/settings/audit";
const DAY: i64 = 86_400_000_000;

async fn fill(p: &Product) -> String {
    let made = p.send(&p.ana, "/desk/settings/accounts", "email=bo%40example.org&name=Bo&role=author").await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.text);
    let bo = p.read(|c| access::get_by_email(c, "bo@example.org")).await.public_id;
    p.send(&p.ana, &format!("/desk/settings/accounts/{bo}"), "email=bo%40example.org&name=Bo+Lind").await;
    bo
}

#[test]
fn entries_are_read_by_filters() {
    on_both(async |p| {
        let bo = fill(p).await;
        let page = p.open(&p.ana, PATH).await;
        for words in [
            "Made the account of Bo",
            "Gave Bo the role Author everywhere",
            "before: </span><span>Bo &lt;bo@example.org&gt;",
        ] {
            assert!(page.text.contains(words), "{words}: {}", page.text);
        }
        let entries = async |query: &str| {
            p.open(&p.ana, &format!("{PATH}?{query}")).await.text.matches("class=\"audit-entry\"").count()
        };
        assert_eq!(entries("").await, 4);
        assert_eq!(entries(&format!("subject={bo}")).await, 4);
        assert_eq!(entries(&format!("who={}", p.ana.public_id)).await, 4);
        assert_eq!(entries(&format!("who={bo}")).await, 0);
        assert_eq!(entries("area=team").await, 4);
        assert_eq!(entries("area=people").await, 0);
        assert_eq!(entries("q=LIND").await, 1);
        assert_eq!(entries("from=2024-01-01&to=2024-01-01").await, 4);
        assert_eq!(entries("from=2024-01-02").await, 0);
        assert!(p.open(&p.ana, &format!("{PATH}?from=2024-01-02")).await.text.contains("No entry fits"));
        for wrong in ["from=soon", "cursor=x"] {
            let answer = p.open(&p.ana, &format!("{PATH}?{wrong}")).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
        assert_eq!(p.open(&p.ana, &format!("{PATH}?who=acc_none")).await.status, StatusCode::NOT_FOUND);
        let csv = p.open(&p.ana, &format!("{PATH}/csv?q=lind")).await;
        assert_eq!(csv.text.lines().count(), 2, "{}", csv.text);
        assert!(csv.text.starts_with("entry,at,who,by,from,action,subject,what,before,after\r\n"));
        p.app.blocking(|a| a.access.readings.flush()).await.expect("written");
        assert_eq!(p.newest().await.0, "Read", "taking the log away is itself told");
    });
}

#[test]
fn pages_go_on_until_the_first_entry() {
    on_both(async |p| {
        let ana = p.ana.clone();
        p.app
            .blocking(move |a| {
                a.db.write(Priority::Interactive, |tx| {
                    let by = capability::Principal::local();
                    (0..120).try_for_each(|n| {
                        let title = format!("Did {n}");
                        let change = access::audit::Change {
                            action: "team.test",
                            subject: &ana.public_id,
                            title: &title,
                            ..Default::default()
                        };
                        access::audit::record(tx, &by, START + n, &change)
                    })
                })
            })
            .await
            .expect("entries");
        let (mut path, mut pages, mut seen) = (format!("{PATH}?area=team"), 0, 0);
        loop {
            let page = p.open(&p.ana, &path).await;
            seen += page.text.matches("class=\"audit-entry\"").count();
            pages += 1;
            let next = page.text.split("rel=\"next\"").next().filter(|_| page.text.contains("rel=\"next\""));
            let Some(next) = next.and_then(|t| t.rsplit("href=\"").next()) else { break };
            path = next.split('"').next().expect("an address").replace("&amp;", "&");
        }
        assert_eq!((pages, seen), (3, 120));
        let (mut cursor, mut seen) = (String::new(), Vec::new());
        loop {
            let answer = p
                .call(&p.ana, Method::GET, &format!("/api/v1/audit?area=team&limit=50{cursor}"), "")
                .await
                .json();
            seen.extend(answer["items"].as_array().expect("a list").iter().map(|e| e["entry"].as_i64()));
            let Some(next) = answer["next"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(seen.len(), 120);
        assert!(seen.windows(2).all(|w| w[0] > w[1]), "newest first, each once");
        let wrong = p.call(&p.ana, Method::GET, "/api/v1/audit?limit=0", "").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    });
}

#[test]
fn the_page_says_whether_the_chain_holds() {
    on_both(async |p| {
        fill(p).await;
        let holds = p.open(&p.ana, &format!("{PATH}?check=1")).await;
        assert!(holds.text.contains("The chain holds over all 4"), "{}", holds.text);
        let newest = p.read(access::audit::newest).await.expect("one").2;
        assert!(holds.text.contains(&newest), "its newest link");
        p.app
            .blocking(|a| {
                a.db.write(Priority::Interactive, |tx| {
                    tx.execute(
                        "UPDATE audit_details SET after_value = 'Owner everywhere' WHERE entry_id = 2",
                        &[],
                    )
                })
            })
            .await
            .expect("somebody with the database");
        let broken = p.open(&p.ana, &format!("{PATH}?check=1")).await;
        assert!(broken.text.contains("the details of entry 2 were changed"), "{}", broken.text);
    });
}

#[test]
fn only_owners_shorten_it_and_what_is_old_goes() {
    on_both(async |p| {
        fill(p).await;
        let adam = p.person("Adam", &[("admin", Scope::Everything)]).await;
        let forbidden = p.send(&adam, &format!("{PATH}/retention"), "years=1").await;
        assert_eq!(forbidden.status, StatusCode::FORBIDDEN);
        assert!(p.open(&adam, PATH).await.text.contains("needs the role Owner"), "and the page says so");
        let wrong = p.send(&p.ana, &format!("{PATH}/retention"), "years=3").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let set = p.send(&p.ana, &format!("{PATH}/retention"), "years=1").await;
        assert_eq!(set.location(), format!("{PATH}?told=saved"));
        let told = p.newest().await;
        assert_eq!((told.2.as_str(), told.3.as_str()), ("for ever", "1 year"));
        let sweep = async || p.app.blocking(team::sweep).await.expect("swept");
        assert_eq!(sweep().await, 0, "nothing is old yet");
        p.bench.clock.advance(400 * DAY);
        assert_eq!(sweep().await, 4, "the last one before stays as the link to go on from");
        assert!(p.newest().await.0.starts_with("Removed 4 entries"));
        let holds = p.read(access::audit::verify).await;
        assert_eq!(holds.0, 2);
        assert_eq!(sweep().await, 0);
    });
}
