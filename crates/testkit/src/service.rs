//! One service on a database of its own, called through its schema.

use crate::postgres::Server;
use async_graphql::{Request, Variables};
use ciclo_api::Session;
use ciclo_host::Part;
use ciclo_kernel::{Clock, Principal, Role, Tenant, Timestamp};
use ciclo_store::Place;
use futures::StreamExt;
use futures::stream::BoxStream;
use serde_json::Value;
use tempfile::TempDir;

/// The instant at which tests begin: a Monday, 2026-05-04 08:00 UTC.
#[must_use]
pub fn start() -> Timestamp {
    Timestamp::from_second(1_777_881_600).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The tenant of most tests.
///
/// # Panics
/// Never: the name is a good one.
#[must_use]
pub fn tenant() -> Tenant {
    Tenant::parse("acme").expect("a good name")
}

/// A caller of the tests' tenant with these roles.
#[must_use]
pub fn caller(roles: &[Role]) -> Principal {
    Principal { tenant: tenant(), subject: "ana".to_owned(), roles: roles.to_vec() }
}

/// A service with its directory and clock.
pub struct TestService {
    /// The service.
    pub part: Part,
    /// Its clock, moved by hand.
    pub clock: Clock,
    _directory: TempDir,
}

/// What a request came to.
#[derive(Debug)]
pub struct Answer(pub Value);

impl Answer {
    /// The data at a path of keys and indexes separated by dots.
    ///
    /// # Panics
    /// When there were errors, or there is nothing at the path.
    #[must_use]
    #[track_caller]
    pub fn at(&self, path: &str) -> &Value {
        assert!(self.0.get("errors").is_none(), "{:#}", self.0);
        let pointer = format!("/data/{}", path.replace('.', "/"));
        self.0.pointer(&pointer).unwrap_or_else(|| panic!("nothing at {path} in {:#}", self.0))
    }

    /// The text at a path.
    ///
    /// # Panics
    /// As [`Answer::at`], and when it is not a text.
    #[must_use]
    #[track_caller]
    pub fn text(&self, path: &str) -> String {
        self.at(path).as_str().unwrap_or_else(|| panic!("no text at {path}")).to_owned()
    }

    /// The code of the first error.
    ///
    /// # Panics
    /// When there was no error with a code.
    #[must_use]
    #[track_caller]
    pub fn code(&self) -> &str {
        let code = self.0.pointer("/errors/0/extensions/code").and_then(Value::as_str);
        code.unwrap_or_else(|| panic!("no refusal in {:#}", self.0))
    }

    /// The facts of the first error.
    #[must_use]
    pub fn facts(&self) -> &Value {
        &self.0["errors"][0]["extensions"]
    }
}

impl TestService {
    /// Opens a service: `TestService::open("design", ciclo_design::open)`. On a
    /// SQLite file, or on PostgreSQL when `CICLO_TEST_DATABASE` is `postgres`.
    ///
    /// # Panics
    /// When it cannot be opened.
    pub async fn open<F, O>(name: &str, open: F) -> Self
    where
        F: FnOnce(Place, Clock) -> O,
        O: Future<Output = ciclo_store::Result<Part>>,
    {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let clock = Clock::manual(start());
        let place = if std::env::var("CICLO_TEST_DATABASE").is_ok_and(|database| database == "postgres") {
            Place::Postgres(Server::shared().database(name).await)
        } else {
            directory.path().join(format!("{name}.sqlite")).into()
        };
        let part = open(place, clock.clone()).await.expect("opens");
        Self { part, clock, _directory: directory }
    }

    /// Answers a request of a caller.
    pub async fn execute(&self, caller: &Principal, query: &str, variables: Value) -> Answer {
        let response = self.part.schema.0.run(self.request(caller, query, variables)).await;
        Answer(serde_json::to_value(response).expect("a response is JSON"))
    }

    /// Answers a request of a caller who may do everything.
    pub async fn admin(&self, query: &str, variables: Value) -> Answer {
        self.execute(&caller(&[Role::Admin]), query, variables).await
    }

    /// Follows a subscription of a caller.
    pub fn follow(&self, caller: &Principal, query: &str, variables: Value) -> BoxStream<'static, Answer> {
        let stream = self.part.schema.0.stream(self.request(caller, query, variables), None);
        stream.map(|response| Answer(serde_json::to_value(response).expect("a response is JSON"))).boxed()
    }

    fn request(&self, caller: &Principal, query: &str, variables: Value) -> Request {
        let session = Session::new(&self.part.database, self.part.access, caller.clone());
        Request::new(query).variables(Variables::from_json(variables)).data(session)
    }
}
