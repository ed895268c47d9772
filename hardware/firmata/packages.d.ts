/** What this room uses of johnny-five 2 and firmata-io 2, which come without types. */
declare module 'firmata-io' {
  import { EventEmitter } from 'node:events';

  /** What firmata-io asks of the line beneath it; it listens to `data`, `close` and `error`. */
  interface Transport extends EventEmitter {
    write(bytes: Uint8Array, written: () => void): unknown;
  }

  class Firmata extends EventEmitter {
    constructor(transport: Transport, options: { readonly reportVersionTimeout?: number });
    readonly isReady: boolean;
    readonly versionReceived: boolean;
    readonly version: { readonly major: number; readonly minor: number };
    readonly firmware: {
      readonly name?: string;
      readonly version?: { readonly major: number; readonly minor: number };
    };
    readonly pins: readonly {
      readonly supportedModes: readonly number[];
      readonly mode?: number;
      readonly value: number;
    }[];
    readonly analogPins: readonly number[];
    readonly MODES: { readonly INPUT: 0; readonly OUTPUT: 1; readonly ANALOG: 2; readonly PWM: 3; readonly PULLUP: 11 };
    readonly RESOLUTION: { readonly PWM: number | null; readonly ADC: number | null };
    /** By port of eight pins, the levels that the next write of that port sends. */
    readonly ports: number[];
    readonly reportVersionTimeoutId: NodeJS.Timeout;
    reportVersion(answered: () => void): void;
    queryFirmware(answered: () => void): void;
    queryPinState(pin: number, answered: () => void): void;
    pinMode(pin: number, mode: number): void;
    digitalWrite(pin: number, value: 0 | 1): void;
    digitalRead(pin: number, heard: (value: number) => void): void;
    analogRead(channel: number, heard: (value: number) => void): void;
    pwmWrite(pin: number, value: number): void;
    writeDigitalPort(port: number): void;
    reset(): void;
  }

  const bindTransport: { readonly Firmata: typeof Firmata };

  export type { Firmata, Transport };
  export default bindTransport;
}

declare module 'johnny-five' {
  import { EventEmitter } from 'node:events';
  import type { Firmata } from 'firmata-io';

  interface BoardOptions {
    readonly io: Firmata;
    readonly repl: false;
    readonly sigint: false;
    readonly debug: false;
  }

  class Board extends EventEmitter {
    constructor(options: BoardOptions);
    readonly io: Firmata;
    readonly type: string;
    pinMode(pin: number, mode: number): this;
    digitalRead(pin: number, heard: (value: number) => void): this;
    pwmWrite(pin: number, value: number): this;
  }

  interface ComponentOptions {
    readonly pin: number | string;
    readonly board: Board;
  }

  class Pin extends EventEmitter {
    constructor(options: ComponentOptions & { readonly mode?: number });
    high(): this;
    low(): this;
    query(answered: (state: { readonly mode: number; readonly state: number }) => void): this;
  }

  class Led extends EventEmitter {
    constructor(options: ComponentOptions);
    on(): this;
    on(event: string, heard: (...values: unknown[]) => void): this;
    off(): this;
    off(event: string, heard: (...values: unknown[]) => void): this;
    blink(everyMs: number): this;
    brightness(value: number): this;
    stop(): this;
  }

  class Button extends EventEmitter {
    constructor(options: ComponentOptions & { readonly isPullup?: boolean; readonly holdtime?: number });
  }

  const five: {
    readonly Board: typeof Board;
    readonly Pin: typeof Pin;
    readonly Led: typeof Led;
    readonly Button: typeof Button;
  };

  export type { Board };
  export default five;
}
