//! What is measured on: a suite with a service in operation, its agreement,
//! items and a change, made through the gateway as the demonstration makes it.

use anyhow::{Context, Result, bail};
use async_trait::async_trait;
use ciclo::story::charter::{Names, Organisation};
use ciclo::story::design::{ALWAYS, ORDINARY, Targets};
use ciclo::story::{Held, Story, Teller};
use ciclo_kernel::{Principal, Role, SignedDuration, Tenant, ids};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::sync::Mutex;

/// The tenant that everything belongs to.
const TENANT: &str = "bench";
/// Promises that are broken soon.
const HASTY: Targets = [("PT1S", "PT2S"); 5];
/// How long the tokens hold.
const LIFETIME: SignedDuration = SignedDuration::from_hours(1);
/// Pause between two looks for an effect.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// The gateway as it is spoken to, by several people.
pub struct Gateway {
    url: String,
    data: PathBuf,
    http: reqwest::Client,
    tokens: Mutex<HashMap<String, String>>,
}

impl Gateway {
    /// At an address, over a data directory whose key signs tokens.
    #[must_use]
    pub fn new(url: &str, data: &Path) -> Self {
        Self {
            url: url.to_owned(),
            data: data.to_owned(),
            http: reqwest::Client::new(),
            tokens: Mutex::default(),
        }
    }

    /// A connection of its own for the same caller.
    pub async fn connection(&self) -> Result<Connection> {
        let token = self.token(ciclo::story::SOMEBODY).await?;
        Ok(Connection { url: self.url.clone(), token, http: reqwest::Client::new() })
    }

    async fn token(&self, subject: &str) -> Result<String> {
        let mut tokens = self.tokens.lock().await;
        if let Some(token) = tokens.get(subject) {
            return Ok(token.clone());
        }
        let tenant = Tenant::parse(TENANT)?;
        let principal = Principal { tenant, subject: subject.to_owned(), roles: vec![Role::Admin] };
        let token = ciclo::token::issue(&self.data, &principal, LIFETIME)?;
        tokens.insert(subject.to_owned(), token.clone());
        Ok(token)
    }
}

#[async_trait]
impl Teller for Gateway {
    async fn send(&self, _service: &str, subject: &str, query: &str, variables: Value) -> Result<Value> {
        let body = json!({ "query": query, "variables": variables });
        let request = self.http.post(&self.url).bearer_auth(self.token(subject).await?).json(&body);
        Ok(request.send().await?.json().await?)
    }

    async fn settle(&self) -> Result<()> {
        tokio::time::sleep(LOOK_AGAIN).await;
        Ok(())
    }

    fn key(&self) -> String {
        fresh_key()
    }

    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now()
    }

    fn note(&self, _what: &str, _id: &str, _took: Option<Duration>) {}
}

/// An idempotency key that no other has.
#[must_use]
pub fn fresh_key() -> String {
    ids::event_id(jiff::Timestamp::now()).to_string()
}

/// A client with keep-alive connections of its own.
#[derive(Clone)]
pub struct Connection {
    url: String,
    token: String,
    http: reqwest::Client,
}

impl Connection {
    /// Sends a query or mutation; the `data` of the answer.
    pub async fn send(&self, query: &str, variables: Value) -> Result<Value> {
        let body = json!({ "query": query, "variables": variables });
        let answer = self.http.post(&self.url).bearer_auth(&self.token).json(&body).send().await?;
        let mut answer: Value = answer.json().await?;
        if answer.get("errors").is_some_and(|errors| !errors.is_null()) {
            bail!("{query}: {answer}");
        }
        Ok(answer["data"].take())
    }

    /// Posts JSON to an address that takes it.
    pub async fn post(&self, url: &str, body: &Value) -> Result<()> {
        let answer = self.http.post(url).bearer_auth(&self.token).json(body).send().await?;
        answer.error_for_status()?.bytes().await?;
        Ok(())
    }

    /// Subscribes; the stream of events.
    pub async fn subscribe(&self, query: &str, variables: Value) -> Result<reqwest::Response> {
        let body = json!({ "query": query, "variables": variables });
        let request = self.http.post(&self.url).bearer_auth(&self.token).json(&body);
        let answer = request.header("accept", "text/event-stream").send().await?;
        Ok(answer.error_for_status()?)
    }
}

/// What is there.
pub struct World {
    /// A service in operation.
    pub service: Held,
    /// A service without an agreement: nothing is promised, so no clocks start.
    pub unpromised: Held,
    /// A service in operation whose promises are of seconds.
    pub hasty: Held,
    /// A live item that carries the service.
    pub node: Held,
    /// The change that put the service into operation.
    pub change: Held,
}

/// Makes it.
pub async fn make(gateway: &Gateway) -> Result<World> {
    let story = Story { teller: gateway };
    let names = Names {
        market_space: "Regional retail",
        customers: &["Norte Retail"],
        objectives: &[("Sell around the clock", 60)],
        capabilities: &[("Web operations", 3)],
    };
    let organisation = story.organisation(&names).await?;
    let unpromised = story.chartered_service("Back office", "commerce", 2, &organisation).await?;
    let (service, node, change) = in_operation(&story, "Web shop", &organisation, &ORDINARY).await?;
    let (hasty, ..) = in_operation(&story, "Door bell", &organisation, &HASTY).await?;
    Ok(World { service, unpromised, hasty, node, change })
}

/// A service in operation whose agreement promises this, with the item that carries it and the change that brought it.
async fn in_operation(
    story: &Story<'_>,
    name: &str,
    organisation: &Organisation,
    targets: &Targets,
) -> Result<(Held, Held, Held)> {
    let customer = organisation.customers.first().context("a customer")?;
    let service = story.chartered_service(name, "commerce", 1, organisation).await?;
    let mut package = story.package_opens(&service).await?;
    story.service_reaches(&service, "IN_DESIGN").await?;
    story.traced_requirement(&service, &package, "Survives the loss of a node").await?;
    let agreement = story.agreed_sla(&service, customer, targets, ALWAYS).await?;
    story.approved_package(&mut package).await?;
    let mut transition = story.transition_opens(&service).await?;
    story.service_reaches(&service, "IN_TRANSITION").await?;
    let node = story.live_item(&format!("{name} 1"), "server", 1, &[&service]).await?;
    let mut change = story.through_the_six_steps(&mut transition, &node, "Announce the window.").await?;
    story.closed_change(&mut change).await?;
    story.service_reaches(&service, "OPERATIONAL").await?;
    story.agreement_activates(&agreement).await?;
    story.promises_are_known(&agreement, &service).await?;
    Ok((service, node, change))
}
