/**
 * Reads a firmware image in Intel HEX, as avr-objcopy and the Arduino IDE write it, into the flash of an ATmega328P.
 * Format: Intel, Hexadecimal Object File Format Specification, revision A (1988).
 */
const FLASH_BYTES = 32 * 1024;
const RECORD = /^:((?:[0-9a-f]{2}){5,})$/i;

/**
 * The 16,384 words of flash; what the file leaves out reads 0xFFFF, as erased flash does.
 * @throws Error naming the line when a record is damaged, misplaced or of a kind no 32 KB board needs.
 */
export function parseIntelHex(text: string): Uint16Array {
  const flash = new Uint8Array(FLASH_BYTES).fill(0xff);
  let base = 0;
  let ended = false;
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim();
    if (line === '') continue;
    const fail = (what: string): never => {
      throw new Error(
        `Firmware image, line ${index + 1}: ${what}. The file is not usable; build or download it again.`,
      );
    };
    if (ended) fail('data after the end-of-file record');
    const digits = RECORD.exec(line)?.[1];
    if (digits === undefined) return fail('not an Intel HEX record (":" and pairs of hexadecimal digits)');
    const record = Buffer.from(digits, 'hex');
    const length = record[0]!;
    if (record.length !== length + 5) fail(`the record says ${length} data bytes and has ${record.length - 5}`);
    if (record.reduce((sum, byte) => sum + byte, 0) & 0xff) fail('the checksum is wrong');
    const address = record.readUInt16BE(1);
    const data = record.subarray(4, 4 + length);
    const kind = record[3]!;
    if (kind === 0) {
      if (base + address + length > FLASH_BYTES) fail(`data beyond the ${FLASH_BYTES} bytes of flash`);
      flash.set(data, base + address);
    } else if (kind === 1) ended = true;
    else if ((kind === 2 || kind === 4) && length === 2) base = data.readUInt16BE(0) * (kind === 2 ? 16 : 0x10000);
    else if (kind !== 3 && kind !== 5) fail(`record type ${kind} is unknown`);
  }
  if (!ended)
    throw new Error('Firmware image: the end-of-file record is missing. The file was cut short; get it again.');
  return new Uint16Array(flash.buffer);
}
