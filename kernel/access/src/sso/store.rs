//! Providers, which groups give which role, and who is who there.

use crate::account::{self, Account};
use crate::outrank::must_outrank_role;
use crate::principal::{Permission, Principal};
use crate::role::OWNER;
use crate::roles;
use base::{Error, Micros, Result, TypeId};
use seal::Sealer;
use store::{Conn, Row};

/// The group that everybody is in who signs in with a provider.
pub const EVERYBODY: &str = "*";
/// What is asked of a provider when nothing else is said.
pub const SCOPES: &str = "openid email profile";
/// How many groups may give roles.
const GROUPS_MAX: usize = 200;

/// Somewhere people have accounts that they may sign in with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// The key inside the database.
    pub id: i64,
    /// What people and programs see (`idp_…`).
    pub public_id: String,
    /// The name on its button.
    pub name: String,
    /// Its address, which is also its name in tokens.
    pub issuer: String,
    /// What it calls this installation.
    pub client_id: String,
    /// Whether it gave a secret.
    pub has_secret: bool,
    /// What is asked for, divided by spaces.
    pub scopes: String,
    /// The claim that names somebody's groups; empty for none.
    pub group_claim: String,
    /// Whether an account is made at the first sign-in.
    pub makes_accounts: bool,
    /// The domains of e-mail addresses for which one is made, divided by spaces; empty for all.
    pub domains: String,
    /// Whether an address that it has verified leads to the account of that address.
    pub trusts_email: bool,
    /// Whether its accounts may sign in with a password, too.
    pub passwords: bool,
    /// Since when, UTC microseconds.
    pub made_at: Micros,
    /// Which groups give which role.
    pub groups: Vec<GroupRole>,
    sealed: Option<String>,
}

/// A role that whoever is in a group has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupRole {
    /// The group, as the provider writes it; [`EVERYBODY`] for all.
    pub group: String,
    /// The role's name in commands and addresses.
    pub role: String,
    /// Its title.
    pub title: String,
    role_id: i64,
}

/// What a provider is to be like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProviderDraft {
    /// The name on its button.
    pub name: String,
    /// Its address; cannot be changed later.
    pub issuer: String,
    /// What it calls this installation.
    pub client_id: String,
    /// The secret that it gave; `None` leaves it as it is, empty takes it away.
    pub client_secret: Option<String>,
    /// What is asked for; empty for the usual.
    pub scopes: String,
    /// The claim that names groups.
    pub group_claim: String,
    /// Whether an account is made at the first sign-in.
    pub makes_accounts: bool,
    /// For which domains, divided by spaces or commas.
    pub domains: String,
    /// Whether an address that it has verified leads to the account of that address.
    pub trusts_email: bool,
    /// Whether its accounts may sign in with a password, too.
    pub passwords: bool,
    /// Groups and the names of the roles that they give.
    pub groups: Vec<(String, String)>,
}

impl Provider {
    /// The secret, opened.
    ///
    /// # Errors
    /// `Unavailable` when its key is not here.
    pub(crate) fn secret(&self, sealer: &Sealer) -> Result<Option<String>> {
        self.sealed.as_deref().map(|text| sealer.open(text, &context(&self.public_id))).transpose()
    }

    /// Whether accounts are made for this address.
    pub(crate) fn takes(&self, email: &str) -> bool {
        let domain = email.rsplit('@').next().unwrap_or_default();
        self.domains.is_empty() || self.domains.split(' ').any(|d| d == domain)
    }

    /// In words, for the audit log; never the secret.
    pub fn words(&self) -> String {
        let yes = |flag: bool, words: &str| if flag { format!("; {words}") } else { String::new() };
        let groups: Vec<String> = self.groups.iter().map(|g| format!("{} → {}", g.group, g.title)).collect();
        format!(
            "{} ({}), client {}, asks for {}{}{}{}{}{}",
            self.name,
            self.issuer,
            self.client_id,
            self.scopes,
            yes(self.makes_accounts, &format!("makes accounts for {}", domains_words(&self.domains))),
            yes(self.trusts_email, "its verified addresses lead to accounts"),
            yes(!self.passwords, "no passwords beside it"),
            yes(!self.group_claim.is_empty(), &format!("groups in {}", self.group_claim)),
            yes(!groups.is_empty(), &groups.join(", ")),
        )
    }
}

