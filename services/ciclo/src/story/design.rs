//! Design: the package that a charter opens, its requirements and agreements.

use super::{APPROVER, Held, Story, held};
use anyhow::Result;
use serde_json::{Value, json};

/// The targets of an agreement by priority 1 to 5, for every type of ticket: response and resolution, ISO 8601.
pub type Targets = [(&'static str, &'static str); 5];

/// What an ordinary agreement promises.
pub const ORDINARY: Targets =
    [("PT15M", "PT4H"), ("PT30M", "PT8H"), ("PT2H", "PT24H"), ("PT8H", "PT72H"), ("PT24H", "PT120H")];
/// Promises that are broken while one looks on.
pub const HASTY: Targets =
    [("PT1S", "PT2S"), ("PT10M", "PT1H"), ("PT1H", "PT8H"), ("PT8H", "PT24H"), ("PT24H", "PT72H")];

/// Every hour counts.
pub const ALWAYS: &str = "24x7";

/// The terms of an agreement by a calendar: the id of one, or [`ALWAYS`].
#[must_use]
pub fn terms(targets: &Targets, calendar: &str, valid_from: jiff::Timestamp) -> Value {
    let targets: Vec<Value> = ["INCIDENT", "SERVICE_REQUEST", "PROBLEM"]
        .into_iter()
        .flat_map(|ticket_type| {
            (1..).zip(targets).map(move |(priority, times)| (ticket_type, priority, times))
        })
        .flat_map(|(ticket_type, priority, (response, resolution))| {
            [("RESPONSE", response), ("RESOLUTION", resolution)].map(|(kind, duration)| {
                json!({
                    "ticketType": ticket_type, "kind": kind, "priority": priority, "duration": duration,
                    "warningPercent": [50, 80],
                })
            })
        })
        .collect();
    json!({
        "validFrom": valid_from.to_string(), "calendar": calendar, "targets": targets,
        "availabilityBasisPoints": 9_990, "pauseReasons": ["CALLER", "SUPPLIER"],
    })
}

impl Story<'_> {
    /// Waits for the newest design package of a service in a state.
    pub async fn package_opens(&self, service: &Held) -> Result<Held> {
        let query = "query Packages($of: ID!) { designPackages(first: 1, filter: { service: { eq: $of }, state: { eq: DRAFT } }) { nodes { id version } } }";
        let of = json!({ "of": service.id });
        self.arrives("design package opened", "design", query, of, |data| {
            held(&data["designPackages"]["nodes"][0])
        })
        .await
    }

    /// Defines a calendar.
    pub async fn calendar(&self, name: &str, hours: Value) -> Result<Held> {
        self.act("design", "defineCalendar", json!({ "name": name, "hours": hours })).await
    }

    /// Drafts, negotiates and agrees an SLA with a customer by a calendar.
    pub async fn agreed_sla(
        &self,
        service: &Held,
        customer: &Held,
        targets: &Targets,
        calendar: &str,
    ) -> Result<Held> {
        let terms = terms(targets, calendar, self.teller.now());
        let draft = json!({ "service": service.id, "kind": "SLA", "customer": customer.id, "terms": terms });
        let mut agreement = self.act("design", "draftAgreement", draft).await?;
        self.on(&mut agreement, "design", "startNegotiation", json!({})).await?;
        self.on(&mut agreement, "design", "agreeAgreement", json!({})).await?;
        Ok(agreement)
    }

    /// Raises a requirement, agrees it and traces it to a package.
    pub async fn traced_requirement(&self, service: &Held, package: &Held, title: &str) -> Result<Held> {
        let raise = json!({
            "service": service.id, "title": title, "kind": "AVAILABILITY", "priority": "MUST",
            "acceptanceCriterion": "99.9 % over a quarter, measured from outside",
        });
        let mut requirement = self.act("design", "raiseRequirement", raise).await?;
        self.on(&mut requirement, "design", "agreeRequirement", json!({})).await?;
        let trace = json!({ "solutionElement": "two nodes behind a balancer", "package": package.id });
        self.on(&mut requirement, "design", "traceRequirement", trace).await?;
        Ok(requirement)
    }

    /// Plans a package, submits it, and has it approved by somebody else.
    pub async fn approved_package(&self, package: &mut Held) -> Result<()> {
        let plan = json!({
            "summary": "Two nodes, one balancer, nightly backups.",
            "acceptancePlan": "A pilot group works with it for a week.",
            "costEstimate": { "minorUnits": 1_250_000, "currency": "EUR" },
        });
        self.on(package, "design", "planDesignPackage", plan).await?;
        self.on(package, "design", "submitDesignPackage", json!({})).await?;
        self.on_as(APPROVER, package, "design", "approveDesignPackage", json!({})).await
    }

    /// Waits until an agreement is active.
    pub async fn agreement_activates(&self, agreement: &Held) -> Result<Held> {
        let query = "query Agreement($id: ID!) { agreement(id: $id) { id version state } }";
        self.arrives("agreement ACTIVE", "design", query, json!({ "id": agreement.id }), |data| {
            held(&data["agreement"]).filter(|agreement| agreement.fields["state"] == "ACTIVE")
        })
        .await
    }
}
