// The link's checks: CRC-16/X-25 without final inversion (avr-libc's _crc_ccitt_update, start 0xFFFF) from the board,
// CRC-32 (IEEE 802.3) from the host, over programs and over the events of a trial.
#ifndef CRC_H
#define CRC_H

#include <stdint.h>

enum { CRC16_START = 0xffff };
#define CRC32_START 0xffffffffUL

// Adds a byte to a running CRC-32; the result is its complement.
uint32_t crc32_add(uint32_t crc, uint8_t byte);

uint32_t crc32_of(const uint8_t *bytes, uint16_t length);

#endif
