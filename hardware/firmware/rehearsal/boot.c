#include "boot.h"

#include <avr/eeprom.h>
#include <avr/io.h>

uint16_t boot_id;
uint32_t boot_board_id;

// EEPROM: board id at 0, number of starts at 4. 0xFF.. when never written.
static uint32_t *const stored_board_id = (uint32_t *)0;
static uint16_t *const stored_boot_id = (uint16_t *)4;

enum { PAINT = 0xa5 };
extern uint8_t _end, __stack;

// Before the stack is used: paint what it may use.
__attribute__((naked, used, section(".init1"))) static void paint(void) {
  __asm__ volatile("ldi r30, lo8(_end)\n ldi r31, hi8(_end)\n ldi r24, %0\n ldi r25, hi8(__stack)\n"
                   "0: st Z+, r24\n cpi r30, lo8(__stack)\n cpc r31, r25\n brlo 0b\n" ::"i"(PAINT));
}

uint16_t boot_stack_free(void) {
  const uint8_t *at = &_end;
  while (at < &__stack && *at == PAINT) at++;
  return (uint16_t)(at - &_end);
}

void boot_name(uint32_t board_id) {
  eeprom_update_dword(stored_board_id, board_id);
  boot_board_id = board_id;
}

void boot_init(void) {
  boot_board_id = eeprom_read_dword(stored_board_id);
  boot_id = eeprom_read_word(stored_boot_id) + 1;
  eeprom_update_word(stored_boot_id, boot_id);
}
