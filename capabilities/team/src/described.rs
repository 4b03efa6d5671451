//! What the API's routes of the team are to programs.

use capability::api::{CURSOR, Field, LIMIT, Operation, Shape};

pub(crate) const SHAPES: &[Shape] = &[
    Shape::new(
        "Grant",
        "A role of an account, everywhere or in one place.",
        &[
            ("id", "text", "Its id, `grt_…`"),
            ("role", "text", "The role"),
            ("title", "text", "The role as people read it"),
            ("source", "text?", "Only in this source"),
            ("channel", "integer?", "Only in this channel"),
            ("where", "text", "Where it holds, in words"),
            ("granted_at", "time", "Since when"),
        ],
    ),
    Shape::new(
        "Account",
        "Somebody who signs in to the desk.",
        &[
            ("id", "text", "Its id, `acc_…`"),
            ("email", "text", "The e-mail address"),
            ("name", "text", "The name"),
            ("has_password", "flag", "Whether it signs in with a password"),
            ("has_app", "flag", "Whether an authenticator app is asked"),
            ("passkeys", "integer", "How many passkeys it has"),
            ("created_at", "time", "When it was made"),
            ("signed_in_at", "time?", "When somebody last signed in with it"),
            ("grants", "[Grant]", "Its roles"),
        ],
    ),
    Shape::new(
        "AccountMade",
        "A new account, with a sign-in link that works once.",
        &[
            ("id", "text", "Its id, `acc_…`"),
            ("email", "text", "The e-mail address"),
            ("name", "text", "The name"),
            ("has_password", "flag", "Whether it signs in with a password"),
            ("has_app", "flag", "Whether an authenticator app is asked"),
            ("passkeys", "integer", "How many passkeys it has"),
            ("created_at", "time", "When it was made"),
            ("signed_in_at", "time?", "When somebody last signed in with it"),
            ("grants", "[Grant]", "Its roles"),
            ("link", "text", "The sign-in link; it works once, for 24 hours"),
        ],
    ),
    Shape::new(
        "NewAccount",
        "An account to be made.",
        &[
            ("email", "text(3..254)", "The e-mail address"),
            ("name?", "text", "The name; at most 80 characters"),
            ("role?", "text", "Its first role"),
            ("source?", "text", "Where that role holds: only in this source"),
            ("channel?", "text", "Only in this channel"),
        ],
    ),
    Shape::new(
        "AccountChange",
        "What changes an account; what is absent stays.",
        &[("email?", "text(3..254)?", "The e-mail address"), ("name?", "text(0..80)?", "The name")],
    ),
    Shape::new(
        "NewGrant",
        "A role to be given.",
        &[
            ("role", "text", "The role"),
            ("source?", "text", "Only in this source"),
            ("channel?", "text", "Only in this channel"),
        ],
    ),
    Shape::new(
        "SignInLink",
        "A sign-in link, which lets whoever has it be the account once.",
        &[("account", "text", "The account"), ("link", "text", "The link; it works once, for 24 hours")],
    ),
    Shape::new(
        "Session",
        "A browser that is signed in.",
        &[
            ("id", "text", "Its id"),
            ("agent", "text", "The browser, in words"),
            ("created_at", "time", "Since when"),
            ("expires_at", "time", "When it ends by itself"),
        ],
    ),
    Shape::new("SessionsEnded", "How many sessions were ended.", &[("sessions", "integer", "How many")]),
    Shape::new(
        "AccountToken",
        "An API token of an account; its secret is nowhere.",
        &[
            ("id", "text", "Its id, `tok_…`"),
            ("name", "text", "What it is for"),
            ("created_at", "time", "When it was made"),
            ("used_at", "time?", "When it was last used, to the hour"),
            ("expires_at", "time?", "When it ends by itself"),
            ("permissions", "[text]?", "What it is allowed, as far as its account is; null for all of that"),
        ],
    ),
    Shape::new(
        "ServiceToken",
        "A token of a program, which belongs to the community and has a role of its own.",
        &[
            ("id", "text", "Its id, `svc_…`"),
            ("name", "text", "Which program it is"),
            ("role", "text", "Its role"),
            ("role_title", "text", "The role as people read it"),
            ("made_at", "time", "When it was made"),
            ("made_by", "text", "Who made it; empty for the command line"),
            ("expires_at", "time?", "When it ends by itself"),
            ("used_at", "time?", "When it was last used, to the hour"),
        ],
    ),
    Shape::new(
        "ServiceTokenMade",
        "A new token, with the secret that is in no other answer.",
        &[
            ("id", "text", "Its id, `svc_…`"),
            ("name", "text", "Which program it is"),
            ("role", "text", "Its role"),
            ("role_title", "text", "The role as people read it"),
            ("made_at", "time", "When it was made"),
            ("made_by", "text", "Who made it; empty for the command line"),
            ("expires_at", "time?", "When it ends by itself"),
            ("used_at", "time?", "When it was last used, to the hour"),
            ("token", "text", "The secret, to be sent as `Authorization: Bearer …`"),
        ],
    ),
    Shape::new(
        "NewServiceToken",
        "A service's token to be made.",
        &[
            ("name", "text(1..80)", "Which program it is"),
            ("role", "text", "The role; whoever makes one holds all that the role holds"),
            ("days?", "integer(1..3650)?", "After how many days it ends; never when it is absent"),
        ],
    ),
    Shape::new(
        "Role",
        "A role with what it holds.",
        &[
            ("id", "text", "Its name in programs"),
            ("title", "text", "As people read it"),
            ("sentence", "text", "What it is for"),
            ("built_in", "flag", "Whether every installation has it"),
            ("permissions", "[text]", "What it may do"),
            ("second_factor", "flag", "Whether it needs a second factor"),
        ],
    ),
    Shape::new(
        "NewRole",
        "A role to be made; it holds nothing yet.",
        &[("title", "text(1..40)", "As people read it"), ("sentence?", "text(0..200)", "What it is for")],
    ),
    Shape::new(
        "RoleChange",
        "What a role is to hold.",
        &[("permissions", "[text]", "Everything that it may do")],
    ),
    Shape::new(
        "AuditEntry",
        "What somebody did.",
        &[
            ("entry", "integer", "Its number"),
            ("at", "time", "When"),
            ("who", "text", "Who"),
            ("via", "text", "How they proved it: session, token, command line"),
            ("address", "text", "From where"),
            ("action", "text", "What they were allowed to do"),
            ("subject", "text", "What it was about"),
            ("title", "text", "What happened, in words"),
            ("before", "text", "The value before"),
            ("after", "text", "The value after"),
        ],
    ),
    Shape::new(
        "AuditRetention",
        "How long the audit log is kept.",
        &[("years", "1|2|5?", "How many years; null for ever")],
    ),
    Shape::new(
        "SignInGroup",
        "A group of a provider and its role.",
        &[("group", "text", "The group"), ("role", "text", "The role that its people get")],
    ),
    Shape::new(
        "SignInProvider",
        "Whom people sign in with.",
        &[
            ("id", "text", "Its id"),
            ("name", "text", "As people read it"),
            ("issuer", "text", "The address by which it names itself"),
            ("client_id", "text", "What it calls this installation"),
            ("has_secret", "flag", "Whether a secret is stored; it is in no answer"),
            ("scopes", "text", "What it is asked for"),
            ("group_claim", "text", "Where it names groups; empty when it is not asked"),
            ("groups", "[SignInGroup]", "The roles of its groups"),
            ("makes_accounts", "flag", "Whether people without an account get one"),
            ("domains", "[text]", "Only addresses of these domains; every one when it is empty"),
            ("trusts_email", "flag", "Whether its word on an address is taken"),
            ("passwords", "flag", "Whether its people may sign in with a password too"),
            ("made_at", "time", "When it was made"),
            ("callback", "text?", "The address that it must send people back to"),
        ],
    ),
    Shape::new(
        "NewSignInProvider",
        "A provider to be made.",
        &[
            ("name", "text", "As people read it"),
            ("issuer", "text", "The address by which it names itself"),
            ("client_id", "text", "What it calls this installation"),
            ("client_secret?", "text?", "The secret"),
            ("scopes?", "text?", "What it is asked for"),
            ("group_claim?", "text?", "Where it names groups"),
            ("groups?", "[SignInGroup]?", "The roles of its groups"),
            ("makes_accounts?", "flag?", "Whether people without an account get one"),
            ("domains?", "[text]?", "Only addresses of these domains"),
            ("trusts_email?", "flag?", "Whether its word on an address is taken"),
            ("passwords?", "flag?", "Whether its people may sign in with a password too"),
        ],
    ),
    Shape::new(
        "SignInProviderChange",
        "What changes a provider; what is absent stays.",
        &[
            ("name?", "text?", "As people read it"),
            ("issuer?", "text?", "The address by which it names itself; it cannot be changed"),
            ("client_id?", "text?", "What it calls this installation"),
            ("client_secret?", "text?", "The secret"),
            ("scopes?", "text?", "What it is asked for"),
            ("group_claim?", "text?", "Where it names groups"),
            ("groups?", "[SignInGroup]?", "The roles of its groups"),
            ("makes_accounts?", "flag?", "Whether people without an account get one"),
            ("domains?", "[text]?", "Only addresses of these domains"),
            ("trusts_email?", "flag?", "Whether its word on an address is taken"),
            ("passwords?", "flag?", "Whether its people may sign in with a password too"),
        ],
    ),
    Shape::new(
        "SignInProviderTested",
        "What a provider says of itself.",
        &[
            ("authorization_endpoint", "text", "Where people are sent to sign in"),
            ("keys", "integer", "How many of its keys can be used"),
            ("callback", "text", "The address that it must send people back to"),
        ],
    ),
];

