/** What the link needs of a serial line: bytes out, bytes in, and word when it is gone. */
export interface BytePort {
  /** For messages: `/dev/ttyACM0`, or what stands in its place. */
  readonly name: string;
  write(bytes: Uint8Array): void;
  onBytes(listener: (bytes: Uint8Array) => void): void;
  /** Told once, with the reason, when the line breaks; not when `close` was called. */
  onLost(listener: (reason: string) => void): void;
  close(): Promise<void>;
}
