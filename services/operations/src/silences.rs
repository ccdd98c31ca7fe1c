//! Silences with their conditions and hours, compiled once in a process: a version
//! of a silence never changes, so what was made of it is good for as long as it is
//! kept.

use crate::domain::silence::{ReadySilence, Silence};
use ciclo_kernel::ids::SilenceId;
use ciclo_store::{Field, Versioned};
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

/// Which alerts of a silence are being looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pass {
    /// Those that it keeps quiet.
    Quiet,
    /// Those that are open, while it is on.
    Open,
}

/// How far a silence's alerts have been looked at: the pass, and behind which of them.
pub type Progress = (Pass, Option<(Field, String)>);

static PROGRESS: LazyLock<Mutex<HashMap<(SilenceId, u64), Progress>>> = LazyLock::new(Mutex::default);

/// How far the alerts of a version of a silence have been looked at by this process. Another process, or this one when
/// it was started again, looks at all of them anew, which changes nothing twice.
#[must_use]
pub fn progress(id: SilenceId, version: u64) -> Progress {
    let progress = PROGRESS.lock().unwrap_or_else(PoisonError::into_inner);
    progress.get(&(id, version)).cloned().unwrap_or((Pass::Quiet, None))
}

/// Notes how far they have been looked at; none when all were.
pub fn advance(id: SilenceId, version: u64, next: Option<Progress>) {
    let mut progress = PROGRESS.lock().unwrap_or_else(PoisonError::into_inner);
    progress.retain(|(other, kept), _| *other != id || *kept == version);
    match next {
        Some(next) => progress.insert((id, version), next),
        None => progress.remove(&(id, version)),
    };
}
