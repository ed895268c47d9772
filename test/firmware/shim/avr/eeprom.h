// EEPROM: an array; the firmware's pointers are its offsets. A byte that changes takes 3.4 ms (data sheet 8.4.3).
#ifndef SHIM_EEPROM_H
#define SHIM_EEPROM_H

#include <stddef.h>
#include <stdint.h>

#include "../../chip.h"

static inline void eeprom_read_block(void *to, const void *from, size_t bytes) {
  for (size_t i = 0; i < bytes; i++) ((uint8_t *)to)[i] = chip_eeprom_read((uintptr_t)from + i);
}
static inline void eeprom_update_block(const void *from, void *to, size_t bytes) {
  for (size_t i = 0; i < bytes; i++) chip_eeprom_write((uintptr_t)to + i, ((const uint8_t *)from)[i]);
}
static inline uint8_t eeprom_read_byte(const uint8_t *from) { return chip_eeprom_read((uintptr_t)from); }
static inline void eeprom_update_byte(uint8_t *to, uint8_t value) { chip_eeprom_write((uintptr_t)to, value); }
static inline uint16_t eeprom_read_word(const uint16_t *from) {
  uint16_t value;
  eeprom_read_block(&value, from, sizeof value);
  return value;
}
static inline void eeprom_update_word(uint16_t *to, uint16_t value) { eeprom_update_block(&value, to, sizeof value); }
static inline uint32_t eeprom_read_dword(const uint32_t *from) {
  uint32_t value;
  eeprom_read_block(&value, from, sizeof value);
  return value;
}
static inline void eeprom_update_dword(uint32_t *to, uint32_t value) { eeprom_update_block(&value, to, sizeof value); }

#endif
