//! Invitations by mail, and what is said where there is none.

use crate::support::{Person, Product, on_both, on_both_with};
use access::Scope;
use axum::http::StatusCode;
use std::time::Duration;
use testkit::smtp::{Manners, Sink};

const PATH: &str = "/desk/settings/accounts";

/// Lets the workers hand over what waits, until the server has so many mails.
async fn handed_over(p: &Product, sink: &Sink, mails: usize) -> Vec<testkit::smtp::Taken> {
    let app = p.app.clone();
    let workers = p.app.blocking(move |_| app.begin_jobs()).await.expect("workers");
    tokio::task::block_in_place(|| {
        let taken = sink.wait_for(mails);
        workers.stop(Duration::from_secs(10));
        taken
    })
}

#[test]
fn somebody_new_is_invited_by_mail_and_again() {
    let sink = Sink::new(Manners::default());
    let so_far = std::cell::Cell::new(0);
    on_both_with(Some(&sink), async |p| {
        let page = p.open(&p.ana, PATH).await;
        assert!(page.text.contains("An invitation with a link is sent there."), "{}", page.text);
        let added = p.send(&p.ana, PATH, "email=bo%40example.org&name=Bo&role=moderator").await;
        assert_eq!(added.status, StatusCode::OK, "{}", added.text);
        assert!(added.text.contains("is on its way to bo@example.org"), "{}", added.text);
        assert!(!added.text.contains("/signin/link/"), "the link is for Bo alone");
        let taken = handed_over(p, &sink, so_far.get() + 1).await;
        let mail = taken.last().expect("a mail").clone();
        assert_eq!(mail.to, ["bo@example.org"]);
        assert_eq!(mail.header("Subject"), "Ana invites you to Our community");
        let link = mail.link("https://desk.example/signin/link/");
        let path = link.strip_prefix("https://desk.example").expect("a path").to_owned();
        let nobody = Person { cookie: String::new(), ..p.ana.clone() };
        assert!(p.open(&nobody, &path).await.text.contains("Hello, Bo"), "{path}");
        // It holds for three days and no longer.
        p.bench.clock.advance(71 * 3_600_000_000);
        assert_eq!(p.open(&nobody, &path).await.status, StatusCode::OK);
        p.bench.clock.advance(2 * 3_600_000_000);
        assert_eq!(p.open(&nobody, &path).await.status, StatusCode::NOT_FOUND);

        let bo = p.read(|c| access::get_by_email(c, "bo@example.org")).await;
        let base = format!("{PATH}/{}", bo.public_id);
        assert!(p.open(&p.ana, &base).await.text.contains("Send the invitation again"));
        let again = p.send(&p.ana, &format!("{base}/invitation"), "").await;
        assert!(again.text.contains("is on its way to bo@example.org"), "{}", again.text);
        let told = p.newest().await;
        assert_eq!((told.0.as_str(), told.1.as_str()), ("Made a sign-in link for Bo", bo.public_id.as_str()));
        let taken = handed_over(p, &sink, so_far.get() + 2).await;
        let newer = taken.last().expect("a mail").link("https://desk.example/signin/link/");
        assert_ne!(newer, link);
        so_far.set(taken.len());

        // Who does not outrank an account sends it nothing; an address that is none is said beside the field.
        let adam = p.person("Adam", &[("admin", Scope::Everything)]).await;
        let up = p.send(&adam, &format!("{PATH}/{}/invitation", p.ana.public_id), "").await;
        assert_eq!(up.status, StatusCode::FORBIDDEN);
        let wrong = p.send(&p.ana, PATH, "email=a%40b%40c").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(p.read(access::list).await.len(), 3, "nothing of it was done");
    });
}

#[test]
fn without_a_server_the_link_is_shown_and_the_page_says_why() {
    on_both(async |p| {
        assert!(p.open(&p.ana, PATH).await.text.contains("mail is not set up"));
        let added = p.send(&p.ana, PATH, "email=bo%40example.org&name=Bo").await;
        assert!(added.between("id=\"secret\">", "<").contains("/signin/link/"), "{}", added.text);
        let bo = p.read(|c| access::get_by_email(c, "bo@example.org")).await;
        let base = format!("{PATH}/{}", bo.public_id);
        let one = p.open(&p.ana, &base).await;
        assert!(
            !one.text.contains("/invitation\"") && one.text.contains("Make a sign-in link"),
            "{}",
            one.text
        );
        let sent = p.send(&p.ana, &format!("{base}/invitation"), "").await;
        assert_eq!(sent.status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(sent.text.contains("mail is not set up"), "{}", sent.text);
    });
}
