//! How the pages of roles look: the whole matrix where there is room, one role at a time everywhere.

use crate::roles::{PATH, State_};
use access::{OWNER, Role};
use capability::settings_page::{form_card, small_post};
use capability::{Permission, Principal};
use ui::{Column, Field, Look, Markup, Table, esc, field, format};

const OWNERS: &str = "Owners hold everything and cannot lose it, so that somebody can always mend the rest.";

/// The page of all roles.
pub(crate) fn all(state: &State_, by: &Principal) -> Markup {
    let fields = Markup::join([
        &field(&Field {
            label: "Title",
            name: "title",
            attributes: &[("maxlength", "40"), ("autocomplete", "off"), ("placeholder", "Event host")],
            ..Field::default()
        }),
        &field(&Field {
            label: "What it is for",
            name: "sentence",
            optional: true,
            hint: "One sentence for whoever gives the role to somebody.",
            attributes: &[("maxlength", "200"), ("autocomplete", "off")],
            ..Field::default()
        }),
    ]);
    Markup::join([
        &list(state),
        &matrix(state, by),
        &form_card("Make a role", &format!("{PATH}/additions"), &by.csrf, &fields, "Make role"),
    ])
}

fn list(state: &State_) -> Markup {
    let whole = state.permissions().count();
    let rows = state.roles.iter().map(|(role, sentence)| {
        let held = state.permissions().filter(|p| role.holds(p)).count();
        let mut accounts: Vec<i64> =
            state.grants.iter().filter(|g| g.role == role.id).map(|g| g.account).collect();
        accounts.sort_unstable();
        accounts.dedup();
        let changed = changed_count(state, role);
        let mark = if changed > 0 && role.is_built_in() {
            ui::badge(&format!("{changed} changed"), ui::Tone::Info)
        } else {
            Markup::empty()
        };
        let name = format!(
            "<a href=\"{PATH}/{}\"><b>{}</b></a> {mark}<small class=\"role-sentence\">{}</small>",
            esc(&ui::encoded(&role.slug)),
            esc(&role.title),
            esc(sentence)
        );
        vec![
            Markup::raw(name),
            Markup::text(&format!("{held} of {whole}")),
            Markup::text(&format::count(accounts.len() as u64)),
        ]
    });
    let columns = [
        Column { label: "Role", ..Column::default() },
        Column { label: "May do", number: true, ..Column::default() },
        Column { label: "Accounts", number: true, ..Column::default() },
    ];
    let table = ui::table(&Table { caption: "Roles", columns: &columns, rows: rows.collect() });
    ui::card("", "", &Markup::empty(), &table, &Markup::empty())
}

/// How many permissions a role was given or lost since it was made.
fn changed_count(state: &State_, role: &Role) -> usize {
    state.permissions().filter(|p| is_changed(role, p)).count()
}

fn is_changed(role: &Role, p: &Permission) -> bool {
    role.slug != OWNER && role.is_built_in() && role.holds(p) != p.roles.contains(&role.slug)
}

/// A box of the form. What whoever asks does not hold themselves stays as it is, and is sent along.
fn tick(role: &Role, p: &Permission, by: &Principal, named: &str) -> String {
    let held = if role.holds(p) { " checked" } else { "" };
    let value = format!("{} {}", role.slug, p.id);
    if role.slug != OWNER && by.reach(*p).is_everything() {
        return format!(
            "<input class=\"box\" type=\"checkbox\" name=\"held\" value=\"{}\"{held}{named}>",
            esc(&value)
        );
    }
    let sent = if role.slug != OWNER && role.holds(p) { ui::hidden("held", &value) } else { Markup::empty() };
    // A box that cannot be changed looks empty whether it is ticked or not.
    let words = if role.holds(p) { "held" } else { "not held" };
    let sign = if role.holds(p) { ui::icon_small("check") } else { ui::icon_small("minus") };
    format!("<span class=\"role-fixed\">{sign}<span class=\"sr\">{words}</span></span>{sent}")
}

fn mark(role: &Role, p: &Permission) -> String {
    if !is_changed(role, p) {
        return String::new();
    }
    let words = if role.holds(p) { "given since" } else { "lost since" };
    format!(" <i class=\"role-changed\" title=\"{words}\"></i><span class=\"sr\">{words}</span>")
}

fn form(state: &State_, by: &Principal, only: &str, class: &str, inside: &str) -> Markup {
    Markup::raw(format!(
        "<form class=\"card{class}\" method=\"post\" action=\"{PATH}\">{}{}{}{inside}</form>",
        ui::hidden("csrf", &by.csrf),
        ui::hidden("fingerprint", &state.fingerprint()),
        ui::hidden("only", only)
    ))
}

fn save_button() -> Markup {
    ui::Button {
        label: "Save roles",
        look: Look::Primary,
        attributes: &[("data-busy", "")],
        ..Default::default()
    }
    .markup()
}

