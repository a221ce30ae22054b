//! JSON between our pages and the server, with as little code in the browser as can be.
//!
//! Reading JSON into a type is code of its own for each type and each kind of input: from text, from bytes, from a
//! value. In the browser that was a fifth of the download. So there everything is read into a value first, and from
//! there into its type; and what comes along with a page is only read, never written.

use leptos::{
    prelude::Resource,
    server::codee,
    server_fn::{ContentType, Decodes, Encodes, Format, FormatType, codec::Post},
};
use serde::{Serialize, de::DeserializeOwned};

/// Server functions take and answer this: `#[server(input = Json, output = Json)]`.
pub type Json = Post<Wire>;

/// The encoding of server functions, of their errors, and of what a page brings along.
pub struct Wire;

/// Reads JSON.
pub fn read<T: DeserializeOwned>(json: &[u8]) -> serde_json::Result<T> {
    #[cfg(feature = "ssr")]
    {
        serde_json::from_slice(json)
    }
    #[cfg(not(feature = "ssr"))]
    {
        serde_json::from_value(serde_json::from_slice(json)?)
    }
}

/// A resource whose data comes along with the page.
pub fn resource<S, T, Fut>(
    source: impl Fn() -> S + Send + Sync + 'static,
    load: impl Fn(S) -> Fut + Send + Sync + 'static,
) -> Resource<T, Wire>
where
    S: PartialEq + Clone + Send + Sync + 'static,
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
    Fut: Future<Output = T> + Send + 'static,
{
    Resource::new_with_options(source, load, false)
}

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
    type Error = serde_json::Error;

    fn decode(bytes: bytes::Bytes) -> Result<T, Self::Error> {
        read(&bytes)
    }
}

impl<T: Serialize> codee::Encoder<T> for Wire {
    type Error = serde_json::Error;
    type Encoded = String;

    fn encode(value: &T) -> Result<String, Self::Error> {
        #[cfg(feature = "ssr")]
        {
            serde_json::to_string(value)
        }
        #[cfg(not(feature = "ssr"))]
        {
            // Only the server sends pages.
            let _ = value;
            Ok(String::new())
        }
    }
}

impl<T: DeserializeOwned> codee::Decoder<T> for Wire {
    type Error = serde_json::Error;
    type Encoded = str;

    fn decode(text: &str) -> Result<T, Self::Error> {
        read(text.as_bytes())
    }
}
