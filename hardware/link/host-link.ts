/**
 * The host's end of the link: one command at a time, sent again until it is answered; events in order, each once,
 * however often the board had to send them. One link serves a session over all its ports: numbers go on when the line
 * is opened again, so the board can tell a new command from a repeated one.
 */

import { EventCode, type RawEvent } from '#machines/vocabulary.ts';
import { RigError } from '../rig.ts';
import type { BytePort } from './byte-port.ts';
import { commands, limits, statuses } from './declaration.ts';
import { FrameParser, hostFrame } from './frame.ts';
import type { HostClock } from './host-clock.ts';
import { commandType, decodeReply, decodeReport, encodeCommand, type FieldValues, statusMeaning } from './messages.ts';

/** A reply takes a few milliseconds, and a USB bridge may hold it for 16. */
const REPLY_MS = 50;
/** With REPLY_MS: 1.5 s, less than the silence after which the board ends a trial by itself. */
const MOST_TRIES = 30;
/**
 * `arm` first writes new lines to the board's EEPROM, 3.4 ms a byte, half a second in all. Meanwhile frames wait in the
 * receive ring, which holds three of them.
 */
const ARMING = { replyMs: 250, tries: 12 };

export interface HostLinkListener {
  event(event: RawEvent): void;
  /** The board has restarted by itself. */
  booted(bootId: number): void;
  /** The board no longer knows the session: it has restarted, or another host has taken it. */
  disowned?(): void;
  /** The board has not answered a command, however often it was sent. */
  unanswered?(command: string): void;
}

export interface CommandReply {
  readonly status: number;
  readonly values: Record<string, number>;
  /** Host time of writing and of reading; null when it was sent again, for nobody knows which sending was answered. */
  readonly exchange: { readonly sentMs: number; readonly receivedMs: number } | null;
}

interface Waiting {
  readonly id: number;
  readonly name: string;
  readonly resolve: (reply: Pick<CommandReply, 'status' | 'values'>) => void;
}

const ofSession: ReadonlySet<string> = new Set(commands.filter(({ token }) => token).map(({ name }) => name));
const eventCodes: ReadonlySet<number> = new Set(Object.values(EventCode));

export class HostLink {
  /** Frames of ours that were sent again. */
  resent = 0;
  readonly #clock: HostClock;
  readonly #listener: HostLinkListener;
  #port: BytePort;
  #parser!: FrameParser;
  #badFramesBefore = 0;
  #token = 0;
  #id = 0;
  /** Of the board's event 0, in the session. */
  #firstSeq = 0;
  /** Numbers as the board counts, from `arm` on: the event wanted next, and the first not acknowledged. */
  #nextEvent = 0;
  #unacknowledged = 0;
  #waiting: Waiting | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  /** Commands of an earlier turn were given up together. */
  #turn = 0;
  #givenUp: RigError | null = null;
  #lost: RigError | null = null;
  #giveUp: ((error: RigError) => void) | null = null;

  constructor(port: BytePort, clock: HostClock, listener: HostLinkListener) {
    this.#clock = clock;
    this.#listener = listener;
    this.#port = port;
    this.attach(port);
  }

  get badFrames(): number {
    return this.#badFramesBefore + this.#parser.badFrames;
  }

