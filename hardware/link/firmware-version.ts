/** The firmware's own version; it rises with every change of what a board does. */
export const FIRMWARE_VERSION = { major: 0, minor: 2 } as const;
