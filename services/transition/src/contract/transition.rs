//! Transitions as messages.

use super::{by_at, ends, needed, optional_window, stamp, window, word};
use crate::domain::{
    BackOut, Build, Criterion, CriterionRecord, CriterionWaiver, Pilot, PilotReport, StepDates, TestResult,
    TestWaiver, Transition, TransitionHappened, TransitionOutcome, TransitionPhase, TransitionState,
    TransitionStep,
};
use ciclo_contracts::convert::{id, optional_instant, state_from_proto, state_to_proto, timestamp, to_enum};
use ciclo_contracts::transition::v1 as pb;
use ciclo_kernel::Corrupt;
use pb::transition_event::What;

fn step(step: TransitionStep) -> i32 {
    to_enum::<pb::TransitionStep>(step.as_str())
}

fn criterion(criterion: Criterion) -> i32 {
    to_enum::<pb::TransitionCriterion>(criterion.as_str())
}

fn outcome(outcome: TransitionOutcome) -> i32 {
    to_enum::<pb::TransitionOutcome>(outcome.as_str())
}

fn waiver(waiver: &TestWaiver) -> pb::TransitionTestWaiver {
    pb::TransitionTestWaiver { waived_by: waiver.waived_by.clone(), reason: waiver.reason.clone() }
}

/// The event message of a transition; `what` is missing for a bare snapshot.
#[must_use]
pub fn message(record: &Transition, what: Option<&TransitionHappened>) -> pb::TransitionEvent {
    pb::TransitionEvent { after: Some(snapshot(record)), what: what.map(happened) }
}

fn snapshot(record: &Transition) -> pb::Transition {
    let (closing, cancellation) = match &record.phase {
        TransitionPhase::Closed { outcome: ended, by, at, .. } => {
            (Some(pb::TransitionClosing { outcome: outcome(*ended), by: by.clone(), at: stamp(*at) }), None)
        }
        TransitionPhase::Cancelled { reason, by, at } => (
            None,
            Some(pb::TransitionCancellation { reason: reason.clone(), by: by.clone(), at: stamp(*at) }),
        ),
        TransitionPhase::Planning
        | TransitionPhase::BuildAndTest
        | TransitionPhase::Pilot
        | TransitionPhase::DeploymentPlanning
        | TransitionPhase::Deployment
        | TransitionPhase::Review { .. } => (None, None),
    };
    pb::Transition {
        id: record.id.to_string(),
        service_id: record.service_id.to_string(),
        service_name: record.service_name.clone(),
        design_package_id: record.design_package_id.to_string(),
        design_package_number: record.design_package_number,
        state: state_to_proto::<pb::TransitionState, _>(record.state()),
        steps: TransitionStep::ALL.iter().map(|one| dates(*one, record.dates(*one))).collect(),
        records: record.records.iter().map(evidence).collect(),
        waivers: record.waivers.iter().map(criterion_waiver).collect(),
        builds: record.builds.iter().map(build).collect(),
        tests: record.tests.iter().map(test).collect(),
        pilot: record.pilot.as_ref().map(pilot),
        lessons: record.lessons.clone(),
        back_out: record.back_out_facts().map(|facts| pb::TransitionBackOut {
            from: step(facts.from),
            reason: facts.reason.clone(),
            by: facts.by.clone(),
            at: stamp(facts.at),
        }),
        closing,
        cancellation,
    }
}

fn dates(of: TransitionStep, dates: StepDates) -> pb::TransitionStepDates {
    let (planned_start, planned_end) = ends(dates.planned);
    pb::TransitionStepDates {
        step: step(of),
        planned_start,
        planned_end,
        started: dates.started.map(timestamp),
        ended: dates.ended.map(timestamp),
        failures: dates.failures,
    }
}

fn evidence(record: &CriterionRecord) -> pb::TransitionCriterionRecord {
    pb::TransitionCriterionRecord {
        criterion: criterion(record.criterion),
        evidence: record.evidence.clone(),
        by: record.by.clone(),
        at: stamp(record.at),
    }
}

fn criterion_waiver(waiver: &CriterionWaiver) -> pb::TransitionCriterionWaiver {
    pb::TransitionCriterionWaiver {
        criterion: criterion(waiver.criterion),
        waived_by: waiver.waived_by.clone(),
        reason: waiver.reason.clone(),
        by: waiver.by.clone(),
        at: stamp(waiver.at),
    }
}

