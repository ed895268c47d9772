/**
 * The emulated board's appointments: a list of things to do at exact clock cycles, soonest first.
 * Every device owns its events and moves them; nothing is scheduled per timer tick, so an idle board costs nothing.
 * Times are absolute cycles since power-on and never start again, resets included.
 */
export class ClockEvent {
  readonly fire: (cycle: number) => void;
  /** Belongs to the world outside the chip (a pin edge, a byte on the line), so a reset does not take it away. */
  readonly external: boolean;
  due = 0;
  queued = false;
  next: ClockEvent | null = null;

  constructor(fire: (cycle: number) => void, external = false) {
    this.fire = fire;
    this.external = external;
  }
}

export class ClockEvents {
  /** The soonest due cycle; Infinity when nothing is planned. Read by the run loop after every instruction. */
  nextDue = Infinity;
  /** While an event is fired: the cycle it was due at, which may lie some cycles before the instruction boundary. */
  firing: number | null = null;
  #head: ClockEvent | null = null;
  #tail: ClockEvent | null = null;

  /** Plans the event, or moves it when it is planned already. Equal cycles fire in the order of planning. */
  schedule(event: ClockEvent, cycle: number): void {
    if (event.queued) {
      if (event.due === cycle) return;
      this.cancel(event);
    }
    event.due = cycle;
    event.queued = true;
    if (this.#tail !== null && this.#tail.due <= cycle) {
      // A train of edges planned ahead in order is appended at once, however long it is.
      this.#tail.next = event;
      event.next = null;
      this.#tail = event;
      return;
    }
    let before: ClockEvent | null = null;
    let after = this.#head;
    while (after !== null && after.due <= cycle) {
      before = after;
      after = after.next;
    }
    this.#link(before, event);
    event.next = after;
    if (after === null) this.#tail = event;
  }

  cancel(event: ClockEvent): void {
    if (!event.queued) return;
    let before: ClockEvent | null = null;
    let at = this.#head;
    while (at !== null && at !== event) {
      before = at;
      at = at.next;
    }
    this.#link(before, event.next);
    if (event.next === null) this.#tail = before;
    event.queued = false;
    event.next = null;
  }

  /** Fires everything due at or before `cycle`; what an event plans within that time is fired too. */
  runDue(cycle: number): void {
    while (this.#head !== null && this.#head.due <= cycle) {
      const event = this.#head;
      this.#link(null, event.next);
      if (event.next === null) this.#tail = null;
      event.queued = false;
      event.next = null;
      this.firing = event.due;
      try {
        event.fire(event.due);
      } finally {
        this.firing = null;
      }
    }
  }

  /** Forgets what the chip had planned; what comes from outside stays. */
  clearInternal(): void {
    let event = this.#head;
    this.#link(null, null);
    this.#tail = null;
    while (event !== null) {
      const following: ClockEvent | null = event.next;
      event.queued = false;
      event.next = null;
      if (event.external) this.schedule(event, event.due);
      event = following;
    }
  }

  #link(before: ClockEvent | null, event: ClockEvent | null): void {
    if (before !== null) {
      before.next = event;
      return;
    }
    this.#head = event;
    this.nextDue = event === null ? Infinity : event.due;
    if (this.#tail === null) this.#tail = event;
  }
}
