//! What the API's routes of webhooks are to programs.

use capability::api::{CURSOR, Field, LIMIT, Operation, Shape};

const STATES: &str = "delivered|dead|waiting|retrying";

pub(crate) const SHAPES: &[Shape] = &[
    Shape::new(
        "Webhook",
        "Where events are sent.",
        &[
            ("id", "text", "Its id, `whe_…`"),
            ("url", "text", "The address"),
            ("description", "text", "What it is for"),
            ("events", "[text]", "The kinds of event; `*` for all"),
            ("private", "flag", "Whether events of private channels are sent as well"),
            ("history", "flag", "Whether activities of imports are sent as well"),
            ("state", "active|failing|stopped", "How it stands"),
            ("made_at", "time", "When it was made"),
            ("failing_since", "time?", "Since when it fails"),
            ("stopped_at", "time?", "When it was stopped"),
            ("stopped_why", "text?", "Why"),
        ],
    ),
    Shape::new(
        "WebhookMade",
        "A new subscription, with the secret that is in no other answer.",
        &[
            ("id", "text", "Its id, `whe_…`"),
            ("url", "text", "The address"),
            ("description", "text", "What it is for"),
            ("events", "[text]", "The kinds of event; `*` for all"),
            ("private", "flag", "Whether events of private channels are sent as well"),
            ("history", "flag", "Whether activities of imports are sent as well"),
            ("state", "active|failing|stopped", "How it stands"),
            ("made_at", "time", "When it was made"),
            ("failing_since", "time?", "Since when it fails"),
            ("stopped_at", "time?", "When it was stopped"),
            ("stopped_why", "text?", "Why"),
            ("secret", "text", "With which what is sent is signed"),
        ],
    ),
    Shape::new(
        "NewWebhook",
        "A subscription. The address may have the name that Zapier, Make or n8n give it; one event or several.",
        &[
            ("url?", "text", "The address"),
            ("target_url?", "text", "The same"),
            ("targetUrl?", "text", "The same"),
            ("hookUrl?", "text", "The same"),
            ("event?", "text?", "One kind of event"),
            ("events?", "[text]?", "Kinds of event; `*` for all"),
            ("description?", "text?", "What it is for"),
            ("private?", "flag?", "Whether events of private channels are sent as well"),
            ("history?", "flag?", "Whether activities of imports are sent as well"),
            ("state?", "active|stopped", "Only when it is changed"),
        ],
    ),
    Shape::new(
        "WebhookSecret",
        "A new secret.",
        &[
            ("secret", "text", "The secret"),
            ("previous_until", "time", "Until when the one before is used beside it"),
        ],
    ),
    Shape::new(
        "WebhookDelivery",
        "One message on its way.",
        &[
            ("id", "text", "Its id, `whd_…`"),
            ("message", "text", "The message's id, the same for every attempt"),
            ("event", "text", "The kind of event"),
            ("state", STATES, "How it stands"),
            ("attempts", "integer", "How often it was tried"),
            ("queued_at", "time", "When it was put in"),
            ("tried_at", "time?", "When it was last tried"),
            ("next_at", "time?", "When it is tried again"),
            ("status", "integer?", "What the receiver answered"),
            ("took_micros", "integer?", "How long that took"),
            ("answer", "text?", "What the receiver said, shortened"),
        ],
    ),
    Shape::new(
        "WebhookTest",
        "What is to be sent.",
        &[("event?", "text", "The kind of event; any when it is absent")],
    ),
    Shape::new("WebhookTested", "The delivery of a test.", &[("id", "text", "Its id")]),
    Shape::new(
        "WebhookReplay",
        "What is to be sent again.",
        &[("delivery?", "text?", "One delivery; every dead one when it is absent")],
    ),
    Shape::new("WebhookReplayed", "What is sent again.", &[("deliveries", "integer", "How many")]),
    Shape::new(
        "WebhookEvent",
        "A kind of event.",
        &[
            ("event", "text", "Its name"),
            ("meaning", "text", "What it means"),
            ("sample", "{any}", "The whole body, as an example"),
        ],
    ),
];

const ENDPOINT: &[Field] = &[("endpoint", "text", "The subscription's id, `whe_…`")];

pub(crate) const OPERATIONS: &[Operation] = &[
    Operation::get("listWebhooks", "/api/v1/webhooks", "Where events are sent").gives(200, "page of Webhook"),
    Operation::post("createWebhook", "/api/v1/webhooks", "Send events to an address")
        .takes("NewWebhook")
        .gives(201, "WebhookMade")
        .example("", r#"{"url": "https://hooks.example.org/folkmoot", "events": ["question.asked"]}"#),
    Operation::get("getWebhook", "/api/v1/webhooks/{endpoint}", "One subscription")
        .at(ENDPOINT)
        .gives(200, "Webhook"),
    Operation::patch("changeWebhook", "/api/v1/webhooks/{endpoint}", "Change, stop or start a subscription")
        .at(ENDPOINT)
        .takes("NewWebhook")
        .gives(200, "Webhook")
        .example("", r#"{"description": "The chat of the team"}"#),
    Operation::delete("removeWebhook", "/api/v1/webhooks/{endpoint}", "End a subscription").at(ENDPOINT),
    Operation::post("rotateWebhookSecret", "/api/v1/webhooks/{endpoint}/rotation", "Take a new secret")
        .more("The one before is used beside it for a day.")
        .at(ENDPOINT)
        .gives(200, "WebhookSecret"),
    Operation::post("testWebhook", "/api/v1/webhooks/{endpoint}/tests", "Send a sample")
        .at(ENDPOINT)
        .takes("WebhookTest")
        .body_optional()
        .gives(202, "WebhookTested")
        .example("", r#"{"event": "question.asked"}"#),
    Operation::get("listDeliveries", "/api/v1/webhooks/{endpoint}/deliveries", "What was sent, newest first")
        .at(ENDPOINT)
        .asks(&[("state", STATES, "Only those that stand so"), CURSOR, LIMIT])
        .gives(200, "page of WebhookDelivery"),
    Operation::post(
        "replayDeliveries",
        "/api/v1/webhooks/{endpoint}/replays",
        "Send again what was given up",
    )
    .at(ENDPOINT)
    .takes("WebhookReplay")
    .body_optional()
    .gives(202, "WebhookReplayed")
    .example("", "{}"),
    Operation::get("listWebhookEvents", "/api/v1/webhooks/events", "Every kind of event, with a sample")
        .gives(200, "page of WebhookEvent")
        .example("?limit=1", ""),
    Operation::get(
        "getWebhookSamples",
        "/api/v1/webhooks/samples/{kind}",
        "A list of one sample, for setting up a trigger",
    )
    .at(&[("kind", "text", "The kind of event")])
    .gives(200, "[{any}]"),
];
