//! Where people may sign in with an account that they have elsewhere: pages and API, and who may touch them.

use crate::support::on_both;
use access::Scope;
use axum::http::{Method, StatusCode};

const PATH: &str = "/desk/settings/sign-in";

#[test]
fn a_provider_is_made_changed_and_removed() {
    on_both(async |p| {
        assert!(p.open(&p.ana, PATH).await.text.contains("No provider yet"));
        let fields = "name=Main&issuer=https%3A%2F%2Fid.example.org&client_id=desk&client_secret=hush-hush&scopes=&\
                      group_claim=groups&groups=team+%3D+manager%0D%0Acn%3Dmods%2Cou%3Dx+%3D+moderator&passwords=1";
        let made = p.send(&p.ana, PATH, fields).await;
        assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.text);
        let page = made.location().split('?').next().expect("a page").to_owned();
        let told = p.newest().await;
        assert_eq!(told.0, "Let people sign in with Main");
        assert!(told.3.contains("cn=mods,ou=x → Moderator") && !told.3.contains("hush"), "{}", told.3);
        let one = p.open(&p.ana, &page).await;
        for words in [
            "team = manager",
            "cn=mods,ou=x = moderator",
            "It has one; leave this empty to keep it",
            "openid email",
        ] {
            assert!(one.text.contains(words), "{words}: {}", one.text);
        }
        assert!(!one.text.contains("hush"), "a secret is never shown");
        let sealed = async || {
            p.read(|c| c.query_one("SELECT client_secret FROM sso_providers", &[], |r| r.opt_text(0))).await
        };
        let before = sealed().await.expect("a secret");
        let fields =
            "name=Work&client_id=desk&client_secret=&scopes=openid&makes_accounts=1&domains=example.org";
        let changed = p.send(&p.ana, &page, fields).await;
        assert_eq!(changed.location(), format!("{page}?told=saved"), "{}", changed.text);
        assert_eq!(sealed().await, Some(before), "kept when the field is empty");
        assert!(p.newest().await.3.contains("makes accounts for example.org; no passwords beside it"));
        p.send(&p.ana, &page, "name=Work&client_id=desk&no_secret=1").await;
        assert_eq!(sealed().await, None);
        let wrong = p.send(&p.ana, &page, "name=Work&client_id=desk&scopes=email").await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text.contains("must hold openid"), "{}", wrong.text);
        let twice = p.send(&p.ana, PATH, "name=X&issuer=https%3A%2F%2Fid.example.org&client_id=x").await;
        assert!(twice.text.contains("already") && twice.text.contains("value=\"X\""), "what was typed stays");
        let inside = p.send(&p.ana, PATH, "name=X&issuer=https%3A%2F%2F10.0.0.1&client_id=x").await;
        assert!(inside.text.contains("not on the open internet"), "{}", inside.text);
        assert!(p.open(&p.ana, &format!("{page}/removal")).await.text.contains("End signing in with Work?"));
        let gone = p.send(&p.ana, &format!("{page}/removal"), "").await;
        assert_eq!(gone.location(), format!("{PATH}?told=removed"));
        assert_eq!(p.open(&p.ana, &page).await.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn only_an_owner_decides_with_what_people_sign_in() {
    on_both(async |p| {
        let adam = p.person("Adam", &[("admin", Scope::Everything)]).await;
        assert_eq!(p.open(&adam, PATH).await.status, StatusCode::FORBIDDEN);
        // Somebody to whom an owner gave the permission still gives away no more than they have.
        p.send(&p.ana, "/desk/settings/roles/additions", "title=Helper").await;
        let state = p
            .open(&p.ana, "/desk/settings/roles/helper")
            .await
            .between("name=\"fingerprint\" value=\"", "\"");
        let held = format!("only=helper&fingerprint={state}&held=helper+team.manage_sign_in");
        let saved = p.send(&p.ana, "/desk/settings/roles", &held).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
        // As a volunteer too, so that there is a page with a form token.
        let hal = p.person("Hal", &[("helper", Scope::Everything), ("volunteer", Scope::Everything)]).await;
        let base = "name=H&issuer=https%3A%2F%2Fhal.example&client_id=x&passwords=1";
        for more in ["&trusts_email=1", "&groups=*+%3D+owner", "&groups=*+%3D+admin"] {
            let refused = p.send(&hal, PATH, &format!("{base}{more}")).await;
            assert_eq!(refused.status, StatusCode::FORBIDDEN, "{more}: {}", refused.text);
        }
        assert_eq!(p.send(&hal, PATH, base).await.status, StatusCode::SEE_OTHER);
    });
}

#[test]
fn the_api_does_what_the_pages_do() {
    on_both(async |p| {
        let body = "{\"name\":\"Main\",\"issuer\":\"https://id.example.org\",\"client_id\":\"desk\",\"client_secret\":\"hush\",\
                    \"group_claim\":\"groups\",\"groups\":[{\"group\":\"team\",\"role\":\"manager\"}]}";
        let path = "/api/v1/sign-in-providers";
        let made = p.call(&p.ana, Method::POST, path, body).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        let one = made.location().to_owned();
        assert!(!made.text.contains("hush"));
        let changed = p
            .call(&p.ana, Method::PATCH, &one, "{\"makes_accounts\":true,\"domains\":[\"example.org\"]}")
            .await
            .json();
        assert_eq!((&changed["makes_accounts"], &changed["has_secret"]), (&true.into(), &true.into()));
        assert_eq!(changed["groups"][0]["role"], "manager", "what is left out stays");
        let issuer = p.call(&p.ana, Method::PATCH, &one, "{\"issuer\":\"https://other.example\"}").await;
        assert_eq!(issuer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(
            p.call(&p.ana, Method::GET, path, "").await.json()["items"].as_array().map(Vec::len),
            Some(1)
        );
        assert_eq!(p.call(&p.ana, Method::DELETE, &one, "").await.status, StatusCode::NO_CONTENT);
        assert_eq!(p.call(&p.ana, Method::GET, &one, "").await.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn a_role_asks_for_a_second_factor_and_lost_ones_are_reset() {
    on_both(async |p| {
        let may = p.person("May", &[("manager", Scope::Everything)]).await;
        let page = "/desk/settings/roles/manager";
        assert!(p.open(&p.ana, page).await.text.contains("Ask for a second factor"));
        let asked = p.send(&p.ana, &format!("{page}/second-factor"), "demanded=1").await;
        assert_eq!(asked.location(), format!("{page}?told=asks"));
        assert_eq!(p.newest().await.0, "Asked for a second factor of whoever has the role Manager");
        assert_eq!(p.open(&may, "/desk/kit").await.status, StatusCode::SEE_OTHER, "signed out");
        assert!(p.open(&p.ana, page).await.text.contains("Stop asking for it"));
        p.send(&p.ana, &format!("{page}/second-factor"), "demanded=").await;
        let adam = p.person("Adam", &[("admin", Scope::Everything)]).await;
        let owners = p.send(&adam, "/desk/settings/roles/owner/second-factor", "demanded=1").await;
        assert_eq!(owners.status, StatusCode::FORBIDDEN, "{}", owners.text);

        let id = may.id;
        p.app
            .blocking(move |app| {
                app.db.write(store::Priority::Interactive, |tx| {
                    tx.execute(
                        "INSERT INTO totp_secrets (account_id, public_id, secret, made_at, used_step)
                         VALUES ($1, 'otp_test', 'sealed', 1, 0)",
                        &[id.into()],
                    )
                })
            })
            .await
            .expect("an app");
        let account = format!("/desk/settings/accounts/{}", may.public_id);
        let shown = p.open(&p.ana, &account).await;
        assert!(
            shown.text.contains("It has an authenticator app.")
                && shown.text.contains("Reset second factors")
        );
        let reset = p.send(&p.ana, &format!("{account}/factors/reset"), "").await;
        assert_eq!(reset.location(), format!("{account}?told=reset"));
        assert_eq!(p.newest().await.0, "Reset the second factors of May");
        assert!(p.open(&p.ana, &account).await.text.contains("It has no second factor."));
    });
}
