//! What the API's routes of settings and tokens are to programs.

use capability::api::{Field, Operation, Shape};

pub(crate) const SHAPES: &[Shape] = &[
    Shape::new(
        "CommunitySettings",
        "What the community decides about itself.",
        &[
            ("name", "text", "Its name"),
            ("zone", "text", "The zone whose days figures count in"),
            ("rebuilding_for", "text?", "The zone that figures are being made anew for"),
            ("staff", "text", "Who is staff: addresses, domains, handles or names, separated by commas"),
            ("bots", "text", "Accounts that are bots, separated by commas"),
        ],
    ),
    Shape::new(
        "SettingsChange",
        "What changes; what is absent stays.",
        &[
            ("name?", "text(1..80)", "The community's name"),
            ("zone?", "text(1..80)", "An IANA name; figures are made anew, which goes on after the answer"),
            ("staff?", "text", "Who is staff"),
            ("bots?", "text", "Accounts that are bots"),
        ],
    ),
    Shape::new(
        "Me",
        "Who asks, and what they may do.",
        &[
            ("name", "text", "The name"),
            ("email", "text?", "The e-mail address of an account"),
            ("account", "text?", "The account's id"),
            ("token", "text?", "The id of the token that was sent"),
            ("permissions", "[text]", "What may be done with it"),
        ],
    ),
    Shape::new(
        "PersonalToken",
        "An API token of one's own; its secret is nowhere.",
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
        "PersonalTokenMade",
        "A new token, with the secret that is in no other answer.",
        &[
            ("id", "text", "Its id, `tok_…`"),
            ("token", "text", "The secret, to be sent as `Authorization: Bearer …`"),
        ],
    ),
    Shape::new(
        "NewPersonalToken",
        "A token to be made.",
        &[
            ("name", "text(1..80)", "What it is for"),
            (
                "permissions?",
                "[text]?",
                "What it is to be allowed; everything that its account is when it is absent",
            ),
            ("days?", "integer(1..3650)?", "After how many days it ends; never when it is absent"),
        ],
    ),
];

pub(crate) const DECIDING: &[Operation] = &[
    Operation::get("getSettings", "/api/v1/settings", "What the community decides about itself")
        .gives(200, "CommunitySettings"),
    Operation::patch("changeSettings", "/api/v1/settings", "Change what the community decides")
        .takes("SettingsChange")
        .gives(200, "CommunitySettings")
        .example("", r#"{"name": "Kelp and friends", "staff": "@kelp.example"}"#),
];

const TOKEN: &[Field] = &[("token", "text", "The token's id, `tok_…`")];

pub(crate) const OWNING: &[Operation] = &[
    Operation::get("getMe", "/api/v1/me", "Who asks, and what they may do").gives(200, "Me"),
    Operation::get("listTokens", "/api/v1/tokens", "API tokens of one's own")
        .gives(200, "page of PersonalToken"),
    Operation::delete("revokeToken", "/api/v1/tokens/{token}", "Revoke a token of one's own").at(TOKEN),
];

pub(crate) const BY_SESSION: &[Operation] =
    &[Operation::post("createToken", "/api/v1/tokens", "Make an API token of one's own")
        .more("A token cannot make another: whoever asks is signed in with a browser.")
        .takes("NewPersonalToken")
        .gives(201, "PersonalTokenMade")
        .example("", r#"{"name": "Weekly report", "permissions": ["insights.read"], "days": 90}"#)
        .by_session()];
