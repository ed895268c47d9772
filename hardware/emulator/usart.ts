/**
 * USART0, asynchronous 8N1, with the line on both sides of it (data sheet chapter 20): two-level receive buffer plus
 * shift register and data overrun, transmit buffer plus shift register. A byte takes ten bit times at the rate the
 * firmware has set, and bytes follow each other without a gap when there are more.
 */
import { ClockEvent } from './clock-events.ts';
import type { Core, Interrupt } from './core.ts';

const UCSR0A = 0xc0;
const UCSR0B = 0xc1;
const UCSR0C = 0xc2;
const UBRR0L = 0xc4;
const UBRR0H = 0xc5;
const UDR0 = 0xc6;
const RXC0 = 0x80;
const TXC0 = 0x40;
const UDRE0 = 0x20;
const DOR0 = 0x08;
const U2X0 = 0x02;
const MPCM0 = 0x01;
const RXEN0 = 0x10;
const TXEN0 = 0x08;
const UCSZ02 = 0x04;
const FRAME_8N1 = 0x06;
const BITS_PER_FRAME = 10;
/** Characters the receiver can hold besides the one that is arriving (20.8: two, and one waiting to be shifted out). */
const RECEIVE_BUFFER = 2;
const LOST_BEFORE = 0x100;

interface LineByte {
  readonly byte: number;
  readonly fromCycle: number;
}

export class Usart {
  /** Characters lost because the firmware had not read the ones before; it saw DOR0 if it looked. */
  overruns = 0;
  /** Characters that arrived while the receiver was off: during reset, in the boot loader, before set-up. */
  unheard = 0;
  readonly #core: Core;
  readonly #onByte: (byte: number, cycle: number) => void;
  readonly #rxEvent = new ClockEvent((cycle) => this.#line(cycle), true);
  readonly #txEvent = new ClockEvent((cycle) => this.#sent(cycle));
  readonly #rxc = interruptOf(0x24, RXC0, true);
  readonly #udre = interruptOf(0x26, UDRE0, true);
  readonly #txc = interruptOf(0x28, TXC0, false);
  /** Bytes the other end has still to send. */
  #outside: LineByte[] = [];
  #arriving: number | null = null;
  #lineFreeAt = 0;
  /** A complete character that found the buffer full; the next start bit overwrites it. */
  #waiting: number | null = null;
  /** Characters as read from UDR0, with LOST_BEFORE set where an overrun lies before them. */
  #received: number[] = [];
  #lost = 0;
  #transmitting: number | null = null;
  #transmitNext: number | null = null;

  constructor(core: Core, onByte: (byte: number, cycle: number) => void) {
    this.#core = core;
    this.#onByte = onByte;
    this.#attach();
  }

