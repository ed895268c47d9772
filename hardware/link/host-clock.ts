/**
 * The host's time as the link sees it. The lab's is the machine's monotonic clock; an emulated board in virtual time
 * brings its own, so that waiting costs nothing and a slow machine never looks like a lost board.
 */
export interface HostClock {
  nowMs(): number;
  /** Calls back once; the result cancels. */
  after(ms: number, callback: () => void): () => void;
}

export const machineClock: HostClock = {
  nowMs: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

export function sleep(clock: HostClock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.after(ms, resolve));
}
