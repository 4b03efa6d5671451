//! More than a password: codes, recovery codes, passkeys, and roles that need them; on both databases.

use crate::browser::{Answer, Browser, HOUR, browsers, csrf};
use access::{Account, Permission, Principal, Roles, Scope, second};
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use sha2::{Digest as _, Sha256};
use store::Priority;

const WORK: Permission = Permission::new("test.work", "Work", Roles::LEADS);
/// In microseconds.
const STEP: i64 = 30_000_000;
const RIGHT: &str = "email=ana%40example.org&password=correct+horse+battery";

/// An owner who is signed in with a password.
fn ana(b: &mut Browser) -> Account {
    let ana = b.account("ana@example.org");
    let link = b.link(&ana);
    b.submit(&link, "password=correct+horse+battery");
    ana
}

/// What stands behind a name on a page of the tests.
fn said<'a>(body: &'a str, name: &str) -> &'a str {
    let rest = body.split(&format!(" {name}=")).nth(1).unwrap_or_default();
    rest.split(' ').next().unwrap_or_default()
}

fn escaped(text: &str) -> String {
    text.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")
}

fn code(b: &Browser, secret: &str) -> String {
    second::present_code(secret, b.access.clock.now()).expect("a secret")
}

/// Sets an app up: its secret and the recovery codes.
fn set_up(b: &mut Browser) -> (String, Vec<String>) {
    let page = b.get("/account/second-factor");
    assert!(page.body.contains("set-up"), "{}", page.body);
    let (secret, sealed) = (said(&page.body, "secret").to_owned(), escaped(said(&page.body, "sealed")));
    let fields = format!("csrf={}&secret={sealed}&code={}", csrf(&page.body), code(b, &secret));
    let done = b.send("POST", "/account/second-factor", Some(fields));
    assert_eq!(done.status, StatusCode::OK, "{}", done.body);
    let codes = done.body.trim_start_matches("codes=").split(' ').next().expect("codes");
    (secret, codes.split(',').map(str::to_owned).collect())
}

fn newest(b: &Browser) -> String {
    let found = b.access.db.read(|c| access::audit::list(c, &access::audit::Filter::default(), 1));
    found.expect("a log").remove(0).title
}

#[test]
fn a_code_is_asked_after_the_password_and_taken_once() {
    for mut b in browsers() {
        ana(&mut b);
        let other = b.cookies.clone();
        let (secret, codes) = set_up(&mut b);
        assert_eq!((codes.len(), codes[0].len()), (10, 19), "{codes:?}");
        assert_eq!(newest(&b), "Set up an authenticator app; other sessions ended");
        assert_eq!(b.get("/desk").status, StatusCode::OK, "this session goes on");
        assert_eq!(other.len(), b.cookies.len());
        b.cookies.remove("folkmoot_session");
        b.access.clock.advance(STEP);
        let half = b.submit("/signin", RIGHT);
        assert_eq!(half.location, "/signin/second");
        assert!(!b.cookies.contains_key("folkmoot_session"), "half in is not in");
        assert_eq!(b.get("/desk").status, StatusCode::SEE_OTHER);
        assert_eq!(b.submit("/signin/second", "code=000000").status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(newest(&b), "A wrong code was sent");
        let present = code(&b, &secret);
        let carried = b.cookies.clone();
        let done = b.submit("/signin/second", &format!("code={}+{}", &present[..3], &present[3..]));
        assert_eq!((done.status, done.location.as_str()), (StatusCode::SEE_OTHER, "/desk"), "{}", done.body);
        assert_eq!(newest(&b), "Signed in with a password and a code");
        assert_eq!(b.get("/desk").status, StatusCode::OK);
        // The same code again, by somebody who looked over a shoulder.
        b.cookies = carried;
        let again = b.submit("/signin/second", &format!("code={present}"));
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY, "a code works once");
        // A link asks as well, and nobody stays half in for long.
        b.cookies.clear();
        let account = b.access.db.read(|c| access::get_by_email(c, "ana@example.org")).expect("an account");
        let link = b.link(&account);
        assert_eq!(b.submit(&link, "password=").location, "/signin/second");
        b.access.clock.advance(HOUR / 6);
        assert!(b.get("/signin/second").body.contains("Begin again"));
    }
}

