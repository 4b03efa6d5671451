//! A password that was forgotten: a link by mail. Whoever asks is answered the same whether there is such an account or
//! not, and at once, so that neither words nor time tell which addresses have one.

use crate::guard::client_address;
use crate::look::ForgottenView;
use crate::pages::{read_form, with_form};
use crate::principal::Principal;
use crate::{Access, Problem, account, audit, credential, letters};
use axum::Router;
use axum::extract::{FromRef, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::get;
use base::{Micros, Result};
use serde::Deserialize;
use store::Priority;

/// Between two mails to one account.
const ONE_MAIL: Micros = 5 * 60_000_000;

pub(crate) fn routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Access: FromRef<S>,
{
    Router::new().route("/signin/forgotten", get(show).post(ask))
}

async fn show(State(access): State<Access>, headers: HeaderMap) -> std::result::Result<Response, Problem> {
    let set_up = access.blocking(|a| a.db.read(|c| a.mail.is_set_up(c))).await?;
    let view = ForgottenView { set_up, ..ForgottenView::default() };
    Ok(with_form(&access, &headers, StatusCode::OK, |csrf| {
        (access.look.forgotten)(&ForgottenView { csrf, ..view })
    }))
}

#[derive(Deserialize)]
struct Asked {
    email: String,
}

async fn ask(State(access): State<Access>, request: Request) -> std::result::Result<Response, Problem> {
    let address = client_address(&access, &request);
    let headers = request.headers().clone();
    let form: Asked = read_form(request).await?;
    let draw = |status, view: ForgottenView| {
        with_form(&access, &headers, status, |csrf| (access.look.forgotten)(&ForgottenView { csrf, ..view }))
    };
    let set_up = access.blocking(|a| a.db.read(|c| a.mail.is_set_up(c))).await?;
    if !set_up {
        return Ok(draw(StatusCode::CONFLICT, ForgottenView::default()));
    }
    // Counted apart from attempts to sign in: asking often must not lock anybody out.
    let (who, place) = (format!("forgotten {}", form.email), format!("forgotten {address}"));
    let now = access.clock.now();
    if let Some(seconds) = access.throttle.wait(&who, &place, now) {
        let minutes = (seconds + 59) / 60;
        let problem = Some(format!("This was asked too often. Try again in {minutes} min."));
        let view = ForgottenView { set_up, email: form.email, problem, ..ForgottenView::default() };
        let mut response = draw(StatusCode::TOO_MANY_REQUESTS, view);
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        return Ok(response);
    }
    access.throttle.failed(&who, &place, now);
    let (later, email) = (access.clone(), form.email.clone());
    // Nobody waits for it: what there is to do for an account that exists takes longer than for one that does not.
    tokio::spawn(async move {
        let done = later.blocking(move |a| send(a, &email, &address)).await;
        if let Err(error) = done {
            tracing::error!(%error, "a link for a forgotten password could not be sent");
        }
    });
    Ok(draw(
        StatusCode::OK,
        ForgottenView { set_up, sent: true, email: form.email, ..ForgottenView::default() },
    ))
}

/// Makes a link and queues the mail, where there is such an account and it did not get one just now.
fn send(access: &Access, email: &str, address: &str) -> Result<()> {
    let now = access.clock.now();
    access.db.write(Priority::Interactive, |tx| {
        let Some(account) = account::find_by_email(tx, email)? else { return Ok(()) };
        let last = mailer::last_to(tx, account.id, letters::RESET)?;
        if account.email == account::FIRST_EMAIL || last.is_some_and(|m| now - m.queued_at < ONE_MAIL) {
            return Ok(());
        }
        let token = credential::create_link_for(tx, account.id, letters::RESET_LIFE, now)?;
        letters::reset(access, tx, &account, &token)?;
        let by = Principal::at_the_door(&account, address);
        let title = "Asked for a link by mail: the password was forgotten";
        audit::record(tx, &by, now, &letters::told("access.ask_for_link", &account, title))
    })
}
