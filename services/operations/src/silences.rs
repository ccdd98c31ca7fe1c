//! Silences with their conditions and hours, compiled once in a process: a version
//! of a silence never changes, so what was made of it is good for as long as it is
//! kept.

use crate::domain::silence::{ReadySilence, Silence};
use ciclo_kernel::ids::SilenceId;
use ciclo_store::Versioned;
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

/// How many versions are kept; when there are more, all are made anew.
const KEPT: usize = 1_024;

static VERSIONS: LazyLock<Mutex<HashMap<(SilenceId, u64), ReadySilence>>> = LazyLock::new(Mutex::default);

/// A silence in a version that was saved.
#[must_use]
pub fn ready(silence: Versioned<Silence>) -> ReadySilence {
    let key = (silence.record.id, silence.version);
    let mut versions = VERSIONS.lock().unwrap_or_else(PoisonError::into_inner);
    if versions.len() >= KEPT && !versions.contains_key(&key) {
        versions.clear();
    }
    versions.entry(key).or_insert_with(|| ReadySilence::of(silence.record)).clone()
}