#[test]
fn wrong_codes_are_slowed_down() {
    for mut b in browsers() {
        ana(&mut b);
        let (secret, _) = set_up(&mut b);
        b.cookies.clear();
        b.access.clock.advance(STEP);
        b.submit("/signin", RIGHT);
        for _ in 0..5 {
            assert_eq!(b.submit("/signin/second", "code=123456").status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let right = format!("code={}", code(&b, &secret));
        assert_eq!(b.submit("/signin/second", &right).status, StatusCode::TOO_MANY_REQUESTS);
    }
}

#[test]
fn a_recovery_code_works_once_and_new_ones_end_the_old() {
    for mut b in browsers() {
        ana(&mut b);
        let (secret, codes) = set_up(&mut b);
        let stored: i64 = b
            .access
            .db
            .read(|c| {
                c.query_one("SELECT count(*) FROM recovery_codes WHERE code_hash LIKE '%-%'", &[], |r| {
                    r.int(0)
                })
            })
            .expect("codes");
        assert_eq!(stored, 0, "only hashes are kept");
        for (typed, status) in [
            (codes[3].to_lowercase(), StatusCode::SEE_OTHER),
            (codes[3].clone(), StatusCode::UNPROCESSABLE_ENTITY),
            (codes[4].replace('-', "+"), StatusCode::SEE_OTHER),
        ] {
            b.cookies.clear();
            b.submit("/signin", RIGHT);
            assert_eq!(b.submit("/signin/second", &format!("code={typed}")).status, status, "{typed}");
        }
        assert_eq!(newest(&b), "Signed in with a password and a recovery code; 8 are left");
        b.access.clock.advance(STEP);
        let page = b.get("/account/second-factor");
        let fields = format!("csrf={}&code={}", csrf(&page.body), code(&b, &secret));
        let renewed = b.send("POST", "/account/recovery-codes", Some(fields));
        assert!(renewed.body.starts_with("codes="), "{}", renewed.body);
        b.cookies.clear();
        b.submit("/signin", RIGHT);
        let old = b.submit("/signin/second", &format!("code={}", codes[5]));
        assert_eq!(old.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}

#[test]
fn an_app_goes_only_with_a_code_and_a_secret_is_sealed() {
    for mut b in browsers() {
        ana(&mut b);
        let (secret, _) = set_up(&mut b);
        let stored: String = b
            .access
            .db
            .read(|c| c.query_one("SELECT secret FROM totp_secrets", &[], |r| r.text(0)))
            .expect("a secret");
        assert!(stored.starts_with("sealed1:") && !stored.contains(&secret));
        let page = b.get("/account/second-factor");
        let token = csrf(&page.body);
        let path = "/account/second-factor/removal";
        let wrong = b.send("POST", path, Some(format!("csrf={token}&code=000000")));
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        b.access.clock.advance(STEP);
        let fields = format!("csrf={token}&code={}", code(&b, &secret));
        assert_eq!(b.send("POST", path, Some(fields)).location, "/desk/settings/account?told=app-gone");
        b.cookies.clear();
        assert_eq!(b.submit("/signin", RIGHT).location, "/desk");
    }
}

#[test]
fn a_role_that_needs_a_second_factor_gives_nothing_without_one() {
    for mut b in browsers() {
        let account = ana(&mut b);
        assert_eq!(b.get("/desk").status, StatusCode::OK);
        let demand = |b: &Browser, demanded: bool| {
            let done = b.access.db.write(Priority::Interactive, |tx| {
                access::demand_second_factor(tx, &Principal::local(), &[WORK], "owner", demanded)
            });
            assert!(done.expect("changed"));
        };
        demand(&b, true);
        assert_eq!(b.get("/desk").location, "/signin?next=/desk", "a session by a password alone ends");
        let half = b.submit("/signin", RIGHT);
        assert_eq!(half.location, "/signin/second");
        let page = b.get("/signin/second");
        assert!(page.body.contains("demanded=true"), "{}", page.body);
        let (secret, sealed) = (said(&page.body, "secret").to_owned(), escaped(said(&page.body, "sealed")));
        let wrong = b.submit("/signin/second", &format!("secret={sealed}&code=000000"));
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        let done = b.submit("/signin/second", &format!("secret={sealed}&code={}", code(&b, &secret)));
        assert!(done.body.starts_with("codes="), "{}", done.body);
        assert_eq!(b.get("/desk").status, StatusCode::OK);
        // A session that slipped through gives nothing.
        let weak = b
            .access
            .db
            .write(Priority::Interactive, |tx| access::create_session(tx, account.id, b.access.clock.now()))
            .expect("a session");
        let strong = b.cookies.insert("folkmoot_session".into(), weak).expect("a session");
        assert_eq!(b.get("/desk").status, StatusCode::FORBIDDEN);
        b.cookies.insert("folkmoot_session".into(), strong);
        b.access.clock.advance(STEP);
        let page = b.get("/account/second-factor");
        let fields = format!("csrf={}&code={}", csrf(&page.body), code(&b, &secret));
        let kept = b.send("POST", "/account/second-factor/removal", Some(fields));
        assert!(kept.body.contains("needs a second factor"), "{}", kept.body);
        // Reset by somebody else: the next sign-in sets one up again.
        b.access.db.write(Priority::Interactive, |tx| second::reset(tx, account.id)).expect("reset");
        b.cookies.clear();
        b.submit("/signin", RIGHT);
        assert!(b.get("/signin/second").body.contains("demanded=true"));
        demand(&b, false);
        assert_eq!(b.submit("/signin", RIGHT).location, "/desk");
    }
}

/// A device with a passkey.
struct Device {
    key: EcdsaKeyPair,
    id: Vec<u8>,
    user: String,
    count: u32,
}

/// What a device is told to do otherwise than it should.
#[derive(Clone, Copy, Default)]
struct Odd {
    flags: Option<u8>,
    origin: Option<&'static str>,
    site: Option<&'static str>,
    kind: Option<&'static str>,
    broken: bool,
}

const ORIGIN: &str = "https://c.example";

impl Device {
    fn new(id: u8) -> Self {
        let random = SystemRandom::new();
        let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).expect("a key");
        let key =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, made.as_ref(), &random).expect("a key");
        Self { key, id: vec![id; 20], user: String::new(), count: 0 }
    }

    fn client(challenge: &str, usual: &str, odd: Odd) -> String {
        let said = serde_json::json!({
            "type": odd.kind.unwrap_or(usual), "challenge": challenge, "origin": odd.origin.unwrap_or(ORIGIN),
            "crossOrigin": false,
        });
        said.to_string()
    }

    fn data(&self, flags: u8, odd: Odd) -> Vec<u8> {
        let site = Sha256::digest(odd.site.unwrap_or("c.example").as_bytes());
        [&site[..], &[odd.flags.unwrap_or(flags)], &self.count.to_be_bytes()].concat()
    }

    /// The fields of a form for a new key.
    fn make(&mut self, page: &str, odd: Odd) -> String {
        self.user = said(page, "user").to_owned();
        let (challenge, question) = question(page);
        let point = self.key.public_key().as_ref();
        let cose = [
            &[0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 0x20],
            &point[1..33],
            &[0x22, 0x58, 0x20],
            &point[33..],
        ]
        .concat();
        let data = [&self.data(0x45, odd)[..], &[0; 16], &[0, 20], &self.id, &cose].concat();
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let client = Self::client(&challenge, "webauthn.create", odd);
        format!(
            "question={}&credential={}&client={}&authenticator={}",
            escaped(&question),
            text(&self.id),
            text(client.as_bytes()),
            text(&data)
        )
    }

    /// The fields of a form for signing in.
    fn answer(&mut self, page: &str, odd: Odd) -> String {
        self.count += 1;
        let (challenge, question) = question(page);
        let data = self.data(0x05, odd);
        let client = Self::client(&challenge, "webauthn.get", odd);
        let signed = [&data[..], &Sha256::digest(client.as_bytes())[..]].concat();
        let signed = if odd.broken { [&signed[..], &[1]].concat() } else { signed };
        let signature = self.key.sign(&SystemRandom::new(), &signed).expect("signed");
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        format!(
            "question={}&credential={}&client={}&authenticator={}&signature={}&user={}",
            escaped(&question),
            text(&self.id),
            text(client.as_bytes()),
            text(&data),
            text(signature.as_ref()),
            self.user
        )
    }
}

/// The challenge and the sealed question on a page.
fn question(page: &str) -> (String, String) {
    let of = |name: &str| {
        let rest = page.split(&format!("{name}: \"")).nth(1).unwrap_or_default();
        rest.split('"').next().unwrap_or_default().to_owned()
    };
    (of("challenge"), of("sealed"))
}

/// Adds a passkey of a device.
fn add(b: &mut Browser, device: &mut Device, name: &str) -> Answer {
    let page = b.get("/account/passkeys");
    let fields = device.make(&page.body, Odd::default());
    b.send("POST", "/account/passkeys", Some(format!("csrf={}&{fields}&name={name}", csrf(&page.body))))
}

fn sign_in(b: &mut Browser, device: &mut Device, odd: Odd) -> Answer {
    b.cookies.clear();
    b.access.clock.advance(1);
    let page = b.get("/signin?next=/desk/health");
    let fields = device.answer(&page.body, odd);
    let token = csrf(&page.body);
    b.send("POST", "/signin/passkey", Some(format!("csrf={token}&{fields}&next=%2Fdesk%2Fhealth")))
}

/// Browsers in front of an installation that is reached by https and has a name.
fn secure() -> Vec<Browser> {
    browsers().into_iter().map(|b| b.at("https://c.example")).collect()
}

#[test]
fn a_passkey_signs_in_without_a_password() {
    for mut b in secure() {
        ana(&mut b);
        let mut phone = Device::new(1);
        let added = add(&mut b, &mut phone, "Phone");
        assert_eq!(added.location, "/account/passkeys", "{}", added.body);
        assert_eq!(newest(&b), "Added the passkey Phone");
        assert_eq!(add(&mut b, &mut phone, "Twice").status, StatusCode::UNPROCESSABLE_ENTITY);
        let came = sign_in(&mut b, &mut phone, Odd::default());
        assert_eq!(
            (came.status, came.location.as_str()),
            (StatusCode::SEE_OTHER, "/desk/health"),
            "{}",
            came.body
        );
        assert_eq!(newest(&b), "Signed in with the passkey Phone");
        let stored = b.access.db.read(|c| {
            let account = access::get_by_email(c, "ana@example.org")?;
            access::list_passkeys(c, account.id)
        });
        assert_eq!(stored.expect("one")[0].used_at, Some(b.access.clock.now()));
    }
}

#[test]
fn an_answer_that_is_not_right_lets_nobody_in() {
    for mut b in secure() {
        ana(&mut b);
        let mut phone = Device::new(1);
        add(&mut b, &mut phone, "Phone");
        for (odd, reason) in [
            (Odd { flags: Some(0x01), ..Odd::default() }, "did not check who you are"),
            (Odd { flags: Some(0x04), ..Odd::default() }, "did not check who you are"),
            (Odd { origin: Some("https://c.example.evil"), ..Odd::default() }, "another site"),
            (Odd { origin: Some("http://c.example"), ..Odd::default() }, "another site"),
            (Odd { site: Some("example"), ..Odd::default() }, "another site"),
            (Odd { kind: Some("webauthn.create"), ..Odd::default() }, "something else"),
            (Odd { broken: true, ..Odd::default() }, "signature"),
        ] {
            let came = sign_in(&mut b, &mut phone, odd);
            assert_eq!(came.status, StatusCode::UNPROCESSABLE_ENTITY, "{reason}");
            assert!(newest(&b).contains(reason), "{reason}: {}", newest(&b));
            assert!(!b.cookies.contains_key("folkmoot_session"));
        }
        // A copy of the key, whose counter stands lower.
        phone.count = 10;
        assert_eq!(sign_in(&mut b, &mut phone, Odd::default()).status, StatusCode::SEE_OTHER);
        phone.count = 5;
        assert_eq!(sign_in(&mut b, &mut phone, Odd::default()).status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(newest(&b).contains("may be a copy"), "{}", newest(&b));
        phone.count = 20;
        // An answer that was sent already, and one to another question.
        b.access.clock.advance(1);
        b.cookies.clear();
        let page = b.get("/signin");
        let fields = format!("csrf={}&{}", csrf(&page.body), phone.answer(&page.body, Odd::default()));
        let first = b.send("POST", "/signin/passkey", Some(fields.clone()));
        assert_eq!(first.status, StatusCode::SEE_OTHER);
        b.cookies.remove("folkmoot_session");
        assert_eq!(b.send("POST", "/signin/passkey", Some(fields)).status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(newest(&b).contains("asked before"), "{}", newest(&b));
        let mut stranger = Device::new(9);
        assert_eq!(sign_in(&mut b, &mut stranger, Odd::default()).status, StatusCode::UNPROCESSABLE_ENTITY);
        let page = b.get("/signin");
        let fields = format!("csrf={}&{}", csrf(&page.body), phone.answer(&page.body, Odd::default()));
        b.access.clock.advance(HOUR / 6);
        assert_eq!(
            b.send("POST", "/signin/passkey", Some(fields)).status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "late"
        );
    }
}

#[test]
fn passkeys_are_the_own_accounts_and_one_way_in_stays() {
    for mut b in secure() {
        let account = b.account("ana@example.org");
        let link = b.link(&account);
        b.submit(&link, "password=");
        let (mut phone, mut key) = (Device::new(1), Device::new(2));
        add(&mut b, &mut phone, "Phone");
        let page = b.get("/account/passkeys");
        let first = said(&page.body, "keys").to_owned();
        let token = csrf(&page.body);
        let only =
            b.send("POST", &format!("/account/passkeys/{first}/removal"), Some(format!("csrf={token}")));
        assert_eq!(only.status, StatusCode::CONFLICT, "without a password it is the only way in");
        add(&mut b, &mut key, "Key");
        let gone =
            b.send("POST", &format!("/account/passkeys/{first}/removal"), Some(format!("csrf={token}")));
        assert_eq!(gone.location, "/account/passkeys", "{}", gone.body);
        assert_eq!(sign_in(&mut b, &mut phone, Odd::default()).status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(sign_in(&mut b, &mut key, Odd::default()).status, StatusCode::SEE_OTHER);
        // A question for signing in does not make a key, nor one of somebody else.
        let asked = b.get("/signin");
        let fields = Device::new(3).make(&asked.body, Odd::default());
        let token = csrf(&b.get("/account/passkeys").body);
        let not = b.send("POST", "/account/passkeys", Some(format!("csrf={token}&{fields}&name=x")));
        assert!(not.body.contains("made for something else"), "{}", not.body);
        let bo = b.account("bo@example.org");
        b.access
            .db
            .write(Priority::Interactive, |tx| {
                access::grant(tx, &Principal::local(), &[WORK], bo.id, "author", Scope::Everything, 1)
            })
            .expect("a role");
        let hers = b.get("/account/passkeys").body;
        let fields = Device::new(4).make(&hers, Odd::default());
        b.cookies.clear();
        let link = b.link(&bo);
        b.submit(&link, "password=");
        let token = csrf(&b.get("/account/passkeys").body);
        let not = b.send("POST", "/account/passkeys", Some(format!("csrf={token}&{fields}&name=x")));
        assert!(not.body.contains("made for something else"), "{}", not.body);
    }
}

#[test]
fn a_passkey_is_the_second_step_too() {
    for mut b in secure() {
        ana(&mut b);
        let (secret, _) = set_up(&mut b);
        let mut phone = Device::new(1);
        add(&mut b, &mut phone, "Phone");
        b.cookies.clear();
        b.access.clock.advance(STEP);
        b.submit("/signin", RIGHT);
        let page = b.get("/signin/second");
        assert!(page.body.contains("app=true passkey=Some"), "{}", page.body);
        let fields = format!("csrf={}&{}", csrf(&page.body), phone.answer(&page.body, Odd::default()));
        let done = b.send("POST", "/signin/passkey", Some(fields));
        assert_eq!(done.location, "/desk", "{}", done.body);
        assert!(!secret.is_empty());
    }
}

#[test]
fn without_a_name_and_https_there_are_no_passkeys() {
    for b in browsers() {
        for (public, host, there) in [
            ("http://c.example", "c.example", false),
            ("https://10.0.0.1", "10.0.0.1", false),
            ("https://[fd00::1]:8484", "[fd00::1]:8484", false),
            ("https://c.example", "c.example", true),
            ("http://127.0.0.1:8484", "127.0.0.1:8484", false),
            ("http://127.0.0.1:8484", "localhost:8484", true),
            ("http://127.0.0.1:8484", "evil.example", false),
        ] {
            assert_eq!(b.asks_passkey(public, host), there, "{public} {host}");
        }
    }
}

#[test]
fn a_password_that_is_easy_to_guess_is_refused_beside_its_field() {
    for mut b in browsers() {
        let account = b.account("ana.meadows@example.org");
        let link = b.link(&account);
        for weak in ["password123", "ana.meadows1"] {
            let answer = b.submit(&link, &format!("password={weak}"));
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(answer.body.contains("weak=Some(\"This password is easy to guess."), "{}", answer.body);
            assert!(answer.body.contains("problem=None"), "{}", answer.body);
        }
        b.submit(&link, "password=wooden+kelp+lantern");
        let fields = "current=wooden+kelp+lantern&password=1234567890";
        let answer = b.submit("/account/password", fields);
        assert!(answer.body.contains("weak=Some(\"This password is easy to guess."), "{}", answer.body);
    }
}