fn domains_words(domains: &str) -> &str {
    if domains.is_empty() { "every address" } else { domains }
}

fn context(public_id: &str) -> String {
    seal::context("sso_providers", "client_secret", public_id)
}

const COLUMNS: &str =
    "provider_id, public_id, name, issuer, client_id, client_secret, scopes, group_claim, makes_accounts,
     domains, trusts_email, passwords, made_at";

fn provider_of(r: &Row<'_>) -> Result<Provider> {
    let sealed = r.opt_text(5)?;
    Ok(Provider {
        id: r.int(0)?,
        public_id: r.text(1)?,
        name: r.text(2)?,
        issuer: r.text(3)?,
        client_id: r.text(4)?,
        has_secret: sealed.is_some(),
        scopes: r.text(6)?,
        group_claim: r.text(7)?,
        makes_accounts: r.int(8)? != 0,
        domains: r.text(9)?,
        trusts_email: r.int(10)? != 0,
        passwords: r.int(11)? != 0,
        made_at: r.int(12)?,
        groups: Vec::new(),
        sealed,
    })
}

/// Every provider with its groups, oldest first; in two statements.
///
/// # Errors
/// When the database says no.
pub fn list(c: &mut Conn<'_>) -> Result<Vec<Provider>> {
    let mut all =
        c.query(&format!("SELECT {COLUMNS} FROM sso_providers ORDER BY provider_id"), &[], provider_of)?;
    if all.is_empty() {
        return Ok(all);
    }
    c.for_each(
        "SELECT g.provider_id, g.group_name, g.role_id, r.slug, r.title FROM sso_group_roles g
         JOIN roles r ON r.role_id = g.role_id ORDER BY g.provider_id, g.group_name, g.role_id",
        &[],
        |r| {
            let id = r.int(0)?;
            if let Some(provider) = all.iter_mut().find(|p| p.id == id) {
                let (role, title) = (r.text(3)?, r.text(4)?);
                provider.groups.push(GroupRole { group: r.text(1)?, role_id: r.int(2)?, role, title });
            }
            Ok(())
        },
    )?;
    Ok(all)
}

/// The names and ids of providers, for the buttons of the sign-in page.
pub(crate) fn names(c: &mut Conn<'_>) -> Result<Vec<(String, String)>> {
    c.query("SELECT public_id, name FROM sso_providers ORDER BY provider_id", &[], |r| {
        Ok((r.text(0)?, r.text(1)?))
    })
}

/// The provider with this id.
///
/// # Errors
/// `NotFound` when there is none.
pub fn get(c: &mut Conn<'_>, public_id: &str) -> Result<Provider> {
    let all = list(c)?;
    all.into_iter()
        .find(|p| p.public_id == public_id)
        .ok_or_else(|| Error::not_found("there is no such provider any more; load the list again"))
}

/// Makes a provider.
///
/// # Errors
/// `Invalid` for what cannot be, `Conflict` when there is one with this issuer, `Forbidden` for a role or a trust that
/// whoever asks cannot give.
pub fn create(
    tx: &mut Conn<'_>,
    (by, permissions): (&Principal, &[Permission]),
    sealer: &Sealer,
    draft: &ProviderDraft,
    now: Micros,
) -> Result<Provider> {
    let draft = sound(draft)?;
    let issuer = draft.issuer.trim();
    if list(tx)?.iter().any(|p| p.issuer == issuer) {
        return Err(Error::conflict(format!("there is a provider for {issuer} already; change that one")));
    }
    must_own(tx, (by, permissions), false, &draft)?;
    let public_id = TypeId::new("idp", now);
    let secret = draft.client_secret.as_deref().filter(|s| !s.is_empty());
    let sealed = secret.map(|s| sealer.seal(s, &context(public_id.as_str()))).transpose()?;
    tx.execute(
        "INSERT INTO sso_providers (public_id, name, issuer, client_id, client_secret, scopes, group_claim, makes_accounts,
           domains, trusts_email, passwords, made_at, made_by_account)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        &[
            public_id.as_str().into(),
            (&draft.name).into(),
            issuer.into(),
            (&draft.client_id).into(),
            sealed.as_deref().into(),
            (&draft.scopes).into(),
            (&draft.group_claim).into(),
            draft.makes_accounts.into(),
            (&draft.domains).into(),
            draft.trusts_email.into(),
            draft.passwords.into(),
            now.into(),
            by.account.into(),
        ],
    )?;
    let made = get(tx, public_id.as_str())?;
    set_groups(tx, (by, permissions), &made, &draft.groups)?;
    get(tx, public_id.as_str())
}

