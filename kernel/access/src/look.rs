//! What the pages of signing in show, and the functions that draw them. How they look is not decided here:
//! whoever assembles the product passes the functions down.

/// The functions that draw the pages: view in, whole HTML page out.
#[derive(Clone, Copy)]
pub struct Look {
    /// E-mail and password.
    pub sign_in: fn(&SignInView) -> String,
    /// A sign-in link that was opened.
    pub link: fn(&LinkView) -> String,
    /// Choosing another password.
    pub password: fn(&PasswordView) -> String,
    /// Whether to connect the own account with one elsewhere.
    pub connect: fn(&ConnectView) -> String,
    /// The second step: a code, or a passkey.
    pub code: fn(&CodeView) -> String,
    /// Setting an authenticator app up.
    pub set_up: fn(&SetUpView) -> String,
    /// Looking after the app that is there.
    pub app: fn(&AppView) -> String,
    /// Recovery codes, shown this once.
    pub codes: fn(&CodesView) -> String,
    /// The passkeys of one's own account.
    pub passkeys: fn(&PasskeysView) -> String,
    /// A few words on a page of their own.
    pub message: fn(&MessageView) -> String,
    /// A password that was forgotten.
    pub forgotten: fn(&ForgottenView) -> String,
    /// A new address that is to be confirmed.
    pub address: fn(&AddressView) -> String,
}

/// The form for a forgotten password: POST to `/signin/forgotten` with `csrf` and `email`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ForgottenView {
    /// The form token.
    pub csrf: String,
    /// Whether mail can be sent; without it the page says whom to ask.
    pub set_up: bool,
    /// Whether it was just asked; says nothing about whether there is such an account.
    pub sent: bool,
    /// What was entered.
    pub email: String,
    /// What went wrong.
    pub problem: Option<String>,
}

/// A new address that is to be confirmed: POST to `action` with `csrf`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddressView {
    /// The form token.
    pub csrf: String,
    /// Where the form is sent.
    pub action: String,
    /// Whose account it is.
    pub name: String,
    /// The new address.
    pub email: String,
    /// Whether it was just confirmed.
    pub done: bool,
    /// What went wrong.
    pub problem: Option<String>,
}

/// The sign-in form: POST to `/signin` with `csrf`, `next`, `email`, `password`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignInView {
    /// The form token.
    pub csrf: String,
    /// The page to go to afterwards.
    pub next: String,
    /// What was entered before.
    pub email: String,
    /// What went wrong.
    pub problem: Option<String>,
    /// Whether nobody has signed in yet, so that the page says how one begins.
    pub first_run: bool,
    /// Where else one may sign in: id (behind `/signin/with/`) and name.
    pub providers: Vec<(String, String)>,
    /// What a passkey is asked; nothing where browsers allow none.
    pub passkey: Option<QuestionView>,
}

/// An opened sign-in link: POST to `action` with `csrf` and, if wanted, `password`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LinkView {
    /// The form token.
    pub csrf: String,
    /// Where the form is sent.
    pub action: String,
    /// Whose link it is.
    pub name: String,
    /// The e-mail address of the account.
    pub email: String,
    /// Whether a password exists already, so that choosing one means replacing it.
    pub has_password: bool,
    /// Whether it is the first run's account, so that the form must carry `email` and may carry `name`.
    pub asks_email: bool,
    /// The fewest characters of a password.
    pub password_min: usize,
    /// What is wrong with the password that was chosen; stands beside its field.
    pub weak: Option<String>,
    /// What went wrong with what was entered.
    pub problem: Option<String>,
}

/// The form for another password: POST to `/account/password` with `csrf`, `current`, `password`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PasswordView {
    /// The form token.
    pub csrf: String,
    /// Whose it is.
    pub name: String,
    /// The e-mail address of the account.
    pub email: String,
    /// Whether the present password must be given.
    pub has_password: bool,
    /// The fewest characters of a password.
    pub password_min: usize,
    /// What is wrong with the password that was chosen; stands beside its field.
    pub weak: Option<String>,
    /// What went wrong with what was entered.
    pub problem: Option<String>,
    /// Whether it was just changed.
    pub done: bool,
}

/// The question whether to connect the own account with one elsewhere: POST to `/account/logins` with `csrf`, `proof`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConnectView {
    /// The form token.
    pub csrf: String,
    /// The e-mail address of the own account.
    pub account: String,
    /// The provider's name.
    pub provider: String,
    /// The e-mail address that the provider says; may be empty.
    pub email: String,
    /// What was proved, sealed.
    pub proof: String,
}

/// A few words on a page of their own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MessageView {
    /// What it is about.
    pub title: String,
    /// What happened and what to do next.
    pub text: String,
    /// What leads on: words and address.
    pub action: Option<(String, String)>,
}

/// What a page asks a passkey. The answer goes with it to `/signin/passkey` or `/account/passkeys`: `question`,
/// `credential`, `client`, `authenticator`, `signature`, `user`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QuestionView {
    /// Random bytes, Base64.
    pub challenge: String,
    /// The name that keys are bound to.
    pub site: String,
    /// The ids of keys that may answer, or that must not be made again; empty for any.
    pub keys: Vec<String>,
    /// The question, sealed.
    pub sealed: String,
}

/// The second step of signing in: POST to `/signin/second` with `csrf`, `code`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CodeView {
    /// The form token.
    pub csrf: String,
    /// Who is half in.
    pub email: String,
    /// Whether there is an app, so that codes are taken.
    pub app: bool,
    /// What a passkey is asked; nothing where there is none.
    pub passkey: Option<QuestionView>,
    /// What went wrong.
    pub problem: Option<String>,
}

/// Setting an authenticator app up: POST to `action` with `csrf`, `secret`, `code`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SetUpView {
    /// The form token.
    pub csrf: String,
    /// Where the form is sent.
    pub action: String,
    /// Whose it will be.
    pub email: String,
    /// The secret, for whoever types it.
    pub secret: String,
    /// The secret as an app reads it out of a picture.
    pub address: String,
    /// The secret, sealed.
    pub sealed: String,
    /// Whether one of their roles needs it, so that there is no way round.
    pub demanded: bool,
    /// What went wrong.
    pub problem: Option<String>,
}

/// The authenticator app that is there: POST to `/account/second-factor/removal` or `/account/recovery-codes` with `csrf`,
/// `code`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AppView {
    /// The form token.
    pub csrf: String,
    /// Whose it is.
    pub email: String,
    /// What went wrong.
    pub problem: Option<String>,
}

/// Recovery codes, shown this once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CodesView {
    /// The codes.
    pub codes: Vec<String>,
    /// The page to go to afterwards.
    pub next: String,
}

/// The passkeys of one's own account: POST to `/account/passkeys` with an answer and `name`, or to
/// `/account/passkeys/ID/removal`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PasskeysView {
    /// The form token.
    pub csrf: String,
    /// Whose they are.
    pub email: String,
    /// The name of the account.
    pub name: String,
    /// What a new key keeps as its owner, Base64.
    pub user: String,
    /// The keys.
    pub keys: Vec<crate::passkey::Passkey>,
    /// What a new key is asked; nothing where browsers allow none.
    pub question: Option<QuestionView>,
    /// What went wrong.
    pub problem: Option<String>,
    /// The present, UTC microseconds.
    pub now: base::Micros,
}
