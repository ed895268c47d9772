// What a power-up is known by: the board's id and the count of its starts, both in EEPROM, and how deep the stack went.
#ifndef BOOT_H
#define BOOT_H

#include <stdint.h>

extern uint16_t boot_id;
extern uint32_t boot_board_id;

void boot_init(void);

// Writes the board's id.
void boot_name(uint32_t board_id);

// Bytes of RAM between the variables and the deepest the stack has been.
uint16_t boot_stack_free(void);

#endif
