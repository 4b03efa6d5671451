//! The usual forms of an answer.

use crate::Problem;
use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

/// What a handler of the API gives.
pub type Answer = std::result::Result<Response, Problem>;

/// 200 with JSON.
///
/// # Errors
/// None; it fits where handlers end.
pub fn ok(value: Value) -> Answer {
    Ok(Json(value).into_response())
}

/// 201 with JSON, and where what was made can be read.
///
/// # Errors
/// None; it fits where handlers end.
pub fn created(place: &str, value: Value) -> Answer {
    Ok((StatusCode::CREATED, [(header::LOCATION, place.to_owned())], Json(value)).into_response())
}
