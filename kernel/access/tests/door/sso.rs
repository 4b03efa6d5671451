//! Signing in through a provider, an honest one and one that lies, on both databases.

use crate::browser::{Answer, Browser, HOUR, browsers, csrf};
use crate::provider::{CLIENT, Provider, SECRET, Says};
use access::sso::{self, ProviderDraft};
use access::{Permission, Principal, Roles, Scope};
use axum::http::StatusCode;
use serde_json::{Value, json};
use store::Priority;

const WORK: Permission = Permission::new("test.work", "Work", Roles::LEADS);

/// A provider beside every browser.
fn beside() -> Vec<(Browser, Provider)> {
    browsers()
        .into_iter()
        .map(|b| {
            let p = Provider::start(b.access.clock.clone());
            // The owner, without whom nobody comes in.
            b.account("olga@example.org");
            (b, p)
        })
        .collect()
}

fn draft(p: &Provider) -> ProviderDraft {
    ProviderDraft {
        name: "Main".into(),
        issuer: p.address(),
        client_id: CLIENT.into(),
        client_secret: Some(SECRET.into()),
        makes_accounts: true,
        passwords: true,
        ..ProviderDraft::default()
    }
}

fn add(b: &Browser, draft: &ProviderDraft) -> String {
    let now = b.access.clock.now();
    let made = b.access.db.write(Priority::Interactive, |tx| {
        sso::create(tx, (&Principal::local(), &[WORK]), &b.means.sealer, draft, now)
    });
    made.expect("a provider").public_id
}

fn change(b: &Browser, id: &str, draft: &ProviderDraft) {
    let done = b.access.db.write(Priority::Interactive, |tx| {
        sso::update(tx, (&Principal::local(), &[WORK]), &b.means.sealer, id, draft)
    });
    done.expect("changed");
}

/// Presses the button, signs in at the provider, comes back.
fn through(b: &mut Browser, p: &Provider, id: &str) -> Answer {
    let out = b.get(&format!("/signin/with/{id}?next=/desk/health"));
    assert_eq!(out.status, StatusCode::SEE_OTHER, "{}", out.body);
    let back = p.sign_in(&out.location);
    b.get(&format!("/signin/with/{id}/callback?{back}"))
}

/// The newest entry of the audit log.
fn newest(b: &Browser) -> access::audit::AuditEntry {
    let found = b.access.db.read(|c| access::audit::list(c, &access::audit::Filter::default(), 1));
    found.expect("a log").remove(0)
}

fn roles(b: &Browser, email: &str) -> Vec<String> {
    let found = b.access.db.read(|c| {
        let account = access::get_by_email(c, email)?;
        let all = access::grants(c)?;
        Ok(all.into_iter().filter(|g| g.account == account.id).map(|g| g.slug).collect())
    });
    found.expect("roles")
}

#[test]
fn an_account_is_made_at_the_first_sign_in_and_found_at_the_second() {
    for (mut b, p) in beside() {
        let id = add(&b, &draft(&p));
        assert!(b.get("/signin").status.is_success());
        let came = through(&mut b, &p, &id);
        assert_eq!(
            (came.status, came.location.as_str()),
            (StatusCode::SEE_OTHER, "/desk/health"),
            "{}",
            came.body
        );
        assert_eq!(newest(&b).title, "Signed in with Main");
        let hello = b.access.db.read(|c| access::get_by_email(c, "ana@example.org")).expect("an account");
        assert_eq!(hello.name, "Ana Dev");
        // Another address, the same person: nobody is found by an address.
        p.says(Says { claims: json!({ "email": "ana@elsewhere.example" }), ..Says::default() });
        b.cookies.clear();
        assert_eq!(through(&mut b, &p, &id).location, "/desk/health");
        let again = b.access.db.read(access::list).expect("accounts");
        assert_eq!(again.len(), 2);
        let logins = b.access.db.read(|c| sso::logins(c, hello.id)).expect("a login");
        assert_eq!((logins.len(), logins[0].email.as_str()), (1, "ana@elsewhere.example"));
        // The old address, another person.
        p.says(Says { claims: json!({ "sub": "eve" }), ..Says::default() });
        b.cookies.clear();
        let eve = through(&mut b, &p, &id);
        assert_eq!(eve.status, StatusCode::FORBIDDEN);
        assert!(eve.body.contains("not connected with Main yet"), "{}", eve.body);
        assert!(!b.cookies.contains_key("folkmoot_session"));
    }
}

