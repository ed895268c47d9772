// The Mega's pins as a table, and the ports of its answers.
#include "board.h"

#if defined(__AVR_ATmega2560__)
#include <avr/pgmspace.h>

#define P(port, bit) (PORT_##port << 4 | (bit))

// Port and bit of each pin from 2 on (Arduino Mega 2560 pinout).
static const uint8_t places[] PROGMEM = {
    P(E, 4), P(E, 5), P(G, 5), P(E, 3), P(H, 3), P(H, 4), P(H, 5), P(H, 6), // 2-9
    P(B, 4), P(B, 5), P(B, 6), P(B, 7),                                     // 10-13
    P(J, 1), P(J, 0), P(H, 1), P(H, 0), P(D, 3), P(D, 2), P(D, 1), P(D, 0), // 14-21
    P(A, 0), P(A, 1), P(A, 2), P(A, 3), P(A, 4), P(A, 5), P(A, 6), P(A, 7), // 22-29
    P(C, 7), P(C, 6), P(C, 5), P(C, 4), P(C, 3), P(C, 2), P(C, 1), P(C, 0), // 30-37
    P(D, 7), P(G, 2), P(G, 1), P(G, 0),                                     // 38-41
    P(L, 7), P(L, 6), P(L, 5), P(L, 4), P(L, 3), P(L, 2), P(L, 1), P(L, 0), // 42-49
    P(B, 3), P(B, 2), P(B, 1), P(B, 0),                                     // 50-53
    P(F, 0), P(F, 1), P(F, 2), P(F, 3), P(F, 4), P(F, 5), P(F, 6), P(F, 7), // A0-A7
    P(K, 0), P(K, 1), P(K, 2), P(K, 3), P(K, 4), P(K, 5), P(K, 6), P(K, 7), // A8-A15
};
enum { FIRST = 2 };
_Static_assert(sizeof places == PINS - FIRST, "one for each pin");

static struct pin place(uint8_t index) {
  const uint8_t byte = pgm_read_byte(&places[index]);
  return (struct pin){byte >> 4, (uint8_t)(1 << (byte & 7))};
}

bool pin_of(uint8_t number, struct pin *pin) {
  if (number < FIRST || number >= PINS) return false;
  *pin = place(number - FIRST);
  return true;
}

uint8_t port_usable(uint8_t port) {
  uint8_t usable = 0;
  for (uint8_t index = 0; index < sizeof places; index++) {
    const struct pin pin = place(index);
    if (pin.port == port) usable |= pin.mask;
  }
  return usable;
}

static uint8_t aimed[ANSWER_PORTS];
static bool in_reach;
// Their PORTx, for edges.S.
volatile uint8_t *answer_at[ANSWER_PORTS];

static uint8_t aim(uint16_t ports, uint8_t count) {
  for (uint8_t port = 0; port < PORTS && count < ANSWER_PORTS; port++)
    if (ports & (1 << port)) aimed[count++] = port;
  return count;
}

void answers_aim(uint16_t ports) {
  // Places left over go to other ports, whose bytes are right in any case.
  aim(~ports, aim(ports, 0));
  for (uint8_t index = 0; index < ANSWER_PORTS; index++) {
    ports &= ~(1 << aimed[index]);
    answer_at[index] = port_out(aimed[index]);
  }
  in_reach = ports == 0;
}

uint8_t answer_port(uint8_t index) { return aimed[index]; }

uint8_t answer_index(uint8_t port) {
  uint8_t index = 0;
  while (index < ANSWER_PORTS && aimed[index] != port) index++;
  return index;
}

bool answers_reach(void) { return in_reach; }
#endif
