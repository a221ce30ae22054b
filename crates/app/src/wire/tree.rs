//! From a JSON value to a type, without a word about what is wrong with it.
//!
//! `serde_json::from_value` explains each mismatch, for which it carries the printing of numbers, and reads each struct
//! from lists as well. The browser reads what our own server wrote: there that is a tenth of the download for nothing.

use std::fmt;

use serde::{
    de::{
        self, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Expected, MapAccess, SeqAccess, Unexpected,
        VariantAccess, Visitor,
    },
    forward_to_deserialize_any,
};
use serde_json::{Map, Number, Value};

/// The value is not of that type.
#[derive(Debug)]
pub struct Mismatch;

/// Reads a value into its type.
pub fn read<T: DeserializeOwned>(value: Value) -> Result<T, Mismatch> {
    T::deserialize(Tree(value))
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("The answer is not what was expected. Reload the page and try again.")
    }
}

impl std::error::Error for Mismatch {}

/// Each is written out, since what serde does otherwise is to put words together.
impl de::Error for Mismatch {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Mismatch
    }

    fn invalid_type(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Mismatch
    }

    fn invalid_value(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Mismatch
    }

    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        Mismatch
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Mismatch
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Mismatch
    }

    fn missing_field(_: &'static str) -> Self {
        Mismatch
    }

    fn duplicate_field(_: &'static str) -> Self {
        Mismatch
    }
}

struct Tree(Value);

/// A visitor is asked for what its type is and for nothing else, so that the rest of it is never made.
impl<'de> Deserializer<'de> for Tree {
    type Error = Mismatch;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(value),
            Value::Number(number) => visit_number(&number, visitor),
            Value::String(text) => visitor.visit_string(text),
            Value::Array(items) => visitor.visit_seq(Items(items.into_iter())),
            Value::Object(entries) => visitor.visit_map(Entries::of(entries)),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.0 {
            Value::Bool(value) => visitor.visit_bool(value),
            _ => Err(Mismatch),
        }
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.0 {
            Value::Number(number) => visit_number(&number, visitor),
            _ => Err(Mismatch),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.0 {
            Value::String(text) => visitor.visit_string(text),
            _ => Err(Mismatch),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            value => visitor.visit_some(Tree(value)),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            _ => Err(Mismatch),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_unit()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.0 {
            Value::Array(items) => visitor.visit_seq(Items(items.into_iter())),
            _ => Err(Mismatch),
        }
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        match self.0 {
            Value::Object(entries) => visitor.visit_map(Entries::of(entries)),
            _ => Err(Mismatch),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        self.deserialize_map(visitor)
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Mismatch> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        match self.0 {
            Value::String(name) => visitor.visit_enum(Variant(name, Value::Null)),
            Value::Object(entries) => {
                let (name, value) = entries.into_iter().next().ok_or(Mismatch)?;
                visitor.visit_enum(Variant(name, value))
            }
            _ => Err(Mismatch),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        self.deserialize_string(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        self.deserialize_string(visitor)
    }

    fn deserialize_i16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        self.deserialize_i64(visitor)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        self.deserialize_i64(visitor)
    }

    forward_to_deserialize_any! { i8 i128 u8 u128 f32 f64 char bytes byte_buf unit_struct tuple_struct }
}

fn visit_number<'de, V: Visitor<'de>>(number: &Number, visitor: V) -> Result<V::Value, Mismatch> {
    match (number.as_u64(), number.as_i64(), number.as_f64()) {
        (Some(number), ..) => visitor.visit_u64(number),
        (None, Some(number), _) => visitor.visit_i64(number),
        (None, None, Some(number)) => visitor.visit_f64(number),
        (None, None, None) => Err(Mismatch),
    }
}

struct Items(std::vec::IntoIter<Value>);

impl<'de> SeqAccess<'de> for Items {
    type Error = Mismatch;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Mismatch> {
        self.0.next().map(|value| seed.deserialize(Tree(value))).transpose()
    }
}

struct Entries {
    rest: serde_json::map::IntoIter,
    value: Value,
}

impl Entries {
    fn of(entries: Map<String, Value>) -> Self {
        Entries { rest: entries.into_iter(), value: Value::Null }
    }
}

impl<'de> MapAccess<'de> for Entries {
    type Error = Mismatch;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Mismatch> {
        let Some((key, value)) = self.rest.next() else { return Ok(None) };
        self.value = value;
        seed.deserialize(Tree(Value::String(key))).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Mismatch> {
        seed.deserialize(Tree(self.value.take()))
    }
}

/// An enum's variant by its name, and what it holds.
struct Variant(String, Value);

impl<'de> EnumAccess<'de> for Variant {
    type Error = Mismatch;
    type Variant = Tree;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Tree), Mismatch> {
        let Variant(name, value) = self;
        Ok((seed.deserialize(Tree(Value::String(name)))?, Tree(value)))
    }
}

impl<'de> VariantAccess<'de> for Tree {
    type Error = Mismatch;

    fn unit_variant(self) -> Result<(), Mismatch> {
        if self.0.is_null() { Ok(()) } else { Err(Mismatch) }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Mismatch> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Mismatch> {
        self.deserialize_seq(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], visitor: V) -> Result<V::Value, Mismatch> {
        self.deserialize_map(visitor)
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use domain::{
        Page,
        leads::{BulkJob, Lead, LeadStatus},
        money::Money,
    };
    use serde_json::json;

    use super::*;

    /// Both readers make the same of it.
    fn same<T: DeserializeOwned + PartialEq + Debug>(value: Value) {
        assert_eq!(read::<T>(value.clone()).unwrap(), serde_json::from_value::<T>(value).unwrap());
    }

    #[test]
    fn what_serde_json_reads_is_read_the_same() {
        same::<(bool, Option<i64>, Option<u16>, String, f64)>(json!([true, -7, null, "ä\"", 0.5]));
        same::<Vec<Option<Money>>>(json!([4800, 4800.5, 0.07, 999_999_999_999.99, "12.30", null]));
        same::<LeadStatus>(json!("won"));
        same::<Result<Vec<i32>, String>>(json!({ "Ok": [1, -2] }));
        same::<Result<(), Box<str>>>(json!({ "Err": "no" }));
        same::<std::collections::BTreeMap<String, Value>>(json!({ "a": { "b": [1, 2.5, null] }, "c": false }));
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert!(read::<i64>(json!("7")).is_err());
        assert!(read::<u16>(json!(70_000)).is_err());
        assert!(read::<String>(json!(null)).is_err());
        assert!(read::<LeadStatus>(json!("sold")).is_err());
        assert!(read::<LeadStatus>(json!({})).is_err());
        assert!(read::<Money>(json!(0.005)).is_err());
        assert!(read::<Page<Lead>>(json!({ "items": [{}] })).is_err());
        assert!(read::<BulkJob>(json!([1, 2])).is_err());
    }
}
