//! How the pages of second factors look: codes, apps, recovery codes, passkeys.

use crate::door::{door_shell, form};
use access::{AppView, CodeView, CodesView, PasskeysView, QuestionView, SetUpView};
use ui::{Field, Look, Markup, esc};

/// Where one's own account is looked after.
const OWN: &str = "/desk/settings/account";

fn code_field(label: &str, hint: &str) -> Markup {
    ui::field(&Field {
        label,
        name: "code",
        hint,
        attributes: &[
            ("autocomplete", "one-time-code"),
            ("autocapitalize", "characters"),
            ("maxlength", "24"),
        ],
        ..Field::default()
    })
}

/// The second step: a code, or a passkey.
pub(crate) fn code(view: &CodeView) -> String {
    let shell = door_shell(&view.csrf);
    let problem = view.problem.as_deref();
    let hint = "Six digits out of your authenticator app, or one of your recovery codes.";
    let typed = if view.app {
        form("/signin/second", &view.csrf, problem, &code_field("Code", hint), "Sign in")
    } else {
        problem.map_or_else(Markup::empty, |p| ui::notice(ui::Tone::Bad, "", &Markup::text(p)))
    };
    let text = match (view.app, &view.passkey) {
        (true, _) => format!("Signing in as {}: one more step.", view.email),
        (false, Some(_)) => {
            format!("One of the roles of {} needs a second factor: use your passkey.", view.email)
        }
        (false, None) => format!(
            "One of the roles of {} needs a second factor, and its passkeys do not work at this address. Use the address \
             at which you made them, or ask whoever manages accounts to reset them.",
            view.email
        ),
    };
    let key = passkey(view.passkey.as_ref(), &view.csrf, "");
    let back = ui::link_button("Begin again", "/signin", Look::Quiet);
    ui::message(&shell, "Are you there?", &text, &Markup::join([&typed, &key, &back])).0
}

/// A hidden form that a script shows where the browser knows passkeys.
pub(crate) fn passkey(question: Option<&QuestionView>, csrf: &str, next: &str) -> Markup {
    let Some(question) = question else { return Markup::empty() };
    let fields = Markup::join([&ui::hidden("csrf", csrf), &ui::hidden("next", next), &answer(question)]);
    let button = ui::button("Sign in with a passkey", Look::Plain);
    Markup::raw(format!(
        "<form class=\"stack\" method=\"post\" action=\"/signin/passkey\" hidden data-passkey=\"get\"{}>{fields}{button}{SAID}\
         </form>{}",
        data(question),
        script()
    ))
}

/// Where the script says what went wrong.
const SAID: &str = "<p class=\"error\" role=\"alert\" data-passkey-said></p>";

fn script() -> String {
    format!("<script defer src=\"{}\"></script>", ui::asset("passkey.js"))
}

fn data(question: &QuestionView) -> String {
    format!(
        " data-challenge=\"{}\" data-site=\"{}\" data-keys=\"{}\"",
        esc(&question.challenge),
        esc(&question.site),
        esc(&question.keys.join(" "))
    )
}

/// The fields that the script fills.
fn answer(question: &QuestionView) -> Markup {
    let mut fields = ui::hidden("question", &question.sealed);
    for name in ["credential", "client", "authenticator", "signature", "user"] {
        fields.push(&ui::hidden(name, ""));
    }
    fields
}

/// Setting an authenticator app up.
pub(crate) fn set_up(view: &SetUpView) -> String {
    let shell = door_shell(&view.csrf);
    let text = if view.demanded {
        "One of your roles needs a second factor. Set one up now: scan this with an authenticator app, then type the code that \
         it shows."
    } else {
        "Scan this with an authenticator app, then type the code that it shows."
    };
    let four: Vec<String> =
        view.secret.as_bytes().chunks(4).map(|c| String::from_utf8_lossy(c).into_owned()).collect();
    let picture = format!(
        "<div class=\"stack\">{}<p class=\"hint\">No camera? Type this secret into the app: <code class=\"secret\" id=\"secret\">{}\
         </code></p></div>",
        ui::qr(&view.address, "QR code for an authenticator app; the secret stands below it"),
        esc(&four.join(" "))
    );
    let fields = Markup::join([
        &Markup::raw(picture),
        &ui::hidden("secret", &view.sealed),
        &code_field("Code", "Six digits; a new one every 30 seconds."),
    ]);
    let form = form(&view.action, &view.csrf, view.problem.as_deref(), &fields, "Set it up");
    let back = if view.demanded {
        ui::link_button("Begin again", "/signin", Look::Quiet)
    } else {
        ui::link_button("Back to your account", OWN, Look::Quiet)
    };
    ui::message(&shell, "Authenticator app", text, &Markup::join([&form, &back])).0
}

