//! The data directory: one SQLite file a service, held by one process at a time.

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// A data directory that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// It cannot be made or written.
    #[error("the data directory {path} cannot be written: {source}")]
    NotWritable {
        /// The directory.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Another process has it.
    #[error(
        "{service} in {path} is in use by another process: stop it, or choose another directory with --data"
    )]
    InUse {
        /// The service whose file is held.
        service: &'static str,
        /// The directory.
        path: PathBuf,
    },
}

/// A data directory.
#[derive(Clone, Debug)]
pub struct DataDirectory {
    path: PathBuf,
}

/// The right to a service's file; given back when dropped or when the process dies.
#[derive(Debug)]
pub struct Held {
    _lock: File,
}

impl DataDirectory {
    /// Opens a directory; makes it when it is not there.
    pub fn open(path: &Path) -> Result<Self, DataError> {
        let fault = |source| DataError::NotWritable { path: path.to_owned(), source };
        fs::create_dir_all(path).map_err(fault)?;
        Ok(Self { path: path.to_owned() })
    }

    /// Its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A service's SQLite file.
    #[must_use]
    pub fn file(&self, service: &str) -> PathBuf {
        self.path.join(format!("{service}.sqlite"))
    }

    /// Takes a service's file for this process.
    pub fn hold(&self, service: &'static str) -> Result<Held, DataError> {
        let path = self.path.join(format!("{service}.lock"));
        let lock = File::options().create(true).truncate(false).write(true).open(&path);
        let not_writable = |source| DataError::NotWritable { path: self.path.clone(), source };
        let lock = lock.map_err(not_writable)?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive).map_err(|why| match why {
            Errno::WOULDBLOCK => DataError::InUse { service, path: self.path.clone() },
            // A file system without locks, for one.
            why => not_writable(why.into()),
        })?;
        Ok(Held { _lock: lock })
    }
}
