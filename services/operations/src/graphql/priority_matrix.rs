//! The priority matrix in the API.

use crate::{commands, domain};
use async_graphql::{Context, InputObject, Object};
use ciclo_api::{ApiResult, filter, mutate, record_api, record_object};
use ciclo_kernel::Refusal;

record_object! {
    /// A tenant's rule from impact and urgency to priority. Its versions are the versions of the rule.
    PriorityMatrix of domain::priority_matrix::PriorityMatrix {
        /// The priorities: a row for each impact 1 to 3, in it one for each urgency 1 to 3.
        async fn cells(&self) -> Vec<Vec<u8>> {
            self.record().cells.iter().map(|row| row.to_vec()).collect()
        }
    }
}

filter! {
    /// Which priority matrices: a tenant has one, or none while the default holds.
    PriorityMatrixFilter {
        /// By id.
        id: ciclo_api::filters::IdFilter => "id",
    }
}

record_api! {
    PriorityMatrix of domain::priority_matrix::PriorityMatrix, "priority matrix", "priority matrices";
    one priority_matrix, many priority_matrices, changed priority_matrix_changed;
    filter PriorityMatrixFilter;
    order {}
}

/// What sets the priority matrix.
#[derive(InputObject, Clone, Debug)]
pub struct SetPriorityMatrixInput {
    /// The caller's key: the same key with the same arguments answers the same and does nothing again.
    pub idempotency_key: String,
    /// Three rows of three priorities, 1 (highest) to 5: rows by impact, columns by urgency.
    pub cells: Vec<Vec<u8>>,
}

/// What can be done with the priority matrix.
#[derive(Default)]
pub struct PriorityMatrixMutations;

#[Object]
impl PriorityMatrixMutations {
    /// Sets the tenant's priority matrix; records keep the priority that they have. Less impact or urgency may not raise the priority. Errors: INVALID.
    async fn set_priority_matrix(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The matrix.")] input: SetPriorityMatrixInput,
    ) -> ApiResult<PriorityMatrix> {
        let mut cells = [[0u8; 3]; 3];
        let square = input.cells.len() == 3 && input.cells.iter().all(|row| row.len() == 3);
        if !square {
            return Err(Refusal::invalid("cells", "three rows of three are needed").into());
        }
        for (row, given) in cells.iter_mut().zip(&input.cells) {
            row.copy_from_slice(given);
        }
        mutate::mutate(ctx, &input.idempotency_key, move |tx| {
            Box::pin(async move { commands::incident::set_matrix(tx, cells).await })
        })
        .await
    }
}
