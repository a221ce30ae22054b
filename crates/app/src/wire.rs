//! JSON between our pages and the server, with as little code in the browser as can be.
//!
//! Reading JSON into a type is code of its own for each type and each kind of input: from text, from bytes, from a
//! value. In the browser that was a fifth of the download. So there everything is read into a value first, and from
//! there into its type.

#[cfg(any(test, not(feature = "ssr")))]
mod tree;

use leptos::server_fn::{ContentType, Decodes, Encodes, Format, FormatType, codec::Post};
use serde::{Serialize, de::DeserializeOwned};

/// Server functions take and answer this: `#[server(input = Json, output = Json)]`.
pub type Json = Post<Wire>;

/// The encoding of server functions and of their errors.
pub struct Wire;

/// Reads JSON.
pub fn read<T: DeserializeOwned>(json: &[u8]) -> Result<T, Unread> {
    #[cfg(feature = "ssr")]
    {
        serde_json::from_slice(json)
    }
    #[cfg(not(feature = "ssr"))]
    {
        read_value(serde_json::from_slice(json).map_err(|_| Unread)?)
    }
}

#[cfg(feature = "ssr")]
pub use serde_json::{Error as Unread, from_value as read_value};
#[cfg(not(feature = "ssr"))]
pub use tree::{Mismatch as Unread, read as read_value};

impl ContentType for Wire {
    const CONTENT_TYPE: &'static str = "application/json";
}

impl FormatType for Wire {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T: Serialize> Encodes<T> for Wire {
    type Error = serde_json::Error;

    fn encode(value: &T) -> Result<bytes::Bytes, Self::Error> {
        serde_json::to_vec(value).map(bytes::Bytes::from)
    }
}

impl<T: DeserializeOwned> Decodes<T> for Wire {
    type Error = Unread;

    fn decode(bytes: bytes::Bytes) -> Result<T, Self::Error> {
        read(&bytes)
    }
}
