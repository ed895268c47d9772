/**
 * The cable between host and emulated board, with what can befall it: pulled and plugged in again, dead without a word,
 * or damaging bytes. The board runs on whatever happens here; as on a desk with a power supply of its own, only opening
 * the port may reset it (DTR).
 *
 * Both ends time their bits by the board's clock: 0.5 % is well within what an 8N1 receiver tolerates (data sheet, table
 * 20-2), so a clock error changes when a byte is through, never what it is.
 */
import type { BytePort } from '../link/byte-port.ts';
import { RigError } from '../rig.ts';
import type { AtMega328p } from './mcu.ts';

const PORT_NAME = 'the emulated board';

/** What one byte becomes: itself, others, several, or none. */
type ByteFilter = (byte: number) => readonly number[];

/** What the host's end of a plugged cable is told. */
interface HostEnd {
  readonly take: (bytes: Uint8Array) => void;
  readonly lose: (reason: string) => void;
}

export class Line {
  /** Damage on the way to the board, and from it; null: none. */
  toBoard: ByteFilter | null = null;
  toHost: ByteFilter | null = null;
  /** Opening the port resets the board, as a real Uno's does; its boot loader then sits for the board's bootloaderMs. */
  resetOnOpen = false;
  readonly #mcu: AtMega328p;
  #plugged = true;
  #silent = false;
  #host: HostEnd | null = null;

  constructor(mcu: AtMega328p) {
    this.#mcu = mcu;
  }

  get plugged(): boolean {
    return this.#plugged;
  }

  /** Bytes vanish both ways, those under way too, and nobody is told. */
  get silent(): boolean {
    return this.#silent;
  }

  set silent(silent: boolean) {
    this.#silent = silent;
    if (silent) this.#mcu.dropIncoming();
  }

  /**
   * The host opens the port. Bytes arrive at the board at the instant they are written.
   * @throws RigError portNotFound while the cable is out, portBusy while the port is open.
   */
  port(): BytePort {
    if (!this.#plugged) {
      throw new RigError(
        'portNotFound',
        `The cable of ${PORT_NAME} is out. Nothing was opened. Plug it in: line.plug().`,
      );
    }
    if (this.#host !== null) {
      throw new RigError('portBusy', `The port of ${PORT_NAME} is open already. Close it before it is opened again.`);
    }
    let bytesListeners: ((bytes: Uint8Array) => void)[] = [];
    let lostListeners: ((reason: string) => void)[] = [];
    const host: HostEnd = {
      take: (bytes) => {
        for (const tell of bytesListeners) tell(bytes);
      },
      lose: (reason) => {
        for (const tell of lostListeners) tell(reason);
      },
    };
    this.#host = host;
    if (this.resetOnOpen) this.#mcu.reset('external');
    return {
      name: PORT_NAME,
      write: (bytes) => {
        if (this.#host === host) this.#carry(bytes);
      },
      onBytes: (listener) => {
        bytesListeners = [...bytesListeners, listener];
      },
      onLost: (listener) => {
        lostListeners = [...lostListeners, listener];
      },
      close: async () => {
        if (this.#host === host) this.#host = null;
      },
    };
  }

  /** The cable is pulled: bytes under way vanish, and the host is told at once. The board keeps its power. */
  unplug(): void {
    if (!this.#plugged) return;
    this.#plugged = false;
    this.#mcu.dropIncoming();
    const host = this.#host;
    this.#host = null;
    host?.lose('the port has disappeared');
  }

  /** The cable is back; the host has to open the port again. */
  plug(): void {
    this.#plugged = true;
  }

  /** What the board has sent comes to the host's end. */
  deliver(bytes: Uint8Array): void {
    if (this.#host === null || this.#silent) return;
    const { toHost } = this;
    const arrived = toHost === null ? bytes : Uint8Array.from([...bytes].flatMap((byte) => toHost(byte)));
    if (arrived.length > 0) this.#host.take(arrived);
  }

  #carry(bytes: Uint8Array): void {
    if (this.#silent) return;
    const { toBoard } = this;
    for (const byte of bytes) for (const arriving of toBoard?.(byte) ?? [byte]) this.#mcu.receive(arriving);
  }
}
