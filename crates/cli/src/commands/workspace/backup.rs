//! `clxs workspace backup` and `restore`.

use std::path::Path;

use super::require_workspace;
use crate::context::Context;
use crate::embedded;
use crate::output::Format;
use crate::output::style::Style;
use crate::units;

/// Writes the workspace into a file and says what is not in it.
pub(super) async fn backup(
    file: &Path,
    root: &Path,
    format: Format,
    context: &Context,
) -> anyhow::Result<()> {
    require_workspace(root)?;
    let summary = embedded::backup(root, file).await?;
    if format == Format::Json {
        let external: Vec<_> = summary
            .external
            .iter()
            .map(|(table, location)| serde_json::json!({ "table": table, "location": location }))
            .collect();
        let summary = serde_json::json!({
            "file": file, "files": summary.files, "bytes": summary.bytes, "external": external,
        });
        return Ok(context.printer.json("clxs.backup", &summary)?);
    }
    let text = format!("{}: {} files, {}\n", file.display(), summary.files, units::bytes(summary.bytes));
    context.printer.result(&text)?;
    for (table, location) in summary.external {
        let message = format!("not in the backup: {table}, whose files are in {location}");
        context.printer.message(Style::Plain, &message);
    }
    Ok(())
}

/// Makes the workspace of a backup.
pub(super) async fn restore(file: &Path, root: &Path, context: &Context) -> anyhow::Result<()> {
    let summary = embedded::restore(file, root).await?;
    let text = format!("{}: {} files, {}\n", root.display(), summary.files, units::bytes(summary.bytes));
    Ok(context.printer.result(&text)?)
}
