//! Operation: incidents on a service, and the clocks that its agreement started.

use super::{APPROVER, Held, Story, held};
use anyhow::Result;
use serde_json::{Value, json};

impl Story<'_> {
    /// Waits until an agreement is in force in operations' eyes: from then on its clocks start.
    pub async fn promises_are_known(&self, agreement: &Held, service: &Held) -> Result<()> {
        let query = "query Promises($of: ID!) { agreementInForce(service: $of) { id } }";
        self.arrives(
            "agreement in force at operations",
            "operations",
            query,
            json!({ "of": service.id }),
            |data| {
                let found = data["agreementInForce"]["id"].as_str()?;
                (found == agreement.id).then(|| agreement.clone())
            },
        )
        .await
        .map(|_| ())
    }

    /// Opens an incident of the highest impact.
    pub async fn opened_incident(
        &self,
        title: &str,
        service: &Held,
        items: &[&Held],
        urgency: i32,
    ) -> Result<Held> {
        let items: Vec<&str> = items.iter().map(|item| item.id.as_str()).collect();
        let input = json!({
            "title": title, "service": service.id, "items": items, "impact": 1, "urgency": urgency, "caller": "carla",
        });
        self.act("operations", "openIncident", input).await
    }

    /// The clocks of an incident.
    pub async fn clocks(&self, incident: &Held) -> Result<Value> {
        let query = "query Clocks($of: ID!) { incident(id: $of) { clocks { id version kind state due breachedAt agreement { id } } } }";
        Ok(self.read("operations", query, json!({ "of": incident.id })).await?["incident"]["clocks"].clone())
    }

    /// Waits until a clock of an incident is breached.
    pub async fn clock_breaches(&self, incident: &Held, kind: &str) -> Result<Held> {
        let query = "query Clocks($of: ID!) { incident(id: $of) { clocks { id version kind breachedAt } } }";
        self.arrives(
            &format!("{kind} clock breached"),
            "operations",
            query,
            json!({ "of": incident.id }),
            |data| {
                let clocks = data["incident"]["clocks"].as_array()?;
                let breached =
                    clocks.iter().find(|clock| clock["kind"] == kind && clock["breachedAt"].is_string());
                breached.and_then(held)
            },
        )
        .await
    }

    /// Gives an incident to a person.
    pub async fn assigned_incident(&self, incident: &mut Held, person: &str) -> Result<()> {
        let assign = json!({ "group": "web operations", "person": person });
        self.on_as(person, incident, "operations", "assignIncident", assign).await
    }

    /// Works on an incident that somebody has, and resolves it.
    pub async fn resolved_incident(&self, incident: &mut Held, person: &str, notes: &str) -> Result<()> {
        self.on_as(person, incident, "operations", "startIncident", json!({})).await?;
        let resolve = json!({ "code": "FIXED", "notes": notes });
        self.on_as(person, incident, "operations", "resolveIncident", resolve).await
    }

    /// Asks for an offering, has it approved when that is needed, and fulfils it.
    pub async fn fulfilled_request(&self, offering: &Held, requester: &str, person: &str) -> Result<Held> {
        let ask = json!({ "offering": offering.id, "answers": { "reason": "For my work." } });
        let mut request = self.act_as(requester, "operations", "submitServiceRequest", ask, "state").await?;
        if request.fields["state"] == "PENDING_APPROVAL" {
            self.on_as(APPROVER, &mut request, "operations", "approveServiceRequest", json!({})).await?;
        }
        self.on_as(person, &mut request, "operations", "startFulfilment", json!({})).await?;
        for task in 0..2 {
            self.on_as(person, &mut request, "operations", "completeTask", json!({ "index": task })).await?;
        }
        self.on_as(person, &mut request, "operations", "fulfilServiceRequest", json!({})).await?;
        Ok(request)
    }
}
