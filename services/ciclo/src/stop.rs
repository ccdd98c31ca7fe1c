//! Waiting for the end: Ctrl-C or SIGTERM.

use std::io;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Hears when the process is asked to stop, from the moment it is made: made
/// before anybody is told that the process is ready, it misses nothing.
pub struct Stop {
    interrupt: Signal,
    terminate: Signal,
}

impl Stop {
    /// Begins to listen.
    pub fn listen() -> io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Returns when the process is asked to stop.
    pub async fn asked(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}
