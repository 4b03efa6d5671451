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
    /// What went wrong with what was entered.
    pub problem: Option<String>,
    /// Whether it was just changed.
    pub done: bool,
}
