//! The tasks by which a service request is fulfilled, and the order that they
//! depend on: a graph without a cycle.

use super::{facts::Mark, known::KnownPlanStep};
use ciclo_kernel::{Refusal, text};

/// Most tasks of a request.
pub const MOST_TASKS: usize = 100;

/// A task to plan.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlannedTask {
    /// What is done.
    pub name: String,
    /// The group that does it.
    pub group: String,
    /// Whether the request cannot be fulfilled without it.
    pub mandatory: bool,
    /// The tasks that have to be done before it: their places in the list, counted from 0.
    pub depends_on: Vec<u32>,
}

/// A task of a request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FulfilmentTask {
    /// What is done.
    pub name: String,
    /// The group that does it.
    pub group: String,
    /// Whether the request cannot be fulfilled without it.
    pub mandatory: bool,
    /// The tasks that have to be done before it: their places in the list, counted from 0, ascending.
    pub depends_on: Vec<u32>,
    /// The person who does it; none while it is only the group's.
    pub assignee: Option<String>,
    /// Who did it, and when; none until then.
    pub done: Option<Mark>,
}

/// The tasks of an offering's plan: all mandatory, each after the one before.
#[must_use]
pub fn one_after_the_other(plan: &[KnownPlanStep]) -> Vec<PlannedTask> {
    (0u32..)
        .zip(plan)
        .map(|(place, step)| PlannedTask {
            name: step.name.clone(),
            group: step.group.clone(),
            mandatory: true,
            depends_on: place.checked_sub(1).into_iter().collect(),
        })
        .collect()
}

/// Checks planned tasks: at most [`MOST_TASKS`], with names and groups, depending on tasks of the
/// list, without a cycle.
pub fn checked(tasks: Vec<PlannedTask>) -> Result<Vec<FulfilmentTask>, Refusal> {
    let count = tasks.len();
    if count > MOST_TASKS {
        let why = format!("{count} tasks; at most {MOST_TASKS} are allowed");
        return Err(Refusal::invalid("tasks", why).with("limit", MOST_TASKS));
    }
    let mut checked = Vec::with_capacity(count);
    for task in tasks {
        let mut depends_on = task.depends_on;
        depends_on.sort_unstable();
        depends_on.dedup();
        if let Some(place) = depends_on.iter().find(|place| place_of(**place) >= count) {
            return Err(Refusal::invalid("tasks", format!("there is no task {place} to depend on")));
        }
        checked.push(FulfilmentTask {
            name: text::line("tasks", &task.name)?,
            group: text::line("tasks", &task.group)?,
            mandatory: task.mandatory,
            depends_on,
            assignee: None,
            done: None,
        });
    }
    let cycle = in_cycle(&checked);
    if cycle.is_empty() {
        Ok(checked)
    } else {
        Err(Refusal::rule(format!("the tasks depend on each other in a cycle: {}", cycle.join(", ")))
            .with("tasks", cycle))
    }
}

/// A task's place in the list. A place that does not fit lies outside every list.
pub(super) fn place_of(place: u32) -> usize {
    usize::try_from(place).unwrap_or(usize::MAX)
}

/// The names of the tasks that can never be done, because they are in a cycle or after one.
fn in_cycle(tasks: &[FulfilmentTask]) -> Vec<String> {
    let mut done = vec![false; tasks.len()];
    loop {
        let before = done.iter().filter(|done| **done).count();
        for (place, task) in tasks.iter().enumerate() {
            let ready = task.depends_on.iter().all(|other| done.get(place_of(*other)) == Some(&true));
            done[place] = done[place] || ready;
        }
        if done.iter().filter(|done| **done).count() == before {
            break;
        }
    }
    tasks.iter().zip(done).filter(|(_, done)| !done).map(|(task, _)| task.name.clone()).collect()
}

/// The tasks that have to be done before this one and are not.
pub(super) fn awaited<'a>(tasks: &'a [FulfilmentTask], task: &FulfilmentTask) -> Vec<&'a FulfilmentTask> {
    let before = task.depends_on.iter().filter_map(|place| tasks.get(place_of(*place)));
    before.filter(|other| other.done.is_none()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::pairs::at;
    use ciclo_kernel::Code;
    use proptest::prelude::*;

    fn task(depends_on: &[u32]) -> PlannedTask {
        PlannedTask {
            name: "Prepare".to_owned(),
            group: "Desk".to_owned(),
            mandatory: true,
            depends_on: depends_on.to_vec(),
        }
    }

    #[test]
    fn a_plan_is_done_one_after_the_other() {
        let step = |name: &str| KnownPlanStep { name: name.to_owned(), group: "Desk".to_owned() };
        let tasks = one_after_the_other(&[step("a"), step("b"), step("c")]);
        let depends: Vec<&[u32]> = tasks.iter().map(|task| task.depends_on.as_slice()).collect();
        assert_eq!(depends, [[].as_slice(), &[0], &[1]]);
        assert!(tasks.iter().all(|task| task.mandatory) && checked(tasks).is_ok());
    }

    #[test]
    fn cycles_and_unknown_places_are_refused() {
        for cycle in [vec![task(&[0])], vec![task(&[1]), task(&[0])], vec![task(&[]), task(&[2]), task(&[1])]]
        {
            assert_eq!(checked(cycle).unwrap_err().code, Code::RuleViolated);
        }
        for unknown in [1, u32::MAX] {
            assert_eq!(checked(vec![task(&[unknown])]).unwrap_err().code, Code::Invalid);
        }
        assert!(checked(vec![task(&[]); MOST_TASKS]).is_ok());
        assert_eq!(checked(vec![task(&[]); MOST_TASKS + 1]).unwrap_err().facts["limit"], MOST_TASKS);
        assert_eq!(checked(vec![task(&[]), task(&[0, 0])]).unwrap()[1].depends_on, [0]);
    }

    proptest! {
        /// Tasks that depend on earlier ones in some order are accepted, and can all be done; an
        /// edge from the first of a path to its last closes a cycle and is refused.
        #[test]
        fn what_is_accepted_can_all_be_done(
            edges in proptest::collection::vec((0u32..12, 0u32..12), 0..40),
            order in Just((0u32..12).collect::<Vec<_>>()).prop_shuffle(),
        ) {
            let mut tasks = vec![task(&[]); 12];
            for (one, other) in &edges {
                let (late, early) = (one.max(other), one.min(other));
                if late != early {
                    tasks[place_of(order[place_of(*late)])].depends_on.push(order[place_of(*early)]);
                }
            }
            let mut all = checked(tasks.clone()).unwrap();
            for _ in 0..all.len() {
                let ready = all.iter().position(|task| task.done.is_none() && awaited(&all, task).is_empty());
                let place = ready.unwrap();
                all[place].done = Some(Mark::new("jo", at(1)));
            }
            prop_assert!(all.iter().all(|task| task.done.is_some()));

            if let Some((late, early)) = (0u32..)
                .zip(&tasks)
                .find_map(|(late, task)| task.depends_on.first().map(|early| (late, *early)))
            {
                tasks[place_of(early)].depends_on.push(late);
                prop_assert_eq!(checked(tasks).unwrap_err().code, Code::RuleViolated);
            }
        }
    }
}