fn matrix(state: &State_, by: &Principal) -> Markup {
    let heads: String = state
        .roles
        .iter()
        .map(|(r, _)| format!("<th scope=\"col\"><span>{}</span></th>", esc(&r.title)))
        .collect();
    let groups: String = state
        .groups
        .iter()
        .map(|(title, permissions)| {
            let rows: String = permissions.iter().map(|p| matrix_row(state, p, by)).collect();
            format!(
                "<tbody><tr><th class=\"role-group\" scope=\"colgroup\" colspan=\"{}\">{}</th></tr>{rows}</tbody>",
                state.roles.len() + 1,
                esc(title)
            )
        })
        .collect();
    let inside = format!(
        "<header class=\"card-head\"><h2 class=\"grow\">Who may do what</h2></header>\
         <div class=\"table-wrap\" tabindex=\"0\" role=\"region\" aria-label=\"Roles and permissions\">\
         <table class=\"table flat role-matrix\"><caption class=\"sr\">Roles and permissions</caption>\
         <thead><tr><th scope=\"col\">Permission</th>{heads}</tr></thead>{groups}</table></div>\
         <div class=\"card-foot row wrap\"><span>{OWNERS} <i class=\"role-changed\" aria-hidden=\"true\"></i> marks what was changed \
         since; a role's own page sets it back.</span><span class=\"push\">{}</span></div>",
        save_button()
    );
    form(state, by, "", " wide-only", &inside)
}

fn matrix_row(state: &State_, p: &Permission, by: &Principal) -> String {
    let cells: String = state
        .roles
        .iter()
        .map(|(role, _)| {
            let named = format!(" aria-label=\"{}: {}\"", esc(&role.title), esc(p.title));
            format!("<td>{}{}</td>", tick(role, p, by, &named), mark(role, p))
        })
        .collect();
    format!("<tr><th scope=\"row\">{}{}</th>{cells}</tr>", esc(p.title), place_words(p))
}

/// Where a role in one source or channel gives it, too.
fn place_words(p: &Permission) -> &'static str {
    if p.by_place { " <small class=\"muted\">also in one place</small>" } else { "" }
}

/// The page of one role.
pub(crate) fn one(state: &State_, role: &Role, by: &Principal) -> Markup {
    let groups: String = state
        .groups
        .iter()
        .map(|(title, permissions)| {
            let rows: String = permissions
                .iter()
                .map(|p| {
                    let words = format!("{}{}{}", esc(p.title), place_words(p), mark(role, p));
                    let tag =
                        if role.slug == OWNER || !by.reach(*p).is_everything() { "div" } else { "label" };
                    format!("<{tag} class=\"check\">{}<span>{words}</span></{tag}>", tick(role, p, by, ""))
                })
                .collect();
            format!("<fieldset class=\"role-part\"><legend>{}</legend>{rows}</fieldset>", esc(title))
        })
        .collect();
    let back = ui::link_button("All roles", PATH, Look::Quiet);
    if role.slug == OWNER {
        let note = ui::notice(ui::Tone::Info, "", &Markup::text(OWNERS));
        let list = Markup::raw(format!("<div class=\"card-body stack\">{groups}</div>"));
        let card = ui::card("", "May do", &Markup::empty(), &list, &Markup::empty());
        return Markup::join([&note, &card, &second_factor(role, by), &back]);
    }
    let inside = format!(
        "<header class=\"card-head\"><h2 class=\"grow\">May do</h2></header><div class=\"card-body stack\">{groups}</div>\
         <div class=\"card-foot row\"><span class=\"push\">{}</span></div>",
        save_button()
    );
    let base = format!("{PATH}/{}", ui::encoded(&role.slug));
    let had = state.grants.iter().any(|g| g.role == role.id);
    let mut more = back;
    if changed_count(state, role) > 0 {
        more.push(&small_post(
            &format!("{base}/reset"),
            &by.csrf,
            "Set back to what it held at first",
            Look::Plain,
        ));
    }
    if !role.is_built_in() && !had {
        more.push(&small_post(&format!("{base}/removal"), &by.csrf, "Remove role", Look::DangerQuiet));
    }
    Markup::join([
        &form(state, by, &role.slug, "", &inside),
        &second_factor(role, by),
        &Markup::raw(format!("<div class=\"row wrap\">{more}</div>")),
    ])
}

/// Whether whoever has the role must prove more than a password, and the button that changes it. Only an owner says so of
/// owners.
fn second_factor(role: &Role, by: &Principal) -> Markup {
    let (now, label, wanted) = if role.second_factor {
        ("Whoever has this role proves more than a password.", "Stop asking for it", "")
    } else {
        ("A password is enough for whoever has this role.", "Ask for a second factor", "1")
    };
    let why = "A second factor is a code of an authenticator app, a passkey, or a provider that they sign in with. Whoever has \
               none sets one up at the next sign-in; sessions that began with a password alone end at once.";
    let owns = by.account.is_none_or(|_| role.slug != OWNER || by.may(crate::SET_RETENTION));
    let button = if owns {
        let button = ui::Button { label, small: true, ..Default::default() }.markup();
        Markup::raw(format!(
            "<form method=\"post\" action=\"{PATH}/{}/second-factor\">{}{}{button}</form>",
            ui::encoded(&role.slug),
            ui::hidden("csrf", &by.csrf),
            ui::hidden("demanded", wanted)
        ))
    } else {
        ui::why("only an owner decides about owners")
    };
    let inside = format!(
        "<div class=\"card-body stack\"><p>{now}</p><p class=\"muted\">{why}</p><div class=\"row\">{button}</div></div>"
    );
    ui::card("second-factor", "Second factor", &Markup::empty(), &Markup::raw(inside), &Markup::empty())
}
