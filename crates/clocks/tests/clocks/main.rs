//! Tests of calendars and clocks through what the crate offers.

mod horizon;
mod rules;
mod slow;
mod support;
mod vectors;
mod walk;
mod zones;
