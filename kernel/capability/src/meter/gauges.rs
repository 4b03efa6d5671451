//! Figures of the kernel's own tables: imports, what waits to be folded and indexed, backups.

use super::Gauge;
use super::text::escaped;
use base::Result;
use store::Conn;

/// Figures of the log and what follows it.
pub(crate) const COMMUNITY: &[Gauge] = &[
    Gauge {
        name: "folkmoot_log_seq",
        help: "The number of the newest row of the log.",
        read: |c| one(c, "SELECT COALESCE(max(seq), 0) FROM activities"),
    },
    Gauge { name: "folkmoot_imports", help: "Imports by their state.", read: imports },
    Gauge {
        name: "folkmoot_import_records",
        help: "Records that a running import has taken so far.",
        read: running,
    },
    Gauge {
        name: "folkmoot_search_backlog_rows",
        help: "Rows of the log that the search index lists for later.",
        read: |c| {
            one(c, "SELECT CAST(COALESCE(sum(last_seq - first_seq + 1), 0) AS BIGINT) FROM search_backlog")
        },
    },
    Gauge {
        name: "folkmoot_search_tail_rows",
        help: "Newest rows of the log that the search index has not looked at yet.",
        read: |c| {
            one(
                c,
                "SELECT COALESCE((SELECT max(seq) FROM activities), 0)
                      - COALESCE((SELECT value FROM counters WHERE name = 'searched'), 0)",
            )
        },
    },
    Gauge { name: "folkmoot_queue_rows", help: "Rows that wait for work behind the log.", read: queues },
];

/// Figures of scheduled backups.
pub(crate) const BACKUP: &[Gauge] = &[
    Gauge {
        name: "folkmoot_backup_last_success_timestamp_seconds",
        help: "When the last scheduled backup succeeded, in seconds since 1970.",
        read: |c| {
            let at = backup::schedule::state(c)?.succeeded_at;
            Ok(at.map(|at| (String::new(), (at / 1_000_000) as f64)).into_iter().collect())
        },
    },
    Gauge {
        name: "folkmoot_backup_failed",
        help: "Whether the newest scheduled backup failed: 1, or 0.",
        read: |c| {
            let failed = backup::schedule::state(c)?.error.is_some();
            Ok(vec![(String::new(), f64::from(u8::from(failed)))])
        },
    },
];

/// Figures of mail.
pub(crate) const MAIL: &[Gauge] = &[Gauge {
    name: "folkmoot_mails",
    help: "Mails of the last 30 days by how they stand.",
    read: |c| {
        let states = mailer::State::ALL.into_iter().zip(mailer::delivered(c)?);
        Ok(states.map(|(state, n)| (format!("state=\"{}\"", state.word()), n as f64)).collect())
    },
}];

fn one(c: &mut Conn<'_>, sql: &str) -> Result<Vec<(String, f64)>> {
    c.query(sql, &[], |r| Ok((String::new(), r.int(0)? as f64)))
}

fn imports(c: &mut Conn<'_>) -> Result<Vec<(String, f64)>> {
    c.query("SELECT state, count(*) FROM imports GROUP BY state ORDER BY state", &[], |r| {
        Ok((format!("state=\"{}\"", escaped(&r.text(0)?)), r.int(1)? as f64))
    })
}

fn running(c: &mut Conn<'_>) -> Result<Vec<(String, f64)>> {
    c.query(
        "SELECT public_id, position FROM imports WHERE state = 'running' ORDER BY import_id DESC LIMIT 20",
        &[],
        |r| Ok((format!("import=\"{}\"", escaped(&r.text(0)?)), r.int(1)? as f64)),
    )
}

fn queues(c: &mut Conn<'_>) -> Result<Vec<(String, f64)>> {
    let rows = c.query(
        "SELECT 'fold' AS queue, count(*) AS n FROM deltas
         UNION ALL SELECT 'fold_parts', count(*) FROM cell_parts
         UNION ALL SELECT 'search_changes', count(*) FROM search_changes",
        &[],
        |r| Ok((format!("queue=\"{}\"", r.text(0)?), r.int(1)? as f64)),
    )?;
    Ok(rows)
}