/// Changes a provider; its issuer stays. Before and after.
///
/// # Errors
/// As [`create`], and `NotFound`.
pub fn update(
    tx: &mut Conn<'_>,
    (by, permissions): (&Principal, &[Permission]),
    sealer: &Sealer,
    public_id: &str,
    draft: &ProviderDraft,
) -> Result<(Provider, Provider)> {
    let before = get(tx, public_id)?;
    let draft = sound(&ProviderDraft { issuer: before.issuer.clone(), ..draft.clone() })?;
    must_own(tx, (by, permissions), before.trusts_email, &draft)?;
    let sealed = match draft.client_secret.as_deref() {
        None => before.sealed.clone(),
        Some("") => None,
        Some(secret) => Some(sealer.seal(secret, &context(public_id))?),
    };
    tx.execute(
        "UPDATE sso_providers SET name = $1, client_id = $2, client_secret = $3, scopes = $4, group_claim = $5,
           makes_accounts = $6, domains = $7, trusts_email = $8, passwords = $9 WHERE provider_id = $10",
        &[
            (&draft.name).into(),
            (&draft.client_id).into(),
            sealed.as_deref().into(),
            (&draft.scopes).into(),
            (&draft.group_claim).into(),
            draft.makes_accounts.into(),
            (&draft.domains).into(),
            draft.trusts_email.into(),
            draft.passwords.into(),
            before.id.into(),
        ],
    )?;
    set_groups(tx, (by, permissions), &before, &draft.groups)?;
    Ok((before, get(tx, public_id)?))
}

/// Removes a provider: who signed in there needs another way in, and roles that its groups gave end.
///
/// # Errors
/// `NotFound`; `Conflict` when nobody would own the installation any more.
pub fn remove(tx: &mut Conn<'_>, by: &Principal, public_id: &str, now: Micros) -> Result<Provider> {
    let gone = get(tx, public_id)?;
    let owners = tx.query_one(
        "SELECT count(*) FROM grants g JOIN roles r ON r.role_id = g.role_id
         JOIN accounts a ON a.account_id = g.account_id AND a.removed_at IS NULL
         WHERE g.ended_at IS NULL AND r.slug = $1 AND g.scope_kind = 'everything'
           AND (g.granted_by_provider IS NULL OR g.granted_by_provider <> $2)",
        &[OWNER.into(), gone.id.into()],
        |r| r.int(0),
    )?;
    if owners == 0 {
        return Err(Error::conflict(
            "every owner is one through this provider's groups; give somebody the role Owner by hand first",
        ));
    }
    tx.execute(
        "UPDATE grants SET ended_at = $1, ended_by_account = $2 WHERE granted_by_provider = $3 AND ended_at IS NULL",
        &[now.into(), by.account.into(), gone.id.into()],
    )?;
    for table in ["sso_group_roles", "sso_logins", "sso_providers"] {
        tx.execute(&format!("DELETE FROM {table} WHERE provider_id = $1"), &[gone.id.into()])?;
    }
    Ok(gone)
}

/// Whoever lets a provider decide who somebody is could become anybody through it: only an owner may.
fn must_own(
    tx: &mut Conn<'_>,
    (by, permissions): (&Principal, &[Permission]),
    trusted: bool,
    draft: &ProviderDraft,
) -> Result<()> {
    if !draft.trusts_email || trusted {
        return Ok(());
    }
    must_outrank_role(by, &roles::role_named(tx, OWNER)?, permissions).map_err(|_| {
        Error::forbidden(
            "only an owner lets a provider's addresses lead to accounts, as it can then become anybody",
        )
    })
}

