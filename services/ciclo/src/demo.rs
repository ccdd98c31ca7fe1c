//! `ciclo demo`: the lifecycle once round, through the gateway's public API only.

use crate::story::charter::Names;
use crate::story::design::{ALWAYS, HASTY};
use crate::story::{Story, Teller};
use crate::{config, start, token};
use anyhow::{Context, Result, bail};
use async_trait::async_trait;
use ciclo_kernel::{Principal, Role, SignedDuration, Tenant, ids};
use clap::Args;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::sync::Mutex;

/// Pause between two looks for an effect.
const LOOK_AGAIN: Duration = Duration::from_millis(5);
/// How long the demonstration's tokens hold.
const LIFETIME: SignedDuration = SignedDuration::from_hours(1);

/// Where the demonstration is given.
#[derive(Args, Clone, Debug)]
pub struct DemoArgs {
    /// The gateway of a running suite, as `http://127.0.0.1:4000/graphql`; one is started in a temporary directory when left out.
    #[arg(long)]
    pub gateway: Option<String>,
    /// The data directory of that suite, whose key signs the tokens.
    #[arg(long, env = "CICLO_DATA", default_value = "./ciclo-data")]
    pub data: PathBuf,
    /// The tenant.
    #[arg(long, default_value = "demo")]
    pub tenant: String,
}

impl DemoArgs {
    /// Gives the demonstration; fails when an effect was not read back.
    pub fn run(&self) -> Result<()> {
        start::runtime()?.block_on(async {
            match &self.gateway {
                Some(gateway) => tell(gateway, &self.data, &self.tenant).await,
                None => self.on_a_suite_of_its_own().await,
            }
        })
    }

    async fn on_a_suite_of_its_own(&self) -> Result<()> {
        let directory = tempfile::tempdir()?;
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let common = config::Common::embedded(directory.path());
        let suite = start::open(&common, listen, true).await?;
        println!("A suite in {}, gateway {}", directory.path().display(), suite.url());
        let told = tell(&suite.url(), directory.path(), &self.tenant).await;
        suite.stop().await?;
        told
    }
}

async fn tell(gateway: &str, data: &Path, tenant: &str) -> Result<()> {
    let teller = Gateway {
        url: gateway.to_owned(),
        data: data.to_owned(),
        tenant: Tenant::parse(tenant)?,
        http: reqwest::Client::new(),
        tokens: Mutex::default(),
        steps: AtomicU32::new(0),
    };
    once_round(&Story { teller: &teller }).await
}