#[test]
fn every_allowed_signature_is_taken() {
    for (mut b, p) in beside() {
        let id = add(&b, &draft(&p));
        for algorithm in ["RS256", "PS256", "ES256", "EdDSA"] {
            p.says(Says { algorithm, ..Says::default() });
            b.cookies.clear();
            assert_eq!(through(&mut b, &p, &id).location, "/desk/health", "{algorithm}");
        }
        assert_eq!(p.fetched(), 1, "keys are kept");
    }
}

#[test]
fn a_provider_that_lies_lets_nobody_in() {
    for (mut b, p) in beside() {
        let id = add(&b, &draft(&p));
        let now = b.access.clock.now() / 1_000_000;
        let says = |claims: Value| Says { claims, ..Says::default() };
        let with = |algorithm: &'static str| Says { algorithm, ..Says::default() };
        let lies = [
            (says(json!({ "nonce": "another" })), "nonce"),
            (says(json!({ "nonce": null })), "nonce"),
            (says(json!({ "aud": "another" })), "another audience"),
            (says(json!({ "aud": [CLIENT, "another"] })), "several audiences"),
            (says(json!({ "azp": "another" })), "another party"),
            (says(json!({ "iss": "https://accounts.example.com" })), "the issuer is"),
            (says(json!({ "iss": format!("{}/", p.address()) })), "the issuer is"),
            (says(json!({ "exp": now - 61 })), "ended"),
            (says(json!({ "exp": null })), "does not say"),
            (says(json!({ "iat": now + 120 })), "future"),
            (says(json!({ "iat": now - 3_600 })), "was made"),
            (says(json!({ "sub": "" })), "no subject"),
            (with("none"), "\"none\""),
            (with("HS256"), "\"HS256\""),
            (Says { other_key: true, ..with("RS256") }, "signature"),
            (Says { other_key: true, ..with("PS256") }, "signature"),
            (Says { other_key: true, ..with("ES256") }, "signature"),
            (Says { other_key: true, ..with("EdDSA") }, "signature"),
            (Says { key: "secret", ..with("RS256") }, "no key"),
            (
                Says {
                    userinfo: json!({ "sub": "eve", "email": "ana@example.org" }),
                    ..says(json!({ "email": null }))
                },
                "another subject",
            ),
        ];
        for (lie, reason) in lies {
            p.says(lie);
            b.cookies.clear();
            let came = through(&mut b, &p, &id);
            assert_eq!(came.status, StatusCode::FORBIDDEN, "{reason}: {}", came.body);
            assert!(!came.body.contains(reason), "the browser learns less: {}", came.body);
            assert!(!b.cookies.contains_key("folkmoot_session"), "{reason}");
            let told = newest(&b);
            assert_eq!((told.action.as_str(), told.subject.as_str()), ("access.fail_sign_in", id.as_str()));
            assert!(told.title.contains(reason), "{reason}: {}", told.title);
            assert!(!told.title.contains(SECRET));
        }
        assert_eq!(b.access.db.read(access::list).expect("accounts").len(), 1, "nobody was made");
    }
}

#[test]
fn a_way_back_that_was_not_begun_here_is_refused() {
    for (mut b, p) in beside() {
        let (id, other) = (add(&b, &draft(&p)), Provider::start(b.access.clock.clone()));
        let second = add(&b, &ProviderDraft { issuer: other.address(), ..draft(&p) });
        let out = b.get(&format!("/signin/with/{id}"));
        let back = p.sign_in(&out.location);
        // In a browser that did not set out.
        let cookies = std::mem::take(&mut b.cookies);
        let stranger = b.get(&format!("/signin/with/{id}/callback?{back}"));
        assert_eq!(stranger.status, StatusCode::CONFLICT);
        b.cookies = cookies.clone();
        // With another state, at another provider, of another issuer, with the provider's no, and too late.
        let changed = back.replace("state=", "state=0");
        for (path, status) in [
            (format!("/signin/with/{id}/callback?{changed}"), StatusCode::CONFLICT),
            (format!("/signin/with/{second}/callback?{back}"), StatusCode::CONFLICT),
            (format!("/signin/with/{id}/callback?{back}&iss={}", other.address()), StatusCode::FORBIDDEN),
            (format!("/signin/with/{id}/callback?{back}&error=access_denied"), StatusCode::FORBIDDEN),
        ] {
            b.cookies = cookies.clone();
            assert_eq!(b.get(&path).status, status, "{path}");
            assert_eq!(b.cookies["folkmoot_sso"], "", "what was carried is taken away");
        }
        b.cookies = cookies.clone();
        b.access.clock.advance(HOUR / 6);
        assert_eq!(
            b.get(&format!("/signin/with/{id}/callback?{back}")).status,
            StatusCode::CONFLICT,
            "too late"
        );
        assert!(!b.cookies.contains_key("folkmoot_session"));
        // The right way, and not twice.
        let out = b.get(&format!("/signin/with/{id}?next=//evil.example"));
        let back = p.sign_in(&out.location);
        let cookies = b.cookies.clone();
        let came = b.get(&format!("/signin/with/{id}/callback?{back}&iss={}", p.address()));
        assert_eq!(came.location, "/desk", "never to another site");
        b.cookies = cookies;
        assert_eq!(
            b.get(&format!("/signin/with/{id}/callback?{back}")).status,
            StatusCode::FORBIDDEN,
            "a used code"
        );
    }
}

