//! Another address for one's own account, which holds once a link that was sent there has been opened: nobody signs in
//! with an address that is not theirs, and a mistyped one locks nobody out.

use crate::account::{self, Account};
use crate::guard::client_address;
use crate::look::AddressView;
use crate::pages::{page, with_form};
use crate::principal::Principal;
use crate::secret::{random_token, token_hash};
use crate::{Access, LINK_LIFE, Problem, audit, letters};
use axum::Router;
use axum::extract::{FromRef, Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use axum::routing::get;
use base::{Error, ErrorKind, Micros, Result};
use store::{Conn, Priority};

const GONE: &str = "This link was used already, is more than 24 hours old, or another address was asked for since. \
     Ask for the change again on the page of your account.";

pub(crate) fn routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Access: FromRef<S>,
{
    Router::new().route("/signin/address/{token}", get(show).post(confirm))
}

impl Access {
    /// Asks whoever reads mail at an address whether it is theirs: sends a link there and a word to the present one. An
    /// earlier question of the account ends.
    ///
    /// # Errors
    /// `Invalid` for something that is no address, `Conflict` when another account has it, `Unavailable` when mail is not
    /// set up.
    pub fn ask_for_address(&self, tx: &mut Conn<'_>, account: i64, email: &str) -> Result<()> {
        let now = self.clock.now();
        let account = account::get(tx, account)?;
        let email = account::free_email(tx, account.id, email)?;
        let token = random_token();
        tx.execute(
            "DELETE FROM email_changes WHERE account_id = $1 OR expires_at < $2",
            &[account.id.into(), now.into()],
        )?;
        tx.execute(
            "INSERT INTO email_changes (token_hash, account_id, email, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5)",
            &[
                (&token_hash(&token)).into(),
                account.id.into(),
                (&email).into(),
                now.into(),
                (now + LINK_LIFE).into(),
            ],
        )?;
        letters::new_address(self, tx, &account, &email, &token)
    }
}

/// The account and the address that a link is about, while it can be used.
fn find(c: &mut Conn<'_>, token: &str, now: Micros) -> Result<(Account, String)> {
    let found = c.query_opt(
        "SELECT account_id, email FROM email_changes WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2",
        &[(&token_hash(token)).into(), now.into()],
        |r| Ok((r.int(0)?, r.text(1)?)),
    )?;
    let (account, email) = found.ok_or_else(|| Error::not_found(GONE))?;
    Ok((account::get(c, account).map_err(|_| Error::not_found(GONE))?, email))
}

async fn show(
    State(access): State<Access>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> std::result::Result<Response, Problem> {
    let action = format!("/signin/address/{token}");
    let (account, email) = access
        .blocking(move |a| {
            let now = a.clock.now();
            a.db.read(|c| find(c, &token, now))
        })
        .await?;
    let view = AddressView { action, name: account.name, email, ..AddressView::default() };
    Ok(with_form(&access, &headers, StatusCode::OK, |csrf| {
        (access.look.address)(&AddressView { csrf, ..view })
    }))
}

async fn confirm(
    State(access): State<Access>,
    Path(token): Path<String>,
    request: Request,
) -> std::result::Result<Response, Problem> {
    let address = client_address(&access, &request);
    let confirmed = access.blocking(move |a| change(a, &token, &address)).await;
    match confirmed {
        Ok(view) => Ok(page(StatusCode::OK, (access.look.address)(&view))),
        // Somebody else took the address meanwhile.
        Err(e) if e.kind == ErrorKind::Conflict => {
            let view = AddressView { problem: Some(e.message), ..AddressView::default() };
            Ok(page(StatusCode::CONFLICT, (access.look.address)(&view)))
        }
        Err(e) => Err(e.into()),
    }
}

fn change(access: &Access, token: &str, address: &str) -> Result<AddressView> {
    let now = access.clock.now();
    access.db.write(Priority::Interactive, |tx| {
        let (before, email) = find(tx, token, now)?;
        let used = tx.execute(
            "UPDATE email_changes SET used_at = $1 WHERE token_hash = $2 AND used_at IS NULL",
            &[now.into(), (&token_hash(token)).into()],
        )?;
        if used == 0 {
            return Err(Error::not_found(GONE));
        }
        account::rename(tx, before.id, &email, "")?;
        let by = Principal::at_the_door(&before, address);
        let title = "Confirmed another address of their own account";
        let told = letters::told("access.change_address", &before, title);
        audit::record(tx, &by, now, &audit::Change { before: &before.email, after: &email, ..told })?;
        Ok(AddressView { name: before.name, email, done: true, ..AddressView::default() })
    })
}
