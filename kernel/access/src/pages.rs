//! The pages of signing in and out. Each POST passes the checks of [`crate::csrf`].

use crate::audit::{self, Change};
use crate::credential::LINK_GONE;
use crate::guard::{Gate, SESSION_COOKIE, check_csrf, client_address, cookie, guard, is_https};
use crate::look::{LinkView, PasswordView, SignInView};
use crate::principal::Principal;
use crate::second::{self, Asked, Pending};
use crate::secret::{form_token, hash_password, random_token, verify_password};
use crate::sso::{self, Means};
use crate::{Access, CHANGE_PASSWORD, KEEP_SIGN_IN, Problem, account, credential, passkey};
use axum::extract::{FromRef, FromRequest as _, Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use base::{Error, ErrorKind, Result};
use serde::Deserialize;
use store::Priority;

/// The cookie behind the form token of somebody who is not signed in yet.
const FORM_COOKIE: &str = "folkmoot_form";

/// Where one lands without having asked for a page.
const HOME: &str = "/desk";

/// The routes of signing in, signing out and the own password.
pub fn routes<S>(access: &Access) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Access: FromRef<S>,
    Means: FromRef<S>,
{
    let open = Router::new()
        .route("/signin", get(show_sign_in).post(sign_in))
        .route("/signin/link/{token}", get(show_link).post(accept_link))
        .route("/signout", post(sign_out))
        .merge(sso::open_routes())
        .merge(second::open_routes())
        .merge(passkey::open_routes())
        .merge(crate::forgotten::routes())
        .merge(crate::new_address::routes())
        .layer(from_fn_with_state(access.clone(), protect_form));
    let known = Router::new().route("/account/password", get(show_password).post(change_password)).layer(
        from_fn_with_state(access.clone(), |State(a): State<Access>, request: Request, next: Next| {
            guard(a, Gate { permission: CHANGE_PASSWORD, personal: false, by_session: true }, request, next)
        }),
    );
    let own = sso::known_routes().merge(second::known_routes()).merge(passkey::known_routes());
    let own = own.layer(from_fn_with_state(
        access.clone(),
        |State(a): State<Access>, request: Request, next: Next| {
            guard(a, Gate { permission: KEEP_SIGN_IN, personal: false, by_session: true }, request, next)
        },
    ));
    open.merge(known).merge(own)
}

/// The checks of [`crate::csrf`] for forms that nobody in particular may send.
async fn protect_form(State(access): State<Access>, request: Request, next: Next) -> Response {
    let name = if request.uri().path() == "/signout" { SESSION_COOKIE } else { FORM_COOKIE };
    let value = cookie(request.headers(), name).unwrap_or_default();
    match check_csrf(&access, request, &value).await {
        Ok(request) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    next: String,
}

async fn show_sign_in(
    State(access): State<Access>,
    State(means): State<Means>,
    Query(query): Query<Wanted>,
    headers: HeaderMap,
) -> std::result::Result<Response, Problem> {
    let view = sign_in_view(&access, &means, &headers).await?;
    let view = SignInView { next: local_path(&query.next), ..view };
    Ok(with_form(&access, &headers, StatusCode::OK, |csrf| {
        (access.look.sign_in)(&SignInView { csrf, ..view })
    }))
}

/// The ways in that the page offers.
async fn sign_in_view(access: &Access, means: &Means, headers: &HeaderMap) -> Result<SignInView> {
    let (first_run, providers) =
        access.blocking(|a| a.db.read(|c| Ok((account::is_first_run(c)?, sso::names(c)?)))).await?;
    let passkey = passkey::question(access, means, headers, (None, &[], false))?;
    Ok(SignInView { first_run, providers, passkey, ..SignInView::default() })
}

/// The sign-in page with what went wrong.
pub(crate) async fn refuse(
    access: &Access,
    means: &Means,
    headers: &HeaderMap,
    next: &str,
    (status, problem): (StatusCode, String),
) -> std::result::Result<Response, Problem> {
    let view = sign_in_view(access, means, headers).await?;
    let view = SignInView { next: next.to_owned(), problem: Some(problem), first_run: false, ..view };
    Ok(with_form(access, headers, status, |csrf| (access.look.sign_in)(&SignInView { csrf, ..view })))
}

#[derive(Deserialize)]
struct SignIn {
    email: String,
    password: String,
    #[serde(default)]
    next: String,
}

async fn sign_in(
    State(access): State<Access>,
    State(means): State<Means>,
    request: Request,
) -> std::result::Result<Response, Problem> {
    let address = client_address(&access, &request);
    let headers = request.headers().clone();
    let form: SignIn = read_form(request).await?;
    let next = local_path(&form.next);
    let offered = sign_in_view(&access, &means, &headers).await?;
    let refuse = |status, problem: String| {
        let view = SignInView {
            next: next.clone(),
            email: form.email.clone(),
            problem: Some(problem),
            first_run: false,
            ..offered.clone()
        };
        with_form(&access, &headers, status, |csrf| (access.look.sign_in)(&SignInView { csrf, ..view }))
    };
    let now = access.clock.now();
    if let Some(seconds) = access.throttle.wait(&form.email, &address, now) {
        let minutes = (seconds + 59) / 60;
        let mut response = refuse(
            StatusCode::TOO_MANY_REQUESTS,
            format!("Too many attempts. Try again in {minutes} min, or use a sign-in link."),
        );
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
        return Ok(response);
    }
    let before = Before::of(&headers, &address);
    let (email, password, after) = (form.email.clone(), form.password.clone(), next.clone());
    let begun = access.hashing(move |a| begin_with_password(a, (&email, &password), &before, &after)).await?;
    match begun {
        Begun::Wrong => {
            access.throttle.failed(&form.email, &address, now);
            let text = "This e-mail address and password do not belong together.".into();
            Ok(refuse(StatusCode::UNPROCESSABLE_ENTITY, text))
        }
        Begun::Elsewhere(provider) => {
            access.throttle.succeeded(&form.email);
            let text = format!("This account signs in with {provider} only.");
            Ok(refuse(StatusCode::UNPROCESSABLE_ENTITY, text))
        }
        Begun::Half(pending) => {
            access.throttle.succeeded(&form.email);
            Ok(second::ask(&access, &means, &headers, &pending)?)
        }
        // Only a link chooses a password.
        Begun::Weak(problem) => Ok(refuse(StatusCode::UNPROCESSABLE_ENTITY, problem)),
        Begun::In(session) => {
            access.throttle.succeeded(&form.email);
            Ok(enter(&access, &headers, &session, &next))
        }
    }
}

/// What a first step led to.
enum Begun {
    /// Into a session.
    In(String),
    /// To the second step.
    Half(Pending),
    /// Nowhere: the password is wrong.
    Wrong,
    /// Nowhere: the account signs in with this provider only.
    Elsewhere(String),
    /// Nowhere: the password that was chosen is not good enough, and why.
    Weak(String),
}

fn begin_with_password(
    access: &Access,
    (email, password): (&str, &str),
    before: &Before,
    next: &str,
) -> Result<Begun> {
    let (account, hash) = access.db.read(|c| {
        let account = account::find_by_email(c, email)?;
        let hash = match &account {
            Some(a) => account::password_hash(c, a.id)?,
            None => None,
        };
        Ok((account, hash))
    })?;
    let correct = verify_password(password, hash.as_deref());
    let Some(account) = account else { return Ok(Begun::Wrong) };
    access.db.write(Priority::Interactive, |tx| {
        if !correct {
            // An address that has no account is not written down: it may be a password in the wrong field.
            let failed = ("access.fail_sign_in", "A wrong password was sent");
            tell(tx, access, account.id, &before.address, failed)?;
            return Ok(Begun::Wrong);
        }
        if let Some(provider) = sso::instead_of_password(tx, account.id)? {
            return Ok(Begun::Elsewhere(provider));
        }
        begin_or_ask(tx, access, account.id, before, ("Signed in with a password", next))
    })
}

/// A session, or what is still asked before there is one.
fn begin_or_ask(
    tx: &mut store::Conn<'_>,
    access: &Access,
    account: i64,
    before: &Before,
    (how, next): (&str, &str),
) -> Result<Begun> {
    let asked = second::asked_of(tx, account)?;
    if asked == Asked::Nothing {
        return begin(tx, access, account, before, (how, false)).map(Begun::In);
    }
    let set_up = asked == Asked::SetUp;
    Ok(Begun::Half(Pending { account, next: next.to_owned(), how: how.to_owned(), set_up }))
}

/// What a browser brought along: the session that it may have had, its name, and where it is.
pub(crate) struct Before {
    session: Option<String>,
    agent: String,
    pub(crate) address: String,
}

impl Before {
    pub(crate) fn of(headers: &HeaderMap, address: &str) -> Self {
        let agent = headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
        Self {
            session: cookie(headers, SESSION_COOKIE),
            agent: agent.to_owned(),
            address: address.to_owned(),
        }
    }
}

/// A new session in place of the one that the browser may have had; whether more than a password was proved.
pub(crate) fn begin(
    tx: &mut store::Conn<'_>,
    access: &Access,
    account: i64,
    before: &Before,
    (title, strong): (&str, bool),
) -> Result<String> {
    if let Some(old) = &before.session {
        credential::remove_session(tx, old)?;
    }
    tell(tx, access, account, &before.address, ("access.sign_in", title))?;
    credential::create_session_after(tx, account, &before.agent, strong, access.clock.now())
}

/// Tells the audit log of what somebody did in the door: the action, and its words.
pub(crate) fn tell(
    tx: &mut store::Conn<'_>,
    access: &Access,
    account: i64,
    address: &str,
    (action, title): (&str, &str),
) -> Result<()> {
    let account = account::get(tx, account)?;
    let by = Principal::at_the_door(&account, address);
    let change = Change { action, subject: &account.public_id, title, ..Change::default() };
    audit::record(tx, &by, access.clock.now(), &change)
}

async fn show_link(
    State(access): State<Access>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> std::result::Result<Response, Problem> {
    let view = link_view(&access, token, None).await?;
    Ok(with_form(&access, &headers, StatusCode::OK, |csrf| (access.look.link)(&LinkView { csrf, ..view })))
}

async fn link_view(access: &Access, token: String, problem: Option<String>) -> Result<LinkView> {
    let action = format!("/signin/link/{token}");
    let found = access
        .blocking(move |a| a.db.read(|c| credential::find_link(c, &token, a.clock.now())))
        .await?
        .ok_or_else(|| Error::not_found(LINK_GONE))?;
    Ok(LinkView {
        csrf: String::new(),
        action,
        asks_email: found.email == account::FIRST_EMAIL,
        name: found.name,
        email: found.email,
        has_password: found.has_password,
        password_min: crate::PASSWORD_MIN,
        weak: None,
        problem,
    })
}

/// What an opened link's form carries; all of it is optional but the first run's e-mail address.
#[derive(Deserialize)]
struct Accept {
    #[serde(default)]
    password: String,
    /// The same once more, where the page asks for it.
    again: Option<String>,
    /// Who it is, at the first run.
    #[serde(default)]
    email: String,
    #[serde(default)]
    name: String,
}

async fn accept_link(
    State(access): State<Access>,
    State(means): State<Means>,
    Path(token): Path<String>,
    request: Request,
) -> std::result::Result<Response, Problem> {
    let headers = request.headers().clone();
    let address = client_address(&access, &request);
    let form: Accept = read_form(request).await?;
    let before = Before::of(&headers, &address);
    let used = token.clone();
    let begun = access
        .hashing(move |a| {
            // Before the link is used: a password that is refused must not cost the link.
            if form.again.is_some_and(|again| again != form.password) {
                return Ok(Begun::Weak("The two passwords differ; type the same one twice.".into()));
            }
            let hash = if form.password.is_empty() {
                None
            } else {
                let found = a.db.read(|c| credential::find_link(c, &used, a.clock.now()))?;
                let found = found.ok_or_else(|| Error::not_found(LINK_GONE))?;
                let about = [found.email.as_str(), &found.name, &form.email, &form.name];
                match hash_password(&form.password, &about) {
                    Ok(hash) => Some(hash),
                    Err(e) if e.kind == ErrorKind::Invalid => return Ok(Begun::Weak(e.message)),
                    Err(e) => return Err(e),
                }
            };
            a.db.write(Priority::Interactive, |tx| {
                let account = credential::use_link(tx, &used, a.clock.now())?;
                if account::get(tx, account)?.email == account::FIRST_EMAIL {
                    account::rename(tx, account, &form.email, &form.name)?;
                }
                if let Some(hash) = &hash {
                    account::set_password_hash(tx, account, hash, None)?;
                }
                begin_or_ask(tx, a, account, &before, ("Signed in with a link", HOME))
            })
        })
        .await;
    match begun {
        Ok(Begun::In(session)) => Ok(enter(&access, &headers, &session, HOME)),
        Ok(Begun::Half(pending)) => Ok(second::ask(&access, &means, &headers, &pending)?),
        Ok(Begun::Weak(problem)) => {
            let view = link_view(&access, token, None).await?;
            Ok(with_form(&access, &headers, StatusCode::UNPROCESSABLE_ENTITY, |csrf| {
                (access.look.link)(&LinkView { csrf, weak: Some(problem), ..view })
            }))
        }
        Ok(Begun::Wrong | Begun::Elsewhere(_)) => Ok(Redirect::to("/signin").into_response()),
        Err(e) if matches!(e.kind, ErrorKind::Invalid | ErrorKind::Conflict) => {
            let view = link_view(&access, token, Some(e.message)).await?;
            Ok(with_form(&access, &headers, StatusCode::UNPROCESSABLE_ENTITY, |csrf| {
                (access.look.link)(&LinkView { csrf, ..view })
            }))
        }
        Err(e) => Err(e.into()),
    }
}

async fn sign_out(State(access): State<Access>, request: Request) -> std::result::Result<Response, Problem> {
    if let Some(session) = cookie(request.headers(), SESSION_COOKIE) {
        let address = client_address(&access, &request);
        access
            .blocking(move |a| {
                let now = a.clock.now();
                a.db.write(Priority::Interactive, |tx| {
                    if let Some(found) = credential::session_account(tx, &session, now)? {
                        tell(tx, a, found.account, &address, ("access.sign_out", "Signed out"))?;
                    }
                    credential::remove_session(tx, &session)
                })
            })
            .await?;
    }
    let mut response = Redirect::to("/signin").into_response();
    set_cookie(&mut response, &format!("{SESSION_COOKIE}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"));
    Ok(response)
}

async fn show_password(
    State(access): State<Access>,
    principal: Principal,
) -> std::result::Result<Response, Problem> {
    let view = password_view(&access, &principal).await?;
    Ok(page(StatusCode::OK, (access.look.password)(&view)))
}

async fn password_view(access: &Access, principal: &Principal) -> Result<PasswordView> {
    let id = own_account(principal)?;
    let found = access.blocking(move |a| a.db.read(|c| account::get(c, id))).await?;
    Ok(PasswordView {
        csrf: principal.csrf.clone(),
        name: found.name,
        email: found.email,
        has_password: found.has_password,
        password_min: crate::PASSWORD_MIN,
        weak: None,
        problem: None,
        done: false,
    })
}

#[derive(Deserialize)]
struct ChangePassword {
    #[serde(default)]
    current: String,
    password: String,
}

async fn change_password(
    State(access): State<Access>,
    principal: Principal,
    request: Request,
) -> std::result::Result<Response, Problem> {
    let id = own_account(&principal)?;
    let keep = cookie(request.headers(), SESSION_COOKIE);
    let form: ChangePassword = read_form(request).await?;
    let by = principal.clone();
    let changed = access
        .hashing(move |a| {
            let present = a.db.read(|c| account::password_hash(c, id))?;
            if present.is_some() && !verify_password(&form.current, present.as_deref()) {
                return Err(Error::invalid("The present password is not this one."));
            }
            let own = a.db.read(|c| account::get(c, id))?;
            let hash = match hash_password(&form.password, &[&own.email, &own.name]) {
                Ok(hash) => hash,
                Err(e) if e.kind == ErrorKind::Invalid => return Ok(Some(e.message)),
                Err(e) => return Err(e),
            };
            let now = a.clock.now();
            a.db.write(Priority::Interactive, |tx| {
                account::set_password_hash(tx, id, &hash, keep.as_deref())?;
                let subject = account::get(tx, id)?.public_id;
                let title = "Changed the own password; other sessions ended";
                let action = CHANGE_PASSWORD.id;
                audit::record(tx, &by, now, &Change { action, subject: &subject, title, ..Change::default() })
            })?;
            Ok(None)
        })
        .await;
    let view = password_view(&access, &principal).await?;
    match changed {
        Ok(None) => Ok(page(StatusCode::OK, (access.look.password)(&PasswordView { done: true, ..view }))),
        Ok(weak) => {
            Ok(page(StatusCode::UNPROCESSABLE_ENTITY, (access.look.password)(&PasswordView { weak, ..view })))
        }
        Err(e) if e.kind == ErrorKind::Invalid => Ok(page(
            StatusCode::UNPROCESSABLE_ENTITY,
            (access.look.password)(&PasswordView { problem: Some(e.message), ..view }),
        )),
        Err(e) => Err(e.into()),
    }
}

pub(crate) fn own_account(principal: &Principal) -> Result<i64> {
    principal.account.ok_or_else(|| Error::forbidden("only an account has a password"))
}

/// Only paths of this site: whatever else is asked for becomes the first page.
pub(crate) fn local_path(next: &str) -> String {
    let local = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && !next.chars().any(char::is_control);
    if local && !next.starts_with("/sign") { next.to_owned() } else { HOME.to_owned() }
}

pub(crate) async fn read_form<T: serde::de::DeserializeOwned>(
    request: Request,
) -> std::result::Result<T, Problem> {
    let Form(form) = Form::<T>::from_request(request, &()).await.map_err(|e| {
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, format!("The form is incomplete: {e}"))
    })?;
    Ok(form)
}

pub(crate) fn enter(access: &Access, headers: &HeaderMap, session: &str, next: &str) -> Response {
    let mut response = Redirect::to(next).into_response();
    put_session(access, headers, session, &mut response);
    response
}

/// Hands a session's cookie to the browser.
pub(crate) fn put_session(access: &Access, headers: &HeaderMap, session: &str, response: &mut Response) {
    let seconds = credential::SESSION_LIFE / 1_000_000;
    let secure = if is_https(access, headers) { "; Secure" } else { "" };
    set_cookie(
        response,
        &format!("{SESSION_COOKIE}={session}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}"),
    );
}

/// A page with a form for somebody who is not signed in: its token, and the cookie behind it if need be.
pub(crate) fn with_form(
    access: &Access,
    headers: &HeaderMap,
    status: StatusCode,
    draw: impl FnOnce(String) -> String,
) -> Response {
    let known = cookie(headers, FORM_COOKIE);
    let value = known.clone().unwrap_or_else(random_token);
    let mut response = page(status, draw(form_token(&value)));
    if known.is_none() {
        let secure = if is_https(access, headers) { "; Secure" } else { "" };
        set_cookie(
            &mut response,
            &format!("{FORM_COOKIE}={value}; Path=/signin; HttpOnly; SameSite=Strict{secure}"),
        );
    }
    response
}

pub(crate) fn page(status: StatusCode, html: String) -> Response {
    (status, [(header::CACHE_CONTROL, "no-store")], Html(html)).into_response()
}

fn set_cookie(response: &mut Response, cookie: &str) {
    // Names and values are ours and hexadecimal.
    let value = HeaderValue::from_str(cookie).expect("a cookie of plain ASCII");
    response.headers_mut().append(header::SET_COOKIE, value);
}
