/**
 * A byte port over `serialport`: the lab's USB line. The first opening resets an Uno (DTR rises); its boot is waited for
 * elsewhere. `hupcl: false` leaves DTR up when the port is closed, so that opening it again in mid-session finds the board
 * running, with the events it still holds. Adapters that drop DTR all the same reset the board, which is provided for.
 */
import { SerialPort } from 'serialport';
import type { BytePort } from '../link/byte-port.ts';
import { limits } from '../link/declaration.ts';
import { RigError } from '../rig.ts';

/** @throws RigError portNotFound, portBusy. */
export function openSerialPort(path: string, baudRate: number = limits.BAUD.value): Promise<BytePort> {
  return new Promise((resolve, reject) => {
    const serial = new SerialPort({ path, baudRate, hupcl: false, autoOpen: false });
    serial.open((error) => {
      if (error) reject(openError(path, error));
      else resolve(portOf(serial, path));
    });
  });
}

function portOf(serial: SerialPort, path: string): BytePort {
  let closing = false;
  let lose: (reason: string) => void = () => {};
  serial.on('close', () => closing || lose('the port has disappeared'));
  serial.on('error', (error) => closing || lose(error.message));
  return {
    name: path,
    write: (bytes) => void serial.write(bytes),
    onBytes: (listener) => void serial.on('data', listener),
    onLost: (listener) => {
      const before = lose;
      lose = (reason) => {
        before(reason);
        listener(reason);
      };
    },
    close: () => {
      closing = true;
      return new Promise((resolve) => {
        if (!serial.isOpen) resolve();
        else serial.drain(() => serial.close(() => resolve()));
      });
    },
  };
}

function openError(path: string, error: Error): RigError {
  const { message } = error;
  const untouched = 'No session was started and no output was touched.';
  if (/no such file|cannot find|not found|ENOENT|File not found/i.test(message)) {
    return new RigError(
      'portNotFound',
      `There is no port ${path}. ${untouched} Plug the board in, and look for its port in the system's device list.`,
      { cause: error },
    );
  }
  if (/permission|access denied|EACCES/i.test(message)) {
    return new RigError(
      'portBusy',
      `This account may not open ${path}. ${untouched} On Linux add it to the group "dialout" and log in again; on Windows close the program that holds the port.`,
      { cause: error },
    );
  }
  if (/lock|busy|temporarily unavailable|EBUSY/i.test(message)) {
    return new RigError(
      'portBusy',
      `Another program holds ${path}. ${untouched} Close that program (another session, the Arduino IDE's monitor) and try again.`,
      { cause: error },
    );
  }
  return new RigError(
    'portNotFound',
    `The port ${path} cannot be opened: ${message}. ${untouched} Check that it is a serial port and that the board is plugged in.`,
    { cause: error },
  );
}
