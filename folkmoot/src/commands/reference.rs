//! `folkmoot reference`: the reference pages, made from the doc comments and definitions in the code.

use crate::cli::Cli;
use crate::config::documented;
use crate::out::Out;
use base::{Error, Result};
use clap::CommandFactory as _;
use std::path::Path;

/// Writes every page into the folder.
pub fn write(folder: &Path, out: &mut dyn Out) -> Result<()> {
    std::fs::create_dir_all(folder).map_err(|e| Error::from(e).at(folder.display()))?;
    for (name, text) in pages() {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(|e| Error::from(e).at(path.display()))?;
        out.line(&path.display().to_string())?;
    }
    Ok(())
}

/// Every page: its file name and its text.
fn pages() -> Vec<(&'static str, String)> {
    vec![
        ("settings.md", settings()),
        ("commands.md", commands()),
        ("metrics.md", metrics()),
        ("kinds.md", kinds()),
        ("config.example.toml", example()),
    ]
}

const MADE: &str = "<!-- Made by `folkmoot reference`; change the code instead. -->\n";

fn settings() -> String {
    let mut page = format!(
        "{MADE}# Settings\n\nFlags win over `FOLKMOOT_*` variables, these over the settings file (`config.toml` in \
         the data folder, or `--config FILE`), and that over the defaults.\n\n## Of the installation\n\n"
    );
    for doc in documented() {
        let default = if doc.default.is_empty() || doc.default == "\"\"" {
            "–".into()
        } else {
            format!("`{}`", doc.default)
        };
        page += &format!(
            "### `{}`\n\n{}\n\nVariable `FOLKMOOT_{}`, default {default}.\n\n",
            doc.name,
            doc.text,
            doc.name.to_uppercase()
        );
    }
    page += "## Of the community\n\nThese live in the store: `folkmoot settings set NAME VALUE`.\n\n";
    for setting in community::settings::SETTINGS {
        let default =
            if setting.default.is_empty() { "–".into() } else { format!("`{}`", setting.default) };
        page += &format!("### `{}`\n\n{}\n\nDefault {default}.\n\n", setting.name, setting.meaning);
    }
    trimmed(page)
}

fn example() -> String {
    let mut file =
        String::from("# Settings of Folkmoot. Everything is optional; the values below are the defaults.\n");
    for doc in documented() {
        file.push('\n');
        for line in wrapped(&doc.text, 100) {
            file += &format!("# {line}\n");
        }
        // The folder cannot be set in its own file; it is here only to be explained.
        file += &format!("# {} = {}\n", doc.name, doc.default);
    }
    file
}

fn commands() -> String {
    let mut page = format!("{MADE}# Commands\n\nEvery command takes `--data DIR` and `--config FILE`.\n\n");
    let mut root = Cli::command();
    root.build();
    for command in root.get_subcommands().filter(|c| !c.is_hide_set() && c.get_name() != "help") {
        describe(command, "##", &mut page);
    }
    trimmed(page)
}

fn describe(command: &clap::Command, heading: &str, page: &mut String) {
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").to_owned();
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    *page += &format!(
        "{heading} `{}`\n\n{about}.\n\n```\n{usage}\n```\n\n",
        command.get_bin_name().unwrap_or_default()
    );
    let global = ["data", "config", "help", "version"];
    let arguments: Vec<_> = command
        .get_arguments()
        .filter(|a| !a.is_hide_set() && !global.contains(&a.get_id().as_str()))
        .collect();
    for argument in &arguments {
        let name = match argument.get_long() {
            Some(long) => format!("--{long}"),
            None => argument
                .get_value_names()
                .and_then(|n| n.first())
                .map(ToString::to_string)
                .unwrap_or_default(),
        };
        let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
        let defaults: Vec<_> = argument.get_default_values().iter().map(|d| d.to_string_lossy()).collect();
        let flag = !argument.get_action().takes_values();
        let default = if defaults.is_empty() || flag {
            String::new()
        } else {
            format!(" Default `{}`.", defaults.join(" "))
        };
        *page += &format!("- `{name}`: {}.{default}\n", help.trim_end_matches('.'));
    }
    if !arguments.is_empty() {
        page.push('\n');
    }
    for sub in command.get_subcommands().filter(|c| c.get_name() != "help") {
        describe(sub, "###", page);
    }
}

fn metrics() -> String {
    let mut page = format!(
        "{MADE}# Metrics\n\nAsk for one with `folkmoot metric ID` or `GET /api/v1/metrics/ID`; both take the same \
         parameters and give the same answer.\n\n"
    );
    for d in metric::registry() {
        page += &format!(
            "## `{}`: {}\n\n{}\n\n- Formula: {}\n- Population: {}\n- Unit: {}\n- Better: {}\n- Interval: {}\n- Elsewhere: {}\n\n",
            d.id,
            d.title,
            d.definition,
            d.formula,
            d.population,
            d.unit,
            d.direction.word(),
            d.interval_method,
            d.elsewhere
        );
        page += "| Parameter | Takes | Default | Meaning |\n|---|---|---|---|\n";
        for p in d.parameters() {
            let default = p.default.unwrap_or("–");
            let repeats = if p.repeats { "; may be given several times" } else { "" };
            page += &format!(
                "| `{}` | {}{repeats} | {default} | {} |\n",
                p.name,
                p.values.replace('|', "\\|"),
                p.meaning
            );
        }
        page.push('\n');
    }
    trimmed(page)
}

fn kinds() -> String {
    let mut page = format!(
        "{MADE}# Kinds of activity\n\n| Kind | Meaning | Makes a member active | Counts as a row of an export |\n|---|---|---|---|\n"
    );
    let word = |yes: bool| if yes { "yes" } else { "no" };
    for k in community::KINDS {
        page += &format!("| `{}` | {} | {} | {} |\n", k.name, k.meaning, word(k.active), word(k.row));
    }
    page
}

fn trimmed(mut page: String) -> String {
    page.truncate(page.trim_end().len());
    page.push('\n');
    page
}

/// The text in lines of at most `width` characters, broken between words.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last().map_or(0, |l| l.chars().count());
        if line > 0 && line + 1 + word.chars().count() > width {
            lines.push(String::new());
        }
        if let Some(last) = lines.last_mut() {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_name_everything_there_is() {
        let pages: std::collections::BTreeMap<_, _> = pages().into_iter().collect();
        for name in ["### `port`", "FOLKMOOT_DATABASE_URL", "### `zone`"] {
            assert!(pages["settings.md"].contains(name), "{name}");
        }
        for name in ["## `folkmoot import`", "### `folkmoot imports undo`", "--bot-pattern", "Default `8484`"]
        {
            assert!(pages["commands.md"].contains(name), "{name}\n{}", pages["commands.md"]);
        }
        assert!(!pages["commands.md"].contains("bench-fill"));
        assert!(metric::registry().iter().all(|d| pages["metrics.md"].contains(d.id)));
        assert!(pages["kinds.md"].contains("`message.posted`"));
        let example = &pages["config.example.toml"];
        assert!(example.parse::<toml::Table>().expect("TOML").is_empty(), "everything is a comment");
        assert!(example.contains("# port = 8484"));
    }
}
