//! How the pages of signing in look: the functions that `access` is given.

use access::{LinkView, Look, PasswordView, SignInView};
use ui::{Field, Markup, Shell, Tone, esc};

/// The look of signing in, in the design system.
pub const fn look() -> Look {
    Look { sign_in, link, password }
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
    let page = ui::SignIn {
        action: "/signin",
        email: &view.email,
        next: &view.next,
        error: view.problem.as_deref().unwrap_or_default(),
    };
    ui::signin(&shell, &page).0
}

fn link(view: &LinkView) -> String {
    let hint = format!(
        "At least {} characters. Leave it empty to {}; this link works once.",
        view.password_min,
        if view.has_password { "keep the present one" } else { "choose one later" }
    );
    let least = view.password_min.to_string();
    let new = ui::field(&Field {
        label: if view.has_password { "New password" } else { "Password" },
        name: "password",
        kind: "password",
        hint: &hint,
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
    let hint = format!("At least {least} characters.");
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
        attributes: &[("autocomplete", "new-password"), ("minlength", &least)],
        ..Field::default()
    });
    let fields = Markup::join([&current, &new]);
    let form = form("/account/password", &view.csrf, view.problem.as_deref(), &fields, "Change password");
    ui::message(&shell, "Change password", &view.email, &form).0
}

fn form(action: &str, csrf: &str, problem: Option<&str>, fields: &Markup, label: &str) -> Markup {
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
