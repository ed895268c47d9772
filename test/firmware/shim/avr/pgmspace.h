// Constants in flash: on the host, constants.
#ifndef SHIM_PGMSPACE_H
#define SHIM_PGMSPACE_H

#include <stdint.h>
#include <string.h>

#define PROGMEM
#define pgm_read_byte(address) (*(const uint8_t *)(address))
#define pgm_read_word(address) (*(const uint16_t *)(address))
#define pgm_read_dword(address) (*(const uint32_t *)(address))
#define memcpy_P memcpy
#define strlen_P strlen
#define PSTR(text) (text)

#endif