#[test]
fn new_keys_are_fetched_once_and_a_provider_that_fails_is_said_so() {
    for (mut b, p) in beside() {
        let id = add(&b, &draft(&p));
        through(&mut b, &p, &id);
        p.says(Says { key: "two", published: "two", ..Says::default() });
        b.cookies.clear();
        assert_eq!(through(&mut b, &p, &id).location, "/desk/health", "keys were changed");
        assert_eq!(p.fetched(), 2);
        p.says(Says { key: "three", published: "two", ..Says::default() });
        for _ in 0..3 {
            b.cookies.clear();
            assert_eq!(through(&mut b, &p, &id).status, StatusCode::FORBIDDEN);
        }
        assert_eq!(p.fetched(), 2, "nobody makes us ask without end");
        b.access.clock.advance(2 * HOUR);
        p.says(Says { broken: true, ..Says::default() });
        let out = b.get(&format!("/signin/with/{id}"));
        assert_eq!((out.status, out.location.as_str()), (StatusCode::FORBIDDEN, ""));
        assert!(out.body.contains("did not work"), "{}", out.body);
        b.access.clock.advance(HOUR);
        p.says(Says { issuer: Some("https://other.example".into()), ..Says::default() });
        let id_of = id.clone();
        let provider = b.access.db.read(|c| sso::get(c, &id_of)).expect("a provider");
        let error = sso::test(&b.access, &b.means.outgoing, &provider).expect_err("another name");
        assert!(error.message.contains("calls itself"), "{error}");
        p.says(Says::default());
        let tested = sso::test(&b.access, &b.means.outgoing, &provider).expect("answers");
        assert_eq!(
            (tested.keys, tested.callback),
            (3, format!("http://c.example/signin/with/{id}/callback"))
        );
    }
}

#[test]
fn an_account_is_made_only_for_whom_it_may() {
    for (mut b, p) in beside() {
        let closed = ProviderDraft { makes_accounts: false, ..draft(&p) };
        let id = add(&b, &closed);
        let refused = |b: &mut Browser, claims: Value, words: &str| {
            // Without an address in the token, more is asked; this provider knows none either.
            p.says(Says { claims, userinfo: json!({ "sub": "248289761001" }), ..Says::default() });
            b.cookies.clear();
            let came = through(b, &p, &id);
            assert_eq!(came.status, StatusCode::FORBIDDEN);
            assert!(came.body.contains(words), "{words}: {}", came.body);
        };
        refused(&mut b, json!({}), "no account for you here yet");
        change(&b, &id, &ProviderDraft { domains: "example.com, @Example.NET".into(), ..draft(&p) });
        refused(&mut b, json!({}), "not made for addresses like ana@example.org");
        refused(&mut b, json!({ "email": "ana@evil-example.com" }), "not made for addresses");
        refused(&mut b, json!({ "email": "ana@example.com", "email_verified": false }), "does not say that");
        refused(&mut b, json!({ "email": "ana@example.com", "email_verified": null }), "does not say that");
        refused(&mut b, json!({ "email": null }), "no account for you here yet");
        p.says(Says { claims: json!({ "email": "Ana@Example.net" }), ..Says::default() });
        assert_eq!(through(&mut b, &p, &id).location, "/desk/health");
        // Somebody who was removed does not come back by themselves.
        b.access
            .db
            .write(Priority::Interactive, |tx| {
                let account = access::get_by_email(tx, "ana@example.net")?;
                access::remove(tx, &Principal::local(), &[WORK], &account.public_id, 1)
            })
            .expect("removed");
        refused(&mut b, json!({ "email": "ana@example.net" }), "was removed");
    }
}

