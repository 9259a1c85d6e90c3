//! Warnings about columns, grouped by what they say.

/// Warnings about columns; columns with the same warning share a line.
#[derive(Debug, Default)]
pub(super) struct ByColumn(Vec<(String, Vec<String>)>);

impl ByColumn {
    pub(super) fn add(&mut self, column: String, what: &str) {
        match self.0.iter_mut().find(|(said, _)| said == what) {
            Some((_, columns)) => columns.push(column),
            None => self.0.push((what.to_owned(), vec![column])),
        }
    }

    pub(super) fn into_warnings(self) -> impl Iterator<Item = String> {
        self.0.into_iter().map(|(what, columns)| {
            let word = if columns.len() == 1 {
                "column"
            } else {
                "columns"
            };
            format!("{word} {}: {what}", columns.join(", "))
        })
    }
}
