// What the firmware knows of the chip and the board: ATmega328P at 16 MHz, pins by Arduino number.
// References are to the ATmega48A/PA/88A/PA/168A/PA/328/P data sheet (Microchip DS40002061B).
#ifndef BOARD_H
#define BOARD_H

#include <avr/io.h>
#include <stdbool.h>
#include <stdint.h>

enum { PORT_B = 0, PORT_C = 1, PORT_D = 2, PORTS = 3 };

struct pin {
  uint8_t port;
  uint8_t mask;
};

// Arduino Uno and Nano: 2-7 are PORTD, 8-13 PORTB, 14-19 (A0-A5) PORTC. 0 and 1 are the serial line's.
static inline bool pin_of(uint8_t number, struct pin *pin) {
  if (number < 2 || number > 19) return false;
  if (number < 8) *pin = (struct pin){PORT_D, (uint8_t)(1 << number)};
  else if (number < 14) *pin = (struct pin){PORT_B, (uint8_t)(1 << (number - 8))};
  else *pin = (struct pin){PORT_C, (uint8_t)(1 << (number - 14))};
  return true;
}

// The three ports' registers lie three addresses apart: PINx, DDRx, PORTx (data sheet 36).
static inline volatile uint8_t *port_in(uint8_t port) { return &PINB + 3 * port; }
static inline volatile uint8_t *port_direction(uint8_t port) { return &DDRB + 3 * port; }
static inline volatile uint8_t *port_out(uint8_t port) { return &PORTB + 3 * port; }

// Pins of the port that may be lines; the rest are the serial line's or the crystal's.
static inline uint8_t port_usable(uint8_t port) { return port == PORT_D ? 0xfc : 0x3f; }

static inline void ports_write(const uint8_t levels[PORTS]) {
  PORTD = levels[PORT_D];
  PORTB = levels[PORT_B];
  PORTC = levels[PORT_C];
}

// Timer2's outputs OC2B and OC2A: Arduino 3 and 11.
static const struct pin wave_pins[2] = {{PORT_D, 1 << 3}, {PORT_B, 1 << 3}};

enum { BOARD_KIND = 1 };

#endif
