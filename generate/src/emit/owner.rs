//! The enum of who owns: of a pivot, or of a row itself.

use crate::model::{ArmModel, Model, OwnerModel, TableKind};

use super::code::{Code, article, quoted};
use super::table::key_type;

/// An owner enum, a line for each arm. rustfmt does not look into macros.
pub(crate) fn owner_enum(code: &mut Code, model: &Model, owner: &OwnerModel) {
    let table = &model[owner.table];
    code.uses(&["owner_enum"]);
    code.line("owner_enum! {");
    code.line(match &table.kind {
        TableKind::Pivot(pivot) => {
            let owned = &model[pivot.owned].type_name;
            format!("    /// Who owns {} [`{owned}`].", article(owned))
        }
        _ => {
            let owned = &table.type_name;
            format!("    /// The owner of {} [`{owned}`].", article(owned))
        }
    });
    let tables = if table.pivot().is_some() {
        ""
    } else {
        " in Tables"
    };
    code.line(format!("    pub enum {}{tables} {{", owner.type_name));
    for arm in &owner.arms {
        let (variant, word) = (&arm.variant, arm.word.tail());
        let from = if converts(model, owner, arm) {
            ", from"
        } else {
            ""
        };
        code.line(format!(
            "        /// {}",
            quoted(&table.columns[arm.column].name)
        ));
        code.line(format!(
            "        {variant}({}) {{ is_{word}, as_{word}{from} }},",
            held(model, arm)
        ));
    }
    code.line("    }\n}\n");
}

/// What a variant holds: the key of a row, or an id that means something elsewhere.
fn held(model: &Model, arm: &ArmModel) -> String {
    match &arm.key {
        Some(key) => key_type(model, key.target),
        None => "i64".to_owned(),
    }
}

/// Whether a key alone says which arm it is. In a pivot only owners with methods are written so;
/// whoever means another one has to write the arm.
pub(crate) fn converts(model: &Model, owner: &OwnerModel, arm: &ArmModel) -> bool {
    let Some(key) = &arm.key else { return false };
    let is_pivot = model[owner.table].pivot().is_some();
    let rivals = owner.arms.iter().filter(|other| {
        let same = other
            .key
            .as_ref()
            .is_some_and(|other| other.target == key.target);
        same && (!is_pivot || other.methods)
    });
    (!is_pivot || arm.methods) && rivals.count() == 1
}