#[test]
fn an_address_leads_to_an_account_only_where_an_owner_said_so() {
    for (mut b, p) in beside() {
        let ana = b.account("ana@example.org");
        let id = add(&b, &draft(&p));
        let came = through(&mut b, &p, &id);
        assert!(came.body.contains("There is an account for ana@example.org"), "{}", came.body);
        change(&b, &id, &ProviderDraft { trusts_email: true, ..draft(&p) });
        p.says(Says { claims: json!({ "email_verified": false }), ..Says::default() });
        b.cookies.clear();
        assert_eq!(through(&mut b, &p, &id).status, StatusCode::FORBIDDEN, "not verified");
        p.says(Says::default());
        b.cookies.clear();
        assert_eq!(through(&mut b, &p, &id).location, "/desk/health");
        assert_eq!(b.access.db.read(|c| sso::logins(c, ana.id)).expect("logins").len(), 1);
    }
}

#[test]
fn an_account_is_connected_by_its_owner_and_after_a_question() {
    for (mut b, p) in beside() {
        let id = add(&b, &draft(&p));
        let ana = b.account("ana@work.example");
        b.access
            .db
            .write(Priority::Interactive, |tx| {
                access::grant(tx, &Principal::local(), &[WORK], ana.id, "manager", Scope::Everything, 1)
            })
            .expect("a role");
        assert!(b.get(&format!("/account/logins/{id}/begin")).location.starts_with("/signin?next="));
        let link = b.link(&ana);
        b.submit(&link, "password=correct+horse+battery");
        let asked = |b: &mut Browser| {
            let out = b.get(&format!("/account/logins/{id}/begin"));
            let back = p.sign_in(&out.location);
            b.get(&format!("/signin/with/{id}/callback?{back}"))
        };
        let question = asked(&mut b);
        assert_eq!(question.status, StatusCode::OK, "{}", question.body);
        assert!(question.body.contains("email=ana@example.org"), "{}", question.body);
        assert_eq!(b.access.db.read(|c| sso::logins(c, ana.id)).expect("logins").len(), 0, "nothing yet");
        let proof = question.body.split("proof=").nth(1).expect("a proof").trim().to_owned();
        let token = csrf(&question.body);
        let escaped = proof.replace('+', "%2B").replace('=', "%3D").replace('/', "%2F");
        let without = b.send("POST", "/account/logins", Some(format!("proof={escaped}")));
        assert_eq!(without.status, StatusCode::FORBIDDEN, "no form token");
        let yes = b.send("POST", "/account/logins", Some(format!("csrf={token}&proof={escaped}")));
        assert_eq!(yes.location, "/desk/settings/account?told=connected", "{}", yes.body);
        let login = b.access.db.read(|c| sso::logins(c, ana.id)).expect("logins").remove(0);
        // Somebody else can neither use the proof nor connect the same person.
        let bo = b.account("bo@example.org");
        b.access
            .db
            .write(Priority::Interactive, |tx| {
                access::grant(tx, &Principal::local(), &[WORK], bo.id, "manager", Scope::Everything, 1)
            })
            .expect("a role");
        let link = b.link(&bo);
        b.cookies.clear();
        b.submit(&link, "password=");
        let token = csrf(&b.get("/desk").body);
        let stolen = b.send("POST", "/account/logins", Some(format!("csrf={token}&proof={escaped}")));
        assert_eq!(stolen.status, StatusCode::CONFLICT);
        let question = asked(&mut b);
        let own = question.body.split("proof=").nth(1).expect("a proof").trim();
        let own = own.replace('+', "%2B").replace('=', "%3D").replace('/', "%2F");
        let taken = b.send("POST", "/account/logins", Some(format!("csrf={token}&proof={own}")));
        assert_eq!(taken.status, StatusCode::CONFLICT, "{}", taken.body);
        let path = format!("/account/logins/{}/removal", login.public_id);
        let foreign = b.send("POST", &path, Some(format!("csrf={token}")));
        assert_eq!(foreign.status, StatusCode::NOT_FOUND, "not theirs");
        // The first one signs in with it, and takes it away.
        b.cookies.clear();
        assert_eq!(through(&mut b, &p, &id).location, "/desk/health");
        let token = csrf(&b.get("/desk").body);
        let gone = b.send("POST", &path, Some(format!("csrf={token}")));
        assert_eq!(gone.location, "/desk/settings/account?told=disconnected", "{}", gone.body);
    }
}

