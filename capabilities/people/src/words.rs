//! Texts that are prepared for people to send: a beginning, to be changed before it is copied.

/// The first name that a letter begins with; a handle as it is.
fn first_name(title: &str) -> &str {
    title.split_whitespace().next().unwrap_or(title)
}

/// A beginning of a letter to somebody, about what they asked where they did.
pub(crate) fn letter(title: &str, asked: Option<&str>, community: &str) -> String {
    let name = first_name(title);
    match asked.map(|text| crate::view::excerpt(text, 80)).filter(|text| !text.is_empty()) {
        Some(text) => format!(
            "Hello {name}, you wrote \"{text}\" and nobody has answered yet. Is it still open? Then I will find \
             somebody who knows."
        ),
        None => format!("Hello {name}, I look after {community}. "),
    }
}

/// A greeting for somebody who is new, about the place where they first wrote.
pub(crate) fn greeting(title: &str, community: &str, channel: &str) -> String {
    let place =
        if channel.is_empty() { String::new() } else { format!(" I saw your first message in {channel}.") };
    format!(
        "Hello {}, welcome to {community}.{place} What brings you here? If you look for something, ask me, and I \
         will point you to the people who know.",
        first_name(title)
    )
}

/// A letter to somebody who went quiet.
pub(crate) fn missed(title: &str, community: &str) -> String {
    format!(
        "Hello {}, I have not read anything from you in {community} for a while and wanted to ask how you are. If \
         something here made it less worth your time, I would like to hear it.",
        first_name(title)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_name_people_and_places() {
        assert!(greeting("Ruth Calder", "Lathe", "#help").starts_with("Hello Ruth, welcome to Lathe. I saw"));
        assert!(letter("ana_dev", Some("How do I\nstart?"), "Lathe").contains("\"How do I start?\""));
        assert!(missed("Bo", "Lathe").contains("Bo"));
    }
}
