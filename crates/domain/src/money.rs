//! Exact amounts. Cents in an integer: nothing is ever rounded, and the browser carries no decimal library.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An amount in the installation's currency, exact to the cent. On the wire a JSON number with two decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money {
    cents: i64,
}

/// The text is no amount: not a number, more than two decimals, or beyond [`Money::MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoAmount;

impl fmt::Display for NoAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected an amount such as 1200 or 1200.50, at most 999999999999.99")
    }
}

impl std::error::Error for NoAmount {}

impl Money {
    /// The largest amount: what `numeric(14, 2)` holds.
    pub const MAX: Money = Money { cents: 99_999_999_999_999 };
    /// Nothing.
    pub const ZERO: Money = Money { cents: 0 };

    /// An amount in cents.
    pub fn from_cents(cents: i64) -> Self {
        Money { cents }
    }

    /// The amount in cents.
    pub fn cents(self) -> i64 {
        self.cents
    }

    /// `1,200` or `1,200.50`: grouped by thousands, cents only where there are some.
    pub fn grouped(self) -> String {
        let (whole, cents) = (self.cents.unsigned_abs() / 100, self.cents.unsigned_abs() % 100);
        let digits = whole.to_string();
        let mut out = String::with_capacity(digits.len() + digits.len() / 3 + 4);
        if self.cents < 0 {
            out.push('-');
        }
        for (i, c) in digits.chars().enumerate() {
            if i > 0 && (digits.len() - i).is_multiple_of(3) {
                out.push(',');
            }
            out.push(c);
        }
        if cents > 0 {
            out.push_str(&format!(".{cents:02}"));
        }
        out
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.cents < 0 { "-" } else { "" };
        write!(f, "{sign}{}.{:02}", self.cents.unsigned_abs() / 100, self.cents.unsigned_abs() % 100)
    }
}

impl FromStr for Money {
    type Err = NoAmount;

    fn from_str(text: &str) -> Result<Self, NoAmount> {
        let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
        // Zeros beyond the cents change nothing: a JSON number may carry them.
        let fraction = fraction.trim_end_matches('0');
        if whole.is_empty() || whole.len() > 12 || fraction.len() > 2 || !all_digits(whole) || !all_digits(fraction) {
            return Err(NoAmount);
        }
        let whole: i64 = whole.parse().map_err(|_| NoAmount)?;
        let fraction: i64 = format!("{fraction:0<2}").parse().map_err(|_| NoAmount)?;
        let cents = whole * 100 + fraction;
        Ok(Money { cents: if negative { -cents } else { cents } })
    }
}

impl Serialize for Money {
    /// A raw number keeps both decimals ("1200.00"), which a float would lose.
    #[cfg(feature = "exact")]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let number = serde_json::value::RawValue::from_string(self.to_string());
        number.map_err(serde::ser::Error::custom)?.serialize(serializer)
    }

    /// The number that is nearest to the amount is read back as that amount.
    #[cfg(not(feature = "exact"))]
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.cents as f64 / 100.0)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl serde::de::Visitor<'_> for Visitor {
            type Value = Money;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("an amount with at most two decimals")
            }

            fn visit_i64<E: serde::de::Error>(self, v: i64) -> Result<Money, E> {
                v.to_string().parse().map_err(E::custom)
            }

            fn visit_u64<E: serde::de::Error>(self, v: u64) -> Result<Money, E> {
                v.to_string().parse().map_err(E::custom)
            }

            // Fourteen digits are fewer than an f64 tells apart: a number that is one of ours is the nearest to it.
            fn visit_f64<E: serde::de::Error>(self, v: f64) -> Result<Money, E> {
                let cents = (v * 100.0).round();
                let is_ours = cents / 100.0 == v && cents.abs() <= Money::MAX.cents as f64;
                is_ours.then_some(Money { cents: cents as i64 }).ok_or_else(|| E::custom(NoAmount))
            }

            fn visit_str<E: serde::de::Error>(self, v: &str) -> Result<Money, E> {
                v.parse().map_err(E::custom)
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(feature = "openapi")]
mod openapi {
    use utoipa::openapi::{ObjectBuilder, RefOr, Schema, schema::Type};

    impl utoipa::PartialSchema for super::Money {
        fn schema() -> RefOr<Schema> {
            ObjectBuilder::new()
                .schema_type(Type::Number)
                .description(Some("An exact amount with two decimals, in the installation's currency"))
                .minimum(Some(0.0))
                .maximum(Some(999_999_999_999.99))
                .into()
        }
    }

    impl utoipa::ToSchema for super::Money {}
}

#[cfg(feature = "sql")]
mod sql {
    use rust_decimal::Decimal;
    use sqlx::{
        Decode, Encode, Postgres, Type,
        encode::IsNull,
        error::BoxDynError,
        postgres::{PgArgumentBuffer, PgTypeInfo, PgValueRef},
    };

    use super::Money;

    impl Type<Postgres> for Money {
        fn type_info() -> PgTypeInfo {
            <Decimal as Type<Postgres>>::type_info()
        }
    }

    impl Encode<'_, Postgres> for Money {
        fn encode_by_ref(&self, buf: &mut PgArgumentBuffer) -> Result<IsNull, BoxDynError> {
            Encode::<Postgres>::encode(Decimal::new(self.cents, 2), buf)
        }
    }

    impl Decode<'_, Postgres> for Money {
        fn decode(value: PgValueRef<'_>) -> Result<Self, BoxDynError> {
            let mut decimal = <Decimal as Decode<Postgres>>::decode(value)?;
            decimal.rescale(2);
            Ok(Money { cents: i64::try_from(decimal.mantissa())? })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(feature = "exact")]
    fn amounts_keep_both_decimals_on_the_wire() {
        assert_eq!(serde_json::to_string(&Money::from_cents(120_000)).unwrap(), "1200.00");
        assert_eq!(serde_json::to_string(&Money::from_cents(5)).unwrap(), "0.05");
    }

    #[test]
    fn amounts_are_read_exactly() {
        for (text, cents) in
            [("1200", 120_000), ("1200.5", 120_050), ("0.07", 7), ("999999999999.99", Money::MAX.cents)]
        {
            assert_eq!(serde_json::from_str::<Money>(text).unwrap().cents(), cents, "{text}");
            assert_eq!(text.parse::<Money>().unwrap().cents(), cents, "{text}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in ["1.005", "1e99", "1000000000000", "", "abc", "1,200", ".5", "--1"] {
            assert!(text.parse::<Money>().is_err(), "{text}");
        }
        for number in ["1.005", "0.001", "1e99", "1000000000000", "-1000000000000"] {
            assert!(serde_json::from_str::<Money>(number).is_err(), "{number}");
        }
    }

    #[test]
    fn every_amount_comes_back_from_the_number_nearest_to_it() {
        let steps = (0..2_000_000).step_by(997).chain((0..=99).map(|cents| Money::MAX.cents - cents));
        for cents in steps.flat_map(|cents| [cents, -cents]) {
            let number = (cents as f64 / 100.0).to_string();
            assert_eq!(serde_json::from_str::<Money>(&number).unwrap().cents(), cents, "{number}");
        }
    }

    #[test]
    fn large_amounts_are_grouped_for_people() {
        assert_eq!(Money::from_cents(123_456_789).grouped(), "1,234,567.89");
        assert_eq!(Money::from_cents(120_000).grouped(), "1,200");
        assert_eq!(Money::from_cents(99_900).grouped(), "999");
    }
}
