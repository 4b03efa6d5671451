//! Discord's text is Markdown already; what is its own is made readable, and tags are made harmless.

use connect::text::{Stretch, harmless, stretches};

/// The names behind ids.
pub(super) trait Names {
    /// The name of a user.
    fn user(&self, id: &str) -> Option<&str>;
    /// The name of a channel.
    fn channel(&self, id: &str) -> Option<&str>;
}

/// A message's text as Markdown.
pub(super) fn to_markdown(text: &str, names: &dyn Names) -> String {
    if !text.contains(['<', ']']) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 16);
    for stretch in stretches(text) {
        match stretch {
            Stretch::Code(code) => out.push_str(code),
            Stretch::Prose(prose) => prose_stretch(prose, names, &mut out),
        }
    }
    out
}

fn prose_stretch(prose: &str, names: &dyn Names, out: &mut String) {
    let mut rest = prose;
    let mut from = 0;
    while let Some(found) = rest[from..].find('<') {
        let start = from + found;
        let length = rest[start + 1..].find(['>', '<', '\n']);
        let inside = length
            .filter(|l| rest.as_bytes()[start + 1 + l] == b'>')
            .map(|l| &rest[start + 1..start + 1 + l]);
        let Some((inside, words)) = inside.and_then(|inside| Some((inside, token(inside, names)?))) else {
            from = start + 1;
            continue;
        };
        out.push_str(&harmless(&rest[..start]));
        out.push_str(&harmless(&words));
        rest = &rest[start + inside.len() + 2..];
        from = 0;
    }
    out.push_str(&harmless(rest));
}

/// What stands between `<` and `>` in words; `None` when it is not Discord's.
fn token(inside: &str, names: &dyn Names) -> Option<String> {
    let is_id = |id: &str| !id.is_empty() && id.bytes().all(|c| c.is_ascii_digit());
    if let Some(id) = inside.strip_prefix("@&") {
        return is_id(id).then(|| "@role".to_owned());
    }
    if let Some(id) = inside.strip_prefix('@') {
        let id = id.strip_prefix('!').unwrap_or(id);
        return is_id(id).then(|| format!("@{}", names.user(id).unwrap_or("unknown")));
    }
    if let Some(id) = inside.strip_prefix('#') {
        return is_id(id).then(|| format!("#{}", names.channel(id).unwrap_or("unknown")));
    }
    if let Some(command) = inside.strip_prefix('/') {
        let (name, id) = command.rsplit_once(':')?;
        return is_id(id).then(|| format!("/{name}"));
    }
    if let Some(time) = inside.strip_prefix("t:") {
        let seconds: i64 = time.split(':').next()?.parse().ok()?;
        let time = jiff::Timestamp::from_second(seconds).ok()?;
        return Some(time.strftime("%Y-%m-%d %H:%M UTC").to_string());
    }
    let emoji = inside.strip_prefix("a:").or_else(|| inside.strip_prefix(':'))?;
    let (name, id) = emoji.split_once(':')?;
    let named = !name.is_empty() && name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_');
    (named && is_id(id)).then(|| format!(":{name}:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed;
    impl Names for Fixed {
        fn user(&self, id: &str) -> Option<&str> {
            (id == "1").then_some("ana")
        }
        fn channel(&self, id: &str) -> Option<&str> {
            (id == "7").then_some("general")
        }
    }

    #[test]
    fn what_is_discords_own_becomes_readable() {
        for (input, expect) in [
            ("hi <@1>, <@!1> and <@2>", "hi @ana, @ana and @unknown"),
            ("<#7> <@&3> </play now:5>", "#general @role /play now"),
            ("<:wave:12><a:spin:13> <3", ":wave::spin: <3"),
            ("at <t:1392734382:R>", "at 2014-02-18 14:39 UTC"),
            ("**b** ||spoiler|| `<@1>`", "**b** ||spoiler|| `<@1>`"),
            ("<b>x</b> a < b <@1>", "\\<b>x\\</b> a < b @ana"),
            ("<https://e.org/a> <t:99999999999999999>", "<https://e.org/a> \\<t:99999999999999999>"),
        ] {
            assert_eq!(to_markdown(input, &Fixed), expect, "{input}");
        }
    }
}
