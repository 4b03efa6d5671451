//! Work that is done for an account while nobody is signed in: a mail at an hour that its owner chose. It may do exactly
//! what its owner may do at that moment.

use crate::credential::account_itself;
use crate::principal::{Principal, Via};
use base::Result;
use store::Conn;

/// The account as the one who asks; `None` when it was removed. One statement.
///
/// # Errors
/// When the database says no.
pub fn on_behalf(c: &mut Conn<'_>, account: i64) -> Result<Option<Principal>> {
    Ok(account_itself(c, account)?.map(|found| Principal::account(found, Via::Mail)))
}
