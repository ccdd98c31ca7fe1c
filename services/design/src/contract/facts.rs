//! The small facts of several records, as messages.

use crate::domain::facts::{Mark, Money};
use ciclo_contracts::{convert, design::v1 as pb};
use ciclo_kernel::Corrupt;

pub(super) fn mark_message(mark: &Mark) -> pb::Mark {
    pb::Mark { by: mark.by.clone(), at: Some(convert::timestamp(mark.at)) }
}

pub(super) fn mark(field: &'static str, message: Option<pb::Mark>) -> Result<Mark, Corrupt> {
    optional_mark(field, message)?.ok_or_else(|| Corrupt::new(field, "no mark"))
}

pub(super) fn optional_mark(field: &'static str, message: Option<pb::Mark>) -> Result<Option<Mark>, Corrupt> {
    message.map(|mark| Ok(Mark { by: mark.by, at: convert::instant(field, mark.at)? })).transpose()
}

pub(super) fn money_message(money: &Money) -> pb::Money {
    pb::Money { minor_units: money.minor_units, currency: money.currency.clone() }
}

pub(super) fn money(message: pb::Money) -> Money {
    Money { minor_units: message.minor_units, currency: message.currency }
}

/// A word of a closed list, read by its written value.
pub(super) fn word<E: convert::ProtoEnum, W>(
    field: &'static str,
    value: i32,
    parse: fn(&str) -> Option<W>,
) -> Result<W, Corrupt> {
    let written = convert::from_enum::<E>(field, value)?;
    parse(written).ok_or_else(|| Corrupt::new(field, format!("no value {written}")))
}
