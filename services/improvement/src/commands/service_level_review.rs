//! Commands on reviews of agreements.

use crate::domain::facts::Period;
use crate::domain::known::KnownAgreement;
use crate::domain::service_level_review::{ServiceLevelReview, previous};
use crate::domain::target_result::TargetResult;
use ciclo_kernel::ids::AgreementId;
use ciclo_kernel::{Code, Refusal, Timestamp};
use ciclo_store::record::id_field;
use ciclo_store::{Field, Filter, Record, Result, Test, Tx, Versioned};

/// Records read at once.
const BATCH: usize = 1_000;
/// Most results that one review counts.
const RESULTS_MOST: usize = 100_000;
/// Most earlier reviews of an agreement that one is looked for among.
const REVIEWS_MOST: usize = 10_000;

/// Reviews an agreement over a period that is over: counts its results, and compares with the review before.
///
/// `NOT_FOUND` when there is no such agreement, `RULE_VIOLATED` when it was never in force, `INVALID` for a period
/// that is empty, longer than 400 days or not over, `LIMIT_EXCEEDED` for too many results.
pub async fn conduct(
    tx: &mut Tx,
    agreement: AgreementId,
    from: Timestamp,
    to: Timestamp,
) -> Result<Versioned<ServiceLevelReview>> {
    let known = tx.known::<KnownAgreement>(agreement).await?;
    // Before anything is read for it.
    let period = Period::past(from, to, tx.now())?;
    known.must_have_begun()?;
    let results = all::<TargetResult>(tx, counting(agreement, period), RESULTS_MOST).await?;
    let earlier = Filter::All(vec![
        Filter::is("agreement_id", id_field(agreement)),
        Filter::Column("period_to", Test::AtMost(from.into())),
    ]);
    let earlier = all::<ServiceLevelReview>(tx, earlier, REVIEWS_MOST).await?;
    let before = previous(&earlier, agreement, from);
    let decided =
        ServiceLevelReview::conduct(tx.fresh(), &known, (from, to), &results, before, tx.by(), tx.now());
    tx.create(decided).await
}

/// The results of an agreement that stopped or were missed in a period.
fn counting(agreement: AgreementId, period: Period) -> Filter {
    let inside = |column| {
        Filter::All(vec![
            Filter::Column(column, Test::AtLeast(period.from.into())),
            Filter::Column(column, Test::Below(period.to.into())),
        ])
    };
    Filter::All(vec![
        Filter::is("agreement_id", id_field(agreement)),
        Filter::Any(vec![inside("stopped_at"), inside("breached_at")]),
    ])
}

/// All records that pass a filter, batch by batch; `LIMIT_EXCEEDED` for more than `most`.
async fn all<R: Record>(tx: &Tx, filter: Filter, most: usize) -> Result<Vec<R>> {
    let mut found: Vec<R> = Vec::new();
    loop {
        let mut parts = vec![filter.clone()];
        if let Some(last) = found.last() {
            parts.push(Filter::Column("id", Test::Above(Field::Text(last.id().to_string()))));
        }
        let batch = tx.list::<R>(Filter::All(parts), BATCH).await?;
        let last = batch.len() < BATCH;
        found.extend(batch.into_iter().map(|one| one.record));
        if found.len() > most {
            let message = format!("more than {most} records of {}; a shorter period has fewer", R::TABLE);
            return Err(Refusal::new(Code::LimitExceeded, message).with("limit", most).into());
        }
        if last {
            return Ok(found);
        }
    }
}
