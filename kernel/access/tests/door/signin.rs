//! Signing in as a browser and a program see it, on both databases.

use crate::browser::{HOUR, browsers, csrf};
use axum::http::StatusCode;
use store::Priority;
use testkit::Bench;

#[test]
fn a_link_signs_in_once_and_looking_does_not_use_it() {
    for mut b in browsers() {
        assert!(b.get("/signin").body.contains("first=true"));
        let link = b.link(&b.account("Ana@Example.org "));
        for _ in 0..2 {
            let page = b.get(&link);
            assert_eq!(page.status, StatusCode::OK);
            assert!(page.body.contains("email=ana@example.org"));
        }
        let refused = b.submit(&link, "password=short");
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.body.contains("at least 10"), "a refused password costs no link: {}", refused.body);
        let done = b.submit(&link, "password=correct+horse+battery");
        assert_eq!((done.status, done.location.as_str()), (StatusCode::SEE_OTHER, "/desk"));
        assert!(done.set_cookie.contains("HttpOnly; SameSite=Lax; Max-Age=2592000"));
        assert!(!done.set_cookie.contains("Secure"));
        assert!(b.get("/desk").body.starts_with("hello Ana"));
        assert_eq!(b.get(&link).status, StatusCode::NOT_FOUND);

        let stored: String = b
            .access
            .db
            .read(|c| c.query_one("SELECT token_hash FROM sessions", &[], |r| r.text(0)))
            .expect("one session");
        assert_ne!(stored, b.cookies["folkmoot_session"]);
    }
}