  /** The other end sends a byte: its start bit comes at `fromCycle`, or when the bytes before it are through. */
  receive(byte: number, fromCycle: number): void {
    this.#outside.push({ byte, fromCycle });
    if (this.#outside.length === 1 && this.#arriving === null) this.#planStart();
  }

  /** The other end is gone: what it had still to send never comes, and the character on its way is cut off. */
  dropIncoming(): void {
    this.#outside = [];
    this.#arriving = null;
    this.#lineFreeAt = 0;
    this.#core.events.cancel(this.#rxEvent);
  }

  /** The chip was reset. A character on its way out is cut off; one on its way in goes by unheard. */
  reset(): void {
    this.#core.data[UCSR0A] = UDRE0;
    this.#core.data[UCSR0C] = FRAME_8N1;
    this.#transmitting = null;
    this.#transmitNext = null;
    this.#flushReceiver();
  }

  #attach(): void {
    const core = this.#core;
    const { data, readHooks, writeHooks } = core;
    writeHooks[UCSR0A] = (value) => {
      data[UCSR0A] = (data[UCSR0A]! & ~(U2X0 | MPCM0)) | (value & U2X0);
      if (value & TXC0) core.clearInterrupt(this.#txc);
      return true;
    };
    writeHooks[UCSR0B] = (value) => {
      if (value & UCSZ02) throw new Error(FRAME_ERROR);
      data[UCSR0B] = value;
      if (!(value & RXEN0)) this.#flushReceiver();
      for (const interrupt of [this.#rxc, this.#udre, this.#txc]) core.updateInterruptEnable(interrupt, value);
      return true;
    };
    writeHooks[UCSR0C] = (value) => {
      if (value !== FRAME_8N1) throw new Error(FRAME_ERROR);
      return true;
    };
    readHooks[UDR0] = () => {
      const character = this.#received.shift() ?? 0;
      if (this.#waiting !== null) {
        this.#received.push(this.#waiting);
        this.#waiting = null;
      }
      this.#showReceived();
      return character & 0xff;
    };
    writeHooks[UDR0] = (value) => {
      // Without the transmitter, or with the buffer full, a write is ignored (20.12.1).
      if (!(data[UCSR0B]! & TXEN0) || this.#transmitNext !== null) return true;
      if (this.#transmitting === null) {
        this.#transmitting = value;
        core.events.schedule(this.#txEvent, core.writeCycle + this.#frameCycles());
      } else {
        this.#transmitNext = value;
        core.clearInterrupt(this.#udre);
      }
      return true;
    };
  }

  #frameCycles(): number {
    const { data } = this.#core;
    const divisor = (((data[UBRR0H]! & 0x0f) << 8) | data[UBRR0L]!) + 1;
    return BITS_PER_FRAME * divisor * (data[UCSR0A]! & U2X0 ? 8 : 16);
  }

  /** The last stop bit of a character has left. */
  #sent(cycle: number): void {
    const byte = this.#transmitting!;
    this.#transmitting = this.#transmitNext;
    this.#transmitNext = null;
    if (this.#transmitting !== null) {
      this.#core.events.schedule(this.#txEvent, cycle + this.#frameCycles());
      this.#core.setInterruptFlag(this.#udre);
    } else this.#core.setInterruptFlag(this.#txc);
    this.#onByte(byte, cycle);
  }

  #planStart(): void {
    const next = this.#outside[0];
    if (next !== undefined) this.#core.events.schedule(this.#rxEvent, Math.max(next.fromCycle, this.#lineFreeAt));
  }

  /** A character has begun or ended on the receive line. */
  #line(cycle: number): void {
    if (this.#arriving !== null) {
      this.#arrived(this.#arriving);
      this.#arriving = null;
      const next = this.#outside[0];
      if (next === undefined || next.fromCycle > cycle) {
        this.#planStart();
        return;
      }
    }
    if (this.#waiting !== null) {
      this.#waiting = null;
      this.#lost = LOST_BEFORE;
      this.overruns++;
    }
    this.#arriving = this.#outside.shift()!.byte;
    this.#lineFreeAt = cycle + this.#frameCycles();
    this.#core.events.schedule(this.#rxEvent, this.#lineFreeAt);
  }

  #arrived(byte: number): void {
    if (!(this.#core.data[UCSR0B]! & RXEN0)) {
      this.unheard++;
      return;
    }
    const character = byte | this.#lost;
    this.#lost = 0;
    if (this.#received.length === RECEIVE_BUFFER) this.#waiting = character;
    else this.#received.push(character);
    this.#showReceived();
  }

  #flushReceiver(): void {
    this.#received = [];
    this.#waiting = null;
    this.#lost = 0;
    this.#showReceived();
  }

  #showReceived(): void {
    const { data } = this.#core;
    const [first] = this.#received;
    data[UCSR0A] = first !== undefined && first & LOST_BEFORE ? data[UCSR0A]! | DOR0 : data[UCSR0A]! & ~DOR0;
    if (first === undefined) this.#core.clearInterrupt(this.#rxc);
    else this.#core.setInterruptFlag(this.#rxc);
  }
}

const FRAME_ERROR =
  'The emulated serial line carries 8 data bits, no parity, 1 stop bit; the firmware asked for another frame.';

/** RXC0 and UDRE0 stay up until UDR0 is read or written; TXC0 is cleared when its vector is executed. */
function interruptOf(address: number, mask: number, constant: boolean): Interrupt {
  return { address, flagRegister: UCSR0A, flagMask: mask, enableRegister: UCSR0B, enableMask: mask, constant };
}
