// As avr-libc documents it: polynomial 0x8408, reflected.
#ifndef SHIM_CRC16_H
#define SHIM_CRC16_H

#include <stdint.h>

static inline uint16_t _crc_ccitt_update(uint16_t crc, uint8_t byte) {
  crc ^= byte;
  for (uint8_t bit = 0; bit < 8; bit++) crc = crc & 1 ? (uint16_t)((crc >> 1) ^ 0x8408) : crc >> 1;
  return crc;
}

#endif
