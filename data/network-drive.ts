/**
 * Is a folder on a network drive? The write-ahead log keeps its index in shared memory, which no network file system
 * shares (sqlite.org/wal.html), so a record there would be lost in the first collision. Best effort: /proc/mounts on
 * Linux, server paths on Windows; elsewhere the answer is no.
 */
const networkTypes =
  /^(nfs\d?|cifs|smb\d?|smbfs|afs|9p|ceph|lustre|glusterfs|fuse\.(sshfs|glusterfs|rclone|s3fs|davfs))$/;

/** The type of the network file system that holds `folder` (absolute, links resolved), or null. `mounts`: as /proc/mounts. */
export function networkDrive(folder: string, mounts: string): string | null {
  if (folder.startsWith('\\\\')) return 'server path';
  let longest = '';
  let type = '';
  for (const line of mounts.split('\n')) {
    const [, escaped, fileSystem] = line.split(' ');
    if (escaped === undefined || fileSystem === undefined) continue;
    // Blanks in a mount point are written \040 (proc_pid_mountinfo(5)).
    const point = escaped.replace(/\\([0-7]{3})/g, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    const holds = folder === point || folder.startsWith(point.endsWith('/') ? point : `${point}/`);
    // The later of two mounts on one point hides the earlier.
    if (holds && point.length >= longest.length) {
      longest = point;
      type = fileSystem;
    }
  }
  return networkTypes.test(type) ? type : null;
}
