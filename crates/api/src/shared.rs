//! Value types that several subgraphs share, written once here.

use async_graphql::{
    Enum, InputObject, InputValueError, InputValueResult, Scalar, ScalarType, SimpleObject, Value,
};

/// A whole number of 64 bits, as a JSON number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Long(pub i64);

/// A whole number of 64 bits, as a JSON number.
#[Scalar]
impl ScalarType for Long {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::Number(number) => number
                .as_i64()
                .map(Self)
                .ok_or_else(|| InputValueError::custom("a whole number of 64 bits is needed")),
            other => Err(InputValueError::expected_type(other)),
        }
    }
    fn to_value(&self) -> Value {
        Value::Number(self.0.into())
    }
}

/// An amount of money.
#[derive(SimpleObject, Clone, PartialEq, Eq, Debug)]
#[graphql(shareable)]
pub struct Money {
    /// The amount in the currency's minor units, as cents.
    pub minor_units: Long,
    /// The currency's ISO 4217 code.
    pub currency: String,
}

/// An amount of money.
#[derive(InputObject, Clone, PartialEq, Eq, Debug)]
pub struct MoneyInput {
    /// The amount in the currency's minor units, as cents.
    pub minor_units: Long,
    /// The currency's ISO 4217 code.
    pub currency: String,
}

/// What type of record a target is promised for.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TicketType {
    /// An incident: answered when a person has it, resolved when it works again.
    Incident,
    /// A service request: answered when its fulfilment starts, resolved when it is fulfilled.
    ServiceRequest,
    /// A problem: answered when it is assessed, resolved when its cause is removed.
    Problem,
    /// An alert: answered when it is acknowledged, resolved when it is over.
    Alert,
    /// An access grant: answered when it is verified, resolved when it is granted or rejected.
    AccessGrant,
}

/// Which time is promised.
#[derive(Enum, Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TargetKind {
    /// Until somebody answers: time to own.
    Response,
    /// Until it works again: time to resolve.
    Resolution,
}