/// The lifecycle, once round.
pub async fn once_round(story: &Story<'_>) -> Result<()> {
    println!("\n1. Strategy: a service is proposed, defined, analysed, approved, chartered");
    let names = Names {
        market_space: "Regional retail",
        customers: &["Norte Retail"],
        objectives: &[("Sell around the clock", 60), ("Spend less on paper", 40)],
        capabilities: &[("Web operations", 3)],
    };
    let organisation = story.organisation(&names).await?;
    let customer = organisation.customers.first().context("a customer")?;
    let service = story.chartered_service("Web shop", "commerce", 1, &organisation).await?;
    let offering = story.offering(&service, "A shop of your own", true).await?;

    println!("\n2. Design: the charter opens a package; requirements, an agreement, the approval");
    let mut package = story.package_opens(&service).await?;
    story.service_reaches(&service, "IN_DESIGN").await?;
    story.traced_requirement(&service, &package, "Survives the loss of a node").await?;
    let agreement = story.agreed_sla(&service, customer, &HASTY, ALWAYS).await?;
    story.approved_package(&mut package).await?;

    println!("\n3. Transition: the approved package opens it; six steps, a change, a deployment");
    let mut transition = story.transition_opens(&service).await?;
    story.service_reaches(&service, "IN_TRANSITION").await?;
    let node = story.live_item("web-01", "server", 1, &[&service]).await?;
    let database = story.live_item("db-01", "database", 1, &[]).await?;
    story.relate(&node, "DEPENDS_ON", &database).await?;
    let mut change =
        story.through_the_six_steps(&mut transition, &node, "Announce the window a week ahead.").await?;
    story.closed_change(&mut change).await?;
    let impact = story
        .read(
            "transition",
            "query Impact($of: [ID!]!) { impact(items: $of) { services { id } agreements { id } items { depth } } }",
            json!({ "of": [database.id] }),
        )
        .await?;
    let reached = impact["impact"]["services"][0]["id"].as_str().context("impact ends in the service")?;
    story.teller.note("impact of db-01 reaches the service", reached, None);

    println!("\n4. Operation: the service is in operation, its agreement active, its offering visible");
    story.service_reaches(&service, "OPERATIONAL").await?;
    story.agreement_activates(&agreement).await?;
    let visible = "query Offering($id: ID!) { offering(id: $id) { id version visible } }";
    story
        .arrives("offering visible", "catalog", visible, json!({ "id": offering.id }), |data| {
            crate::story::held(&data["offering"]).filter(|found| found.fields["visible"] == true)
        })
        .await?;
    story.promises_are_known(&agreement, &service).await?;
    let mut incident = story.opened_incident("The shop answers with errors", &service, &[&node], 1).await?;
    if story.clocks(&incident).await?.as_array().is_none_or(Vec::is_empty) {
        bail!("no clock was started by the agreement");
    }
    let breach = story.clock_breaches(&incident, "RESOLUTION").await?;
    story.assigned_incident(&mut incident, "diego").await?;
    story.resolved_incident(&mut incident, "diego", "Took the broken node out of the balancer.").await?;

    println!("\n5. Improvement: the breach raises a recommendation, which becomes a requirement in design");
    let mut recommendation = story.recommendation_proposed(&service).await?;
    story.published_review(&agreement, 1).await?;
    let requirement = story.requirement_answers(&mut recommendation).await?;

    println!("\n6. The loop is closed: one federated query from the incident to the requirement, and back");
    let walk = story.the_loop_is_closed(&incident).await?;
    println!("{}", serde_json::to_string_pretty(&walk)?);
    let answered = walk["recommendations"].as_array().into_iter().flatten();
    let back = answered
        .filter(|found| found["requirement"]["id"] == json!(requirement.id))
        .flat_map(|found| {
            found["requirement"]["recommendation"]["evidence"].as_array().cloned().unwrap_or_default()
        })
        .any(|evidence| evidence["incident"]["id"] == json!(incident.id));
    let missed = walk["clocks"].as_array().into_iter().flatten();
    let measured = missed
        .into_iter()
        .any(|clock| clock["id"] == json!(breach.id) && clock["result"]["breached"] == true);
    if !back || !measured {
        bail!("the way back does not end where it began");
    }
    println!("\nEvery effect was read back.");
    Ok(())
}

/// Tells the story to a gateway over HTTP.
struct Gateway {
    url: String,
    data: PathBuf,
    tenant: Tenant,
    http: reqwest::Client,
    tokens: Mutex<HashMap<String, String>>,
    steps: AtomicU32,
}

impl Gateway {
    async fn token(&self, subject: &str) -> Result<String> {
        let mut tokens = self.tokens.lock().await;
        if let Some(token) = tokens.get(subject) {
            return Ok(token.clone());
        }
        let principal =
            Principal { tenant: self.tenant.clone(), subject: subject.to_owned(), roles: vec![Role::Admin] };
        let token = token::issue(&self.data, &principal, LIFETIME)?;
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
        ids::event_id(self.now()).to_string()
    }

    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now()
    }

    fn note(&self, what: &str, id: &str, took: Option<Duration>) {
        let step = self.steps.fetch_add(1, Ordering::Relaxed) + 1;
        match took {
            Some(took) => {
                println!("  {step:>3}  {what:<34} {id}  arrived after {:.1} ms", took.as_secs_f64() * 1e3)
            }
            None => println!("  {step:>3}  {what:<34} {id}"),
        }
    }
}
