//! The small facts of several records, as messages.

use crate::domain::facts::{Mark, Money, Retirement};
use ciclo_contracts::{catalog::v1 as pb, convert};
use ciclo_kernel::{Corrupt, Machine, ids::RecordId};

pub(super) fn mark_message(mark: &Mark) -> pb::Mark {
    pb::Mark { by: mark.by.clone(), at: Some(convert::timestamp(mark.at)) }
}

pub(super) fn mark(field: &'static str, message: Option<pb::Mark>) -> Result<Mark, Corrupt> {
    let mark = message.ok_or_else(|| Corrupt::new(field, "no mark"))?;
    Ok(Mark { by: mark.by, at: convert::instant(field, mark.at)? })
}

pub(super) fn money_message(money: &Money) -> pb::Money {
    pb::Money { minor_units: money.minor_units, currency: money.currency.clone() }
}

pub(super) fn money(field: &'static str, message: Option<pb::Money>) -> Result<Money, Corrupt> {
    let money = message.ok_or_else(|| Corrupt::new(field, "no money"))?;
    Ok(Money { minor_units: money.minor_units, currency: money.currency })
}

pub(super) fn retirement_message(retirement: &Retirement) -> pb::Retirement {
    pb::Retirement { reason: retirement.reason.clone(), retired: Some(mark_message(&retirement.retired)) }
}

pub(super) fn optional_retirement(message: Option<pb::Retirement>) -> Result<Option<Retirement>, Corrupt> {
    let read = |retirement: pb::Retirement| {
        Ok(Retirement { reason: retirement.reason, retired: mark("retired", retirement.retired)? })
    };
    message.map(read).transpose()
}

pub(super) fn id_texts<I: RecordId>(ids: &[I]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

pub(super) fn ids<I: RecordId>(field: &'static str, texts: &[String]) -> Result<Vec<I>, Corrupt> {
    texts.iter().map(|text| convert::id(field, text)).collect()
}

/// The record, when its facts are those of the state that the message names.
pub(super) fn in_state<R, M: Machine>(record: R, is: M, written: M) -> Result<R, Corrupt> {
    if is == written {
        Ok(record)
    } else {
        Err(Corrupt::new("state", format!("{} with the facts of {}", written.as_str(), is.as_str())))
    }
}
