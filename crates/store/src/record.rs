//! What the store asks of a record type: its id, its contract and the fields
//! that lists filter and sort by.

use ciclo_kernel::{Corrupt, Refusal, Timestamp, ids::RecordId};
use sea_orm::sea_query::Expr;

/// A record type. Its whole state travels in its contract's message; the
/// columns beside it are an index for lists.
pub trait Record: Clone + Send + Sync + 'static {
    /// Its typed id.
    type Id: RecordId;
    /// What happens to it.
    type Happened: Send + Sync + 'static;
    /// The contract's event message, with the record as it is after.
    type Message: prost::Message + Default;
    /// Its table, in the singular: `incident`.
    const TABLE: &'static str;
    /// The package of its contract: `ciclo.operations.v1`.
    const PACKAGE: &'static str;
    /// The columns beside the message, in the order of [`Record::fields`].
    const COLUMNS: &'static [&'static str];

    /// The record's id.
    fn id(&self) -> Self::Id;
    /// The values of [`Record::COLUMNS`].
    fn fields(&self) -> Vec<Field>;
    /// Ids of other records that this one names more than one of, each under a
    /// role (`item`, `change`): the way back from those is a query on links.
    fn links(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
    /// The name of what happened, as the contract's message ends: `Resolved`.
    fn happened(what: &Self::Happened) -> &'static str;
    /// The record after an event as the contract's message.
    fn message(&self, what: Option<&Self::Happened>) -> Self::Message;
    /// The record that a message carries.
    fn read(message: Self::Message) -> Result<Self, Corrupt>;

    /// The contract's name of an event: `ciclo.operations.v1.IncidentResolved`.
    fn event_type(what: &Self::Happened) -> String {
        format!("{}.{}{}", Self::PACKAGE, Self::Id::TYPE, Self::happened(what))
    }
}

/// The value of a column.
#[derive(Clone, PartialEq, Debug)]
pub enum Field {
    /// A text; ids and states too.
    Text(String),
    /// A number; instants in microseconds and booleans (0, 1) too.
    Int(i64),
    /// Nothing.
    Null,
}

/// A missing value is written as such: a parameter would have to say of which type nothing is.
impl From<Field> for Expr {
    fn from(field: Field) -> Self {
        match field {
            Field::Text(text) => Expr::val(text),
            Field::Int(number) => Expr::val(number),
            Field::Null => Expr::null(),
        }
    }
}

impl From<&str> for Field {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}
impl From<String> for Field {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}
impl From<bool> for Field {
    fn from(yes: bool) -> Self {
        Self::Int(i64::from(yes))
    }
}
impl From<Timestamp> for Field {
    fn from(at: Timestamp) -> Self {
        Self::Int(at.as_microsecond())
    }
}
macro_rules! from_int {
    ($($int:ty),*) => {$(impl From<$int> for Field {
        fn from(number: $int) -> Self { Self::Int(i64::from(number)) }
    })*};
}
from_int!(u8, u16, u32, i32, i64);

impl From<u64> for Field {
    /// Versions and sequences come from the database: they fit.
    fn from(number: u64) -> Self {
        Self::Int(number.cast_signed())
    }
}

impl<T: Into<Field>> From<Option<T>> for Field {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// An id as a column's value.
pub fn id_field(id: impl RecordId) -> Field {
    Field::Text(id.to_string())
}

/// A record as it stands at a version.
#[derive(Clone, PartialEq, Debug)]
pub struct Versioned<R> {
    /// The record.
    pub record: R,
    /// Its version: 1 when it was made, one more with every event.
    pub version: u64,
    /// When it last changed.
    pub changed_at: Timestamp,
    /// The past instant that it was read as of; none when somebody asked for it as it is.
    pub as_of: Option<Timestamp>,
}

impl<R: Record> Versioned<R> {
    /// Refuses a caller who saw another version than this; none saw any.
    ///
    /// `CONFLICT` with both versions.
    pub fn must_be(&self, expected: Option<u64>) -> Result<(), Refusal> {
        match expected.filter(|expected| *expected != self.version) {
            Some(expected) => Err(Refusal::conflict(self.record.id(), expected, self.version)),
            None => Ok(()),
        }
    }
}
