//! The OpenAPI 3.1 document (<https://spec.openapis.org/oas/v3.1.1>), made from the manifests.

use super::describe::{Body, Field, Operation, Shape, names_in, plain, schema, shape_schema};
use super::examples::Examples;
use crate::{Permission, Registry, Routes};
use base::{Error, Result};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// An operation with where it comes from.
#[derive(Clone, Copy)]
pub struct Described {
    /// The title of its capability.
    pub group: &'static str,
    /// What whoever asks must be allowed to do.
    pub permission: Permission,
    /// The operation.
    pub operation: Operation,
}

/// What an error looks like (RFC 9457).
const PROBLEM: Shape = Shape::new(
    "Problem",
    "Why something was not done, as RFC 9457 has it.",
    &[
        ("type", "text", "Always `about:blank`: the status says what kind of problem it is"),
        ("title", "text", "The kind of problem in words"),
        ("status", "integer", "The HTTP status"),
        ("detail", "text", "What happened and what to do next"),
        ("instance", "text", "The request, as the server's log has it"),
    ],
);

/// Every operation, in the order of the manifests and of the paths.
pub fn operations(registry: &Registry) -> Vec<Described> {
    let mut all = Vec::new();
    for manifest in registry.manifests() {
        for routes in &manifest.api {
            let described = |operation: &Operation| Described {
                group: manifest.title,
                permission: routes.permission,
                operation: *operation,
            };
            all.extend(routes.operations.iter().map(described));
        }
    }
    all
}

/// Every shape, the one of errors included.
pub(crate) fn shapes(registry: &Registry) -> Vec<Shape> {
    let all = registry.manifests().iter().flat_map(|m| m.shapes.iter().copied());
    all.chain([PROBLEM]).collect()
}

/// What is wrong with a manifest's descriptions; the registry refuses one that breaks a rule.
pub(crate) fn broken_rules(m: &crate::Manifest, broken: &mut Vec<String>) {
    for routes in &m.api {
        if routes.operations.is_empty() {
            broken.push(format!(
                "{}: API routes behind {} without a description; use Routes::api",
                m.id, routes.permission.id
            ));
        }
        for o in routes.operations {
            let mut wrong = |what: String| broken.push(format!("{}: {} {}: {what}", m.id, o.method, o.path));
            for what in mistakes(routes, o) {
                wrong(what);
            }
        }
    }
    for shape in m.shapes {
        if let Err(what) = shape_schema(shape) {
            broken.push(format!("{}: {what}", m.id));
        }
    }
}

fn mistakes(routes: &Routes, o: &Operation) -> Vec<String> {
    let mut wrong = Vec::new();
    if !o.path.starts_with("/api/") {
        wrong.push("does not lie under /api/".to_owned());
    }
    if o.id.is_empty() || !o.id.bytes().all(|b| b.is_ascii_alphanumeric()) || o.summary.is_empty() {
        wrong.push("has no id of letters, or no summary".to_owned());
    }
    let in_path: Vec<&str> =
        o.path.split('/').filter_map(|p| p.strip_prefix('{')?.strip_suffix('}')).collect();
    let told: Vec<&str> = o.at.iter().map(|f| f.0).collect();
    if in_path != told {
        wrong.push(format!("the path has {in_path:?}, the description {told:?}"));
    }
    let body = match o.takes {
        Some(Body::Json(kind) | Body::Multipart(kind)) => kind,
        Some(Body::Text(_)) | None => "",
    };
    let kinds = o.at.iter().chain(o.asks).map(|f| f.1).chain([body, o.gives]).filter(|k| !k.is_empty());
    wrong.extend(kinds.filter_map(|kind| schema(kind).err()));
    if (o.status == 204) != o.gives.is_empty() {
        wrong.push("answers 204, or says what it gives".to_owned());
    }
    if o.is_reading() && o.takes.is_some() {
        wrong.push("a reading has no body".to_owned());
    }
    if o.by_session != routes.by_session {
        wrong.push("by_session stands at the routes and at the operation, or at neither".to_owned());
    }
    wrong
}

/// What is wrong with all of them together: names that occur twice, shapes that are not there.
pub(crate) fn broken_together(registry: &Registry) -> Vec<String> {
    let mut broken = Vec::new();
    let shapes = shapes(registry);
    let mut names = BTreeSet::new();
    broken
        .extend(shapes.iter().filter(|s| !names.insert(s.name)).map(|s| format!("shape {}: twice", s.name)));
    let (mut ids, mut calls) = (BTreeSet::new(), BTreeSet::new());
    let mut kinds: Vec<&str> = shapes.iter().flat_map(|s| s.fields.iter().map(|f| f.1)).collect();
    for d in operations(registry) {
        let o = d.operation;
        if !ids.insert(o.id) {
            broken.push(format!("operation {}: twice", o.id));
        }
        if !calls.insert((o.method, o.path)) {
            broken.push(format!("{} {}: described twice", o.method, o.path));
        }
        kinds.push(o.gives);
        if let Some(Body::Json(kind) | Body::Multipart(kind)) = o.takes {
            kinds.push(kind);
        }
    }
    let used: BTreeSet<&str> = kinds.into_iter().flat_map(names_in).chain([PROBLEM.name]).collect();
    broken.extend(used.difference(&names).map(|n| format!("shape {n}: named, but in no manifest")));
    broken.extend(names.difference(&used).map(|n| format!("shape {n}: used nowhere")));
    broken
}

