//! The file for programs.

use super::{Form, Head};
use crate::declared::Held;
use crate::words::written;
use base::{Error, Result};
use community::erase::Said;
use serde_json::{Map, Value, json};
use std::io::Write;

/// `{"about": …, "held": [{"table": …, "rows": […]}, …], "activities": […], "left_out": […]}`
#[derive(Default)]
pub(super) struct Json {
    tables: u64,
    rows: u64,
}

fn put(out: &mut dyn Write, value: &Value) -> Result<()> {
    serde_json::to_writer(out, value)
        .map_err(|e| Error::unavailable(format!("an export could not be written: {e}")))
}

impl Json {
    fn comma(&mut self, out: &mut dyn Write) -> Result<()> {
        self.rows += 1;
        Ok(out.write_all(if self.rows > 1 { b",\n" } else { b"\n" })?)
    }
}

impl Form for Json {
    fn begin(&mut self, out: &mut dyn Write, head: &Head) -> Result<()> {
        let identities: Vec<Value> = head
            .subject
            .identities
            .iter()
            .map(|i| json!({ "id": i.public_id, "source": i.source, "external_id": i.external_id, "name": i.name }))
            .collect();
        out.write_all(b"{\"about\":")?;
        put(
            out,
            &json!({
                "product": base::NAME,
                "version": 1,
                "community": head.community,
                "made_at": written(head.made_at),
                "member": head.subject.public_id(),
                "identities": identities,
            }),
        )?;
        Ok(out.write_all(b",\n\"held\":[")?)
    }

    fn table(&mut self, out: &mut dyn Write, held: &Held) -> Result<()> {
        out.write_all(if self.tables > 0 { b"]},\n{" } else { b"\n{" })?;
        for (name, value) in [
            ("table", held.table.name),
            ("part", held.capability),
            ("what", held.words().0),
            ("purpose", &held.purpose()),
        ] {
            put(out, &json!(name))?;
            out.write_all(b":")?;
            put(out, &json!(value))?;
            out.write_all(b",")?;
        }
        (self.tables, self.rows) = (self.tables + 1, 0);
        Ok(out.write_all(b"\"rows\":[")?)
    }

    fn row(&mut self, out: &mut dyn Write, row: &Map<String, Value>) -> Result<()> {
        self.comma(out)?;
        serde_json::to_writer(out, row)
            .map_err(|e| Error::unavailable(format!("an export could not be written: {e}")))
    }

    fn activities(&mut self, out: &mut dyn Write) -> Result<()> {
        self.rows = 0;
        Ok(out.write_all(if self.tables > 0 {
            b"]}],\n\"activities\":["
        } else {
            b"],\n\"activities\":["
        })?)
    }

    fn activity(&mut self, out: &mut dyn Write, said: &Said) -> Result<()> {
        self.comma(out)?;
        let value = json!({
            "at": written(said.at),
            "kind": said.kind.name(),
            "source": said.source,
            "channel": said.channel,
            "external_id": said.external_id,
            "parent": said.parent,
            "title": said.title,
            "text": said.text,
            "permalink": said.permalink,
            "edited_at": said.edited_at.map(written),
            "reactions": said.reactions,
            "text_dropped": said.dropped,
        });
        put(out, &value)
    }

    fn end(&mut self, out: &mut dyn Write, head: &Head) -> Result<()> {
        out.write_all(b"],\n\"left_out\":")?;
        let left: Vec<Value> =
            head.left_out.iter().map(|(t, why)| json!({ "table": t, "why": why })).collect();
        put(out, &Value::Array(left))?;
        Ok(out.write_all(b"}\n")?)
    }
}
