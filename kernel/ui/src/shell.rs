//! The frame around every page of the desk: rail, top bar, and tabs at the foot of a phone.

use crate::Markup;
use askama::Template;
use axum::response::Html;

/// One entry of the rail.
#[derive(Clone, Debug, Default)]
pub struct NavItem {
    /// Its word.
    pub title: String,
    /// Where it leads.
    pub href: String,
    /// An icon of the sprite.
    pub icon: String,
    /// The heading it stands under; empty for none. `foot` puts it at the end of the rail.
    pub group: String,
    /// A short count or word at its end, such as `7` or `1 late`; empty for none.
    pub count: String,
    /// Whether the page lies in it.
    pub current: bool,
}

/// Who is signed in.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// The name people read.
    pub name: String,
    /// The e-mail address.
    pub email: String,
}

impl Account {
    /// One or two letters for the avatar.
    pub fn initials(&self) -> String {
        let mut words = self.name.split_whitespace().filter_map(|word| word.chars().next());
        let first = words.next();
        let last = words.next_back();
        first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
    }
}

/// Light, dark, or as the system says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    /// Day.
    Light,
    /// Night.
    Dark,
}

impl Theme {
    /// Reads the value of the `theme` cookie; anything else is the system's theme.
    pub fn parse(cookie: &str) -> Self {
        match cookie {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::System,
        }
    }
    /// Reads it from a whole `Cookie` header.
    pub fn of_cookies(header: &str) -> Self {
        header
            .split(';')
            .find_map(|pair| pair.trim().strip_prefix("theme="))
            .map(Self::parse)
            .unwrap_or_default()
    }
    fn word(self) -> &'static str {
        match self {
            Self::System => "",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// What the frame needs to know.
#[derive(Clone, Debug, Default)]
pub struct Shell {
    /// The community's name.
    pub community: String,
    /// The areas that exist.
    pub navigation: Vec<NavItem>,
    /// Who is signed in; `None` on pages before signing in.
    pub account: Option<Account>,
    /// The theme that was chosen.
    pub theme: Theme,
    /// The token that a form sends as `csrf` and a script as the header `X-CSRF-Token`.
    pub csrf: String,
    /// How many changes open pages had been told of when this one was made; its stream begins with the same number, or
    /// the page asks for its parts again.
    pub told: u64,
    /// Title and address of the pages above this one.
    pub crumbs: Vec<(String, String)>,
    /// Where the sign-out form posts to.
    pub sign_out: String,
    /// The page of one's own account; empty where there is none.
    pub own_account: String,
    /// The chapter of the guide about this page; empty where there is none.
    pub help: String,
    /// Whether keys of a single letter are off.
    pub letter_keys_off: bool,
    /// `rtl` for a look from right to left; else empty.
    pub direction: &'static str,
}

/// Whether a `Cookie` header says that keys of a single letter are off.
pub fn letter_keys_off(header: &str) -> bool {
    header.split(';').any(|pair| pair.trim() == "keys=off")
}

/// The entries that a phone shows below, where they exist.
const TABS: [&str; 4] = ["/desk/today", "/desk/health", "/desk/members", "/desk/conversations"];

#[derive(Template)]
#[template(path = "shell.html")]
struct Frame<'a> {
    shell: &'a Shell,
    title: &'a str,
    body: &'a Markup,
}

impl Frame<'_> {
    /// Navigation in its groups, in the order in which they first appear; `foot` is left out.
    fn groups(&self) -> Vec<(&str, Vec<&NavItem>)> {
        let mut groups: Vec<(&str, Vec<&NavItem>)> = Vec::new();
        for item in self.shell.navigation.iter().filter(|item| item.group != "foot") {
            match groups.iter_mut().find(|(name, _)| *name == item.group) {
                Some((_, items)) => items.push(item),
                None => groups.push((&item.group, vec![item])),
            }
        }
        groups
    }
    fn foot(&self) -> impl Iterator<Item = &NavItem> {
        self.shell.navigation.iter().filter(|item| item.group == "foot")
    }
    /// What a phone shows below, beside "More": the areas of every day, or the first ones.
    fn tabs(&self) -> Vec<&NavItem> {
        let all = || self.shell.navigation.iter().filter(|item| item.group != "foot");
        let mut tabs: Vec<&NavItem> = all().filter(|item| TABS.contains(&item.href.as_str())).collect();
        let rest = all().filter(|item| !TABS.contains(&item.href.as_str()));
        let missing = TABS.len().saturating_sub(tabs.len());
        tabs.extend(rest.take(missing));
        tabs
    }
    /// Whether the page lies in none of the tabs, so that "More" is where one is.
    fn in_more(&self) -> bool {
        let tabs = self.tabs();
        self.shell.navigation.iter().any(|item| item.current && !tabs.iter().any(|t| t.href == item.href))
    }
    /// The letter after `g` that leads to an entry: the first of its title that is free.
    fn jump(&self, item: &NavItem) -> String {
        let mut taken: Vec<char> = Vec::new();
        for entry in &self.shell.navigation {
            let letter = entry.title.to_lowercase().chars().find(|c| c.is_alphabetic() && !taken.contains(c));
            taken.extend(letter);
            if entry.href == item.href {
                return letter.map(String::from).unwrap_or_default();
            }
        }
        String::new()
    }
    fn direction(&self) -> &str {
        if self.shell.direction == "rtl" { "rtl" } else { "ltr" }
    }
    fn home(&self) -> &str {
        self.shell.navigation.first().map_or("/desk", |item| &item.href)
    }
}

