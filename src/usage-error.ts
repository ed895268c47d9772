/** A command that cannot be done as it was typed. Said as it stands; nothing was started. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}