const ACCOUNT: &[Field] = &[("account", "text", "The account's id, `acc_…`")];
const ROLE: &[Field] = &[("role", "text", "The role's id")];

pub(crate) const ACCOUNTING: &[Operation] = &[
    Operation::get("listAccounts", "/api/v1/accounts", "Who signs in to the desk")
        .gives(200, "page of Account"),
    Operation::post("createAccount", "/api/v1/accounts", "Make an account")
        .takes("NewAccount")
        .gives(201, "AccountMade")
        .example("", r#"{"email": "kim@example.org", "name": "Kim", "role": "moderator"}"#),
    Operation::get("getAccount", "/api/v1/accounts/{account}", "One account")
        .at(ACCOUNT)
        .gives(200, "Account"),
    Operation::patch("changeAccount", "/api/v1/accounts/{account}", "Change an account's name or address")
        .at(ACCOUNT)
        .takes("AccountChange")
        .gives(200, "Account")
        .example("", r#"{"name": "Kim Park"}"#),
    Operation::delete("removeAccount", "/api/v1/accounts/{account}", "Remove an account").at(ACCOUNT),
    Operation::post("createSignInLink", "/api/v1/accounts/{account}/links", "Make a sign-in link")
        .at(ACCOUNT)
        .gives(201, "SignInLink"),
    Operation::get("listGrants", "/api/v1/accounts/{account}/grants", "The roles of an account")
        .at(ACCOUNT)
        .gives(200, "page of Grant"),
    Operation::post("createGrant", "/api/v1/accounts/{account}/grants", "Give an account a role")
        .at(ACCOUNT)
        .takes("NewGrant")
        .gives(201, "Grant")
        .example("", r#"{"role": "analyst"}"#),
    Operation::delete(
        "removeGrant",
        "/api/v1/accounts/{account}/grants/{grant}",
        "Take a role away from an account",
    )
    .at(&[("account", "text", "The account's id, `acc_…`"), ("grant", "text", "The grant's id, `grt_…`")]),
    Operation::get(
        "listSessions",
        "/api/v1/accounts/{account}/sessions",
        "Browsers that are signed in with an account",
    )
    .at(ACCOUNT)
    .gives(200, "page of Session"),
    Operation::delete(
        "endSession",
        "/api/v1/accounts/{account}/sessions/{session}",
        "End a session of an account",
    )
    .at(&[("account", "text", "The account's id, `acc_…`"), ("session", "text", "The session's id")]),
    Operation::delete(
        "endSessions",
        "/api/v1/accounts/{account}/sessions",
        "End every session of an account",
    )
    .at(ACCOUNT)
    .gives(200, "SessionsEnded"),
    Operation::get("listAccountTokens", "/api/v1/accounts/{account}/tokens", "The API tokens of an account")
        .at(ACCOUNT)
        .gives(200, "page of AccountToken"),
    Operation::delete(
        "revokeAccountToken",
        "/api/v1/accounts/{account}/tokens/{token}",
        "Revoke an API token of an account",
    )
    .at(&[("account", "text", "The account's id, `acc_…`"), ("token", "text", "The token's id, `tok_…`")]),
    Operation::get("listServiceTokens", "/api/v1/service-tokens", "Tokens of programs")
        .gives(200, "page of ServiceToken"),
    Operation::post("createServiceToken", "/api/v1/service-tokens", "Make a token for a program")
        .takes("NewServiceToken")
        .gives(201, "ServiceTokenMade")
        .example("", r#"{"name": "Forum bridge", "role": "manager", "days": 365}"#),
    Operation::delete("revokeServiceToken", "/api/v1/service-tokens/{service}", "Revoke a program's token")
        .at(&[("service", "text", "The token's id, `svc_…`")]),
    Operation::get("listRoles", "/api/v1/roles", "Roles with what each holds")
        .gives(200, "page of Role")
        .example("?limit=2", ""),
];

pub(crate) const DECIDING: &[Operation] = &[
    Operation::post("createRole", "/api/v1/roles", "Make a role")
        .takes("NewRole")
        .gives(201, "Role")
        .example("", r#"{"title": "Event host", "sentence": "Runs the meetups."}"#),
    Operation::put("changeRole", "/api/v1/roles/{role}", "Say what a role holds")
        .more("Whoever changes a role holds what they give and take.")
        .at(ROLE)
        .takes("RoleChange")
        .gives(200, "Role")
        .example("", r#"{"permissions": ["insights.read", "conversations.read"]}"#),
    Operation::delete(
        "resetRole",
        "/api/v1/roles/{role}/changes",
        "Set a role back to what it holds at first",
    )
    .at(ROLE)
    .gives(200, "Role"),
    Operation::delete("removeRole", "/api/v1/roles/{role}", "Remove a role of one's own making").at(ROLE),
];

pub(crate) const READING: &[Operation] =
    &[Operation::get("listAuditEntries", "/api/v1/audit", "The audit log, newest first")
        .asks(&[
            ("who", "text", "Of this account (`acc_…`)"),
            ("area", "text", "Of this capability"),
            ("subject", "text", "About this record"),
            ("q", "text", "With these words"),
            ("from", "day", "On this day or later"),
            ("to", "day", "On this day or earlier"),
            CURSOR,
            LIMIT,
        ])
        .gives(200, "page of AuditEntry")
        .example("?limit=2", "")];

pub(crate) const KEEPING: &[Operation] = &[
    Operation::get("getAuditRetention", "/api/v1/audit-retention", "How long the audit log is kept")
        .gives(200, "AuditRetention"),
    Operation::put("setAuditRetention", "/api/v1/audit-retention", "Say how long the audit log is kept")
        .takes("AuditRetention")
        .gives(200, "AuditRetention")
        .example("", r#"{"years": "5"}"#),
];

const PROVIDER: &[Field] = &[("provider", "text", "The provider's id")];

pub(crate) const SIGN_IN: &[Operation] = &[
    Operation::get("listSignInProviders", "/api/v1/sign-in-providers", "Whom people sign in with")
        .gives(200, "page of SignInProvider"),
    Operation::post("createSignInProvider", "/api/v1/sign-in-providers", "Make a provider")
        .takes("NewSignInProvider")
        .gives(201, "SignInProvider")
        .example(
            "",
            r#"{"name": "Example", "issuer": "https://login.example.org", "client_id": "folkmoot"}"#,
        ),
    Operation::get("getSignInProvider", "/api/v1/sign-in-providers/{provider}", "One provider")
        .at(PROVIDER)
        .gives(200, "SignInProvider"),
    Operation::patch("changeSignInProvider", "/api/v1/sign-in-providers/{provider}", "Change a provider")
        .at(PROVIDER)
        .takes("SignInProviderChange")
        .gives(200, "SignInProvider")
        .example("", r#"{"name": "Example login"}"#),
    Operation::delete("removeSignInProvider", "/api/v1/sign-in-providers/{provider}", "Remove a provider")
        .at(PROVIDER),
    Operation::post(
        "testSignInProvider",
        "/api/v1/sign-in-providers/{provider}/tests",
        "Ask a provider what it says of itself",
    )
    .at(PROVIDER)
    .gives(200, "SignInProviderTested"),
];
