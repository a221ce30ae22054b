//! What a file is, from its first bytes. What its sender or its name claims is not asked.

const UNKNOWN: &str = "application/octet-stream";
/// Bytes that are looked at.
const HEAD: usize = 8 << 10;

/// A content type under which the file can be handed out. Markup and scripts are text: no browser may run them for us.
pub(super) fn content_type(bytes: &[u8]) -> &'static str {
    let head = &bytes[..bytes.len().min(HEAD)];
    match infer::get(head) {
        Some(kind) if kind.matcher_type() != infer::MatcherType::Text => kind.mime_type(),
        Some(_) | None if is_text(head, bytes.len() > HEAD) => "text/plain",
        Some(_) | None => UNKNOWN,
    }
}

fn is_text(head: &[u8], goes_on: bool) -> bool {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // The last character may be cut by where we stopped to look.
        Err(error) if goes_on && error.error_len().is_none() => {
            std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.is_empty() && !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{C}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_say_what_a_file_is() {
        for (bytes, expected) in [
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), "image/png"),
            (b"\xFF\xD8\xFF\xE0\0\x10JFIF", "image/jpeg"),
            (b"GIF89a\x01\0\x01\0", "image/gif"),
            (b"RIFF\x24\0\0\0WEBPVP8 ", "image/webp"),
            (b"%PDF-1.7\n", "application/pdf"),
            (b"PK\x03\x04\x14\0", "application/zip"),
            (b"<!doctype html><script>alert(1)</script>", "text/plain"),
            (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "text/plain"),
            (b"#!/bin/sh\nrm -rf /\n", "text/plain"),
            ("Zahlung fällig".as_bytes(), "text/plain"),
            (b"a\0b", UNKNOWN),
            (b"\xFE\xED\xFA", UNKNOWN),
            (b"", UNKNOWN),
        ] {
            assert_eq!(content_type(bytes), expected, "{:?}", String::from_utf8_lossy(bytes));
        }
        let long = format!("{}ä", "x".repeat(HEAD - 1));
        assert_eq!(content_type(long.as_bytes()), "text/plain");
    }
}
