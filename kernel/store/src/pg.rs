//! One PostgreSQL connection with its prepared statements.

use crate::conn::Param;
use crate::error::pg_error;
use crate::tls::Address;
use base::Result;
use postgres::fallible_iterator::FallibleIterator;
use postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use std::collections::HashMap;
use std::error::Error as StdError;

/// A client and what it has prepared.
pub(crate) struct PgConn {
    pub(crate) client: postgres::Client,
    prepared: HashMap<String, postgres::Statement>,
}

impl PgConn {
    pub(crate) fn connect(address: &Address) -> Result<Self> {
        let client = address.config.connect(address.tls.clone()).map_err(pg_error)?;
        Ok(Self { client, prepared: HashMap::new() })
    }

    fn statement(&mut self, sql: &str) -> Result<postgres::Statement> {
        if let Some(s) = self.prepared.get(sql) {
            return Ok(s.clone());
        }
        let s = self.client.prepare(sql).map_err(pg_error)?;
        if self.prepared.len() > 400 {
            self.prepared.clear();
        }
        self.prepared.insert(sql.to_owned(), s.clone());
        Ok(s)
    }

    pub(crate) fn prepare_only(&mut self, sql: &str) -> Result<usize> {
        self.statement(sql).map(|s| s.params().len())
    }

    pub(crate) fn execute(&mut self, sql: &str, params: &[Param<'_>]) -> Result<u64> {
        let statement = self.statement(sql)?;
        let refs: Vec<&(dyn ToSql + Sync)> = params.iter().map(|p| p as &(dyn ToSql + Sync)).collect();
        self.client.execute(&statement, &refs).map_err(pg_error)
    }

    pub(crate) fn for_each(
        &mut self,
        sql: &str,
        params: &[Param<'_>],
        each: &mut dyn FnMut(&postgres::Row) -> Result<()>,
    ) -> Result<()> {
        let statement = self.statement(sql)?;
        let mut rows =
            self.client.query_raw(&statement, params.iter().map(|p| p as &dyn ToSql)).map_err(pg_error)?;
        while let Some(row) = rows.next().map_err(pg_error)? {
            each(&row)?;
        }
        Ok(())
    }

    pub(crate) fn copy_in(&mut self, sql: &str, rows: &[u8]) -> Result<u64> {
        use std::io::Write as _;
        let mut writer = self.client.copy_in(sql).map_err(pg_error)?;
        writer.write_all(rows)?;
        writer.finish().map_err(pg_error)
    }
}

impl ToSql for Param<'_> {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut postgres::types::private::BytesMut,
    ) -> std::result::Result<IsNull, Box<dyn StdError + Sync + Send>> {
        match *self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(v) => match *ty {
                Type::INT4 => i32::try_from(v)?.to_sql(ty, out),
                Type::INT2 => i16::try_from(v)?.to_sql(ty, out),
                Type::BOOL => (v != 0).to_sql(ty, out),
                Type::FLOAT8 => (v as f64).to_sql(ty, out),
                _ => v.to_sql(&Type::INT8, out),
            },
            Self::Real(v) => v.to_sql(&Type::FLOAT8, out),
            Self::Text(v) => {
                // PostgreSQL has no zero byte in text; no source means one.
                if v.contains('\0') { v.replace('\0', "").to_sql(ty, out) } else { v.to_sql(ty, out) }
            }
            Self::Blob(v) => v.to_sql(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}
