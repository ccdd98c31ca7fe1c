//! The records of transition as the messages that travel, and back.

pub mod change;
pub mod configuration_item;
pub mod deployment;
pub mod item_relation;
pub mod transition;

#[cfg(test)]
mod tests;

use crate::domain::Window;
use ciclo_contracts::convert::{ProtoEnum, from_enum, instant, optional_instant, timestamp};
use ciclo_kernel::{Corrupt, Timestamp};

type Wire = prost_types::Timestamp;

/// An optional text as it is written: empty for none.
fn text(given: Option<&str>) -> String {
    given.unwrap_or_default().to_owned()
}

/// A written optional text.
fn some(written: String) -> Option<String> {
    Some(written).filter(|text| !text.is_empty())
}

fn stamp(at: Timestamp) -> Option<Wire> {
    Some(timestamp(at))
}

/// A needed part of a message.
fn needed<T>(field: &'static str, part: Option<T>) -> Result<T, Corrupt> {
    part.ok_or_else(|| Corrupt::new(field, "missing"))
}

/// A closed word from a contract's enum.
fn word<E: ProtoEnum, W>(
    field: &'static str,
    value: i32,
    parse: impl Fn(&str) -> Option<W>,
) -> Result<W, Corrupt> {
    let written = from_enum::<E>(field, value)?;
    parse(written).ok_or_else(|| Corrupt::new(field, format!("no value {written}")))
}

fn ends(window: Option<Window>) -> (Option<Wire>, Option<Wire>) {
    (window.map(|w| timestamp(w.start)), window.map(|w| timestamp(w.end)))
}

fn optional_window(
    field: &'static str,
    start: Option<Wire>,
    end: Option<Wire>,
) -> Result<Option<Window>, Corrupt> {
    match (optional_instant(field, start)?, optional_instant(field, end)?) {
        (None, None) => Ok(None),
        (Some(start), Some(end)) if start < end => Ok(Some(Window { start, end })),
        _ => Err(Corrupt::new(field, "not a window")),
    }
}

fn window(field: &'static str, start: Option<Wire>, end: Option<Wire>) -> Result<Window, Corrupt> {
    needed(field, optional_window(field, start, end)?)
}

fn by_at(field: &'static str, by: String, at: Option<Wire>) -> Result<(String, Timestamp), Corrupt> {
    Ok((by, instant(field, at)?))
}
