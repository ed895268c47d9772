// The serial line: 250000 baud, a receive and a send ring. The interrupts move one byte each and do nothing else.
#ifndef SERIAL_H
#define SERIAL_H

#include <stdbool.h>
#include <stdint.h>

void serial_init(void);

// The next received byte, or -1.
int16_t serial_read(void);

bool serial_waiting(void);

// Bytes that serial_write can take now.
uint8_t serial_room(void);

// The caller has asked serial_room first.
void serial_write(uint8_t byte);

// Bytes lost because the receiver or its ring was full, since boot.
extern volatile uint16_t serial_overruns;

#endif
