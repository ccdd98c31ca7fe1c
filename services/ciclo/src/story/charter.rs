//! Strategy: the organisation around a service, and the service up to its charter.

use super::{Held, Story};
use anyhow::Result;
use serde_json::json;

/// What services are measured against and made for.
#[derive(Clone, Debug)]
pub struct Organisation {
    /// A market space.
    pub market_space: Held,
    /// Customers.
    pub customers: Vec<Held>,
    /// Business objectives.
    pub objectives: Vec<Held>,
    /// Capabilities.
    pub capabilities: Vec<Held>,
}

/// Who is who, by name.
pub struct Names<'n> {
    /// The market space.
    pub market_space: &'n str,
    /// Customers.
    pub customers: &'n [&'n str],
    /// Objectives with their weights.
    pub objectives: &'n [(&'n str, i32)],
    /// Capabilities with their maturity.
    pub capabilities: &'n [(&'n str, i32)],
}

impl Story<'_> {
    /// Founds an organisation.
    pub async fn organisation(&self, names: &Names<'_>) -> Result<Organisation> {
        let market_space =
            self.act("catalog", "defineMarketSpace", json!({ "name": names.market_space })).await?;
        let (mut customers, mut objectives, mut capabilities) = (Vec::new(), Vec::new(), Vec::new());
        for name in names.customers {
            let input = json!({ "name": name, "marketSpace": market_space.id });
            customers.push(self.act("catalog", "defineCustomer", input).await?);
        }
        for (name, weight) in names.objectives {
            let input = json!({ "name": name, "weight": weight });
            objectives.push(self.act("catalog", "defineBusinessObjective", input).await?);
        }
        for (name, maturity) in names.capabilities {
            let input = json!({ "name": name, "maturity": maturity });
            capabilities.push(self.act("catalog", "defineCapability", input).await?);
        }
        Ok(Organisation { market_space, customers, objectives, capabilities })
    }

    /// Proposes a service and takes it to its charter.
    pub async fn chartered_service(
        &self,
        name: &str,
        family: &str,
        criticality: i32,
        of: &Organisation,
    ) -> Result<Held> {
        let customers: Vec<&str> = of.customers.iter().map(|customer| customer.id.as_str()).collect();
        let propose = json!({
            "name": name, "description": format!("{name} for everybody who works here."), "view": "BUSINESS",
            "owner": "carla", "family": family, "criticality": criticality,
            "marketSpaces": [of.market_space.id], "customers": customers,
        });
        let mut service = self.act("catalog", "proposeService", propose).await?;
        for (place, objective) in of.objectives.iter().enumerate() {
            let strength = if place == 0 { 80 } else { 40 };
            let support = json!({ "objective": objective.id, "strength": strength });
            self.on(&mut service, "catalog", "setServiceSupport", support).await?;
        }
        for capability in &of.capabilities {
            let need = json!({ "capability": capability.id, "maturity": 3 });
            self.on(&mut service, "catalog", "setServiceNeed", need).await?;
        }
        self.on(&mut service, "catalog", "defineService", json!({})).await?;
        let case = json!({ "businessCase": format!("{name} saves more time than it costs.") });
        self.on(&mut service, "catalog", "analyseService", case).await?;
        self.on(&mut service, "catalog", "approveService", json!({})).await?;
        self.on(&mut service, "catalog", "charterService", json!({})).await?;
        Ok(service)
    }

    /// Drafts and publishes an offering under a service.
    pub async fn offering(&self, service: &Held, name: &str, approval_needed: bool) -> Result<Held> {
        let input = json!({
            "service": service.id, "name": name, "description": format!("{name}, within two days."),
            "price": { "minorUnits": 4_900, "currency": "EUR" }, "approvalNeeded": approval_needed,
            "fulfilment": [{ "name": "Prepare", "group": "service desk" }, { "name": "Hand over", "group": "service desk" }],
            "form": {
                "type": "object", "required": ["reason"], "additionalProperties": false,
                "properties": { "reason": { "type": "string", "title": "What for" } },
            },
        });
        let mut offering = self.act("catalog", "draftOffering", input).await?;
        self.on(&mut offering, "catalog", "publishOffering", json!({})).await?;
        Ok(offering)
    }

    /// Waits until a service is in a state; the service.
    pub async fn service_reaches(&self, service: &Held, state: &str) -> Result<Held> {
        let query = "query Service($id: ID!) { service(id: $id) { id version state name } }";
        self.arrives(&format!("service {state}"), "catalog", query, json!({ "id": service.id }), |data| {
            super::held(&data["service"]).filter(|service| service.fields["state"] == state)
        })
        .await
    }
}
