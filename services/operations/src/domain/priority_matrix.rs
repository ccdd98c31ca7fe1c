//! The priority matrix: a tenant's rule from impact and urgency to priority.
//! Data, versioned, total and monotone.

use ciclo_kernel::{Decision, Refusal, ids::PriorityMatrixId};

/// Priorities by impact (rows) and urgency (columns), both 1 (highest) to 3; each cell 1 (highest) to 5.
pub type Cells = [[u8; 3]; 3];

/// The matrix of a tenant that has set none.
pub const DEFAULT: Cells = [[1, 2, 3], [2, 3, 4], [3, 4, 5]];

/// A tenant's matrix. There is one record a tenant; its versions are the versions of the rule.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PriorityMatrix {
    /// The matrix.
    pub id: PriorityMatrixId,
    /// Its cells.
    pub cells: Cells,
}

/// What happened to a matrix.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PriorityMatrixHappened {
    /// It was set.
    Set,
}

impl PriorityMatrixHappened {
    /// The name of what happened, as in the contracts.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Set => "Set",
        }
    }
}

impl PriorityMatrix {
    /// Sets the matrix of a tenant that has none.
    pub fn first(id: PriorityMatrixId, cells: Cells) -> Decision<Self, PriorityMatrixHappened> {
        Ok((Self { id, cells: checked(cells)? }, PriorityMatrixHappened::Set))
    }

    /// Sets it anew. Records keep the priority that they have.
    pub fn set(mut self, cells: Cells) -> Decision<Self, PriorityMatrixHappened> {
        self.cells = checked(cells)?;
        Ok((self, PriorityMatrixHappened::Set))
    }
}

/// The priority that a matrix gives.
///
/// `INVALID` when impact or urgency is not 1, 2 or 3.
pub fn priority(cells: &Cells, impact: u8, urgency: u8) -> Result<u8, Refusal> {
    Ok(cells[place("impact", impact)?][place("urgency", urgency)?])
}

fn place(field: &str, level: u8) -> Result<usize, Refusal> {
    if (1..=3).contains(&level) {
        Ok(usize::from(level - 1))
    } else {
        Err(Refusal::invalid(field, "1 (highest), 2 or 3 is needed"))
    }
}

/// Refuses cells outside 1 to 5, and a matrix in which more impact or urgency means less priority.
pub fn checked(cells: Cells) -> Result<Cells, Refusal> {
    for (row, line) in cells.iter().enumerate() {
        for (column, cell) in line.iter().enumerate() {
            let at = format!("impact {}, urgency {}", row + 1, column + 1);
            if !(1..=5).contains(cell) {
                return Err(Refusal::invalid("cells", format!("{at}: a priority is 1 to 5")));
            }
            let below = row.checked_sub(1).map(|up| cells[up][column]);
            let left = column.checked_sub(1).map(|left| line[left]);
            if [below, left].into_iter().flatten().any(|more_urgent| more_urgent > *cell) {
                return Err(Refusal::invalid(
                    "cells",
                    format!("{at}: less impact or urgency cannot raise the priority"),
                ));
            }
        }
    }
    Ok(cells)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_accepted_matrix_is_total_and_monotone(cells in proptest::array::uniform3(proptest::array::uniform3(0u8..7))) {
            let Ok(cells) = checked(cells) else { return Ok(()) };
            for impact in 1..=3 {
                for urgency in 1..=3 {
                    let here = priority(&cells, impact, urgency).unwrap();
                    prop_assert!((1..=5).contains(&here));
                    if impact < 3 { prop_assert!(here <= priority(&cells, impact + 1, urgency).unwrap()); }
                    if urgency < 3 { prop_assert!(here <= priority(&cells, impact, urgency + 1).unwrap()); }
                }
            }
        }
    }

    #[test]
    fn the_default_is_accepted_and_levels_outside_are_not() {
        assert_eq!(checked(DEFAULT).unwrap(), DEFAULT);
        assert_eq!(priority(&DEFAULT, 1, 1).unwrap(), 1);
        assert_eq!(priority(&DEFAULT, 3, 2).unwrap(), 4);
        assert!(priority(&DEFAULT, 0, 1).is_err());
        assert!(priority(&DEFAULT, 1, 4).is_err());
        assert!(checked([[2, 1, 3], [2, 3, 4], [3, 4, 5]]).is_err());
        assert!(checked([[0, 1, 3], [2, 3, 4], [3, 4, 5]]).is_err());
    }
}
