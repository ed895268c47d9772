#include "outputs.h"

#include "clock.h"
#include "link.generated.h"

struct output {
  struct pin pin;
  uint8_t groups;
  uint16_t longest;  // coarse units
  uint16_t on_since; // coarse units
};

static struct output outputs[MAX_OUTPUTS];
static uint16_t declared;

// What the ports' registers hold: levels of outputs, pull-ups of inputs.
static uint8_t shadow[PORTS];

uint16_t outputs_word;
uint16_t outputs_allowed;

void outputs_reset(void) {
  for (uint8_t line = 0; line < MAX_OUTPUTS; line++) {
    if (!(declared & (1 << line))) continue;
    const struct pin pin = outputs[line].pin;
    *port_direction(pin.port) &= (uint8_t)~pin.mask;
    *port_out(pin.port) &= (uint8_t)~pin.mask;
  }
  declared = 0;
  outputs_word = 0;
  outputs_allowed = 0;
}

bool outputs_declare(uint8_t line, uint8_t number, bool active_low, uint8_t groups, uint16_t longest_ms) {
  struct pin pin;
  if (line >= MAX_OUTPUTS || (declared & (1 << line)) || longest_ms == 0 || longest_ms > 60000 || !pin_of(number, &pin))
    return false;
  for (uint8_t other = 0; other < MAX_OUTPUTS; other++) {
    const struct pin taken = outputs[other].pin;
    if ((declared & (1 << other)) && taken.port == pin.port && taken.mask == pin.mask) return false;
  }
  outputs[line] = (struct output){pin, groups, coarse_of_ms(longest_ms), 0};
  declared |= 1 << line;
  // The off level first, then the driver, so that the pin never shows the on level.
  if (active_low) *port_out(pin.port) |= pin.mask;
  else *port_out(pin.port) &= (uint8_t)~pin.mask;
  *port_direction(pin.port) |= pin.mask;
  return true;
}

bool outputs_safe(uint16_t word) {
  if (word & ~declared) return false;
  uint8_t seen = 0;
  for (uint8_t line = 0; word; word >>= 1, line++) {
    if (!(word & 1)) continue;
    if (seen & outputs[line].groups) return false;
    seen |= outputs[line].groups;
  }
  return true;
}

static void toggle(uint16_t lines, uint8_t ports[PORTS]) {
  for (struct output *output = outputs; lines; lines >>= 1, output++)
    if (lines & 1) ports[output->pin.port] ^= output->pin.mask;
}

static void drive(uint16_t word) {
  toggle(word ^ outputs_word, shadow);
  outputs_word = word;
  PORTD = shadow[PORT_D];
  PORTB = shadow[PORT_B];
  PORTC = shadow[PORT_C];
}

uint16_t outputs_write(uint16_t word, uint32_t ticks) {
  word &= outputs_allowed;
  if (word == outputs_word) return word;
  if (outputs_word & ~word) drive(outputs_word & word);
  uint16_t rising = word & ~outputs_word;
  if (!rising) return word;
  drive(word);
  const uint16_t now = (uint16_t)(ticks >> 11);
  for (struct output *output = outputs; rising; rising >>= 1, output++)
    if (rising & 1) output->on_since = now;
  return word;
}

void outputs_preview(uint16_t word, uint8_t ports[PORTS]) {
  for (uint8_t port = 0; port < PORTS; port++) ports[port] = shadow[port];
  toggle((word & outputs_allowed) ^ outputs_word, ports);
}

int8_t outputs_overdue(uint16_t now, uint16_t *next) {
  *next = UINT16_MAX;
  uint16_t word = outputs_word;
  for (uint8_t line = 0; word; word >>= 1, line++) {
    if (!(word & 1)) continue;
    const uint16_t on = now - outputs[line].on_since;
    if (on > outputs[line].longest) return line;
    const uint16_t left = outputs[line].longest - on + 1;
    if (left < *next) *next = left;
  }
  return -1;
}

void outputs_arm(void) {
  for (uint8_t port = 0; port < PORTS; port++) shadow[port] = *port_out(port);
  outputs_allowed = declared;
}
