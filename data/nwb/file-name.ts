/** `M001_session-12.nwb`: a name that every file system takes, whatever the animal is called. */

const LONGEST = 60;

/** The number of the session keeps names apart that differ in what is taken out of them. */
export function sessionFileName(subject: string, session: number, ending: string): string {
  const letters = [...subject.normalize('NFC').replace(/[^\p{L}\p{M}\p{N}._-]/gu, '_')];
  // A dot in front hides a file.
  const safe = letters.slice(0, LONGEST).join('').replace(/^\.+/, '_');
  return `${safe}_session-${session}.${ending}`;
}
