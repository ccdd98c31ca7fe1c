//! What differs between a SQLite file and PostgreSQL: how to connect, who may
//! write, whose rows a connection sees, and who tells that the log has grown.
//! All statements beside these are the same on both.

pub(crate) mod postgres;
mod reading;
pub(crate) mod sqlite;

use crate::error::{Error, Result};
use crate::gauges::Gauges;
pub use postgres::Postgres;
use reading::Connection;
pub(crate) use reading::{Purpose, Reading};
use sea_orm::{DatabaseConnection, DatabaseTransaction, DbErr, TransactionTrait};
use std::path::PathBuf;

/// Where a service keeps its data.
#[derive(Clone, Debug)]
pub enum Place {
    /// In a SQLite file; made when it is not there.
    File(PathBuf),
    /// In a PostgreSQL database of its own.
    Postgres(Postgres),
}

impl From<PathBuf> for Place {
    fn from(file: PathBuf) -> Self {
        Self::File(file)
    }
}

impl From<Postgres> for Place {
    fn from(postgres: Postgres) -> Self {
        Self::Postgres(postgres)
    }
}

/// Whose rows a connection may see.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Whose<'a> {
    /// One tenant's.
    Tenant(&'a str),
    /// Everybody's: for what belongs to no caller, as relays, timers and parked events.
    All,
}

/// The connections that read.
pub(crate) enum Readers {
    /// SQLite: any of a pool.
    File(DatabaseConnection),
    /// PostgreSQL: one after the other, each behind its wall.
    Postgres(postgres::Readers),
}

impl Readers {
    pub(crate) async fn open(place: &Place) -> Result<Self> {
        Ok(match place {
            Place::File(file) => Self::File(sqlite::connect(file, sqlite::READERS).await?),
            Place::Postgres(postgres) => Self::Postgres(postgres::Readers::open(postgres).await?),
        })
    }

    /// Lends a connection that sees these rows.
    pub(crate) async fn get<'a>(
        &'a self,
        whose: Whose<'_>,
        purpose: Purpose,
        gauges: &'a Gauges,
    ) -> Result<Reading<'a>> {
        let connection = match self {
            Self::File(connection) => Connection::File(connection),
            Self::Postgres(readers) => Connection::Postgres(readers.lease(whose).await?),
        };
        Ok(Reading { connection, purpose, _lent: gauges.lend() })
    }
}

/// The connection that writes, opened again when it failed.
pub(crate) struct Writer {
    place: Place,
    service: &'static str,
    connection: Option<DatabaseConnection>,
}

impl Writer {
    /// Connects; tells what is wrong with the place.
    pub(crate) async fn open(place: Place, service: &'static str) -> Result<Self> {
        let connection = match &place {
            Place::File(file) => {
                let refused = |why: String| Error::File { file: file.clone(), why };
                sqlite::may_write(file).map_err(|why| refused(why.to_string()))?;
                sqlite::connect(file, 1).await.map_err(|why| refused(why.to_string()))?
            }
            Place::Postgres(postgres) => postgres::open_writer(postgres).await?,
        };
        Ok(Self { place, service, connection: Some(connection) })
    }

    /// The connection, made again if the last one failed.
    pub(crate) async fn connection(&mut self) -> Result<&DatabaseConnection, DbErr> {
        if self.connection.is_none() {
            let connection = match &self.place {
                Place::File(file) => sqlite::connect(file, 1).await?,
                Place::Postgres(postgres) => postgres::connect(postgres).await?,
            };
            self.connection = Some(connection);
        }
        self.connection.as_ref().ok_or_else(|| DbErr::Custom("no connection".to_owned()))
    }

    /// Begins a transaction as the only writer of this service, in whatever
    /// process. Nothing has been run yet when a connection turns out to be dead, so a fresh one is tried.
    pub(crate) async fn begin(&mut self) -> Result<DatabaseTransaction, DbErr> {
        match self.try_begin().await {
            Ok(transaction) => Ok(transaction),
            Err(fault) if matches!(self.place, Place::Postgres(_)) => {
                tracing::warn!(%fault, "a connection was lost; another is made");
                self.close().await;
                self.try_begin().await
            }
            Err(fault) => Err(fault),
        }
    }

    async fn try_begin(&mut self) -> Result<DatabaseTransaction, DbErr> {
        let service = self.service;
        let walled = self.is_walled();
        let transaction = self.connection().await?.begin().await?;
        if walled {
            postgres::be_the_writer(&transaction, service).await?;
        }
        Ok(transaction)
    }

    /// Tells the other processes of this service that the log has grown.
    pub(crate) async fn tell(&self, transaction: &DatabaseTransaction, last: u64) -> Result<(), DbErr> {
        match self.place {
            Place::File(_) => Ok(()),
            Place::Postgres(_) => postgres::tell(transaction, self.service, last).await,
        }
    }

    /// Whether rows are behind the wall of their tenant in the database itself.
    pub(crate) fn is_walled(&self) -> bool {
        matches!(self.place, Place::Postgres(_))
    }

    /// Closes the connection; SQLite checkpoints its write-ahead log into the file then.
    pub(crate) async fn close(&mut self) {
        if let Some(connection) = self.connection.take()
            && let Err(fault) = connection.close().await
        {
            tracing::warn!(%fault, "closing the database");
        }
    }
}