  /** Goes on over this port; whatever an earlier one still says is not heard. */
  attach(port: BytePort): void {
    this.#badFramesBefore += this.#parser?.badFrames ?? 0;
    this.#port = port;
    this.#lost = null;
    const parser = new FrameParser((payload) => this.#take(payload));
    this.#parser = parser;
    port.onBytes((bytes) => {
      if (this.#parser === parser) parser.take(bytes);
    });
    port.onLost((reason) => {
      if (this.#parser === parser) this.lose(new RigError('linkLost', lostMessage(port.name, reason)));
    });
  }

  /** Names the session in every command that moves something; the board's next event 0 is this one of the session. */
  beginSession(token: number, firstSeq = 0): void {
    this.#token = token;
    this.#firstSeq = firstSeq;
    this.#nextEvent = 0;
    this.#unacknowledged = 0;
  }

  /** Every command now waiting fails with this error; new ones go out. */
  interrupt(error: RigError): void {
    this.#turn++;
    this.#givenUp = error;
    this.#giveUp?.(error);
  }

  /** Every command now waiting or to come over this port fails with this error. */
  lose(error: RigError): void {
    this.#lost ??= error;
    this.interrupt(this.#lost);
  }

  /** Sends a command and waits for its reply, whatever its status. @throws RigError noAnswer, linkLost. */
  command(name: string, values: FieldValues = {}, tries?: number): Promise<CommandReply> {
    const turn = this.#turn;
    const result = this.#queue.then(() => {
      if (turn !== this.#turn) throw this.#givenUp!;
      return this.#send(name, values, tries);
    });
    this.#queue = result.catch(() => {});
    return result;
  }

  /** The same, but any status other than ok is an error that says what was asked. */
  async order(name: string, values: FieldValues = {}): Promise<Record<string, number>> {
    const { status, values: reply } = await this.command(name, values);
    if (status === statuses.ok.value) return reply;
    const code =
      status === statuses.badToken.value ? 'portBusy' : refusals.has(status) ? 'programRefused' : 'wrongBoard';
    throw new RigError(
      code,
      `The board at ${this.#port.name} refused "${name}": ${statusMeaning(status)}. Its outputs are safe.`,
    );
  }

  /** `next`: the first of the session's events that is not committed. Not answered; a lost one is made good by the next. */
  acknowledge(next: number): void {
    const number = next - this.#firstSeq;
    // What an earlier power-up stamped, the board has forgotten by itself.
    if (number <= this.#unacknowledged) return;
    this.#unacknowledged = number;
    this.#acknowledge();
  }

  #acknowledge(): void {
    if (this.#lost === null) this.#write('ack', 0, { next: this.#unacknowledged & 0xffff });
  }

  #send(name: string, values: FieldValues, triesAsked: number | undefined): Promise<CommandReply> {
    if (this.#lost !== null) return Promise.reject(this.#lost);
    this.#id = (this.#id + 1) & 0xff;
    const id = this.#id;
    const replyMs = name === 'arm' ? ARMING.replyMs : REPLY_MS;
    const tries = triesAsked ?? (name === 'arm' ? ARMING.tries : MOST_TRIES);
    return new Promise((resolve, reject) => {
      let left = tries;
      let sentMs = 0;
      let cancel = () => {};
      const finish = () => {
        cancel();
        this.#waiting = null;
        this.#giveUp = null;
      };
      const attempt = () => {
        if (left === 0) {
          // The listener may give the whole line up, with words of its own.
          if (triesAsked === undefined) this.#listener.unanswered?.(name);
          if (this.#waiting?.id !== id) return;
          finish();
          reject(
            new RigError(
              'noAnswer',
              `The board at ${this.#port.name} does not answer "${name}". If a trial was running, the board ends it safe by itself. Check the cable, press the board's reset button, and start again.`,
            ),
          );
          return;
        }
        if (left < tries) this.resent++;
        left--;
        sentMs = this.#clock.nowMs();
        this.#write(name, id, values);
        cancel = this.#clock.after(replyMs, attempt);
      };
      this.#giveUp = (error) => {
        finish();
        reject(error);
      };
      this.#waiting = {
        id,
        name,
        resolve: (reply) => {
          const exchange = left === tries - 1 ? { sentMs, receivedMs: this.#clock.nowMs() } : null;
          finish();
          resolve({ ...reply, exchange });
        },
      };
      attempt();
    });
  }

  #write(name: string, id: number, values: FieldValues): void {
    this.#port.write(hostFrame(encodeCommand(name, id, this.#token, values)));
  }

  #take(payload: Uint8Array): void {
    const report = decodeReport(payload);
    if (report === null) return;
    const { values } = report;
    if (report.name === 'booted') this.#listener.booted(values.bootId as number);
    if (report.name === 'events') this.#takeEvents(values.first as number, values.data as Uint8Array);
    const waiting = this.#waiting;
    if (report.name !== 'reply' || waiting === null) return;
    if (values.id !== waiting.id || values.command !== commandType(waiting.name)) return;
    const status = values.status as number;
    const reply = decodeReply(waiting.name, values.body as Uint8Array);
    if (reply === null && status === statuses.ok.value && waiting.name !== 'hello') return;
    if (ofSession.has(waiting.name) && disowning.has(status)) this.#listener.disowned?.();
    // Whoever heard that may have given this command up.
    if (this.#waiting === waiting) waiting.resolve({ status, values: reply ?? {} });
  }

  #takeEvents(first: number, data: Uint8Array): void {
    const bytes = limits.EVENT_BYTES.value;
    if (!isWhole(data)) return;
    // How far this frame lies from the event we want next; the board numbers with 16 bits.
    let ahead = ((first - this.#nextEvent) << 16) >> 16;
    // A frame before it was lost: the board sends both again.
    if (ahead > 0 || ahead < -limits.EVENT_RING.value) return;
    if (this.#nextEvent + ahead < this.#unacknowledged) this.#acknowledge();
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    for (let at = 0; at < data.length; at += bytes, ahead++) {
      if (ahead < 0) continue;
      this.#listener.event({
        seq: this.#firstSeq + this.#nextEvent++,
        ticks: view.getUint32(at, true),
        code: data[at + 4] as EventCode,
        value: view.getUint16(at + 5, true),
      });
    }
  }
}

const refusals: ReadonlySet<number> = new Set([
  statuses.damaged.value,
  statuses.unsafe.value,
  statuses.stale.value,
  statuses.busy.value,
]);

const disowning: ReadonlySet<number> = new Set([statuses.badToken.value, statuses.wrongMode.value]);

/** One damaged frame in 65,536 has a good CRC-16; of those that remain, most are no whole events. */
function isWhole(data: Uint8Array): boolean {
  const bytes = limits.EVENT_BYTES.value;
  if (data.length === 0 || data.length % bytes !== 0 || data.length > bytes * limits.EVENTS_PER_FRAME.value)
    return false;
  for (let at = 4; at < data.length; at += bytes) if (!eventCodes.has(data[at]!)) return false;
  return true;
}

function lostMessage(port: string, reason: string): string {
  return `The board at ${port} is gone: ${reason}. It ends a running trial safe by itself within two seconds; all trials before it are in the record. Check the cable and start a new session.`;
}
