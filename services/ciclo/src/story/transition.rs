//! Transition: the six steps from an approved package to a service in operation.

use super::{APPROVER, Held, SOMEBODY, Story, held};
use anyhow::Result;
use jiff::SignedDuration;
use serde_json::json;

impl Story<'_> {
    /// Waits for the transition of a design package.
    pub async fn transition_opens(&self, service: &Held) -> Result<Held> {
        let query = "query Transitions($of: ID!) { transitions(first: 1, filter: { service: { eq: $of }, state: { eq: PLANNING } }) { nodes { id version } } }";
        let of = json!({ "of": service.id });
        self.arrives("transition opened", "transition", query, of, |data| {
            held(&data["transitions"]["nodes"][0])
        })
        .await
    }

    /// Registers an item that is live already.
    pub async fn live_item(
        &self,
        name: &str,
        class: &str,
        criticality: i32,
        services: &[&Held],
    ) -> Result<Held> {
        let services: Vec<&str> = services.iter().map(|service| service.id.as_str()).collect();
        let input = json!({
            "name": name, "class": class, "criticality": criticality, "services": services,
            "initialState": "LIVE", "attributes": { "site": "Bilbao" },
        });
        self.act("transition", "registerConfigurationItem", input).await
    }

    /// Relates two items.
    pub async fn relate(&self, source: &Held, kind: &str, target: &Held) -> Result<Held> {
        let input = json!({ "source": source.id, "target": target.id, "kind": kind });
        self.act("transition", "relateConfigurationItems", input).await
    }

    /// Drafts a change for a transition and takes it to the end of its implementation: assessed,
    /// approved by somebody else, implemented in its window.
    pub async fn implemented_change(
        &self,
        title: &str,
        transition: Option<&Held>,
        items: &[&Held],
    ) -> Result<Held> {
        let items: Vec<&str> = items.iter().map(|item| item.id.as_str()).collect();
        let now = self.teller.now();
        let draft = json!({
            "title": title, "transition": transition.map(|transition| transition.id.as_str()), "items": items,
            "requester": SOMEBODY, "assignee": "diego",
            "windowStart": (now - SignedDuration::from_mins(1)).to_string(),
            "windowEnd": (now + SignedDuration::from_hours(4)).to_string(),
            "implementationPlan": "Roll out node by node.", "testPlan": "Check the page from outside.",
            "backOutPlan": "Roll back to the version before.",
            "approvalSteps": [{ "name": "change advisory board", "policy": "ANY", "approvers": [APPROVER, "elena"] }],
        });
        let mut change = self.act("transition", "draftChange", draft).await?;
        self.on(&mut change, "transition", "submitChangeForAssessment", json!({})).await?;
        self.on(&mut change, "transition", "submitChangeForApproval", json!({})).await?;
        self.on_as(APPROVER, &mut change, "transition", "voteOnChange", json!({ "decision": "APPROVE" }))
            .await?;
        Ok(change)
    }

    /// Implements and closes a change that is scheduled.
    pub async fn closed_change(&self, change: &mut Held) -> Result<()> {
        self.on(change, "transition", "startChangeImplementation", json!({})).await?;
        let outcome = json!({ "outcome": "SUCCESSFUL", "notes": "As planned." });
        self.on(change, "transition", "completeChangeImplementation", outcome).await?;
        self.on(change, "transition", "closeChange", json!({ "review": "Nothing to add." })).await
    }

    /// Records evidence for the criteria of the step at hand and leaves it.
    async fn leave_step(&self, transition: &mut Held, criteria: &[&str]) -> Result<()> {
        for criterion in criteria {
            let record = json!({ "criterion": criterion, "evidence": "Written down and agreed." });
            self.on(transition, "transition", "recordCriterion", record).await?;
        }
        self.on(transition, "transition", "completeTransitionStep", json!({})).await
    }

    /// Takes a transition through its six steps; the change that carried it.
    pub async fn through_the_six_steps(
        &self,
        transition: &mut Held,
        item: &Held,
        lesson: &str,
    ) -> Result<Held> {
        let now = self.teller.now();
        let plan = json!({
            "step": "DEPLOYMENT", "plannedStart": now.to_string(),
            "plannedEnd": (now + SignedDuration::from_hours(24)).to_string(),
        });
        self.on(transition, "transition", "planTransitionStep", plan).await?;
        self.leave_step(transition, &["SCOPE", "ACCEPTANCE_CRITERIA", "RISK", "BACK_OUT_PLAN"]).await?;

        let build = json!({ "packageName": "portal", "digest": format!("sha256:{}", "ab".repeat(32)) });
        self.on(transition, "transition", "addBuild", build).await?;
        self.on(transition, "transition", "addTest", json!({ "name": "end to end", "passed": true })).await?;
        let pilot = json!({
            "group": "the finance team", "starts": (now - SignedDuration::from_hours(1)).to_string(),
            "ends": now.to_string(), "thresholds": "no incident of priority 1",
        });
        self.on(transition, "transition", "setPilot", pilot).await?;
        self.leave_step(transition, &[]).await?;

        self.on(transition, "transition", "reportPilot", json!({ "held": true, "notes": "Nobody noticed." }))
            .await?;
        self.leave_step(transition, &[]).await?;

        let change = self.implemented_change("Roll the service out", Some(transition), &[item]).await?;
        self.leave_step(transition, &["SCHEDULE", "NO_BLOCKING_CONFLICT", "TRAINING", "COMMUNICATION"])
            .await?;

        let deploy =
            json!({ "transition": transition.id, "packageName": "portal", "environment": "production" });
        let mut deployment = self.act("transition", "planDeployment", deploy).await?;
        self.on(&mut deployment, "transition", "startDeployment", json!({})).await?;
        let baseline = json!({ "baseline": "production-1", "notes": "All nodes answer." });
        self.on(&mut deployment, "transition", "succeedDeployment", baseline).await?;
        self.on(&mut deployment, "transition", "verifyDeployment", json!({ "notes": "Seen from outside." }))
            .await?;
        self.leave_step(transition, &["BASELINE_TAKEN"]).await?;

        for criterion in ["TARGETS_COMPARED", "KNOWN_ERRORS_HANDED_OVER"] {
            let record = json!({ "criterion": criterion, "evidence": "Compared with the plan." });
            self.on(transition, "transition", "recordCriterion", record).await?;
        }
        let lessons = json!({ "criterion": "LESSONS_RECORDED", "evidence": lesson });
        self.on(transition, "transition", "recordCriterion", lessons).await?;
        self.on(transition, "transition", "closeTransition", json!({ "outcome": "SUCCESSFUL" })).await?;
        Ok(change)
    }
}
