//! Between domain values and their form in a contract.

use ciclo_kernel::refusal::Corrupt;
use ciclo_kernel::{Machine, SignedDuration, Timestamp, ids::RecordId};

/// An instant as protobuf's timestamp.
#[must_use]
pub fn timestamp(at: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp { seconds: at.as_second(), nanos: at.subsec_nanosecond() }
}

/// A needed instant.
pub fn instant(field: &'static str, at: Option<prost_types::Timestamp>) -> Result<Timestamp, Corrupt> {
    optional_instant(field, at)?.ok_or_else(|| Corrupt::new(field, "no instant"))
}

/// An instant that may be missing.
pub fn optional_instant(
    field: &'static str,
    at: Option<prost_types::Timestamp>,
) -> Result<Option<Timestamp>, Corrupt> {
    at.map(|at| Timestamp::new(at.seconds, at.nanos).map_err(|why| Corrupt::new(field, why))).transpose()
}

/// A length of time as protobuf's duration.
#[must_use]
pub fn duration(length: SignedDuration) -> prost_types::Duration {
    prost_types::Duration { seconds: length.as_secs(), nanos: length.subsec_nanos() }
}

/// A needed length of time.
pub fn signed_duration(
    field: &'static str,
    length: Option<prost_types::Duration>,
) -> Result<SignedDuration, Corrupt> {
    length
        .map(|length| SignedDuration::new(length.seconds, length.nanos))
        .ok_or_else(|| Corrupt::new(field, "no duration"))
}

/// A typed id that was written by this suite.
pub fn id<I: RecordId>(field: &'static str, text: &str) -> Result<I, Corrupt> {
    I::parse(text).map_err(|why| Corrupt::new(field, why))
}

/// A typed id that may be missing (empty).
pub fn optional_id<I: RecordId>(field: &'static str, text: &str) -> Result<Option<I>, Corrupt> {
    if text.is_empty() { Ok(None) } else { id(field, text).map(Some) }
}

/// An enum of a contract, as prost generates it, read and written by name.
pub trait ProtoEnum: Sized + Into<i32> + TryFrom<i32> {
    /// What its value names start with, for example `INCIDENT_STATE_`.
    const PREFIX: &'static str;
    /// The value of a name.
    fn named(name: &str) -> Option<Self>;
    /// The name of a value.
    fn name(&self) -> &'static str;
}

/// Gives a generated enum its names; the build script calls it for each enum in proto/.
#[macro_export]
macro_rules! proto_enum {
    ($type:ty, $prefix:literal) => {
        impl $crate::convert::ProtoEnum for $type {
            const PREFIX: &'static str = $prefix;
            fn named(name: &str) -> Option<Self> {
                Self::from_str_name(name)
            }
            fn name(&self) -> &'static str {
                self.as_str_name()
            }
        }
    };
}

/// A written value (`IN_PROGRESS`) as the contract's enum; 0 when the contract does not know it.
#[must_use]
pub fn to_enum<E: ProtoEnum>(written: &str) -> i32 {
    E::named(&format!("{}{written}", E::PREFIX)).map_or(0, Into::into)
}

/// The written value of a contract's enum.
pub fn from_enum<E: ProtoEnum>(field: &'static str, value: i32) -> Result<&'static str, Corrupt> {
    let value = E::try_from(value).map_err(|_| Corrupt::new(field, format!("no enum value {value}")))?;
    value.name().strip_prefix(E::PREFIX).ok_or_else(|| Corrupt::new(field, "enum without its prefix"))
}

/// A machine's state as the contract's enum.
#[must_use]
pub fn state_to_proto<E: ProtoEnum, M: Machine>(state: M) -> i32 {
    to_enum::<E>(state.as_str())
}

/// A machine's state from the contract's enum.
pub fn state_from_proto<E: ProtoEnum, M: Machine>(field: &'static str, value: i32) -> Result<M, Corrupt> {
    let written = from_enum::<E>(field, value)?;
    M::parse(written).ok_or_else(|| Corrupt::new(field, format!("no state {written}")))
}