/// Looking after the app that is there.
pub(crate) fn app(view: &AppView) -> String {
    let shell = door_shell(&view.csrf);
    let field =
        code_field("Code", "Out of the app, or a recovery code: so that nobody does this at your open desk.");
    let renew = ui::Button { label: "Make new recovery codes", look: Look::Primary, ..Default::default() };
    let away = ui::Button {
        label: "Take the app away",
        look: Look::DangerQuiet,
        attributes: &[("formaction", "/account/second-factor/removal")],
        ..Default::default()
    };
    let problem = view
        .problem
        .as_deref()
        .map_or_else(Markup::empty, |p| ui::notice(ui::Tone::Bad, "", &Markup::text(p)));
    let both = format!(
        "{problem}<form class=\"stack\" method=\"post\" action=\"/account/recovery-codes\">{}{field}\
         <div class=\"row wrap\">{}{}</div></form>{}",
        ui::hidden("csrf", &view.csrf),
        renew.markup(),
        away.markup(),
        ui::link_button("Back to your account", OWN, Look::Quiet)
    );
    let text = format!(
        "{} signs in with a password and a code. New recovery codes take the place of the old ones.",
        view.email
    );
    ui::message(&shell, "Authenticator app", &text, &Markup::raw(both)).0
}

/// Recovery codes, shown this once.
pub(crate) fn codes(view: &CodesView) -> String {
    let shell = door_shell("");
    let items: String = view.codes.iter().map(|c| format!("<li><code>{}</code></li>", esc(c))).collect();
    let file = format!("{} recovery codes, each for one sign-in:\n{}\n", base::NAME, view.codes.join("\n"));
    let address = format!("data:text/plain;charset=utf-8,{}", ui::encoded(&file));
    let name = format!("{}-recovery-codes.txt", base::NAME.to_lowercase());
    let save = ui::Button {
        label: "Download",
        icon: "download",
        href: &address,
        attributes: &[("download", &name)],
        ..Default::default()
    };
    let body = format!(
        "<ul class=\"codes\" id=\"codes\">{items}</ul><div class=\"row wrap\">{}{}</div>",
        save.markup(),
        ui::link_button("I have kept them", &view.next, Look::Primary)
    );
    let text = "These recovery codes are shown this once. Each signs you in once when you do not have your app: keep them where \
                you keep passwords.";
    ui::message(&shell, "Keep these codes", text, &Markup::raw(body)).0
}

/// The passkeys of one's own account.
pub(crate) fn passkeys(view: &PasskeysView) -> String {
    let shell = door_shell(&view.csrf);
    let zone = base::Zone::utc();
    let items: String = view
        .keys
        .iter()
        .map(|k| {
            let used = match k.used_at {
                Some(at) => format!("last used {}", ui::time(at, &zone)),
                None => "not used yet".to_owned(),
            };
            let action = format!("/account/passkeys/{}/removal", k.public_id);
            let remove = crate::settings_page::small_post(&action, &view.csrf, "Remove", Look::DangerQuiet);
            format!(
                "<li class=\"row between\"><span><b>{}</b><br><small class=\"muted\">since {}, {used}</small></span>{remove}</li>",
                esc(&k.name),
                ui::time(k.made_at, &zone)
            )
        })
        .collect();
    let list = if items.is_empty() {
        "<p class=\"muted\">None yet.</p>".to_owned()
    } else {
        format!("<ul class=\"plain stack\">{items}</ul>")
    };
    let problem = view
        .problem
        .as_deref()
        .map_or_else(Markup::empty, |p| ui::notice(ui::Tone::Bad, "", &Markup::text(p)));
    let add = match &view.question {
        Some(question) => add(view, question),
        None => Markup::raw(
            "<p class=\"muted\">A passkey cannot be made at this address: browsers allow them only over https with a name, or \
             on localhost. Whoever runs the server sets public_url.</p>",
        ),
    };
    let back = ui::link_button("Back to your account", OWN, Look::Quiet);
    let text = "A key that your phone, your computer or a security key keeps. It signs you in without a password, after the device \
                checked that it is you.";
    let body = Markup::join([&problem, &Markup::raw(list), &add, &back]);
    ui::message(&shell, "Passkeys", text, &body).0
}

fn add(view: &PasskeysView, question: &QuestionView) -> Markup {
    let name = ui::field(&Field {
        label: "Name of a new passkey",
        name: "name",
        hint: "So that you know it again: Phone, Blue key.",
        attributes: &[("maxlength", "60"), ("autocomplete", "off")],
        ..Field::default()
    });
    Markup::raw(format!(
        "<form class=\"stack\" method=\"post\" action=\"/account/passkeys\" hidden data-passkey=\"create\"{} data-user=\"{}\" \
         data-email=\"{}\" data-person=\"{}\">{}{}{name}{}{SAID}</form><noscript><p class=\"muted\">Making a passkey needs \
         JavaScript.</p></noscript>{}",
        data(question),
        esc(&view.user),
        esc(&view.email),
        esc(&view.name),
        ui::hidden("csrf", &view.csrf),
        answer(question),
        ui::button("Add a passkey", Look::Primary),
        script()
    ))
}
