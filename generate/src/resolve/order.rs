//! The order of tables: parents before children.

use crate::model::{FieldKind, Model, TableRef};

/// All tables, parents before children except within cycles.
pub(super) fn order(model: &Model) -> Vec<TableRef> {
    let parents = |at: usize| -> Vec<usize> {
        let mut found = Vec::new();
        for field in &model.tables[at].fields {
            match &field.kind {
                FieldKind::ForeignKey(key) => found.push(key.target.0),
                FieldKind::Owner { ty, .. } => {
                    let keys = model[*ty].arms.iter().filter_map(|arm| arm.key.as_ref());
                    found.extend(keys.map(|key| key.target.0));
                }
                _ => {}
            }
        }
        found.extend(model.tables[at].value_keys.iter().map(|key| key.target.0));
        found.retain(|parent| *parent != at);
        found
    };
    let parents: Vec<Vec<usize>> = (0..model.tables.len()).map(parents).collect();
    let mut placed = vec![false; parents.len()];
    let mut order = Vec::new();
    while order.len() < parents.len() {
        let waiting = |at: &usize| !placed[*at];
        let ready = (0..parents.len())
            .filter(waiting)
            .find(|at| parents[*at].iter().all(|parent| placed[*parent]));
        // Of the tables in a cycle, the one declared first comes first.
        let Some(next) = ready.or_else(|| cycle(&parents, &placed)) else {
            break;
        };
        placed[next] = true;
        order.push(TableRef(next));
    }
    order
}

/// The first table left that depends on itself, directly or through others.
fn cycle(parents: &[Vec<usize>], placed: &[bool]) -> Option<usize> {
    let reaches_itself = |start: &usize| {
        let mut seen = vec![false; parents.len()];
        let mut next = parents[*start].clone();
        while let Some(at) = next.pop() {
            if at == *start {
                return true;
            }
            if !placed[at] && !std::mem::replace(&mut seen[at], true) {
                next.extend(&parents[at]);
            }
        }
        false
    };
    (0..parents.len())
        .filter(|at| !placed[*at])
        .find(reaches_itself)
}
