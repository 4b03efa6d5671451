//! A text as a picture that a phone reads.

use crate::Markup;
use crate::markup::esc;
use qrcodegen::{QrCode, QrCodeEcc};
use std::fmt::Write as _;

/// Empty modules around it, which readers need (ISO/IEC 18004, 6.3.8).
const MARGIN: i32 = 4;

/// A text as a QR code, drawn as SVG: dark on light in both themes, as readers want it. Empty for a text that is too long.
pub fn qr(text: &str, spoken: &str) -> Markup {
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Medium) else { return Markup::empty() };
    let mut path = String::new();
    for y in 0..code.size() {
        for x in (0..code.size()).filter(|x| code.get_module(*x, y)) {
            // Writing to a String cannot fail.
            let _ = write!(path, "M{},{}h1v1h-1z", x + MARGIN, y + MARGIN);
        }
    }
    let side = code.size() + 2 * MARGIN;
    Markup::raw(format!(
        "<svg class=\"qr\" role=\"img\" aria-label=\"{}\" width=\"200\" height=\"200\" viewBox=\"0 0 {side} {side}\" \
         shape-rendering=\"crispEdges\"><rect width=\"{side}\" height=\"{side}\" fill=\"white\"/>\
         <path d=\"{path}\" fill=\"black\"/></svg>",
        esc(spoken)
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_becomes_a_picture_with_a_name() {
        let html = qr("otpauth://totp/x?secret=MZXW6YTBOI", "A \"code\"").into_string();
        assert!(html.starts_with("<svg") && html.contains("aria-label=\"A &quot;code&quot;\""), "{html}");
        assert!(html.contains("M4,4h1v1h-1z") && !html.contains("style="), "the first corner is dark");
        assert!(qr(&"x".repeat(5_000), "").is_empty());
    }
}