fn build(build: &Build) -> pb::TransitionBuild {
    pb::TransitionBuild {
        package_name: build.package_name.clone(),
        digest: build.digest.clone(),
        by: build.by.clone(),
        at: stamp(build.at),
    }
}

fn test(test: &TestResult) -> pb::TransitionTest {
    pb::TransitionTest {
        name: test.name.clone(),
        passed: test.passed,
        waiver: test.waiver.as_ref().map(waiver),
        by: test.by.clone(),
        at: stamp(test.at),
    }
}

fn pilot(pilot: &Pilot) -> pb::TransitionPilot {
    pb::TransitionPilot {
        group: pilot.group.clone(),
        starts: stamp(pilot.period.start),
        ends: stamp(pilot.period.end),
        thresholds: pilot.thresholds.clone(),
        report: pilot.report.as_ref().map(|report| pb::TransitionPilotReport {
            held: report.held,
            notes: report.notes.clone(),
            by: report.by.clone(),
            at: stamp(report.at),
        }),
    }
}

fn happened(what: &TransitionHappened) -> What {
    match what {
        TransitionHappened::Opened => What::Opened(pb::TransitionOpened {}),
        TransitionHappened::StepPlanned { step: of, planned } => {
            What::StepPlanned(pb::TransitionStepPlanned {
                step: step(*of),
                planned_start: stamp(planned.start),
                planned_end: stamp(planned.end),
            })
        }
        TransitionHappened::CriterionRecorded { criterion: of, evidence } => {
            What::CriterionRecorded(pb::TransitionCriterionRecorded {
                criterion: criterion(*of),
                evidence: evidence.clone(),
            })
        }
        TransitionHappened::CriterionWaived { criterion: of, waived_by, reason } => {
            What::CriterionWaived(pb::TransitionCriterionWaived {
                criterion: criterion(*of),
                waived_by: waived_by.clone(),
                reason: reason.clone(),
            })
        }
        TransitionHappened::BuildAdded { package_name, digest } => {
            What::BuildAdded(pb::TransitionBuildAdded {
                package_name: package_name.clone(),
                digest: digest.clone(),
            })
        }
        TransitionHappened::TestAdded { name, passed, waiver: waived } => {
            What::TestAdded(pb::TransitionTestAdded {
                name: name.clone(),
                passed: *passed,
                waiver: waived.as_ref().map(waiver),
            })
        }
        TransitionHappened::PilotSet { group, period, thresholds } => {
            What::PilotSet(pb::TransitionPilotSet {
                group: group.clone(),
                starts: stamp(period.start),
                ends: stamp(period.end),
                thresholds: thresholds.clone(),
            })
        }
        TransitionHappened::PilotReported { held, notes } => {
            What::PilotReported(pb::TransitionPilotReported { held: *held, notes: notes.clone() })
        }
        TransitionHappened::StepCompleted { step: of } => {
            What::StepCompleted(pb::TransitionStepCompleted { step: step(*of) })
        }
        TransitionHappened::StepFailed { step: of, reason } => {
            What::StepFailed(pb::TransitionStepFailed { step: step(*of), reason: reason.clone() })
        }
        TransitionHappened::BackedOut { from, reason } => {
            What::BackedOut(pb::TransitionBackedOut { from: step(*from), reason: reason.clone() })
        }
        TransitionHappened::Cancelled { reason } => {
            What::Cancelled(pb::TransitionCancelled { reason: reason.clone() })
        }
        TransitionHappened::Closed { outcome: ended } => {
            What::Closed(pb::TransitionClosed { outcome: outcome(*ended) })
        }
    }
}

fn read_step(value: i32) -> Result<TransitionStep, Corrupt> {
    word::<pb::TransitionStep, _>("step", value, TransitionStep::parse)
}

fn read_criterion(value: i32) -> Result<Criterion, Corrupt> {
    word::<pb::TransitionCriterion, _>("criterion", value, Criterion::parse)
}

fn read_waiver(waiver: pb::TransitionTestWaiver) -> TestWaiver {
    TestWaiver { waived_by: waiver.waived_by, reason: waiver.reason }
}

