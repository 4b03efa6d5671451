//! The pages before one is signed in, and short messages.

use crate::parts::{Button, Field, Look, Tone, field, hidden, notice};
use crate::shell::{Shell, bare};
use crate::{Markup, esc};
use axum::response::Html;

/// What the sign-in page shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct SignIn<'a> {
    /// Where the form posts `email`, `password`, `next` and `csrf` to.
    pub action: &'a str,
    /// What was typed as e-mail address.
    pub email: &'a str,
    /// The page to go to afterwards; empty for the first one.
    pub next: &'a str,
    /// What was wrong; empty when nothing was.
    pub error: &'a str,
    /// Other ways in, below the form.
    pub more: Option<&'a Markup>,
    /// Where the link for a forgotten password leads; empty for none.
    pub forgotten: &'a str,
}

/// E-mail and password.
pub fn signin(shell: &Shell, s: &SignIn<'_>) -> Html<String> {
    let email = field(&Field {
        label: "E-mail",
        name: "email",
        kind: "email",
        value: s.email,
        attributes: &[("autocomplete", "username"), ("autofocus", "")],
        ..Default::default()
    });
    let password = field(&Field {
        label: "Password",
        name: "password",
        kind: "password",
        attributes: &[("autocomplete", "current-password")],
        ..Default::default()
    });
    let forgotten = if s.forgotten.is_empty() {
        Markup::empty()
    } else {
        Markup::raw(format!("<p class=\"hint\"><a href=\"{}\">Password forgotten?</a></p>", esc(s.forgotten)))
    };
    let fields = Markup::join([&hidden("next", s.next), &email, &password, &forgotten]);
    let hint = "No password yet? Ask whoever runs this installation for a sign-in link.";
    let more = s.more.map_or_else(Markup::empty, |more| {
        Markup::raw(format!(
            "<div class=\"stack\" role=\"group\" aria-label=\"Other ways to sign in\">{more}</div>"
        ))
    });
    form(shell, "Sign in", s.action, s.error, (&fields, &more), "Sign in", hint)
}

/// What the page shows that a one-time link opens.
#[derive(Clone, Copy, Debug, Default)]
pub struct ChoosePassword<'a> {
    /// Where the form posts `token`, `password`, `again` and `csrf` to.
    pub action: &'a str,
    /// The link's token.
    pub token: &'a str,
    /// Whose account it is.
    pub email: &'a str,
    /// The fewest characters a password may have.
    pub shortest: usize,
    /// What was wrong; empty when nothing was.
    pub error: &'a str,
}

/// Choosing a password after a one-time link.
pub fn choose_password(shell: &Shell, c: &ChoosePassword<'_>) -> Html<String> {
    let least = c.shortest.to_string();
    let attributes = [("autocomplete", "new-password"), ("minlength", least.as_str())];
    let hint = format!("At least {least} characters. A sentence is easy to remember and hard to guess.");
    let email = field(&Field {
        label: "E-mail",
        name: "email",
        kind: "email",
        value: c.email,
        attributes: &[("autocomplete", "username"), ("readonly", "")],
        ..Default::default()
    });
    let new = Field {
        label: "New password",
        name: "password",
        kind: "password",
        hint: &hint,
        attributes: &attributes,
        ..Default::default()
    };
    let again = Field {
        label: "The same again",
        name: "again",
        kind: "password",
        attributes: &attributes,
        ..Default::default()
    };
    let fields = Markup::join([&hidden("token", c.token), &email, &field(&new), &field(&again)]);
    form(
        shell,
        "Choose a password",
        c.action,
        c.error,
        (&fields, &Markup::empty()),
        "Set password and sign in",
        "The link works once.",
    )
}

fn form(
    shell: &Shell,
    title: &str,
    action: &str,
    error: &str,
    (fields, below): (&Markup, &Markup),
    label: &str,
    hint: &str,
) -> Html<String> {
    let error = if error.is_empty() {
        Markup::empty()
    } else {
        notice(Tone::Bad, "", &Markup::raw(format!("<p>{}</p>", esc(error))))
    };
    let send = Button { label, look: Look::Primary, attributes: &[("data-busy", "")], ..Default::default() }
        .markup();
    let body = Markup::raw(format!(
        "<section class=\"card door-card\"><h1>{}</h1>{error}<form class=\"stack\" method=\"post\" action=\"{}\">{}{fields}{send}</form>{below}<p class=\"hint\">{}</p></section>",
        esc(title),
        esc(action),
        hidden("csrf", &shell.csrf),
        esc(hint)
    ));
    bare(shell, title, &body)
}

/// A short message on a page of its own: an expired link, a page that does not exist, a failure.
/// `action` is a button, or empty.
pub fn message(shell: &Shell, title: &str, text: &str, action: &Markup) -> Html<String> {
    let body = Markup::raw(format!(
        "<section class=\"card door-card\"><h1>{}</h1><p class=\"muted\">{}</p>{action}</section>",
        esc(title),
        esc(text)
    ));
    bare(shell, title, &body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_stays_and_the_mistake_is_announced() {
        let shell = Shell { community: "Lathe".into(), csrf: "t".into(), ..Default::default() };
        let html = signin(
            &shell,
            &SignIn {
                action: "/sign-in",
                email: "a@b.example",
                error: "Wrong \"password\".",
                next: "/desk",
                more: None,
                forgotten: "/f",
            },
        )
        .0;
        assert!(
            html.contains("value=\"a@b.example\"")
                && html.contains("role=\"alert\"")
                && html.contains("&quot;password&quot;")
        );
        assert!(
            html.contains("href=\"/f\"")
                && html.contains("name=\"csrf\" value=\"t\"")
                && !html.contains("style=")
        );
        let html = choose_password(
            &shell,
            &ChoosePassword { action: "/p", token: "k", email: "a@b.example", shortest: 12, error: "" },
        )
        .0;
        assert!(html.contains("minlength=\"12\"") && html.contains("value=\"k\""));
        assert!(
            message(&shell, "This link was used", "Ask for a new one.", &Markup::empty())
                .0
                .contains("Ask for a new one.")
        );
    }
}