/// The schemas of every shape, by name.
pub fn schemas(registry: &Registry) -> Map<String, Value> {
    // What cannot be understood was refused by the registry.
    let made = |s: &Shape| Some((s.name.to_owned(), shape_schema(s).ok()?));
    shapes(registry).iter().filter_map(made).collect()
}

/// The operations by method and path, and the schemas: what every call is held against.
#[derive(Default)]
pub(crate) struct Index {
    by_path: HashMap<&'static str, Vec<Operation>>,
    pub schemas: Map<String, Value>,
}

impl Index {
    pub(crate) fn new(registry: &Registry) -> Self {
        let mut by_path: HashMap<&'static str, Vec<Operation>> = HashMap::new();
        for d in operations(registry) {
            by_path.entry(d.operation.path).or_default().push(d.operation);
        }
        Self { by_path, schemas: schemas(registry) }
    }

    pub(crate) fn find(&self, method: &str, path: &str) -> Option<&Operation> {
        self.by_path.get(path)?.iter().find(|o| o.method == method)
    }
}

/// The document. `server` is the address by which programs reach this installation.
///
/// # Errors
/// `Internal` when a description cannot be understood; the registry would have refused it.
pub fn document(registry: &Registry, server: &str, examples: &Examples) -> Result<Value> {
    let schemas = schemas(registry);
    let all = operations(registry);
    let mut paths: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for d in &all {
        let method = d.operation.method.to_ascii_lowercase();
        paths.entry(d.operation.path).or_default().insert(method, operation_json(d, examples)?);
    }
    let mut groups: Vec<&str> = Vec::new();
    for d in &all {
        if !groups.contains(&d.group) {
            groups.push(d.group);
        }
    }
    let tags: Vec<Value> =
        groups.iter().map(|g| json!({ "name": g, "description": format!("{g} as on the desk.") })).collect();
    Ok(json!({
        "openapi": "3.1.0",
        "info": {
            "title": format!("{} API", base::NAME),
            "version": "1",
            "description": INTRODUCTION,
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": server }],
        "security": [{ "token": [] }],
        "tags": tags,
        "paths": paths,
        "components": {
            "schemas": schemas,
            "headers": headers(),
            "responses": problems(),
            "securitySchemes": {
                "token": {
                    "type": "http", "scheme": "bearer",
                    "description": "An API token, `fmt_…` of an account or `fms_…` of a service.",
                },
                "session": {
                    "type": "apiKey", "in": "cookie", "name": "folkmoot_session",
                    "description": "A browser's session, for the few calls that are not for API tokens.",
                },
            },
        },
    }))
}

/// What holds for every call.
pub(crate) const INTRODUCTION: &str = "Everything that the desk reads and does. Send an API token as \
    `Authorization: Bearer …`. Lists answer `items` and `next`; `next` goes into `cursor` of the next request. Errors \
    are problem+json (RFC 9457). Readings have an `ETag`; with `If-None-Match` an answer that is known already is 304 \
    without a body. A call that changes something takes an `Idempotency-Key`: the same call with the same key within \
    24 hours is carried out once and answered twice. `RateLimit` and `RateLimit-Policy` say how much may still be \
    asked; beyond that the answer is 429 with `Retry-After`.";

/// Statuses of errors: name of the response, status, meaning.
const PROBLEMS: [(&str, u16, &str); 11] = [
    ("Malformed", 400, "The request cannot be read: no JSON, or a parameter of the wrong kind."),
    ("NotSignedIn", 401, "The token is missing, wrong, revoked or has expired."),
    ("NotAllowed", 403, "Whoever asks may not do this; `detail` names what is missing."),
    ("NotFound", 404, "There is no such thing."),
    ("Conflict", 409, "It collides with what is there, or the same key is being worked on."),
    ("TooLarge", 413, "The body is too large."),
    ("NotJson", 415, "The body is not of the kind that this takes."),
    ("Wrong", 422, "Something in the request is not right; `detail` says what."),
    ("TooMany", 429, "Too much was asked; `Retry-After` says when to come again."),
    ("Broken", 500, "A defect; the server's log says more under the request's id."),
    ("Busy", 503, "Not now; `Retry-After` says when to come again."),
];

fn problems() -> Map<String, Value> {
    PROBLEMS
        .iter()
        .map(|(name, status, meaning)| {
            let problem = json!({ "$ref": "#/components/schemas/Problem" });
            let mut response = json!({
                "description": meaning,
                "content": { "application/problem+json": { "schema": problem } },
            });
            if [429, 503].contains(status) {
                response["headers"] =
                    json!({ "Retry-After": { "$ref": "#/components/headers/Retry-After" } });
            }
            ((*name).to_owned(), response)
        })
        .collect()
}

fn headers() -> Value {
    let header = |schema: Value, meaning: &str| json!({ "description": meaning, "schema": schema });
    let text = || json!({ "type": "string" });
    json!({
        "ETag": header(text(), "Names this answer; send it as If-None-Match."),
        "Location": header(text(), "Where what was made can be read."),
        "Retry-After": header(json!({ "type": "integer" }), "Seconds after which asking again makes sense."),
        "RateLimit": header(text(), "What is left of the policy: `\"api\";r=599;t=42`."),
        "RateLimit-Policy": header(text(), "How much may be asked in how many seconds: `\"api\";q=600;w=60`."),
    })
}

/// Which errors a call may give.
fn errors_of(o: &Operation) -> Vec<&'static (&'static str, u16, &'static str)> {
    let asks = !o.query().is_empty() || o.asks_more;
    let fits = |status: u16| match status {
        400 => o.takes.is_some() || !o.at.is_empty() || asks || o.takes_key(),
        404 => !o.at.is_empty() || asks || o.takes.is_some(),
        409 => !o.is_reading(),
        413 | 415 => o.takes.is_some(),
        422 => asks || !o.at.is_empty() || !o.is_reading(),
        _ => true,
    };
    PROBLEMS.iter().filter(|p| fits(p.1)).collect()
}