#[test]
fn the_only_way_in_stays() {
    for (mut b, p) in beside() {
        let id = add(&b, &ProviderDraft { groups: vec![("*".into(), "volunteer".into())], ..draft(&p) });
        through(&mut b, &p, &id);
        let ana = b.access.db.read(|c| access::get_by_email(c, "ana@example.org")).expect("an account");
        let login = b.access.db.read(|c| sso::logins(c, ana.id)).expect("logins").remove(0);
        let token = csrf(&b.get("/desk").body);
        let path = format!("/account/logins/{}/removal", login.public_id);
        let gone = b.send("POST", &path, Some(format!("csrf={token}")));
        assert_eq!(gone.status, StatusCode::CONFLICT);
        assert!(gone.body.contains("only way to sign in"), "{}", gone.body);
    }
}

#[test]
fn groups_give_roles_and_take_only_those_away() {
    for (mut b, p) in beside() {
        let groups =
            [("team", "manager"), ("team", "analyst"), ("cn=mods,ou=x", "moderator"), ("*", "volunteer")];
        let groups = groups.map(|(g, r)| (g.to_owned(), r.to_owned())).to_vec();
        let id = add(&b, &ProviderDraft { group_claim: "realm.groups".into(), groups, ..draft(&p) });
        let come = |b: &mut Browser, groups: &Value| {
            p.says(Says { claims: json!({ "realm": { "groups": groups } }), ..Says::default() });
            b.cookies.clear();
            assert_eq!(through(b, &p, &id).location, "/desk/health");
            let mut had = roles(b, "ana@example.org");
            had.sort();
            had
        };
        assert_eq!(come(&mut b, &json!(["team", "other"])), ["analyst", "manager", "volunteer"]);
        let ana = b.access.db.read(|c| access::get_by_email(c, "ana@example.org")).expect("an account");
        let by_hand = b.access.db.write(Priority::Interactive, |tx| {
            access::grant(tx, &Principal::local(), &[WORK], ana.id, "author", Scope::Everything, 1)
        });
        by_hand.expect("a role");
        assert_eq!(come(&mut b, &json!(["cn=mods,ou=x"])), ["author", "moderator", "volunteer"]);
        assert_eq!(come(&mut b, &json!([])), ["author", "volunteer"]);
        // Nothing changed, nothing told.
        come(&mut b, &json!([]));
        assert_eq!(newest(&b).title, "Signed in with Main");
        let removed =
            b.access.db.write(Priority::Interactive, |tx| sso::remove(tx, &Principal::local(), &id, 2));
        removed.expect("removed");
        assert_eq!(roles(&b, "ana@example.org"), ["author"], "what its groups gave ends with it");
    }
}

#[test]
fn more_is_asked_where_the_token_says_too_little() {
    for (mut b, p) in beside() {
        let groups = vec![("team".to_owned(), "manager".to_owned())];
        let id = add(&b, &ProviderDraft { group_claim: "groups".into(), groups, ..draft(&p) });
        let userinfo = json!({
            "sub": "248289761001", "email": "ana@example.org", "email_verified": true, "groups": ["team"],
        });
        p.says(Says { claims: json!({ "email": null }), userinfo, ..Says::default() });
        assert_eq!(through(&mut b, &p, &id).location, "/desk/health");
        assert_eq!(roles(&b, "ana@example.org"), ["manager"]);
    }
}

#[test]
fn the_secret_is_sealed_and_a_draft_is_checked() {
    for (b, p) in beside() {
        let id = add(&b, &draft(&p));
        let stored: String = b
            .access
            .db
            .read(|c| c.query_one("SELECT client_secret FROM sso_providers", &[], |r| r.text(0)))
            .expect("a secret");
        assert!(stored.starts_with("sealed1:") && !stored.contains("odd"), "{stored}");
        for wrong in [
            ProviderDraft { name: String::new(), ..draft(&p) },
            ProviderDraft { client_id: " ".into(), ..draft(&p) },
            ProviderDraft { scopes: "email".into(), ..draft(&p) },
            ProviderDraft { groups: vec![("team".into(), "manager".into())], ..draft(&p) },
            ProviderDraft {
                group_claim: "g".into(),
                groups: vec![("team".into(), "king".into())],
                ..draft(&p)
            },
            ProviderDraft {
                group_claim: "g".into(),
                groups: vec![("team".into(), String::new())],
                ..draft(&p)
            },
        ] {
            let done = b.access.db.write(Priority::Interactive, |tx| {
                sso::update(tx, (&Principal::local(), &[WORK]), &b.means.sealer, &id, &wrong)
            });
            assert!(done.is_err(), "{wrong:?}");
        }
        let twice = b.access.db.write(Priority::Interactive, |tx| {
            sso::create(tx, (&Principal::local(), &[WORK]), &b.means.sealer, &draft(&p), 1)
        });
        assert!(twice.expect_err("a second one").message.contains("already"));
    }
}
