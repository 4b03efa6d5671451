//! Seals every secret anew when the key was changed: the columns that the manifests name.

use crate::{App, Sealed};
use base::Result;
use store::Priority;

/// Secrets sealed in one transaction.
const TOGETHER: usize = 200;

/// Makes a new key where the keys are in a file, seals everything with the present key that is sealed with another, and
/// forgets the old keys of the file. Can be broken off and begun again. How many were sealed anew.
///
/// # Errors
/// When a secret cannot be opened; then the old keys are kept.
pub fn rotate(app: &App) -> Result<u64> {
    app.sealer.begin_rotation()?;
    let mut sealed_anew = 0;
    for sealed in app.registry.sealed() {
        sealed_anew += column(app, &sealed)?;
    }
    app.sealer.forget_old()?;
    Ok(sealed_anew)
}

fn column(app: &App, sealed: &Sealed) -> Result<u64> {
    let Sealed { table, column, id } = sealed;
    let all = format!("SELECT {id}, {column} FROM {table} WHERE {column} IS NOT NULL");
    let put = format!("UPDATE {table} SET {column} = $1 WHERE {id} = $2 AND {column} = $3");
    let rows = app.db.read(|c| c.query(&all, &[], |r| Ok((r.text(0)?, r.text(1)?))))?;
    let mut changed = Vec::new();
    for (id, old) in rows {
        if !app.sealer.is_current(&old)? {
            let context = seal::context(table, column, &id);
            let new = app.sealer.seal(&app.sealer.open(&old, &context)?, &context)?;
            changed.push((id, old, new));
        }
    }
    for some in changed.chunks(TOGETHER) {
        app.db.write(Priority::Interactive, |tx| {
            for (id, old, new) in some {
                tx.execute(&put, &[new.into(), id.into(), old.into()])?;
            }
            Ok(())
        })?;
    }
    Ok(changed.len() as u64)
}
