//! The file for people: one page that needs nothing else, to be read in any browser and printed.

use super::{Form, Head};
use crate::declared::Held;
use crate::words::written;
use base::Result;
use community::erase::Said;
use serde_json::{Map, Value};
use std::io::Write;
use ui::esc;

/// It lies on somebody's own disk, where no content policy of ours holds.
const HEAD: &str = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
    content=\"width=device-width\"><meta name=\"robots\" content=\"noindex\"><style>body{font:16px/1.5 system-ui,sans-serif;\
    max-width:46rem;margin:2rem auto;padding:0 1rem}h2{margin-top:2.5rem;border-bottom:1px solid #999}dl{border-left:3px solid \
    #ccc;padding-left:.8rem;margin:1rem 0}dt{font-size:.85rem;color:#555}dd{margin:0 0 .4rem;white-space:pre-wrap;\
    overflow-wrap:anywhere}.sub{color:#555}@media(prefers-color-scheme:dark){body{background:#161616;color:#eee}dt,.sub{color:\
    #aaa}a{color:#8bf}}</style>";

#[derive(Default)]
pub(super) struct Html {
    rows: u64,
    open: bool,
}

impl Html {
    /// Ends a section; says so where nothing was in it.
    fn close(&mut self, out: &mut dyn Write) -> Result<()> {
        if self.open && self.rows == 0 {
            out.write_all(b"<p class=\"sub\">Nothing.</p>")?;
        }
        if self.open {
            out.write_all(b"</section>\n")?;
        }
        (self.open, self.rows) = (false, 0);
        Ok(())
    }

    fn section(&mut self, out: &mut dyn Write, title: &str, text: &str) -> Result<()> {
        self.close(out)?;
        self.open = true;
        Ok(write!(out, "<section><h2>{}</h2><p class=\"sub\">{}</p>", esc(title), esc(text))?)
    }

    fn pairs<'a>(
        &mut self,
        out: &mut dyn Write,
        pairs: impl Iterator<Item = (&'a str, String)>,
    ) -> Result<()> {
        self.rows += 1;
        out.write_all(b"<dl>")?;
        for (name, value) in pairs.filter(|p| !p.1.is_empty()) {
            write!(out, "<dt>{}</dt><dd>{}</dd>", esc(&name.replace('_', " ")), esc(&value))?;
        }
        Ok(out.write_all(b"</dl>\n")?)
    }
}

fn words(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        other => other.to_string(),
    }
}

impl Form for Html {
    fn begin(&mut self, out: &mut dyn Write, head: &Head) -> Result<()> {
        let title = format!("What {} holds about {}", head.community, head.subject.title());
        write!(
            out,
            "{HEAD}<title>{0}</title></head><body><h1>{0}</h1><p>Made on {1} (UTC). The same is in data.json for \
             programs. Times are UTC. Who of the team wrote something is not named; other members are not, either. \
             {2} keeps no files of members.</p><ul>",
            esc(&title),
            esc(&written(head.made_at)),
            base::NAME
        )?;
        for i in &head.subject.identities {
            write!(out, "<li>{} at {} ({})</li>", esc(i.title()), esc(&i.source), esc(&i.external_id))?;
        }
        Ok(out.write_all(b"</ul>\n")?)
    }

    fn table(&mut self, out: &mut dyn Write, held: &Held) -> Result<()> {
        let what = held.words().0;
        let mut title = what[..what.len().min(1)].to_uppercase();
        title.push_str(what.get(1..).unwrap_or_default());
        self.section(out, &title, &format!("{}. ({}: {})", held.purpose(), held.capability, held.table.name))
    }

    fn row(&mut self, out: &mut dyn Write, row: &Map<String, Value>) -> Result<()> {
        self.pairs(out, row.iter().map(|(name, value)| (name.as_str(), words(value))))
    }

    fn activities(&mut self, out: &mut dyn Write) -> Result<()> {
        self.section(
            out,
            "Everything you did",
            "Messages, replies, reactions, joins and leaves, as the sources gave them.",
        )
    }

    fn activity(&mut self, out: &mut dyn Write, said: &Said) -> Result<()> {
        let text = match (&said.text, said.dropped) {
            (Some(text), _) => text.clone(),
            (None, true) => "(the text was dropped)".to_owned(),
            (None, false) => String::new(),
        };
        let place = format!("{}, {}", said.source, said.channel);
        let pairs = [
            ("when", written(said.at)),
            ("what", said.kind.name().to_owned()),
            ("where", place),
            ("title", said.title.clone().unwrap_or_default()),
            ("text", text),
            ("address", said.permalink.clone().unwrap_or_default()),
        ];
        self.pairs(out, pairs.into_iter())
    }

    fn end(&mut self, out: &mut dyn Write, head: &Head) -> Result<()> {
        self.section(out, "Not in this file", "Held, and why it is not repeated here.")?;
        for (table, why) in &head.left_out {
            self.pairs(out, [(*table, (*why).to_owned())].into_iter())?;
        }
        self.close(out)?;
        Ok(out.write_all(b"</body></html>\n")?)
    }
}
