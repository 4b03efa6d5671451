//! What `sso` takes.

use clap::{Args, Subcommand};
use serde::{Deserialize, Serialize};

/// What `sso` takes.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct SsoArgs {
    /// Print JSON.
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do; without it they are listed.
    #[command(subcommand)]
    pub action: Option<SsoAction>,
}

/// What can be done with providers.
#[derive(Debug, Clone, PartialEq, Eq, Subcommand, Serialize, Deserialize)]
pub enum SsoAction {
    /// List the providers.
    List,
    /// Let people sign in with a provider, and print the address that it must send them back to.
    Add(SsoAddArgs),
    /// Ask a provider what it says of itself and for its keys.
    Test {
        /// The provider's id (idp_…) or name.
        provider: String,
    },
    /// Remove a provider: accounts stay, roles that its groups gave end.
    Remove {
        /// The provider's id (idp_…) or name.
        provider: String,
    },
}

/// What `sso add` takes.
#[derive(Debug, Clone, PartialEq, Eq, Args, Serialize, Deserialize)]
pub struct SsoAddArgs {
    /// The name on the button: Sign in with NAME.
    pub name: String,
    /// The provider's address, exactly as it names itself.
    #[arg(long, value_name = "URL")]
    pub issuer: String,
    /// What the provider calls this installation.
    #[arg(long, value_name = "ID")]
    pub client_id: String,
    /// The secret that it gave; none for a public client. The variable FOLKMOOT_CLIENT_SECRET keeps it out of the list of
    /// processes.
    #[arg(long, value_name = "SECRET", env = "FOLKMOOT_CLIENT_SECRET", hide_env_values = true)]
    pub client_secret: Option<String>,
    /// What is asked for.
    #[arg(long, value_name = "SCOPES", default_value = access::sso::SCOPES)]
    pub scopes: String,
    /// The claim that names somebody's groups.
    #[arg(long, value_name = "CLAIM")]
    pub group_claim: Option<String>,
    /// A group and the role that it gives, GROUP=ROLE; may be given several times. The group * is everybody.
    #[arg(long = "group", value_name = "GROUP=ROLE")]
    pub groups: Vec<String>,
    /// Make an account at the first sign-in, for an address that the provider has verified.
    #[arg(long)]
    pub make_accounts: bool,
    /// Make accounts for addresses of this domain only; may be given several times.
    #[arg(long = "domain", value_name = "DOMAIN")]
    pub domains: Vec<String>,
    /// A verified address leads to the account of that address. Only for a provider whose addresses you run yourself.
    #[arg(long)]
    pub trust_email: bool,
    /// Accounts that are connected cannot sign in with a password any more.
    #[arg(long)]
    pub no_passwords: bool,
}
