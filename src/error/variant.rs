//! A text that names no variant of an enum.

/// A text that is none of those that an enum is stored as: the error of `FromStr` and `TryFrom<&str>` of generated
/// enums.
///
/// ```
/// use gamedb_models::AttributeType;
///
/// assert_eq!("ITEM".parse(), Ok(AttributeType::Item));
/// let error = "item".parse::<AttributeType>().unwrap_err();
/// assert_eq!(error.text, "item");
/// assert!(error.allowed.contains(&"ITEM"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is no {name}; allowed are {}", quoted(allowed))]
pub struct UnknownVariant {
    /// The enum.
    pub name: &'static str,
    /// The text.
    pub text: String,
    /// All texts that it has, in the order of the schema.
    pub allowed: &'static [&'static str],
}

fn quoted(texts: &[&str]) -> String {
    let quoted: Vec<String> = texts.iter().map(|text| format!("{text:?}")).collect();
    quoted.join(", ")
}
