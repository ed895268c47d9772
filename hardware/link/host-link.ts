/**
 * The host's end of the link: one command at a time, sent again until it is answered; events in order, each once,
 * however often the board had to send them.
 */

import type { EventCode, RawEvent } from '#machines/vocabulary.ts';
import { RigError } from '../rig.ts';
import type { BytePort } from './byte-port.ts';
import { limits, statuses } from './declaration.ts';
import { FrameParser, hostFrame } from './frame.ts';
import type { HostClock } from './host-clock.ts';
import { commandType, decodeReply, decodeReport, encodeCommand, type FieldValues, statusMeaning } from './messages.ts';

/** A reply takes a few milliseconds; a USB bridge may hold it for 16. */
const REPLY_MS = 150;
/** With REPLY_MS: 1.5 s, less than the silence after which the board shuts by itself. */
const MOST_TRIES = 10;

export interface HostLinkListener {
  event(event: RawEvent): void;
  /** The board has restarted by itself. */
  booted(bootId: number): void;
}

export interface CommandReply {
  readonly status: number;
  readonly values: Record<string, number>;
}

interface Waiting {
  readonly id: number;
  readonly name: string;
  readonly resolve: (reply: CommandReply) => void;
}

export class HostLink {
  /** Frames of ours that were sent again. */
  resent = 0;
  readonly #port: BytePort;
  readonly #clock: HostClock;
  readonly #listener: HostLinkListener;
  readonly #parser = new FrameParser((payload) => this.#take(payload));
  #token = 0;
  #id = 0;
  #nextEvent = 0;
  #waiting: Waiting | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  #lost: RigError | null = null;
  #giveUp: ((error: RigError) => void) | null = null;

  constructor(port: BytePort, clock: HostClock, listener: HostLinkListener) {
    this.#port = port;
    this.#clock = clock;
    this.#listener = listener;
    port.onBytes((bytes) => this.#parser.take(bytes));
    port.onLost((reason) => this.lose(new RigError('linkLost', lostMessage(port.name, reason))));
  }

  get badFrames(): number {
    return this.#parser.badFrames;
  }

  /** Names the session in every command that moves something; event numbers start again at 0. */
  beginSession(token: number): void {
    this.#token = token;
    this.#nextEvent = 0;
  }

  /** Every command now waiting or to come fails with this error. */
  lose(error: RigError): void {
    this.#lost ??= error;
    this.#giveUp?.(this.#lost);
  }

  /** Sends a command and waits for its reply, whatever its status. @throws RigError noAnswer, linkLost. */
  command(name: string, values: FieldValues = {}, tries = MOST_TRIES): Promise<CommandReply> {
    const result = this.#queue.then(() => this.#send(name, values, tries));
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

  /** Not answered; a lost one is made good by the next. */
  acknowledge(next: number): void {
    if (this.#lost === null) this.#write('ack', 0, { next: next & 0xffff });
  }

  #send(name: string, values: FieldValues, tries: number): Promise<CommandReply> {
    if (this.#lost !== null) return Promise.reject(this.#lost);
    this.#id = (this.#id + 1) & 0xff;
    const id = this.#id;
    return new Promise((resolve, reject) => {
      let left = tries;
      let cancel = () => {};
      const finish = () => {
        cancel();
        this.#waiting = null;
        this.#giveUp = null;
      };
      const attempt = () => {
        if (left-- === 0) {
          finish();
          reject(
            new RigError(
              'noAnswer',
              `The board at ${this.#port.name} does not answer "${name}". If a trial was running, the board ends it safe by itself. Check the cable, press the board's reset button, and start again.`,
            ),
          );
          return;
        }
        if (left < tries - 1) this.resent++;
        this.#write(name, id, values);
        cancel = this.#clock.after(REPLY_MS, attempt);
      };
      this.#giveUp = (error) => {
        finish();
        reject(error);
      };
      this.#waiting = {
        id,
        name,
        resolve: (reply) => {
          finish();
          resolve(reply);
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
    const reply = decodeReply(waiting.name, values.body as Uint8Array);
    waiting.resolve({ status: values.status as number, values: reply ?? {} });
  }

  #takeEvents(first: number, data: Uint8Array): void {
    // How far this frame lies from the event we want next; the board numbers with 16 bits.
    let ahead = ((first - this.#nextEvent) << 16) >> 16;
    // A frame before it was lost: the board sends both again.
    if (ahead > 0) return;
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    for (let at = 0; at + limits.EVENT_BYTES.value <= data.length; at += limits.EVENT_BYTES.value, ahead++) {
      if (ahead < 0) continue;
      this.#listener.event({
        seq: this.#nextEvent++,
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

export function lostMessage(port: string, reason: string): string {
  return `The board at ${port} is gone: ${reason}. It ends a running trial safe by itself within two seconds; all trials before it are in the record. Check the cable and start a new session.`;
}
