/** Names of the files of a night. By number, which is for ever: a renamed animal keeps its page. */
export const FACILITY_FILE = 'index.html';

export function subjectFile(id: number): string {
  return `subject-${id}.html`;
}

export function rigFile(id: number): string {
  return `rig-${id}.html`;
}

export function sessionFile(id: number): string {
  return `session-${id}.html`;
}

/** Of simulated animals, in a record that holds real ones too. */
export const SIMULATED_FILE = 'simulated.html';