/// A whole page of the desk.
pub fn page(shell: &Shell, title: &str, body: &Markup) -> Html<String> {
    let frame = Frame { shell, title, body };
    Html(Markup::of(&frame).into_string())
}

#[derive(Template)]
#[template(path = "bare.html")]
struct Bare<'a> {
    shell: &'a Shell,
    title: &'a str,
    body: &'a Markup,
}

/// A page without rail and top bar: signing in, short messages.
pub(crate) fn bare(shell: &Shell, title: &str, body: &Markup) -> Html<String> {
    Html(Markup::of(&Bare { shell, title, body }).into_string())
}

/// The head of a page's body: title, a sentence, and actions at the end.
pub fn page_head(title: &str, sentence: &str, actions: &Markup) -> Markup {
    let sentence =
        if sentence.is_empty() { String::new() } else { format!("<p>{}</p>", crate::esc(sentence)) };
    let actions =
        if actions.is_empty() { String::new() } else { format!("<div class=\"row wrap\">{actions}</div>") };
    Markup::raw(format!(
        "<div class=\"page-head\"><div><h1>{}</h1>{sentence}</div>{actions}</div>",
        crate::esc(title)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell() -> Shell {
        Shell {
            community: "Lathe & friends".into(),
            navigation: vec![
                NavItem {
                    title: "Health".into(),
                    href: "/desk/health".into(),
                    icon: "activity".into(),
                    current: true,
                    ..Default::default()
                },
                NavItem {
                    title: "Sources".into(),
                    href: "/desk/sources".into(),
                    icon: "plug".into(),
                    group: "foot".into(),
                    ..Default::default()
                },
            ],
            account: Some(Account { name: "Ruth Anne Calder".into(), email: "ruth@lathe.example".into() }),
            theme: Theme::Dark,
            csrf: "abc".into(),
            sign_out: "/desk/sign-out".into(),
            ..Default::default()
        }
    }

    #[test]
    fn a_page_names_its_place_and_carries_theme_and_token() {
        let html = page(&shell(), "Health", &page_head("Health", "As of today.", &Markup::empty())).0;
        assert!(html.contains("data-theme=\"dark\""));
        assert!(html.contains("aria-current=\"page\""));
        assert!(html.contains("Lathe &#38; friends"));
        assert!(html.contains("content=\"abc\""));
        assert!(!html.contains("style="), "the content policy forbids it");
        assert_eq!(shell().account.unwrap().initials(), "RC");
    }

    #[test]
    fn a_phone_has_the_areas_of_every_day_and_every_jump_a_letter_of_its_own() {
        let item = |title: &str, href: &str| NavItem {
            title: title.into(),
            href: href.into(),
            ..Default::default()
        };
        let navigation = vec![
            item("Today", "/desk/today"),
            item("Channels", "/desk/channels"),
            item("Conversations", "/desk/conversations"),
            item("Search", "/desk/search"),
            NavItem { group: "foot".into(), current: true, ..item("Sources", "/desk/sources") },
            NavItem { group: "foot".into(), ..item("Settings", "/desk/settings") },
        ];
        let shell = Shell { navigation, ..Default::default() };
        let frame = Frame { shell: &shell, title: "", body: &Markup::empty() };
        let tabs: Vec<&str> = frame.tabs().iter().map(|t| t.title.as_str()).collect();
        assert_eq!(tabs, ["Today", "Conversations", "Channels", "Search"]);
        assert!(frame.in_more());
        let jumps: String = shell.navigation.iter().map(|n| frame.jump(n)).collect();
        assert_eq!(jumps, "tcosue", "each letter once");
        assert!(letter_keys_off("a=b; keys=off") && !letter_keys_off("keys=on"));
    }

    #[test]
    fn the_theme_is_read_from_the_cookie() {
        assert_eq!(Theme::of_cookies("a=b; theme=light"), Theme::Light);
        assert_eq!(Theme::of_cookies("a=b"), Theme::System);
    }
}
