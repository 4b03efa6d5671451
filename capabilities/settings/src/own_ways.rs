//! With what one signs in beside a password: an authenticator app, passkeys, accounts elsewhere.

use access::Ways;
use base::Zone;
use capability::settings_page::small_post;
use ui::{Look, Markup, esc};

/// The card on the page of one's own account.
pub(crate) fn card(ways: &Ways, zone: &Zone, csrf: &str) -> Markup {
    let mut facts: Vec<(&str, Markup)> =
        vec![("Authenticator app", app(ways, zone)), ("Passkeys", passkeys(ways))];
    facts.extend(ways.providers.iter().map(|(id, name)| (name.as_str(), elsewhere(ways, (id, zone, csrf)))));
    let note = if ways.demanded {
        "<p class=\"muted\">One of your roles needs a second factor.</p>"
    } else {
        "<p class=\"muted\">A second factor keeps others out who know your password.</p>"
    };
    let inside = Markup::raw(format!("<div class=\"card-body stack\">{note}{}</div>", ui::facts(&facts)));
    ui::card("sign-in", "Beside the password", &Markup::empty(), &inside, &Markup::empty())
}

fn line(words: &str, control: &Markup) -> Markup {
    Markup::raw(format!("<span class=\"row wrap between\"><span>{words}</span>{control}</span>"))
}

fn small(label: &str, href: &str) -> Markup {
    ui::Button { label, href, small: true, ..Default::default() }.markup()
}

fn app(ways: &Ways, zone: &Zone) -> Markup {
    match ways.app_since {
        Some(at) => {
            let left = ui::format::counted(ways.codes, "recovery code", "recovery codes");
            line(
                &format!("since {}, {left} left", ui::time(at, zone)),
                &small("Manage app", "/account/second-factor"),
            )
        }
        None => line("none", &small("Set up an app", "/account/second-factor")),
    }
}

fn passkeys(ways: &Ways) -> Markup {
    let words = if ways.passkeys == 0 {
        "none".to_owned()
    } else {
        ui::format::counted(ways.passkeys, "passkey", "passkeys")
    };
    line(&esc(&words).to_string(), &small("Manage passkeys", "/account/passkeys"))
}

/// One's accounts at a provider, or the way to connect one.
fn elsewhere(ways: &Ways, (id, zone, csrf): (&str, &Zone, &str)) -> Markup {
    let own: Vec<Markup> = ways
        .logins
        .iter()
        .filter(|l| l.provider_id == id)
        .map(|l| {
            let whom = if l.email.is_empty() { "connected".to_owned() } else { esc(&l.email).to_string() };
            let words =
                format!("{whom} <small class=\"muted\">last used {}</small>", ui::time(l.used_at, zone));
            let action = format!("/account/logins/{}/removal", l.public_id);
            line(&words, &small_post(&action, csrf, "Disconnect", Look::Quiet))
        })
        .collect();
    if own.is_empty() {
        return line("not connected", &small("Connect", &format!("/account/logins/{id}/begin")));
    }
    Markup::join(own.iter())
}
