//! The folder of a plan: `plan.json` and the pages made of it. `plan.json` is written last, and its presence means that the
//! others belong to it.

use std::fs::Permissions;
use std::io::ErrorKind;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use bunri_columnar::{create_folder, replace_whole};

use crate::PlanError;

/// The files of a plan; the first is written last.
pub const PLAN_FILES: [&str; 6] = [
    "plan.json",
    "plan.md",
    "plan.html",
    "plan.ja.html",
    "runbook.md",
    "runbook.ja.md",
];

/// Makes the folder, closed to others (0700), and takes an earlier plan away: nobody shall read it as the new one. A folder that
/// holds anything else is somebody else's.
///
/// # Errors
/// When the folder holds something that no plan has, or the file system refuses.
pub fn prepare_folder(folder: &Path) -> Result<(), PlanError> {
    create_folder(folder)?;
    let entries = std::fs::read_dir(folder).map_err(PlanError::io("list", folder))?;
    for entry in entries {
        let name = entry.map_err(PlanError::io("list", folder))?.file_name();
        let name = name.to_string_lossy();
        if !PLAN_FILES.contains(&&*name) && !name.starts_with(".bunri-tmp-") {
            return Err(PlanError::Foreign {
                folder: folder.to_path_buf(),
            });
        }
    }
    std::fs::set_permissions(folder, Permissions::from_mode(0o700))
        .map_err(PlanError::io("set the permissions of", folder))?;
    let plan = folder.join(PLAN_FILES[0]);
    match std::fs::remove_file(&plan) {
        Err(refused) if refused.kind() != ErrorKind::NotFound => {
            Err(PlanError::io("remove", &plan)(refused))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Writes the files of a plan, in the order of [`PLAN_FILES`], each whole and on disk under its name (0600), `plan.json` last.
///
/// # Errors
/// When the disk refuses.
pub fn write_folder(folder: &Path, files: [&[u8]; PLAN_FILES.len()]) -> Result<(), PlanError> {
    for (name, bytes) in PLAN_FILES.iter().zip(files).rev() {
        replace_whole(&folder.join(name), bytes)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_plan_takes_the_place_of_an_earlier_one_and_of_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let plan = folder.path().join("plan");
        for text in ["one", "two"] {
            prepare_folder(&plan).unwrap();
            assert!(!plan.join(PLAN_FILES[0]).exists());
            write_folder(&plan, [text.as_bytes(); PLAN_FILES.len()]).unwrap();
            for name in PLAN_FILES {
                assert_eq!(std::fs::read_to_string(plan.join(name)).unwrap(), text);
                let mode = plan.join(name).metadata().unwrap().permissions().mode();
                assert_eq!(mode & 0o777, 0o600, "{name}");
            }
        }
        assert_eq!(plan.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        std::fs::write(plan.join("mine.txt"), "").unwrap();
        assert!(matches!(
            prepare_folder(&plan),
            Err(PlanError::Foreign { .. })
        ));
        assert!(plan.join(PLAN_FILES[0]).exists());
    }
}
