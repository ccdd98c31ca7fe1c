//! Priority matrices as messages.

use super::facts::small;
use crate::domain::priority_matrix::{Cells, PriorityMatrix, PriorityMatrixHappened};
use ciclo_contracts::{
    convert,
    operations::v1::{self as pb, priority_matrix_event::What},
};
use ciclo_kernel::Corrupt;

/// What happened to a matrix, with the matrix as it is after.
#[must_use]
pub fn message(record: &PriorityMatrix, what: Option<&PriorityMatrixHappened>) -> pb::PriorityMatrixEvent {
    let rows = record.cells.iter();
    let after = pb::PriorityMatrix {
        id: record.id.to_string(),
        rows: rows.map(|row| pb::PriorityRow { priorities: row.map(u32::from).to_vec() }).collect(),
    };
    let what = what.map(|what| match what {
        PriorityMatrixHappened::Set => What::Set(pb::PriorityMatrixSet {}),
    });
    pb::PriorityMatrixEvent { after: Some(after), what }
}

/// The matrix as it was after an event.
pub fn record(message: pb::PriorityMatrixEvent) -> Result<PriorityMatrix, Corrupt> {
    let after = message.after.ok_or_else(|| Corrupt::new("PriorityMatrix", "no record"))?;
    let mut cells: Cells = [[0; 3]; 3];
    for (row, cells) in cells.iter_mut().enumerate() {
        for (column, cell) in cells.iter_mut().enumerate() {
            let number = after.rows.get(row).and_then(|row| row.priorities.get(column));
            *cell = small("rows", *number.ok_or_else(|| Corrupt::new("rows", "not 3 by 3"))?)?;
        }
    }
    Ok(PriorityMatrix { id: convert::id("id", &after.id)?, cells })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::pairs::{named, nth};
    use crate::domain::priority_matrix::DEFAULT;
    use prost::Message;

    #[test]
    fn a_matrix_reads_back_and_a_smaller_one_does_not() {
        let (before, set) = PriorityMatrix::first(nth(1), DEFAULT).unwrap();
        let bytes = message(&before, Some(&set)).encode_to_vec();
        assert_eq!(record(pb::PriorityMatrixEvent::decode(&*bytes).unwrap()).as_ref(), Ok(&before));
        let mut small = message(&before, None);
        small.after.as_mut().unwrap().rows.pop();
        assert!(record(small).is_err());
        assert!(record(pb::PriorityMatrixEvent::default()).is_err());
        named("PriorityMatrix", set.name());
    }
}
