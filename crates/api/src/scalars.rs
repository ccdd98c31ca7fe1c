//! The scalars of the suite, the same in every subgraph.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use ciclo_kernel::{Code, Refusal, SignedDuration, Timestamp};

/// An instant: RFC 3339 with `Z` or an offset, at or after 1970. Written in UTC, to the microsecond.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Instant(pub Timestamp);

impl Instant {
    /// Reads an instant.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let bad = |why: &str| {
            Refusal::new(Code::BadInstant, format!("`{}`: {why}", text.chars().take(60).collect::<String>()))
        };
        let at: Timestamp = text
            .parse()
            .map_err(|_| bad("an instant is RFC 3339 with `Z` or an offset, as 2026-05-01T09:00:00Z"))?;
        if at < Timestamp::UNIX_EPOCH {
            return Err(bad("instants before 1970 are refused"));
        }
        Timestamp::from_microsecond(at.as_microsecond()).map(Self).map_err(|_| bad("out of range"))
    }
}

/// An instant: RFC 3339 with `Z` or an offset, at or after 1970. Written in UTC, to the microsecond.
#[Scalar]
impl ScalarType for Instant {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => Self::parse(&text).map_err(refusal),
            other => Err(InputValueError::expected_type(other)),
        }
    }
    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A length of time in ISO 8601, as `PT4H30M`. Days count 24 hours; months and years are refused.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Duration(pub SignedDuration);

impl Duration {
    /// Reads a duration.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let bad = || {
            Refusal::invalid(
                "duration",
                format!(
                    "`{}` is not an ISO 8601 duration of days, hours, minutes and seconds, as PT4H30M",
                    text.chars().take(60).collect::<String>()
                ),
            )
        };
        if !text.starts_with('P') {
            return Err(bad());
        }
        let span: jiff::Span = text.parse().map_err(|_| bad())?;
        if span.get_years() != 0 || span.get_months() != 0 {
            return Err(bad());
        }
        span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).map(Self).map_err(|_| bad())
    }
}

/// A length of time in ISO 8601, as `PT4H30M`. Days count 24 hours; months and years are refused.
#[Scalar]
impl ScalarType for Duration {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => Self::parse(&text).map_err(refusal),
            other => Err(InputValueError::expected_type(other)),
        }
    }
    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// Any JSON value.
#[derive(Clone, PartialEq, Debug)]
pub struct Json(pub serde_json::Value);

/// Any JSON value.
#[Scalar(name = "JSON")]
impl ScalarType for Json {
    fn parse(value: Value) -> InputValueResult<Self> {
        Ok(Self(value.into_json()?))
    }
    fn to_value(&self) -> Value {
        Value::from_json(self.0.clone()).unwrap_or_default()
    }
}

fn refusal<T: async_graphql::InputType>(refusal: Refusal) -> InputValueError<T> {
    let mut error = InputValueError::custom(&refusal.message).with_extension("code", refusal.code.as_str());
    for (name, value) in refusal.facts {
        error = error.with_extension(name, async_graphql::Value::from_json(value).unwrap_or_default());
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_need_an_offset_and_start_in_1970() {
        assert_eq!(
            Instant::parse("2026-05-01T11:00:00+02:00").unwrap().0.to_string(),
            "2026-05-01T09:00:00Z"
        );
        for bad in [
            "2026-05-01T11:00:00",
            "1969-12-31T23:59:59Z",
            "yesterday",
            "2026-05-01",
            "",
            "2026-13-01T00:00:00Z",
        ] {
            assert_eq!(Instant::parse(bad).unwrap_err().code, Code::BadInstant, "{bad}");
        }
    }

    #[test]
    fn durations_are_iso_8601_without_months() {
        assert_eq!(Duration::parse("PT4H30M").unwrap().0, SignedDuration::from_mins(270));
        assert_eq!(Duration::parse("P1D").unwrap().0, SignedDuration::from_hours(24));
        for bad in ["P1M", "P1Y", "4h", "", "PT", "4 hours"] {
            assert!(Duration::parse(bad).is_err(), "{bad}");
        }
    }
}
