//! How the pages of signing in look: the functions that `access` is given.

use crate::door_factors as factors;
use access::{
    AddressView, ConnectView, ForgottenView, LinkView, Look, MessageView, PasswordView, SignInView,
};
use ui::{Field, Markup, Shell, Tone, esc};

/// The look of signing in, in the design system.
pub const fn look() -> Look {
    Look {
        sign_in,
        link,
        password,
        connect,
        code: factors::code,
        set_up: factors::set_up,
        app: factors::app,
        codes: factors::codes,
        passkeys: factors::passkeys,
        message,
        forgotten,
        address,
    }
}

/// Before one is signed in, the product's name stands where the community's will stand.
pub(crate) fn door_shell(csrf: &str) -> Shell {
    Shell { community: base::NAME.into(), csrf: csrf.to_owned(), ..Shell::default() }
}

fn sign_in(view: &SignInView) -> String {
    let shell = door_shell(&view.csrf);
    if view.first_run {
        let text = "Nobody has signed in here yet. Open the sign-in link that the server printed when it \
                    started, or make an account on the server with: folkmoot accounts add you@example.org";
        return ui::message(&shell, "Welcome", text, &Markup::empty()).0;
    }
    let next =
        if view.next.is_empty() { String::new() } else { format!("?next={}", ui::encoded(&view.next)) };
    let mut more = factors::passkey(view.passkey.as_ref(), &view.csrf, &view.next);
    for (id, name) in &view.providers {
        let (label, href) = (format!("Sign in with {name}"), format!("/signin/with/{id}{next}"));
        more.push(&ui::Button { label: &label, href: &href, ..ui::Button::default() }.markup());
    }
    let page = ui::SignIn {
        action: "/signin",
        email: &view.email,
        next: &view.next,
        error: view.problem.as_deref().unwrap_or_default(),
        more: Some(&more).filter(|m| !m.is_empty()),
        forgotten: "/signin/forgotten",
    };
    ui::signin(&shell, &page).0
}

fn link(view: &LinkView) -> String {
    let hint = format!(
        "At least {} characters, hard to guess: a few uncommon words do. Leave it empty to {}; this link works once.",
        view.password_min,
        if view.has_password { "keep the present one" } else { "choose one later" }
    );
    let least = view.password_min.to_string();
    let new = ui::field(&Field {
        label: if view.has_password { "New password" } else { "Password" },
        name: "password",
        kind: "password",
        hint: &hint,
        error: view.weak.as_deref().unwrap_or_default(),
        optional: true,
        attributes: &[("autocomplete", "new-password"), ("minlength", &least)],
        ..Field::default()
    });
    let shell = door_shell(&view.csrf);
    if view.asks_email {
        let fields = Markup::join([&who_are_you(), &new]);
        let form = form(&view.action, &view.csrf, view.problem.as_deref(), &fields, "Set up and sign in");
        let text = "This is the first account of this installation. Who are you?";
        return ui::message(&shell, "Welcome", text, &form).0;
    }
    let form = form(&view.action, &view.csrf, view.problem.as_deref(), &new, "Sign in");
    let text = format!("Signing in as {}.", view.email);
    ui::message(&shell, &format!("Hello, {}", view.name), &text, &form).0
}

fn who_are_you() -> Markup {
    let email = ui::field(&Field {
        label: "E-mail",
        name: "email",
        kind: "email",
        hint: "You sign in with it.",
        attributes: &[("autocomplete", "username"), ("autofocus", "")],
        ..Field::default()
    });
    let name = ui::field(&Field {
        label: "Name",
        name: "name",
        kind: "text",
        optional: true,
        attributes: &[("autocomplete", "name")],
        ..Field::default()
    });
    Markup::join([&email, &name])
}

fn password(view: &PasswordView) -> String {
    let shell = door_shell(&view.csrf);
    if view.done {
        let back = ui::link_button("Back to the desk", "/desk", ui::Look::Primary);
        let text = "Your new password is set. Every other browser was signed out.";
        return ui::message(&shell, "Password changed", text, &back).0;
    }
    let least = view.password_min.to_string();
    let hint = format!("At least {least} characters, hard to guess: a few uncommon words do.");
    let current = if view.has_password {
        ui::field(&Field {
            label: "Present password",
            name: "current",
            kind: "password",
            attributes: &[("autocomplete", "current-password")],
            ..Field::default()
        })
    } else {
        Markup::empty()
    };
    let new = ui::field(&Field {
        label: "New password",
        name: "password",
        kind: "password",
        hint: &hint,
        error: view.weak.as_deref().unwrap_or_default(),
        attributes: &[("autocomplete", "new-password"), ("minlength", &least)],
        ..Field::default()
    });
    let fields = Markup::join([&current, &new]);
    let form = form("/account/password", &view.csrf, view.problem.as_deref(), &fields, "Change password");
    ui::message(&shell, "Change password", &view.email, &form).0
}

