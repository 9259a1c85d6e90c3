//! The enum of who owns: of a pivot, or of a row itself.

use crate::model::{ArmModel, Model, OwnerModel, TableKind};

use super::code::{Code, article, quoted, words};
use super::table::key_type;

/// An owner enum, with its tests and conversions.
pub(crate) fn owner_enum(code: &mut Code, model: &Model, owner: &OwnerModel) {
    let name = &owner.type_name;
    let table = &model[owner.table];
    code.uses(&["Owner", "Parent"]);
    if owner.arms.iter().any(|arm| arm.key.is_some()) {
        code.uses(&["Key"]);
    }
    match &table.kind {
        TableKind::Pivot(pivot) => {
            let owned = &model[pivot.owned].type_name;
            code.doc(format!("Who owns {} [`{owned}`].", article(owned)));
        }
        TableKind::Entity => code.doc(format!(
            "The owner of {} [`{1}`].",
            article(&table.type_name),
            table.type_name
        )),
    }
    code.line(format!(
        "#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)] pub enum {name} {{"
    ));
    for arm in &owner.arms {
        code.doc(quoted(&table.columns[arm.column].name));
        code.line(format!("{}({}),", arm.variant, held(model, arm)));
    }
    code.line("}\n");
    code.line(format!("impl {name} {{"));
    for arm in &owner.arms {
        let word = words(arm.word.stem());
        code.doc(format!("Whether it is {} {word}.", article(&word)));
        code.line(format!(
            "#[must_use] pub const fn is_{}(&self) -> bool {{ matches!(self, Self::{}(_)) }}\n",
            arm.word.tail(),
            arm.variant
        ));
    }
    for arm in &owner.arms {
        let word = words(arm.word.stem());
        let bound = bound(arm);
        let what = if arm.key.is_some() {
            word
        } else {
            format!("{word}'s id")
        };
        code.doc(format!("The {what}, if it is one."));
        let other = if owner.arms.len() > 1 {
            "_ => None,"
        } else {
            ""
        };
        code.line(format!(
            "#[must_use] pub const fn as_{}(self) -> Option<{}> {{
                match self {{ Self::{}({bound}) => Some({bound}), {other} }}
            }}\n",
            arm.word.tail(),
            held(model, arm),
            arm.variant
        ));
    }
    code.line("}\n");
    for arm in owner.arms.iter().filter(|arm| converts(model, owner, arm)) {
        code.line(format!(
            "impl From<{}> for {name} {{ fn from(key: {0}) -> Self {{ Self::{}(key) }} }}\n",
            held(model, arm),
            arm.variant
        ));
    }
    implementation(code, owner);
}

fn implementation(code: &mut Code, owner: &OwnerModel) {
    code.line(format!("impl Owner for {} {{", owner.type_name));
    code.line("#[inline] fn arm(self) -> (usize, Parent) { match self {");
    for (at, arm) in owner.arms.iter().enumerate() {
        let variant = &arm.variant;
        code.line(match arm.key {
            Some(_) => format!("Self::{variant}(key) => ({at}, Parent::Row(key.raw())),"),
            None => format!("Self::{variant}(id) => ({at}, Parent::Outside(id)),"),
        });
    }
    code.line("} }\n");
    code.line(
        "#[inline] fn from_arm(arm: usize, parent: Parent) -> Option<Self> { match (arm, parent) {",
    );
    for (at, arm) in owner.arms.iter().enumerate() {
        let variant = &arm.variant;
        code.line(match arm.key {
            Some(_) => {
                format!("({at}, Parent::Row(key)) => Some(Self::{variant}(Key::from_raw(key))),")
            }
            None => format!("({at}, Parent::Outside(id)) => Some(Self::{variant}(id)),"),
        });
    }
    code.line("_ => None, } } }\n");
}

/// What a variant holds: the key of a row, or an id that means something elsewhere.
fn held(model: &Model, arm: &ArmModel) -> String {
    match &arm.key {
        Some(key) => key_type(model, key.target),
        None => "i64".to_owned(),
    }
}

fn bound(arm: &ArmModel) -> &'static str {
    if arm.key.is_some() { "key" } else { "id" }
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
