//! The images of a folder.

use std::path::{Path, PathBuf};

type Failure = Box<dyn std::error::Error>;

/// The first `count` images of a folder, in name order.
pub(crate) fn images(folder: &Path, count: usize) -> Result<Vec<PathBuf>, Failure> {
    let named = |e: std::io::Error| format!("{}: {e}", folder.display());
    let entries = std::fs::read_dir(folder).map_err(named)?;
    let mut files: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
    files.retain(|f| {
        let extension = f.extension().and_then(|e| e.to_str()).unwrap_or_default();
        ["jpg", "jpeg", "png", "webp"].contains(&extension.to_lowercase().as_str())
    });
    files.sort();
    files.truncate(count);
    if files.is_empty() {
        return Err(format!("{}: no images", folder.display()).into());
    }
    Ok(files)
}
