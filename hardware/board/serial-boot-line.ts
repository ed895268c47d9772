/** A boot loader's line over `serialport`: its speed changes, and DTR and RTS reset the board. */
import { SerialPort } from 'serialport';
import { RigError } from '../rig.ts';
import type { BootLine } from './boot-loader.ts';

/** @throws RigError when the port cannot be opened. */
export function openBootLine(path: string, baudRate: number): Promise<BootLine> {
  return new Promise((resolve, reject) => {
    const serial = new SerialPort({ path, baudRate, autoOpen: false });
    serial.open((error) => {
      if (error === null) return resolve(lineOf(serial, path));
      reject(
        new RigError(
          'portBusy',
          `The port ${path} cannot be opened: ${error.message}. Nothing on the board was changed. See with "rig ports" that it is there; end the session or close the program that holds it (the Arduino IDE's monitor); on Linux this account must be in the group "dialout".`,
          { cause: error },
        ),
      );
    });
  });
}

function lineOf(serial: SerialPort, name: string): BootLine {
  let closing = false;
  const listeners: ((reason: string) => void)[] = [];
  const lose = (reason: string) => {
    if (closing) return;
    for (const listener of listeners) listener(reason);
  };
  serial.on('close', () => lose('the port has disappeared'));
  serial.on('error', (error) => lose(error.message));
  return {
    name,
    write: (bytes) => void serial.write(bytes),
    onBytes: (listener) => void serial.on('data', listener),
    onLost: (listener) => void listeners.push(listener),
    setBaud: (baudRate) =>
      new Promise((resolve) => {
        serial.update({ baudRate }, (error) => {
          if (error) lose(error.message);
          resolve();
        });
      }),
    // A pseudo-terminal and some adapters have no such lines; then the board's reset button must do.
    setDtr: (active) => new Promise((resolve) => serial.set({ dtr: active, rts: active }, () => resolve())),
    close: () => {
      closing = true;
      return new Promise((resolve) => {
        if (!serial.isOpen) resolve();
        else serial.drain(() => serial.close(() => resolve()));
      });
    },
  };
}
