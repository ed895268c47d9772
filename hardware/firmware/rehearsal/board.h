// What the firmware knows of the chip and the board: 16 MHz, pins by Arduino number. One header a chip.
//
// Each gives the ports, the banks, the reach of prepared answers, the pins of the waves, and the names that differ. A bank
// is a set of pins that share a pin change interrupt and its mask, PCMSK0 to PCMSK2; both chips have these in a row.
#ifndef BOARD_H
#define BOARD_H

#include <avr/io.h>
#include <stdbool.h>
#include <stdint.h>

struct pin {
  uint8_t port;
  uint8_t mask;
};

// Edges of the fast bank can be answered ahead (edges.S); an answer writes so many ports.
enum { BANKS = 3, FAST_BANK = 2, ANSWER_PORTS = 3 };

#if defined(__AVR_ATmega2560__)
#include "board-mega.h"
#elif defined(__AVR__) && !defined(__AVR_ATmega328P__)
#error "This firmware knows the ATmega328P (Uno, Nano) and the ATmega2560 (Mega 2560)."
#else
#include "board-uno.h"
#endif

#endif
