//! The JSON report. Its shapes are frozen copies in [`v1`], so that nothing inside can change them
//! by accident.

pub mod v1;

use crate::report::Report;

/// The report as `launchcheck.report/1`, with a newline at the end.
#[must_use]
pub fn render(report: &Report) -> String {
    // Plain structs of text and numbers with text keys: this cannot fail.
    let mut text = serde_json::to_string_pretty(&v1::Report::from(report)).unwrap_or_default();
    text.push('\n');
    text
}

/// The JSON Schema (draft 7) of the report.
#[must_use]
pub fn schema() -> String {
    let generator = schemars::generate::SchemaSettings::draft07().for_serialize().into_generator();
    let schema = generator.into_root_schema_for::<v1::Report>();
    let mut text = serde_json::to_string_pretty(schema.as_value()).unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests;
