//! Network file systems: SQLite's log is shared memory, and its locks are the operating system's. Over a network neither holds
//! (sqlite.org/wal.html, "All processes using a database must be on the same host computer"), so a ledger there is refused.

use std::io;
use std::path::Path;

/// The network file system that a ledger's file is on, or would be made on; `None` for a local one, or where the operating
/// system does not tell. The file need not exist.
///
/// # Errors
/// The operating system's, where no directory of the path can be looked at.
pub fn network_file_system(path: &Path) -> io::Result<Option<&'static str>> {
    network_file_system_by(path, &kind)
}

/// What the operating system says of a file system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kind {
    /// The number that its kind has in Linux's magic.h.
    pub(crate) magic: u64,
    /// Its name among the mounts, such as `fuse.sshfs`; asked for only where the number says too little.
    pub(crate) mount: Option<String>,
}

/// As `network_file_system`, from what is told of a path that exists.
pub(crate) fn network_file_system_by(
    path: &Path,
    kind: &dyn Fn(&Path) -> io::Result<Option<Kind>>,
) -> io::Result<Option<&'static str>> {
    // What is not there yet will be on the file system of the nearest directory that is.
    let relative = path.ancestors().chain([Path::new(".")]);
    let mut missing = io::Error::from(io::ErrorKind::NotFound);
    for place in relative.filter(|place| *place != Path::new("")) {
        match kind(place) {
            Ok(kind) => return Ok(kind.as_ref().and_then(name)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => missing = error,
            Err(error) => return Err(error),
        }
    }
    Err(missing)
}

/// FUSE: its number says nothing of what is behind it.
const FUSE: u64 = 0x6573_5546;

/// The network file systems that Linux has numbers for (include/uapi/linux/magic.h), and those of file servers that bring their
/// own.
fn name(kind: &Kind) -> Option<&'static str> {
    Some(match kind.magic {
        0x6969 => "NFS",
        0x517b | 0xff53_4d42 | 0xfe53_4d42 => "SMB (CIFS)",
        0x0102_1997 => "9p",
        0x00c3_6400 => "Ceph",
        0x5346_414f | 0x6b41_4653 => "AFS",
        0x7375_7245 => "Coda",
        0x0bd0_0bd0 => "Lustre",
        0x4750_4653 => "GPFS",
        0x0116_1970 => "GFS2",
        FUSE => return mounted(kind.mount.as_deref()?),
        _ => return None,
    })
}

/// A file system behind FUSE; those of a local disk are let pass.
fn mounted(mount: &str) -> Option<&'static str> {
    let known = [
        "sshfs",
        "glusterfs",
        "ceph",
        "s3fs",
        "rclone",
        "gcsfuse",
        "blobfuse2",
        "davfs",
        "smbnetfs",
        "curlftpfs",
        "juicefs",
    ];
    let name = mount.strip_prefix("fuse.").unwrap_or(mount);
    known.into_iter().find(|known| *known == name)
}

#[cfg(target_os = "linux")]
fn kind(path: &Path) -> io::Result<Option<Kind>> {
    let found = rustix::fs::statfs(path)?;
    // The word's width and sign differ from one architecture to another; the number has 32 bits.
    let magic = u64::from(found.f_type as u32);
    let mount = match magic {
        FUSE => mount(path)?,
        _ => None,
    };
    Ok(Some(Kind { magic, mount }))
}

#[cfg(not(target_os = "linux"))]
fn kind(_: &Path) -> io::Result<Option<Kind>> {
    Ok(None)
}

/// The name of the file system that a path is on, from the list of mounts (proc_pid_mountinfo(5)).
#[cfg(target_os = "linux")]
fn mount(path: &Path) -> io::Result<Option<String>> {
    use std::os::unix::fs::MetadataExt;
    let device = std::fs::metadata(path)?.dev();
    let device = format!(
        "{}:{}",
        rustix::fs::major(device),
        rustix::fs::minor(device)
    );
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    Ok(mounts.lines().find_map(|line| {
        let (place, kind) = line.split_once(" - ")?;
        let found = place.split(' ').nth(2) == Some(device.as_str());
        found.then(|| kind.split(' ').next().unwrap_or_default().to_owned())
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn on(magic: u64, mount: Option<&str>) -> Option<&'static str> {
        let kind = Kind {
            magic,
            mount: mount.map(str::to_owned),
        };
        name(&kind)
    }

    #[test]
    fn file_systems_of_a_network_are_told_from_local_ones() {
        let local = [
            0xef53,      // ext4
            0x5846_5342, // XFS
            0x9123_683e, // Btrfs
            0x0102_1994, // tmpfs
            0x794c_7630, // overlayfs
        ];
        for magic in local {
            assert_eq!(on(magic, None), None, "{magic:x}");
        }
        assert_eq!(on(0x6969, None), Some("NFS"));
        assert_eq!(on(0xff53_4d42, None), Some("SMB (CIFS)"));
        assert_eq!(on(0xfe53_4d42, None), Some("SMB (CIFS)"));
        assert_eq!(on(0x0102_1997, None), Some("9p"));
        assert_eq!(on(FUSE, Some("fuse.sshfs")), Some("sshfs"));
        assert_eq!(on(FUSE, Some("fuse.lxcfs")), None);
        assert_eq!(on(FUSE, Some("fuseblk")), None, "a disk of Windows");
        assert_eq!(on(FUSE, None), None);
    }

    #[test]
    fn a_file_that_does_not_exist_is_asked_about_where_it_would_be() {
        let asked = std::sync::Mutex::new(Vec::new());
        let kind = |path: &Path| {
            asked.lock().expect("no panic").push(path.to_owned());
            match path.to_str() {
                Some("a" | "a/b" | "a/b/jackfield.db") => Err(io::ErrorKind::NotFound.into()),
                _ => Ok(Some(Kind {
                    magic: 0x6969,
                    mount: None,
                })),
            }
        };
        let found = network_file_system_by(Path::new("a/b/jackfield.db"), &kind);
        assert_eq!(found.expect("an answer"), Some("NFS"));
        let asked = asked.into_inner().expect("no panic");
        assert_eq!(asked.last().and_then(|path| path.to_str()), Some("."));
    }

    #[test]
    fn the_disk_of_this_test_is_looked_at() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("jackfield.db");
        // Whatever it is, it is told; where the build runs on a network file system that is the answer.
        assert!(network_file_system(&path).is_ok());
    }
}