#[test]
fn the_first_runs_owner_says_who_they_are() {
    for mut b in browsers() {
        let link = b.link(&b.account(access::FIRST_EMAIL));
        assert!(b.get(&link).body.contains("asks=true"));
        b.account("ben@example.org");
        for wrong in ["email=&name=", "email=ben%40example.org"] {
            assert_eq!(b.submit(&link, wrong).status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        }
        b.submit(&link, "email=eve%40example.org&name=Eve&password=correct+horse+battery");
        assert!(b.get("/desk").body.starts_with("hello Eve"));
        let fields = "email=eve%40example.org&password=correct+horse+battery";
        assert_eq!(b.submit("/signin", fields).status, StatusCode::SEE_OTHER);
    }
}

#[test]
fn a_link_expires_after_a_day_and_a_session_after_thirty() {
    for mut b in browsers() {
        let ana = b.account("ana@example.org");
        let late = b.link(&ana);
        b.access.clock.advance(24 * HOUR);
        assert_eq!(b.get(&late).status, StatusCode::NOT_FOUND);
        let link = b.link(&ana);
        b.submit(&link, "password=");
        b.access.clock.advance(30 * 24 * HOUR - 1);
        assert_eq!(b.get("/desk").status, StatusCode::OK);
        b.access.clock.advance(1);
        let asked = b.get("/desk?from=2024-01-01&x=1");
        assert_eq!(asked.location, "/signin?next=/desk%3Ffrom%3D2024-01-01%26x%3D1");
    }
}

#[test]
fn password_signs_in_with_a_new_session_and_returns_to_the_page() {
    for mut b in browsers() {
        let link = b.link(&b.account("ana@example.org"));
        b.submit(&link, "password=correct+horse+battery");
        let first = b.cookies["folkmoot_session"].clone();
        let fields = "email=ANA%40example.org&password=correct+horse+battery&next=%2Fdesk%2Fhealth%3Fa%3D1";
        let done = b.submit("/signin", fields);
        assert_eq!(done.location, "/desk/health?a=1");
        let second = b.cookies.insert("folkmoot_session".into(), first).expect("a session");
        assert_eq!(b.get("/desk").status, StatusCode::SEE_OTHER, "the old session has ended");
        b.cookies.insert("folkmoot_session".into(), second);
        for foreign in ["https%3A%2F%2Fevil.example", "%2F%2Fevil.example", "%2F%5Cevil.example"] {
            let fields = format!("email=ana%40example.org&password=correct+horse+battery&next={foreign}");
            assert_eq!(b.submit("/signin", &fields).location, "/desk");
        }

        let token = csrf(&b.get("/desk").body);
        assert_eq!(b.send("POST", "/signout", Some("csrf=wrong".into())).status, StatusCode::FORBIDDEN);
        let out = b.send("POST", "/signout", Some(format!("csrf={token}")));
        assert_eq!(out.location, "/signin");
        assert_eq!(b.get("/desk").status, StatusCode::SEE_OTHER);
    }
}

#[test]
fn wrong_passwords_are_slowed_down() {
    for mut b in browsers() {
        let link = b.link(&b.account("ana@example.org"));
        b.submit(&link, "password=correct+horse+battery");
        b.cookies.clear();
        for _ in 0..5 {
            let answer = b.submit("/signin", "email=ana%40example.org&password=guess");
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(answer.body.contains("do not belong together"));
        }
        let right = "email=ana%40example.org&password=correct+horse+battery";
        assert_eq!(b.submit("/signin", right).status, StatusCode::TOO_MANY_REQUESTS);
        b.access.clock.advance(HOUR);
        assert_eq!(b.submit("/signin", right).status, StatusCode::SEE_OTHER);
    }
}

#[test]
fn forms_of_other_sites_are_refused() {
    for mut b in browsers() {
        let link = b.link(&b.account("ana@example.org"));
        assert_eq!(b.send("POST", &link, Some("password=".into())).status, StatusCode::FORBIDDEN);
        b.submit(&link, "password=");
        let token = csrf(&b.get("/desk").body);
        assert_eq!(b.send("POST", "/desk", Some("a=1".into())).status, StatusCode::FORBIDDEN);
        assert_eq!(b.send("POST", "/desk", Some(format!("csrf={token}"))).status, StatusCode::OK);
        b.site = "cross-site";
        assert_eq!(b.send("POST", "/desk", Some(format!("csrf={token}"))).status, StatusCode::FORBIDDEN);
        assert_eq!(b.send("POST", "/api/v1/thing", None).status, StatusCode::FORBIDDEN);
    }
}

#[test]
fn the_api_takes_tokens_and_answers_401_without() {
    for mut b in browsers() {
        let ana = b.account("ana@example.org");
        assert_eq!(b.get("/api/v1/thing").status, StatusCode::UNAUTHORIZED);
        let now = b.access.clock.now();
        let token = b
            .access
            .db
            .write(Priority::Interactive, |tx| access::create_api_token(tx, ana.id, "report", now))
            .expect("a token");
        assert!(token.starts_with("fmt_"));
        b.bearer = Some(token);
        // A program is no browser: no form token, no matching origin.
        b.site = "cross-site";
        assert_eq!(b.get("/api/v1/thing").body, "hello ana@example.org");
        assert_eq!(b.send("POST", "/api/v1/thing", None).status, StatusCode::OK);
        let list = b.access.db.read(|c| access::list_api_tokens(c, ana.id)).expect("a list");
        assert_eq!((list[0].name.as_str(), list[0].used_at), ("report", Some(now)));
        b.access
            .db
            .write(Priority::Interactive, |tx| access::remove_api_token(tx, &list[0].public_id))
            .expect("withdrawn");
        assert_eq!(b.get("/api/v1/thing").status, StatusCode::UNAUTHORIZED);
    }
}

#[test]
fn a_changed_password_ends_the_other_sessions() {
    for mut b in browsers() {
        let ana = b.account("ana@example.org");
        let link = b.link(&ana);
        b.submit(&link, "password=correct+horse+battery");
        let other = b.cookies.remove("folkmoot_session").expect("a session");
        let link = b.link(&ana);
        b.submit(&link, "password=");
        let wrong = b.submit("/account/password", "current=guess&password=another+long+one");
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let done = b.submit("/account/password", "current=correct+horse+battery&password=another+long+one");
        assert!(done.body.contains("done=true"), "{}", done.body);
        assert_eq!(b.get("/desk").status, StatusCode::OK);
        b.cookies.insert("folkmoot_session".into(), other);
        assert_eq!(b.get("/desk").status, StatusCode::SEE_OTHER);
    }
}

#[test]
fn a_route_without_a_guard_is_closed() {
    for mut b in browsers() {
        let link = b.link(&b.account("ana@example.org"));
        b.submit(&link, "password=");
        assert_eq!(b.get("/forgotten").status, StatusCode::FORBIDDEN);
    }
}

#[test]
fn two_first_starts_at_once_make_one_account() {
    let benches = [Some(Bench::sqlite(access::MIGRATIONS)), Bench::postgres(access::MIGRATIONS)];
    for bench in benches.into_iter().flatten() {
        // SQLite has one writer: there the second begins when the first is done.
        let together = bench.db().dialect() == store::Dialect::Postgres;
        let met = std::sync::Barrier::new(2);
        let start = || {
            bench.db().write(Priority::Interactive, |tx| {
                let seen = access::list(tx)?.len();
                if together {
                    met.wait();
                }
                Ok((seen, access::first_account(tx, bench.clock.now())?.id))
            })
        };
        let (one, other) = std::thread::scope(|scope| {
            let other = scope.spawn(start);
            (start(), other.join().expect("no panic"))
        });
        let (one, other) = (one.expect("an account"), other.expect("the same account"));
        assert_eq!(one.1, other.1, "on {}", bench.database);
        assert!(!together || (one.0, other.0) == (0, 0), "both saw an empty installation");
        let all = bench.db().read(access::list).expect("accounts");
        assert_eq!(all.len(), 1, "on {}", bench.database);
        assert_eq!((all[0].email.as_str(), all[0].name.as_str()), (access::FIRST_EMAIL, "Owner"));
    }
}
