//! What the API's routes of privacy are to programs. Their shapes stand in `shapes`.

mod shapes;

pub(crate) use shapes::SHAPES;

use capability::api::{Body, Field, Operation};

const MEMBER: &[Field] = &[("member", "text", "The id of one of their identities, `idn_…`")];
const EXPORT: &[Field] = &[("export", "text", "The export's id")];
const ERASURE: &[Field] = &[("erasure", "text", "The erasure's id, `era_…`")];

pub(crate) const CONSENTING: &[Operation] = &[
    Operation::get("getConsents", "/api/v1/members/{member}/consents", "What a member agreed to")
        .at(MEMBER)
        .gives(200, "MemberConsents"),
    Operation::post(
        "recordConsent",
        "/api/v1/members/{member}/consents",
        "Record that a member agreed or took it back",
    )
    .at(MEMBER)
    .takes("NewConsent")
    .gives(201, "RecordId")
    .example(
        "",
        r#"{"purpose": "news", "channel": "email", "given": "yes", "proof": "The form of the meetup"}"#,
    ),
    Operation::post(
        "createPreferenceLink",
        "/api/v1/members/{member}/preferences",
        "Make a link with which a member sets what they agree to",
    )
    .more("Whoever has the link can answer for the member: send it to nobody else.")
    .at(MEMBER)
    .gives(201, "PreferenceLink"),
    Operation::get("listConsentPurposes", "/api/v1/consent-purposes", "What members are asked to agree to")
        .gives(200, "page of ConsentPurpose"),
    Operation::post("createConsentPurpose", "/api/v1/consent-purposes", "Make a purpose of consent")
        .takes("NewConsentPurpose")
        .gives(201, "ConsentPurpose")
        .example("", r#"{"purpose": "newsletter", "title": "Newsletter", "sentence": "News once a month."}"#),
    Operation::delete("endConsentPurpose", "/api/v1/consent-purposes/{purpose}", "End a purpose of consent")
        .more("Nobody is asked any more; what was said before stays.")
        .at(&[("purpose", "text", "The purpose's name in programs")]),
];

pub(crate) const CONSENTS_FILE: &[Operation] =
    &[Operation::post("importConsents", "/api/v1/consents", "Take in a table of consents")
        .more("Rows that are wrong are named in the answer, and the others taken.")
        .asks(&[("dry_run", "true|false", "true to look only")])
        .takes_body(Body::Text("text/csv"))
        .gives(200, "ConsentReport")
        .example(
            "?dry_run=true",
            "member,purpose,channel,given,proof\nForum:dee,newsletter,email,yes,The form of the meetup\n",
        )];

pub(crate) const MANAGING: &[Operation] = &[
    Operation::get("listMemberExports", "/api/v1/members/{member}/exports", "Exports of a member")
        .at(MEMBER)
        .gives(200, "page of MemberExport"),
    Operation::post(
        "createMemberExport",
        "/api/v1/members/{member}/exports",
        "Export everything that is held about a member",
    )
    .more("The file is made a moment later: ask for the export until its state is ready.")
    .at(MEMBER)
    .gives(202, "MemberExport"),
    Operation::get("getMemberExport", "/api/v1/exports/{export}", "One export of a member")
        .at(EXPORT)
        .gives(200, "MemberExport"),
    Operation::delete("removeMemberExport", "/api/v1/exports/{export}", "Remove an export with its file")
        .at(EXPORT),
    Operation::get("getMemberExportFile", "/api/v1/exports/{export}/file", "The file of an export")
        .more("Answers a ZIP archive (application/zip) and no JSON.")
        .at(EXPORT)
        .gives(200, "any"),
    Operation::get("previewErasure", "/api/v1/members/{member}/erasure", "What erasing a member would do")
        .at(MEMBER)
        .gives(200, "ErasurePreview"),
    Operation::post("createErasure", "/api/v1/members/{member}/erasures", "Erase a member")
        .more("It waits for as many days as the community wants; until then it can be called off.")
        .at(MEMBER)
        .takes("NewErasure")
        .gives(202, "Erasure")
        .example("", r#"{"reason": "They asked for it by mail"}"#),
    Operation::get("listErasures", "/api/v1/erasures", "The newest 200 erasures, newest first")
        .gives(200, "page of Erasure"),
    Operation::get(
        "getErasure",
        "/api/v1/erasures/{erasure}",
        "One erasure, with its receipt once it is done",
    )
    .at(ERASURE)
    .gives(200, "Erasure"),
    Operation::delete("cancelErasure", "/api/v1/erasures/{erasure}", "Call off an erasure that waits")
        .at(ERASURE),
    Operation::get("listLegalHolds", "/api/v1/legal-holds", "What must not be erased or dropped")
        .gives(200, "page of LegalHold"),
    Operation::post("createLegalHold", "/api/v1/legal-holds", "Hold a member or a source")
        .more("Names a member or a source, one of the two.")
        .takes("NewLegalHold")
        .gives(201, "RecordId")
        .example("", r#"{"source": "List", "reason": "A letter of the court"}"#),
    Operation::delete("endLegalHold", "/api/v1/legal-holds/{hold}", "End a legal hold").at(&[(
        "hold",
        "text",
        "The hold's id",
    )]),
    Operation::get("listRetentionRules", "/api/v1/retention-rules", "How long texts are kept")
        .gives(200, "page of RetentionRule"),
    Operation::post("createRetentionRule", "/api/v1/retention-rules", "Say how long texts are kept")
        .takes("NewRetentionRule")
        .gives(201, "RecordId")
        .example("", r#"{"source": "Forum", "days": 730}"#),
    Operation::get("previewRetentionRule", "/api/v1/retention-rules/preview", "What a rule would drop today")
        .asks(&[
            ("kind", "text", "Only activities of this kind"),
            ("source", "text", "Only of this source"),
            ("days", "integer(1..36500)", "After how many days; 365 when it is absent"),
        ])
        .gives(200, "RetentionPreview")
        .example("?days=365", ""),
    Operation::delete("endRetentionRule", "/api/v1/retention-rules/{rule}", "End a rule of retention")
        .at(&[("rule", "text", "The rule's id")]),
    Operation::get("getProcessing", "/api/v1/processing", "The record of processing")
        .gives(200, "ProcessingRecord"),
];
