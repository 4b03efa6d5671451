//! Another address for one's own account: where mail is set up it holds once a link that was sent there was opened.

use access::Account;
use base::Result;
use capability::App;
use store::Conn;

/// Gives the account a name, and asks for the address where it is another one; which word the page is told.
pub(crate) fn rename(
    app: &App,
    tx: &mut Conn<'_>,
    own: &Account,
    email: &str,
    name: &str,
) -> Result<&'static str> {
    let same = own.email == email.trim().to_lowercase();
    if same || !app.access.mail.is_set_up(tx)? {
        access::rename(tx, own.id, email, name)?;
        return Ok("saved");
    }
    access::rename(tx, own.id, &own.email, name)?;
    app.access.ask_for_address(tx, own.id, email)?;
    Ok("asked")
}