fn parameter(place: &str, (name, kind, meaning): &Field) -> Result<Value> {
    // A list in a query is the name several times.
    Ok(json!({
        "name": plain(name),
        "in": place,
        "description": meaning,
        "required": place == "path" || name.ends_with('!'),
        "schema": schema(kind).map_err(Error::internal)?,
    }))
}

fn operation_json(d: &Described, examples: &Examples) -> Result<Value> {
    let o = &d.operation;
    let mut parameters = Vec::new();
    for field in o.at {
        parameters.push(parameter("path", field)?);
    }
    for field in &o.query() {
        parameters.push(parameter("query", field)?);
    }
    if o.takes_key() {
        let key: Field =
            ("Idempotency-Key", "text(1..255)", "Any text of printable ASCII; the same for a repetition");
        let mut parameter = parameter("header", &key)?;
        parameter["schema"]["pattern"] = json!("^[!-~]{1,255}$");
        parameters.push(parameter);
    } else if o.is_reading() {
        parameters.push(parameter(
            "header",
            &("If-None-Match", "text", "The ETag of an answer that is known already"),
        )?);
    }
    let more = if o.more.is_empty() { String::new() } else { format!(" {}", o.more) };
    let mut whole = json!({
        "operationId": o.id,
        "summary": o.summary,
        "description": format!("{}.{more} Needs the permission `{}` ({}).", o.summary, d.permission.id, d.permission.title),
        "tags": [d.group],
        "x-permission": d.permission.id,
        "responses": responses(o, examples)?,
    });
    if !parameters.is_empty() {
        whole["parameters"] = json!(parameters);
    }
    if o.by_session {
        whole["security"] = json!([{ "session": [] }]);
    }
    if let Some(body) = o.takes {
        let (kind, schema) = match body {
            Body::Json(kind) => ("application/json", schema(kind).map_err(Error::internal)?),
            Body::Text(media) => (media, json!({ "type": "string" })),
            Body::Multipart(kind) => ("multipart/form-data", schema(kind).map_err(Error::internal)?),
        };
        let mut content = json!({ "schema": schema });
        if let Ok(example) = serde_json::from_str::<Value>(o.example.1) {
            content["example"] = example;
        } else if !o.example.1.is_empty() {
            content["example"] = json!(o.example.1);
        }
        whole["requestBody"] = json!({ "required": !o.body_optional, "content": { kind: content } });
    }
    Ok(whole)
}

fn responses(o: &Operation, examples: &Examples) -> Result<Map<String, Value>> {
    let mut responses = Map::new();
    let of = |name: &str| json!({ "$ref": format!("#/components/headers/{name}") });
    let mut headers = json!({ "RateLimit": of("RateLimit"), "RateLimit-Policy": of("RateLimit-Policy") });
    if o.is_reading() {
        headers["ETag"] = of("ETag");
    }
    if [201, 202].contains(&o.status) {
        headers["Location"] = of("Location");
    }
    let words = match o.status {
        201 => "It was made.",
        202 => "It was taken on; the work goes on.",
        204 => "It was done.",
        _ => "The answer.",
    };
    let mut good = json!({ "description": words, "headers": headers });
    if !o.gives.is_empty() {
        let schema = schema(o.gives).map_err(Error::internal)?;
        good["content"] = json!({ "application/json": { "schema": schema } });
        if let Some(answer) = examples.answer_of(o.id) {
            good["content"]["application/json"]["example"] = answer;
        }
    }
    responses.insert(o.status.to_string(), good);
    if o.is_reading() {
        responses.insert(
            "304".into(),
            json!({ "description": "The answer that `If-None-Match` names still holds." }),
        );
    }
    for (name, status, _) in errors_of(o) {
        responses.insert(status.to_string(), json!({ "$ref": format!("#/components/responses/{name}") }));
    }
    Ok(responses)
}