/// Puts groups in place of those before. Whoever gives or takes a role through a group must hold it.
fn set_groups(
    tx: &mut Conn<'_>,
    (by, permissions): (&Principal, &[Permission]),
    provider: &Provider,
    groups: &[(String, String)],
) -> Result<()> {
    let mut wanted = Vec::new();
    for (group, slug) in groups {
        let role = roles::role_named(tx, slug).map_err(|e| Error::invalid(e.message))?;
        let entry = (group.clone(), role.id);
        if !wanted.contains(&entry) {
            wanted.push(entry);
        }
    }
    let had: Vec<(String, i64)> = provider.groups.iter().map(|g| (g.group.clone(), g.role_id)).collect();
    let all = roles::roles(tx)?;
    let changed =
        wanted.iter().filter(|w| !had.contains(w)).chain(had.iter().filter(|h| !wanted.contains(h)));
    for (_, role) in changed {
        if let Some((role, _)) = all.iter().find(|(r, _)| r.id == *role) {
            must_outrank_role(by, role, permissions)?;
        }
    }
    tx.execute("DELETE FROM sso_group_roles WHERE provider_id = $1", &[provider.id.into()])?;
    for (group, role) in &wanted {
        tx.execute(
            "INSERT INTO sso_group_roles (provider_id, group_name, role_id) VALUES ($1, $2, $3)",
            &[provider.id.into(), group.into(), (*role).into()],
        )?;
    }
    Ok(())
}

/// The draft with spaces taken away and what was left empty filled in.
fn sound(draft: &ProviderDraft) -> Result<ProviderDraft> {
    let words = |text: &str| text.replace(',', " ").split_whitespace().collect::<Vec<_>>().join(" ");
    let mut d = draft.clone();
    d.name = d.name.trim().to_owned();
    d.issuer = d.issuer.trim().to_owned();
    d.client_id = d.client_id.trim().to_owned();
    d.client_secret = d.client_secret.map(|s| s.trim().to_owned());
    d.group_claim = d.group_claim.trim().to_owned();
    d.scopes = if d.scopes.trim().is_empty() { SCOPES.to_owned() } else { words(&d.scopes) };
    d.domains = words(&d.domains).to_lowercase().replace('@', "");
    if d.name.is_empty() || d.name.chars().count() > 40 {
        return Err(Error::invalid("the name on the button has 1 to 40 characters"));
    }
    if d.client_id.is_empty() || d.client_id.len() > 400 {
        return Err(Error::invalid(
            "the client id is what the provider calls this installation; copy it from there",
        ));
    }
    if !d.scopes.split(' ').any(|s| s == "openid") {
        return Err(Error::invalid("the scopes must hold openid; the usual ones are: openid email profile"));
    }
    if d.issuer.contains(['?', '#']) {
        return Err(Error::invalid(
            "an issuer is an address without ? and #, such as https://id.example.org",
        ));
    }
    let groups = d.groups.into_iter().map(|(g, r)| (g.trim().to_owned(), r.trim().to_owned()));
    d.groups = groups.filter(|(g, r)| !g.is_empty() || !r.is_empty()).collect();
    if let Some((group, _)) = d.groups.iter().find(|(g, r)| g.is_empty() || r.is_empty() || g.len() > 300) {
        return Err(Error::invalid(format!(
            "the group \"{group}\" and its role belong together; fill both in"
        )));
    }
    if d.groups.len() > GROUPS_MAX {
        return Err(Error::invalid(format!("at most {GROUPS_MAX} groups can give roles")));
    }
    let by_group = d.groups.iter().any(|(g, _)| g != EVERYBODY);
    if by_group && d.group_claim.is_empty() {
        return Err(Error::invalid(
            "groups give roles, but no claim names the groups; many providers call it groups",
        ));
    }
    Ok(d)
}

