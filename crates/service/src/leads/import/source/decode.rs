//! From the bytes of a text file to UTF-8, a piece at a time.

use std::io::{self, Read};

use domain::imports::Encoding;
use encoding_rs::{CoderResult, Decoder, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// Bytes that a guess is made from.
pub(in super::super) const HEAD: u64 = 256 << 10;
/// Bytes that are decoded at once.
const PIECE: usize = 64 << 10;

/// What stands where bytes make no sense in their encoding.
pub(super) const NONSENSE: char = '\u{fffd}';

/// The file as UTF-8. One that says it is UTF-8 comes as it is: what is none of it shows in its cell.
pub(in super::super) fn utf8<'r>(file: impl Read + 'r, encoding: Encoding) -> Box<dyn Read + 'r> {
    let decoder = match encoding {
        Encoding::Utf8 => return Box::new(file),
        Encoding::Utf16Le => UTF_16LE.new_decoder_with_bom_removal(),
        Encoding::Utf16Be => UTF_16BE.new_decoder_with_bom_removal(),
        Encoding::Windows1252 => WINDOWS_1252.new_decoder_without_bom_handling(),
    };
    Box::new(Decoded { file, decoder, bytes: vec![0; PIECE], filled: 0, text: String::new(), at: 0, is_over: false })
}

struct Decoded<R> {
    file: R,
    decoder: Decoder,
    bytes: Vec<u8>,
    /// Bytes that were read and not yet decoded.
    filled: usize,
    text: String,
    /// How much of the text was handed on.
    at: usize,
    is_over: bool,
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at == self.text.len() {
            if self.is_over {
                return Ok(0);
            }
            self.decode()?;
        }
        let rest = &self.text.as_bytes()[self.at..];
        let count = rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&rest[..count]);
        self.at += count;
        Ok(count)
    }
}

impl<R: Read> Decoded<R> {
    fn decode(&mut self) -> io::Result<()> {
        let read = self.file.read(&mut self.bytes[self.filled..])?;
        let is_last = read == 0;
        self.filled += read;
        self.text.clear();
        self.at = 0;
        self.text.reserve(self.decoder.max_utf8_buffer_length(self.filled).unwrap_or(PIECE * 3));
        let (result, used, _) = self.decoder.decode_to_string(&self.bytes[..self.filled], &mut self.text, is_last);
        self.bytes.copy_within(used..self.filled, 0);
        self.filled -= used;
        self.is_over = is_last && result == CoderResult::InputEmpty;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8], encoding: Encoding) -> String {
        let mut text = String::new();
        utf8(bytes, encoding).read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn every_encoding_becomes_the_same_text() {
        let text = "Zoë Müller; 5 €; 日本";
        let units = || text.encode_utf16();
        let little: Vec<u8> = [0xFF, 0xFE].into_iter().chain(units().flat_map(u16::to_le_bytes)).collect();
        let big: Vec<u8> = units().flat_map(u16::to_be_bytes).collect();
        assert_eq!(read(&little, Encoding::Utf16Le), text);
        assert_eq!(read(&big, Encoding::Utf16Be), text);
        assert_eq!(read(text.as_bytes(), Encoding::Utf8), text);
        assert_eq!(read(b"Zo\xEB M\xFCller; 5 \x80", Encoding::Windows1252), "Zoë Müller; 5 €");
    }

    #[test]
    fn half_a_sign_at_the_end_is_nonsense_and_no_hang() {
        assert_eq!(read(b"a\0b", Encoding::Utf16Le), format!("a{NONSENSE}"));
    }

    #[test]
    fn long_text_comes_whole_across_the_pieces() {
        let text = "äöü€".repeat(50_000);
        let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(&bytes, Encoding::Utf16Le), text);
    }
}