/// The transition that an event message tells of, as it is after the event.
pub fn record(message: pb::TransitionEvent) -> Result<Transition, Corrupt> {
    let after = needed("Transition", message.after)?;
    let phase = read_phase(&after)?;
    Ok(Transition {
        id: id("id", &after.id)?,
        service_id: id("service_id", &after.service_id)?,
        service_name: after.service_name,
        design_package_id: id("design_package_id", &after.design_package_id)?,
        design_package_number: after.design_package_number,
        phase,
        steps: read_steps(after.steps)?,
        records: after.records.into_iter().map(read_evidence).collect::<Result<_, _>>()?,
        waivers: after.waivers.into_iter().map(read_criterion_waiver).collect::<Result<_, _>>()?,
        builds: after.builds.into_iter().map(read_build).collect::<Result<_, _>>()?,
        tests: after.tests.into_iter().map(read_test).collect::<Result<_, _>>()?,
        pilot: after.pilot.map(read_pilot).transpose()?,
        lessons: after.lessons,
    })
}

fn read_phase(after: &pb::Transition) -> Result<TransitionPhase, Corrupt> {
    let state: TransitionState = state_from_proto::<pb::TransitionState, _>("state", after.state)?;
    let back_out = after.back_out.clone().map(|facts| {
        let (by, at) = by_at("back_out", facts.by, facts.at)?;
        Ok::<_, Corrupt>(BackOut { from: read_step(facts.from)?, reason: facts.reason, by, at })
    });
    let backed_out = back_out.transpose()?;
    match state {
        TransitionState::Closed => {
            let closing = needed("closing", after.closing.clone())?;
            let (by, at) = by_at("closing", closing.by, closing.at)?;
            let outcome =
                word::<pb::TransitionOutcome, _>("outcome", closing.outcome, TransitionOutcome::parse)?;
            Ok(TransitionPhase::Closed { outcome, backed_out, by, at })
        }
        TransitionState::Cancelled => {
            let facts = needed("cancellation", after.cancellation.clone())?;
            let (by, at) = by_at("cancellation", facts.by, facts.at)?;
            Ok(TransitionPhase::Cancelled { reason: facts.reason, by, at })
        }
        TransitionState::Planning
        | TransitionState::BuildAndTest
        | TransitionState::Pilot
        | TransitionState::DeploymentPlanning
        | TransitionState::Deployment
        | TransitionState::Review => needed("state", Transition::phase_of(state, backed_out)),
    }
}

fn read_steps(written: Vec<pb::TransitionStepDates>) -> Result<[StepDates; 6], Corrupt> {
    let mut steps = [StepDates::default(); 6];
    for dates in written {
        steps[read_step(dates.step)?.index()] = StepDates {
            planned: optional_window("planned", dates.planned_start, dates.planned_end)?,
            started: optional_instant("started", dates.started)?,
            ended: optional_instant("ended", dates.ended)?,
            failures: dates.failures,
        };
    }
    Ok(steps)
}

fn read_evidence(record: pb::TransitionCriterionRecord) -> Result<CriterionRecord, Corrupt> {
    let (by, at) = by_at("records", record.by, record.at)?;
    Ok(CriterionRecord { criterion: read_criterion(record.criterion)?, evidence: record.evidence, by, at })
}

fn read_criterion_waiver(waiver: pb::TransitionCriterionWaiver) -> Result<CriterionWaiver, Corrupt> {
    let (by, at) = by_at("waivers", waiver.by, waiver.at)?;
    let criterion = read_criterion(waiver.criterion)?;
    Ok(CriterionWaiver { criterion, waived_by: waiver.waived_by, reason: waiver.reason, by, at })
}

fn read_build(build: pb::TransitionBuild) -> Result<Build, Corrupt> {
    let (by, at) = by_at("builds", build.by, build.at)?;
    Ok(Build { package_name: build.package_name, digest: build.digest, by, at })
}

fn read_test(test: pb::TransitionTest) -> Result<TestResult, Corrupt> {
    let (by, at) = by_at("tests", test.by, test.at)?;
    let waiver = test.waiver.map(read_waiver);
    Ok(TestResult { name: test.name, passed: test.passed, waiver, by, at })
}

fn read_pilot(pilot: pb::TransitionPilot) -> Result<Pilot, Corrupt> {
    let report = pilot.report.map(|report| {
        let (by, at) = by_at("report", report.by, report.at)?;
        Ok::<_, Corrupt>(PilotReport { held: report.held, notes: report.notes, by, at })
    });
    Ok(Pilot {
        group: pilot.group,
        period: window("pilot", pilot.starts, pilot.ends)?,
        thresholds: pilot.thresholds,
        report: report.transpose()?,
    })
}