/// Somebody's account at a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// What people and programs see (`lgn_…`).
    pub public_id: String,
    /// The provider's name.
    pub provider: String,
    /// The provider's id.
    pub provider_id: String,
    /// The address that it says; may be empty.
    pub email: String,
    /// Since when, UTC microseconds.
    pub linked_at: Micros,
    /// When somebody last signed in with it.
    pub used_at: Micros,
}

/// What an account may sign in with at providers.
///
/// # Errors
/// When the database says no.
pub fn logins(c: &mut Conn<'_>, account: i64) -> Result<Vec<Login>> {
    c.query(
        "SELECT l.public_id, p.name, p.public_id, l.email, l.linked_at, l.used_at FROM sso_logins l
         JOIN sso_providers p ON p.provider_id = l.provider_id WHERE l.account_id = $1 ORDER BY l.linked_at, l.public_id",
        &[account.into()],
        |r| {
            Ok(Login {
                public_id: r.text(0)?,
                provider: r.text(1)?,
                provider_id: r.text(2)?,
                email: r.text(3)?,
                linked_at: r.int(4)?,
                used_at: r.int(5)?,
            })
        },
    )
}

/// Whose account a subject leads to.
pub(crate) fn account_of(c: &mut Conn<'_>, provider: i64, subject: &str) -> Result<Option<Account>> {
    let id = c.query_opt(
        "SELECT account_id FROM sso_logins WHERE provider_id = $1 AND subject = $2",
        &[provider.into(), subject.into()],
        |r| r.int(0),
    )?;
    id.map(|id| account::get(c, id)).transpose()
}

/// Notes that somebody signed in with it.
pub(crate) fn touch(
    tx: &mut Conn<'_>,
    provider: i64,
    (subject, email): (&str, &str),
    now: Micros,
) -> Result<()> {
    tx.execute(
        "UPDATE sso_logins SET used_at = $1, email = $2 WHERE provider_id = $3 AND subject = $4",
        &[now.into(), email.into(), provider.into(), subject.into()],
    )?;
    Ok(())
}

/// Lets a subject lead to an account.
///
/// # Errors
/// `Conflict` when it leads to another one already.
pub(crate) fn link(
    tx: &mut Conn<'_>,
    provider: i64,
    (subject, email): (&str, &str),
    account: i64,
    now: Micros,
) -> Result<()> {
    match account_of(tx, provider, subject)? {
        Some(other) if other.id == account => return touch(tx, provider, (subject, email), now),
        Some(_) => {
            return Err(Error::conflict(
                "this sign-in belongs to another account here; remove it there first",
            ));
        }
        None => {}
    }
    let public_id = TypeId::new("lgn", now);
    tx.execute(
        "INSERT INTO sso_logins (public_id, provider_id, subject, account_id, email, linked_at, used_at)
         VALUES ($1, $2, $3, $4, $5, $6, $6)",
        &[
            public_id.as_str().into(),
            provider.into(),
            subject.into(),
            account.into(),
            email.into(),
            now.into(),
        ],
    )?;
    Ok(())
}

/// Takes a way in from an account.
///
/// # Errors
/// `NotFound` when the account has none with this id.
pub(crate) fn unlink(tx: &mut Conn<'_>, account: i64, public_id: &str) -> Result<Login> {
    let gone = logins(tx, account)?.into_iter().find(|l| l.public_id == public_id);
    let gone =
        gone.ok_or_else(|| Error::not_found("this sign-in was taken away already; load the page again"))?;
    tx.execute("DELETE FROM sso_logins WHERE public_id = $1", &[public_id.into()])?;
    Ok(gone)
}

/// The provider that wants its accounts to sign in with it only, if one does.
pub(crate) fn instead_of_password(c: &mut Conn<'_>, account: i64) -> Result<Option<String>> {
    c.query_opt(
        "SELECT p.name FROM sso_logins l JOIN sso_providers p ON p.provider_id = l.provider_id
         WHERE l.account_id = $1 AND p.passwords = 0 ORDER BY p.provider_id LIMIT 1",
        &[account.into()],
        |r| r.text(0),
    )
}
