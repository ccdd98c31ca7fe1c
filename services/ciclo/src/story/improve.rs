//! Improvement: the review of an agreement, a recommendation, and the
//! requirement that answers it in design.

use super::{Held, Story, held};
use anyhow::Result;
use jiff::SignedDuration;
use serde_json::{Value, json};

impl Story<'_> {
    /// Waits for the recommendation that a breach raised for a service.
    pub async fn recommendation_proposed(&self, service: &Held) -> Result<Held> {
        let query = "query Recommendations($of: ID!) { recommendations(first: 1, filter: { service: { eq: $of }, state: { eq: PROPOSED } }) { nodes { id version title } } }";
        let of = json!({ "of": service.id });
        self.arrives("recommendation proposed", "improvement", query, of, |data| {
            held(&data["recommendations"]["nodes"][0])
        })
        .await
    }

    /// Reviews an agreement over a period that ends now, and publishes the review.
    pub async fn published_review(&self, agreement: &Held, days: i64) -> Result<Held> {
        let now = self.teller.now();
        let conduct = json!({
            "agreement": agreement.id, "from": (now - SignedDuration::from_hours(24 * days)).to_string(),
            "to": now.to_string(),
        });
        let mut review = self.act("improvement", "conductServiceLevelReview", conduct).await?;
        let conclusions = json!({ "conclusions": "What was missed is named; the design has to answer it." });
        self.on(&mut review, "improvement", "publishServiceLevelReview", conclusions).await?;
        Ok(review)
    }

    /// Accepts a recommendation as a requirement, and waits for the requirement in design.
    pub async fn requirement_answers(&self, recommendation: &mut Held) -> Result<Held> {
        self.on(recommendation, "improvement", "acceptRecommendation", json!({ "as": "REQUIREMENT" }))
            .await?;
        let query = "query Requirements($of: ID!) { requirements(first: 1, filter: { recommendation: { eq: $of } }) { nodes { id version title } } }";
        let of = json!({ "of": recommendation.id });
        let requirement = self
            .arrives("requirement raised", "design", query, of, |data| {
                held(&data["requirements"]["nodes"][0])
            })
            .await?;
        let query = "query Recommendation($id: ID!) { recommendation(id: $id) { id version state } }";
        self.arrives(
            "recommendation ANSWERED",
            "improvement",
            query,
            json!({ "id": recommendation.id }),
            |data| held(&data["recommendation"]).filter(|found| found.fields["state"] == "ANSWERED"),
        )
        .await?;
        Ok(requirement)
    }

    /// Walks from a breached incident to the requirement that answers it, and back, in one federated query.
    pub async fn the_loop_is_closed(&self, incident: &Held) -> Result<Value> {
        let query = "query Loop($id: ID!) { incident(id: $id) { id title
            service { id name state }
            clocks { id kind breachedAt agreement { id state } result { id breached } }
            recommendations { id state
              requirement { id title state
                package { id number }
                recommendation { id evidence { incident { id title } } } } } } }";
        Ok(self.read("gateway", query, json!({ "id": incident.id })).await?["incident"].clone())
    }
}