/// Whether to connect the own account with one elsewhere.
fn connect(view: &ConnectView) -> String {
    let shell = door_shell(&view.csrf);
    let whom = if view.email.is_empty() { "your account there".to_owned() } else { view.email.clone() };
    let text = format!(
        "Whoever signs in to {} as {whom} will be signed in here as {}.",
        view.provider, view.account
    );
    let proof = ui::hidden("proof", &view.proof);
    let yes = form("/account/logins", &view.csrf, None, &proof, "Connect");
    let no = ui::link_button("Do not connect", "/desk/settings/account", ui::Look::Quiet);
    ui::message(&shell, &format!("Connect {}?", view.provider), &text, &Markup::join([&yes, &no])).0
}

fn message(view: &MessageView) -> String {
    let action = view
        .action
        .as_ref()
        .map_or_else(Markup::empty, |(words, address)| ui::link_button(words, address, ui::Look::Primary));
    ui::message(&door_shell(""), &view.title, &view.text, &action).0
}

fn forgotten(view: &ForgottenView) -> String {
    let shell = door_shell(&view.csrf);
    let back = ui::link_button("Back to sign-in", "/signin", ui::Look::Plain);
    const TITLE: &str = "Password forgotten";
    if !view.set_up {
        let text = "This installation sends no mail. Ask an owner or admin for a sign-in link (Settings, Accounts), or make \
                    one on the server with: folkmoot accounts link you@example.org";
        return ui::message(&shell, TITLE, text, &back).0;
    }
    if view.sent {
        let text = "If there is an account for this address, a link is on its way to it: it signs you in once, within an \
                    hour, and lets you choose a new password. Nothing came after a few minutes? Look among unwanted mail, or \
                    ask an owner or admin for a link.";
        return ui::message(&shell, "Look at your mail", text, &back).0;
    }
    let email = ui::field(&Field {
        label: "E-mail",
        name: "email",
        kind: "email",
        value: &view.email,
        hint: "The address you sign in with. A link is sent there.",
        attributes: &[("autocomplete", "username"), ("autofocus", ""), ("maxlength", "254")],
        ..Field::default()
    });
    let form = form("/signin/forgotten", &view.csrf, view.problem.as_deref(), &email, "Send me a link");
    ui::message(&shell, TITLE, "Your password stays as it is until you choose another one.", &form).0
}

fn address(view: &AddressView) -> String {
    let shell = door_shell(&view.csrf);
    let desk = ui::link_button("To the desk", "/desk", ui::Look::Primary);
    if view.done {
        let text = format!("From now on you sign in with {}.", view.email);
        return ui::message(&shell, "Address confirmed", &text, &desk).0;
    }
    if let Some(problem) = &view.problem {
        return ui::message(&shell, "The address was not changed", problem, &desk).0;
    }
    let form = form(&view.action, &view.csrf, None, &Markup::empty(), "Confirm the address");
    let text = format!("{} is to sign in with {} from now on.", view.name, view.email);
    ui::message(&shell, "Is this your address?", &text, &form).0
}

pub(crate) fn form(action: &str, csrf: &str, problem: Option<&str>, fields: &Markup, label: &str) -> Markup {
    let problem = problem.map_or_else(Markup::empty, |text| {
        ui::notice(Tone::Bad, "", &Markup::raw(format!("<p>{}</p>", esc(text))))
    });
    let send = ui::Button {
        label,
        look: ui::Look::Primary,
        attributes: &[("data-busy", "")],
        ..ui::Button::default()
    };
    Markup::raw(format!(
        "{problem}<form class=\"stack\" method=\"post\" action=\"{}\">{}{fields}{}</form>",
        esc(action),
        ui::hidden("csrf", csrf),
        send.markup()
    ))
}
