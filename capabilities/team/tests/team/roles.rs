//! Roles: changed by boxes, set back, made and removed.

use crate::support::{Person, Product, on_both};
use access::Scope;
use axum::http::StatusCode;

const PATH: &str = "/desk/settings/roles";

/// The form as it stands, as pairs.
async fn form(p: &Product, who: &Person, path: &str) -> (String, Vec<String>) {
    let page = p.open(who, path).await;
    let form = page.text.split(&format!("action=\"{PATH}\"")).nth(1).expect("a form");
    let form = form.split("</form>").next().expect("its end");
    let fingerprint = form.split("name=\"fingerprint\" value=\"").nth(1).expect("one").split('"').next();
    let ticked = form
        .split("<input ")
        .map(|input| input.split('>').next().unwrap_or_default())
        .filter(|input| {
            input.contains("name=\"held\"") && (input.contains(" checked") || input.contains("hidden"))
        })
        .filter_map(|input| input.split("value=\"").nth(1)?.split('"').next().map(str::to_owned))
        .collect();
    (fingerprint.expect("one").to_owned(), ticked)
}

fn sent((fingerprint, held): &(String, Vec<String>), only: &str) -> String {
    let held: String = held.iter().map(|h| format!("&held={}", h.replace(' ', "+"))).collect();
    format!("fingerprint={fingerprint}&only={only}{held}")
}

#[test]
fn a_box_gives_and_takes_and_is_set_back() {
    on_both(async |p| {
        let moe = p.person("Moe", &[("moderator", Scope::Everything)]).await;
        assert_eq!(p.open(&moe, "/desk/settings/audit").await.status, StatusCode::FORBIDDEN);
        let mut state = form(p, &p.ana, PATH).await;
        let same = p.send(&p.ana, PATH, &sent(&state, "")).await;
        assert_eq!(
            same.location(),
            format!("{PATH}?told=same"),
            "a form sent as it was changes nothing: {:?}",
            p.newest().await
        );
        state.1.push("moderator team.read_audit".into());
        let saved = p.send(&p.ana, PATH, &sent(&state, "")).await;
        assert_eq!(saved.location(), format!("{PATH}?told=saved"), "{}", saved.text);
        assert_eq!(p.open(&moe, "/desk/settings/audit").await.status, StatusCode::OK);
        let told = p.newest().await;
        assert_eq!(
            (told.0.as_str(), told.1.as_str(), told.3.as_str()),
            ("The role Moderator was given permissions", "moderator", "Read the audit log")
        );
        let page = p.open(&p.ana, PATH).await;
        assert!(page.text.contains("1 changed") && page.text.contains("given since"), "{}", page.text);

        // One role at a time leaves the others alone.
        let mut one = form(p, &p.ana, &format!("{PATH}/moderator")).await;
        assert!(one.1.iter().all(|h| h.starts_with("moderator ")), "{:?}", one.1);
        one.1.clear();
        p.send(&p.ana, PATH, &sent(&one, "moderator")).await;
        assert_eq!(p.open(&moe, "/desk/kit").await.status, StatusCode::FORBIDDEN, "nothing is left");
        let back = p.send(&p.ana, &format!("{PATH}/moderator/reset"), "").await;
        assert_eq!(back.location(), format!("{PATH}/moderator?told=reset"));
        assert_eq!(p.open(&moe, "/desk/kit").await.status, StatusCode::OK);
        assert_eq!(p.open(&moe, "/desk/settings/audit").await.status, StatusCode::FORBIDDEN);
        let owner = p.open(&p.ana, &format!("{PATH}/owner")).await;
        assert!(owner.text.contains("Owners hold everything and cannot lose it"), "{}", owner.text);
        let forged = p.send(&p.ana, PATH, &sent(&form(p, &p.ana, PATH).await, "owner")).await;
        assert_eq!(forged.location(), format!("{PATH}/owner?told=same"), "owners stay as they are");
    });
}

#[test]
fn two_people_at_once_do_not_overwrite_one_another() {
    on_both(async |p| {
        let mut first = form(p, &p.ana, PATH).await;
        let mut second = first.clone();
        first.1.push("author team.read_audit".into());
        second.1.push("analyst team.read_audit".into());
        assert_eq!(p.send(&p.ana, PATH, &sent(&first, "")).await.status, StatusCode::SEE_OTHER);
        let late = p.send(&p.ana, PATH, &sent(&second, "")).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        assert!(late.text.contains("Somebody else changed the roles"), "{}", late.text);
        let held =
            |slug: &'static str| p.read(move |c| Ok(access::role_named(c, slug)?.holds(&team::READ_AUDIT)));
        assert!(held("author").await && !held("analyst").await, "nothing of the second was saved");
    });
}

#[test]
fn nobody_gives_what_they_do_not_hold_or_locks_themselves_out() {
    on_both(async |p| {
        let adam = p.person("Adam", &[("admin", Scope::Everything)]).await;
        let mut state = form(p, &adam, PATH).await;
        state.1.push("manager team.set_audit_retention".into());
        let given = p.send(&adam, PATH, &sent(&state, "")).await;
        assert_eq!(given.status, StatusCode::FORBIDDEN, "only owners hold it");
        let mut state = form(p, &adam, PATH).await;
        state.1.retain(|h| h != "admin team.manage_roles");
        let out = p.send(&adam, PATH, &sent(&state, "")).await;
        assert_eq!(out.status, StatusCode::CONFLICT);
        assert!(out.text.contains("could not come back here"), "{}", out.text);
        assert_eq!(p.open(&adam, PATH).await.status, StatusCode::OK);

        // What an owner gave to a role stays when an admin, who does not hold it, saves the form.
        let mut state = form(p, &p.ana, PATH).await;
        state.1.push("analyst team.set_audit_retention".into());
        p.send(&p.ana, PATH, &sent(&state, "")).await;
        let mut state = form(p, &adam, PATH).await;
        state.1.push("author team.read_audit".into());
        assert_eq!(p.send(&adam, PATH, &sent(&state, "")).await.status, StatusCode::SEE_OTHER);
        let analyst = p.read(|c| access::role_named(c, "analyst")).await;
        assert!(analyst.holds(&team::SET_RETENTION));
    });
}

#[test]
fn a_role_of_ones_own_is_made_given_and_removed() {
    on_both(async |p| {
        let made =
            p.send(&p.ana, &format!("{PATH}/additions"), "title=Event+host&sentence=Runs+meetings").await;
        assert_eq!(made.location(), format!("{PATH}/event-host?told=made"));
        let page = p.open(&p.ana, PATH).await;
        assert!(page.text.contains("Runs meetings") && page.text.contains("0 of "), "{}", page.text);
        let twice = p.send(&p.ana, &format!("{PATH}/additions"), "title=event+HOST").await;
        assert_eq!(twice.status, StatusCode::CONFLICT);
        let gone = p.send(&p.ana, &format!("{PATH}/event-host/removal"), "").await;
        assert_eq!(gone.location(), format!("{PATH}?told=removed"));
        let built_in = p.send(&p.ana, &format!("{PATH}/author/removal"), "").await;
        assert_eq!(built_in.status, StatusCode::CONFLICT);
        p.send(&p.ana, &format!("{PATH}/additions"), "title=Event+host").await;
        p.person("Eve", &[("event-host", Scope::Everything)]).await;
        let had = p.send(&p.ana, &format!("{PATH}/event-host/removal"), "").await;
        assert_eq!(had.status, StatusCode::CONFLICT, "who was allowed what stays on record");
        assert_eq!(p.open(&p.ana, &format!("{PATH}/none")).await.status, StatusCode::NOT_FOUND);
    });
}
