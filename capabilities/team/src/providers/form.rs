//! The form of a provider.

use access::Role;
use access::sso::{EVERYBODY, Provider, ProviderDraft, SCOPES};
use serde::Deserialize;
use ui::{Field, LongText, Markup, esc, field, long_text};

/// What was typed.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Typed {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub issuer: String,
    #[serde(default)]
    pub client_id: String,
    #[serde(default)]
    client_secret: String,
    #[serde(default)]
    no_secret: String,
    #[serde(default)]
    scopes: String,
    #[serde(default)]
    group_claim: String,
    #[serde(default)]
    groups: String,
    #[serde(default)]
    makes_accounts: String,
    #[serde(default)]
    domains: String,
    #[serde(default)]
    trusts_email: String,
    #[serde(default)]
    passwords: String,
    #[serde(skip)]
    pub error: String,
}

impl Typed {
    /// An empty form: nothing is made or trusted unless it is ticked.
    pub fn empty() -> Self {
        Self { scopes: SCOPES.into(), passwords: "1".into(), ..Self::default() }
    }

    /// A provider as it is.
    pub fn of(p: &Provider) -> Self {
        let tick = |flag: bool| if flag { "1".to_owned() } else { String::new() };
        let groups: Vec<String> = p.groups.iter().map(|g| format!("{} = {}", g.group, g.role)).collect();
        Self {
            name: p.name.clone(),
            issuer: p.issuer.clone(),
            client_id: p.client_id.clone(),
            scopes: p.scopes.clone(),
            group_claim: p.group_claim.clone(),
            groups: groups.join("\n"),
            makes_accounts: tick(p.makes_accounts),
            domains: p.domains.clone(),
            trusts_email: tick(p.trusts_email),
            passwords: tick(p.passwords),
            ..Self::default()
        }
    }

    pub fn draft(&self) -> ProviderDraft {
        let secret = match (self.client_secret.trim(), self.no_secret.is_empty()) {
            (_, false) => Some(String::new()),
            ("", true) => None,
            (secret, true) => Some(secret.to_owned()),
        };
        let lines = self.groups.lines().map(str::trim).filter(|l| !l.is_empty());
        let groups = lines.map(|line| {
            // A group's name may hold an equals sign (directories write cn=desk,ou=…): the last one divides.
            let (group, role) = line.rsplit_once('=').unwrap_or((line, ""));
            (group.trim().to_owned(), role.trim().to_owned())
        });
        ProviderDraft {
            name: self.name.clone(),
            issuer: self.issuer.clone(),
            client_id: self.client_id.clone(),
            client_secret: secret,
            scopes: self.scopes.clone(),
            group_claim: self.group_claim.clone(),
            makes_accounts: !self.makes_accounts.is_empty(),
            domains: self.domains.clone(),
            trusts_email: !self.trusts_email.is_empty(),
            passwords: !self.passwords.is_empty(),
            groups: groups.collect(),
        }
    }
}

fn plain(label: &str, name: &str, value: &str, hint: &str, optional: bool) -> Markup {
    let attributes = [("autocomplete", "off"), ("maxlength", "400")];
    field(&Field { label, name, value, hint, optional, attributes: &attributes, ..Field::default() })
}

/// The fields; `is` is the provider that is changed.
pub(crate) fn fields(t: &Typed, is: Option<&Provider>, roles: &[Role]) -> Markup {
    let issuer = match is {
        None => field(&Field {
            label: "Issuer",
            name: "issuer",
            kind: "url",
            value: &t.issuer,
            error: &t.error,
            hint: "The provider's address, exactly as it names itself: https://id.example.org/realms/main. It cannot be changed \
                   later.",
            attributes: &[("autocomplete", "off"), ("maxlength", "400")],
            ..Field::default()
        }),
        Some(_) if !t.error.is_empty() => ui::notice(ui::Tone::Bad, "Not saved", &Markup::text(&t.error)),
        Some(_) => Markup::empty(),
    };
    Markup::join([
        &plain("Name", "name", &t.name, "Stands on the button: Sign in with …", false),
        &issuer,
        &plain("Client id", "client_id", &t.client_id, "What the provider calls this installation.", false),
        &secret(is),
        &plain("Scopes", "scopes", &t.scopes, "What is asked for. openid must be among them.", true),
        &who(t),
        &groups(t, roles),
    ])
}

fn secret(is: Option<&Provider>) -> Markup {
    let has = is.is_some_and(|p| p.has_secret);
    let hint = if has {
        "It has one; leave this empty to keep it."
    } else {
        "Leave it empty for a public client, which proves itself by PKCE alone."
    };
    let new = field(&Field {
        label: "Client secret",
        name: "client_secret",
        kind: "password",
        hint,
        optional: true,
        attributes: &[("autocomplete", "new-password"), ("maxlength", "400")],
        ..Field::default()
    });
    if !has {
        return new;
    }
    Markup::join([&new, &ui::check("Forget the secret", "no_secret", "1", false)])
}

fn who(t: &Typed) -> Markup {
    let makes = ui::check(
        "Make an account at the first sign-in, for an address that the provider has verified",
        "makes_accounts",
        "1",
        !t.makes_accounts.is_empty(),
    );
    let domains = plain(
        "Only for these domains",
        "domains",
        &t.domains,
        "The end of the e-mail address, divided by spaces: example.org example.com. Empty: every address.",
        true,
    );
    let trusts = ui::check(
        "A verified address leads to the account of that address, without its owner connecting it first",
        "trusts_email",
        "1",
        !t.trusts_email.is_empty(),
    );
    let passwords = ui::check(
        "Accounts that are connected may still sign in with a password",
        "passwords",
        "1",
        !t.passwords.is_empty(),
    );
    Markup::raw(format!(
        "<fieldset class=\"choices\"><legend class=\"label\">Who comes in</legend>{makes}{trusts}\
         <p class=\"hint\">Tick the second only for a provider whose addresses you run yourself: it can then be anybody here, \
         owners included.</p>{passwords}</fieldset>{domains}"
    ))
}

fn groups(t: &Typed, roles: &[Role]) -> Markup {
    let claim = plain(
        "Claim with groups",
        "group_claim",
        &t.group_claim,
        "Many providers call it groups; inside of another: realm_access.roles.",
        true,
    );
    let names: Vec<&str> = roles.iter().map(|r| r.slug.as_str()).collect();
    let hint = format!(
        "One a line: group = role, such as community-team = manager. {EVERYBODY} stands for everybody who signs in here. Looked at \
         at each sign-in: a role that came from a group goes with it; roles that people gave stay. Roles: {}.",
        names.join(", ")
    );
    let text = long_text(&LongText {
        label: "Roles by group",
        name: "groups",
        value: &t.groups,
        hint: &hint,
        rows: 4,
        optional: true,
        ..LongText::default()
    });
    Markup::join([&claim, &text])
}

/// Where the provider must be told to send people back to.
pub(crate) fn callback_note(address: &str) -> Markup {
    Markup::raw(format!(
        "<p>Give the provider this address to send people back to (redirect URI):</p>\
         <p class=\"row wrap\"><code class=\"secret\" id=\"callback\">{}</code>{}</p>",
        esc(address),
        ui::Button {
            label: "Copy",
            icon: "copy",
            small: true,
            scripted: true,
            attributes: &[("data-copy", "callback"), ("hidden", "")],
            ..Default::default()
        }
        .markup()
    ))
}
