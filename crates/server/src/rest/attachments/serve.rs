//! The bytes of an attachment as an answer: never run by a browser on our pages, whatever is in them.

use std::{fmt::Write, ops::Range};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use service::StoredFile;

use crate::problem::Problem;

/// For what is saved, and for images: nothing in it runs, nothing is loaded. Browsers show an image with styles of
/// their own.
const SANDBOX: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
/// A browser's PDF viewer does not open in a sandbox. The viewer, not our page, is what a PDF's scripts would run in.
const PDF: &str = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'";

/// What part of a file is asked for.
#[derive(Debug, PartialEq, Eq)]
enum Asked {
    Whole,
    Part(Range<u64>),
    Nothing,
}

/// Answers with the file or the part of it that is asked for.
pub(super) async fn file(file: &StoredFile, is_inline: bool, headers: &HeaderMap) -> Result<Response, Problem> {
    let (size, tag) = (file.size(), format!("\"{}\"", file.tag()));
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    if text(header::IF_NONE_MATCH).is_some_and(|tags| matches(tags, &tag)) {
        return Ok((StatusCode::NOT_MODIFIED, common(&tag)).into_response());
    }
    // A range of another version would be glued to the wrong bytes.
    let same = text(header::IF_RANGE).is_none_or(|known| known == tag);
    let asked = text(header::RANGE).filter(|_| same).map_or(Asked::Whole, |range| asked(range, size));
    let (status, range) = match asked {
        Asked::Whole => (StatusCode::OK, 0..size),
        Asked::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
        Asked::Nothing => {
            let sizes = [(header::CONTENT_RANGE, format!("bytes */{size}"))];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, sizes).into_response());
        }
    };
    let bytes = file.read(range.clone()).await?;
    let mut response = (status, common(&tag), Body::from_stream(bytes)).into_response();
    let out = response.headers_mut();
    describe(file, is_inline, out);
    out.insert(header::CONTENT_LENGTH, (range.end - range.start).into());
    if status == StatusCode::PARTIAL_CONTENT
        && let Ok(value) = HeaderValue::from_str(&format!("bytes {}-{}/{size}", range.start, range.end - 1))
    {
        out.insert(header::CONTENT_RANGE, value);
    }
    Ok(response)
}

/// Kept by the browser, but asked for again each time: whoever is signed out or lost the lead gets nothing.
fn common(tag: &str) -> [(header::HeaderName, String); 3] {
    [
        (header::ETAG, tag.to_owned()),
        (header::CACHE_CONTROL, "private, no-cache".into()),
        (header::ACCEPT_RANGES, "bytes".into()),
    ]
}

fn describe(file: &StoredFile, is_inline: bool, out: &mut HeaderMap) {
    let attachment = &file.attachment;
    let is_shown = is_inline && attachment.can_preview();
    let is_pdf = is_shown && !attachment.is_image();
    let content_type = match attachment.content_type.as_str() {
        // It was found to be UTF-8, and browsers would guess.
        "text/plain" => "text/plain; charset=utf-8",
        other => other,
    };
    let unknown = HeaderValue::from_static("application/octet-stream");
    out.insert(header::CONTENT_TYPE, HeaderValue::from_str(content_type).unwrap_or(unknown));
    let disposition = disposition(is_shown, &attachment.file_name);
    let nameless = HeaderValue::from_static("attachment");
    out.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&disposition).unwrap_or(nameless));
    let policy = HeaderValue::from_static(if is_pdf { PDF } else { SANDBOX });
    out.insert(header::CONTENT_SECURITY_POLICY, policy);
    if is_pdf {
        out.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    }
}

/// The name in both forms of RFC 6266: plain for what is old, and as it is for everything else.
fn disposition(is_shown: bool, name: &str) -> String {
    let plain = |c: char| if (c.is_ascii_graphic() || c == ' ') && !"\"\\%".contains(c) { c } else { '_' };
    let kind = if is_shown { "inline" } else { "attachment" };
    let mut text = format!("{kind}; filename=\"{}\"; filename*=UTF-8''", name.chars().map(plain).collect::<String>());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

fn matches(tags: &str, tag: &str) -> bool {
    tags.trim() == "*" || tags.split(',').any(|one| one.trim().trim_start_matches("W/") == tag)
}

/// One range is answered; several, or what is none, get the whole file, as RFC 9110 allows.
fn asked(range: &str, size: u64) -> Asked {
    let Some((first, last)) = range.trim().strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Asked::Whole;
    };
    let (start, end) = match (first.trim().parse::<u64>(), last.trim()) {
        (Ok(first), "") => (first, size),
        (Ok(first), last) => match last.parse::<u64>() {
            Ok(last) if last >= first => (first, size.min(last.saturating_add(1))),
            _ => return Asked::Whole,
        },
        (Err(_), last) if first.trim().is_empty() => match last.parse::<u64>() {
            Ok(0) => return Asked::Nothing,
            Ok(last) => (size.saturating_sub(last), size),
            Err(_) => return Asked::Whole,
        },
        (Err(_), _) => return Asked::Whole,
    };
    if start < size { Asked::Part(start..end) } else { Asked::Nothing }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_as_the_standard_has_them() {
        for (range, expected) in [
            ("bytes=0-0", Asked::Part(0..1)),
            ("bytes=2-", Asked::Part(2..10)),
            ("bytes=-3", Asked::Part(7..10)),
            ("bytes=-30", Asked::Part(0..10)),
            ("bytes=5-99999999999", Asked::Part(5..10)),
            ("bytes=10-", Asked::Nothing),
            ("bytes=-0", Asked::Nothing),
            ("bytes=5-2", Asked::Whole),
            ("bytes=0-1,4-5", Asked::Whole),
            ("lines=0-1", Asked::Whole),
            ("bytes=x", Asked::Whole),
        ] {
            assert_eq!(asked(range, 10), expected, "{range}");
        }
        assert_eq!(asked("bytes=-5", 0), Asked::Nothing);
    }

    #[test]
    fn names_are_given_plain_and_as_they_are() {
        assert_eq!(
            disposition(false, "Angebot \"fünf\" 100%.pdf"),
            "attachment; filename=\"Angebot _f_nf_ 100_.pdf\"; filename*=UTF-8''Angebot%20%22f%C3%BCnf%22%20100%25.pdf"
        );
    }
}
