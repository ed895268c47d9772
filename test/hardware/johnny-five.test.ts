/**
 * johnny-five and the plain firmata-io client, as others use them, over a pseudo-terminal at real time: our firmware in
 * bench mode must be to them a board like any with StandardFirmata.
 */
import { EventEmitter, once } from 'node:events';
import bindTransport, { type Firmata, type Transport } from 'firmata-io';
import five, { type Board } from 'johnny-five';
import { SerialPort } from 'serialport';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ServedBoard, serveBoard } from '#hardware/emulator/serve.ts';
import { findRigFile } from '#hardware/rig-file.ts';

const HIGH = 1;
const LOW = 0;
/** PORTB, PORTD, DDRD, and OCR2B, the duty of pin 3 (ATmega328P data sheet, register summary). */
const PORTB = 0x25;
const PORTD = 0x2b;
const DDRD = 0x2a;
const OCR2B = 0xb4;
const PATIENCE_MS = 5000;

describe.skipIf(process.platform === 'win32')('our board in bench mode, over a serial port', () => {
  let served: ServedBoard;
  let serial: SerialPort;
  let io: Firmata;
  let data: Uint8Array;

  /** Until it holds, looked at every few milliseconds. */
  const until = async (what: string, holds: () => boolean): Promise<void> => {
    const from = performance.now();
    while (!holds()) {
      if (performance.now() - from > PATIENCE_MS) throw new Error(`Never came: ${what}.`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  };
  const answer = <T>(ask: (answered: (value: T) => void) => void): Promise<T> => new Promise(ask);

  beforeEach(async () => {
    served = await serveBoard({ file: findRigFile('emulated'), mouse: null });
    data = served.bench.mcu.data;
    serial = new SerialPort({ path: served.path, baudRate: 57_600 });
    const transport: Transport = Object.assign(new EventEmitter(), {
      write: (bytes: Uint8Array, written: () => void) => void serial.write(bytes, () => written()),
    });
    serial.on('data', (bytes) => transport.emit('data', bytes));
    await once(serial, 'open');
    io = new bindTransport.Firmata(transport, { reportVersionTimeout: 50 });
    await once(io, 'ready');
  });

  afterEach(async () => {
    await new Promise<void>((resolve) => serial.close(() => resolve()));
    await served.close();
  });

  describe('for firmata-io', () => {
    it('tells its protocol, its firmware and what its pins can do', () => {
      expect(io.version).toEqual({ major: 2, minor: 5 });
      expect(io.firmware.name).toBe('Rehearsal');
      expect(io.pins).toHaveLength(20);
      expect(io.analogPins).toEqual([14, 15, 16, 17, 18, 19]);
      const withPwm = io.pins.flatMap(({ supportedModes }, pin) =>
        supportedModes.includes(io.MODES.PWM) ? [pin] : [],
      );
      expect(withPwm).toEqual([3, 11]);
      expect(io.pins[0]!.supportedModes).toEqual([]);
    });

    it('sets a level, and says so when asked for the state of the pin', async () => {
      io.pinMode(7, io.MODES.OUTPUT);
      io.digitalWrite(7, HIGH);
      await until('pin 7 high', () => (data[PORTD]! & data[DDRD]! & 0x80) !== 0);
      await answer<void>((answered) => io.queryPinState(7, answered));
      expect(io.pins[7]).toMatchObject({ mode: io.MODES.OUTPUT, state: 1 });
      io.digitalWrite(7, LOW);
      await until('pin 7 low', () => (data[PORTD]! & 0x80) === 0);
    });

    it('reports a level at once and each time it changes', async () => {
      const heard: number[] = [];
      io.pinMode(4, io.MODES.INPUT);
      io.digitalRead(4, (value) => heard.push(value));
      await until('the first report', () => heard.length > 0);
      served.bench.mcu.setPin('D4', true);
      await until('a high level', () => heard.at(-1) === HIGH);
      served.bench.mcu.setPin('D4', false);
      await until('a low level again', () => heard.at(-1) === LOW);
      expect(heard[0]).toBe(LOW);
    });

    it('switches a pull-up on', async () => {
      io.pinMode(5, io.MODES.PULLUP);
      await until('pin 5 pulled up', () => (data[PORTD]! & ~data[DDRD]! & 0x20) !== 0);
    });

    it('sets the duty of a PWM pin', async () => {
      io.pinMode(3, io.MODES.PWM);
      io.pwmWrite(3, 100);
      await until('a duty of 100', () => data[OCR2B] === 100);
    });

    it('reads an analogue pin', async () => {
      served.bench.mcu.setAnalog('A2', 2.5);
      io.pinMode(2, io.MODES.ANALOG);
      let value = -1;
      io.analogRead(2, (read) => {
        value = read;
      });
      await until('half the reference', () => Math.abs(value - 512) <= 2);
    });

    it('lets all pins go on a reset', async () => {
      io.pinMode(7, io.MODES.OUTPUT);
      io.digitalWrite(7, HIGH);
      await until('pin 7 high', () => (data[PORTD]! & 0x80) !== 0);
      io.reset();
      await until('pin 7 released', () => ((data[PORTD]! | data[DDRD]!) & 0x80) === 0);
    });
  });

  describe('for johnny-five', () => {
    let board: Board;
    beforeEach(async () => {
      board = new five.Board({ io, repl: false, sigint: false, debug: false });
      await once(board, 'ready');
    });

    it('is an Uno, and leaves Ctrl-C to the program', () => {
      expect(board.type).toBe('UNO');
      expect(process.listenerCount('SIGINT')).toBe(0);
    });

    it('drives a Pin high and low, and answers what it is', async () => {
      const pin = new five.Pin({ pin: 8, board });
      pin.high();
      await until('pin 8 high', () => (data[PORTB]! & 1) === 1);
      const state = await answer<{ mode: number; state: number }>((answered) => pin.query(answered));
      expect(state).toMatchObject({ mode: io.MODES.OUTPUT, state: 1 });
      pin.low();
      await until('pin 8 low', () => (data[PORTB]! & 1) === 0);
    });

    it('blinks a Led', async () => {
      const led = new five.Led({ pin: 13, board });
      let edges = 0;
      let before = 0;
      const off = served.bench.mcu.onPin((port, levels) => {
        if (port !== 'B' || ((levels ^ before) & 0x20) === 0) return;
        before = levels;
        edges++;
      });
      led.blink(20);
      await until('four edges', () => edges >= 4);
      led.stop();
      off();
    });

    it('dims a Led on a pin with PWM', async () => {
      const led = new five.Led({ pin: 3, board });
      led.brightness(64);
      await until('a quarter of the light', () => data[OCR2B] === 64);
      led.off();
      await until('darkness', () => data[OCR2B] === 0);
    });

    it('hears a Button pressed and released against its pull-up', async () => {
      const heard: string[] = [];
      const button = new five.Button({ pin: 6, board, isPullup: true });
      button.on('press', () => heard.push('press'));
      button.on('release', () => heard.push('release'));
      await until('the pull-up', () => (data[PORTD]! & ~data[DDRD]! & 0x40) !== 0);
      served.bench.mcu.setPin('D6', false);
      await until('a press', () => heard.includes('press'));
      served.bench.mcu.setPin('D6', true);
      await until('a release', () => heard.includes('release'));
      expect(heard).toEqual(['press', 'release']);
    });
  });
});
