#include "outputs.h"

#include <avr/eeprom.h>
#include <avr/wdt.h>
#include <stddef.h>
#include <string.h>
#include <util/atomic.h>

#include "clock.h"
#include "crc.h"
#include "edges.h"
#include "link.generated.h"
#include "wave.h"

struct allowance {
  uint32_t left;
  uint32_t capacity;
  uint16_t refill; // in a coarse unit
};

static struct output outputs[MAX_OUTPUTS];
enum { ALLOWANCE_SHIFT = 4 }; // of the two bits in `flags`
static uint16_t declared;
static uint16_t handed_over; // their pins are the waves'
static uint16_t barred;      // by the envelope, until a session is armed anew

// What the ports' registers hold: levels of outputs, pull-ups of inputs.
static uint8_t shadow[PORTS];

// A reset must not forget what was given.
static struct allowance allowances[MAX_ALLOWANCES] __attribute__((section(".noinit")));
// Lines that are on pay once a millisecond, one after another, so that interrupts are never off for long.
static uint16_t paid, paid_before; // coarse times up to which lines have paid, in this round and the one before
static uint16_t unpaid;            // lines whose turn in this round is still to come

uint16_t outputs_word;
uint16_t outputs_allowed;
uint16_t outputs_own;

// EEPROM: the line table, then its CRC-32.
static struct output *const kept = (struct output *)16;
static uint16_t *const kept_declared = (uint16_t *)(16 + sizeof outputs);
static uint32_t *const kept_crc = (uint32_t *)(18 + sizeof outputs);

static uint32_t table_crc(void) {
  return crc32_of((const uint8_t *)outputs, sizeof outputs) ^ ((uint32_t)declared << 1 | 1);
}

bool outputs_is_lamp(uint8_t line) { return outputs_declared(line) && (outputs[line].flags & LINE_LAMP); }

static void find_own(void) {
  outputs_own = 0;
  for (uint8_t line = 0; line < MAX_OUTPUTS; line++)
    if (outputs_is_lamp(line)) outputs_own |= 1 << line;
}

void outputs_restore(void) {
  eeprom_read_block(outputs, kept, sizeof outputs);
  declared = eeprom_read_word(kept_declared);
  if (table_crc() != eeprom_read_dword(kept_crc)) declared = 0;
  for (uint8_t line = 0; line < MAX_OUTPUTS; line++) {
    outputs[line].on_since = 0;
    // A weak hold is all that is safe before somebody says that the wiring is still the same.
    if (outputs_declared(line) && (outputs[line].flags & LINE_ACTIVE_LOW)) outputs_set_pin(outputs[line].pin, true);
  }
  outputs_allowed = declared;
  find_own();
}

static void keep(void) {
  const uint8_t *bytes = (const uint8_t *)outputs;
  for (uint8_t line = 0; line < MAX_OUTPUTS; line++) outputs[line].on_since = 0;
  for (uint8_t i = 0; i < sizeof outputs; i++) {
    eeprom_update_byte((uint8_t *)kept + i, bytes[i]); // 3.4 ms, if it is new
    wdt_reset();
  }
  eeprom_update_word(kept_declared, declared);
  eeprom_update_dword(kept_crc, table_crc());
}

void outputs_reset(void) {
  wave_reset();
  for (uint8_t port = 0; port < PORTS; port++) {
    *port_direction(port) &= (uint8_t)~port_usable(port);
    *port_out(port) = shadow[port] = 0;
  }
  memset(outputs, 0, sizeof outputs);
  declared = handed_over = barred = 0;
  outputs_word = 0;
  outputs_allowed = 0;
  outputs_own = 0;
}

bool outputs_declared(uint8_t line) { return line < MAX_OUTPUTS && (declared & (1 << line)); }

uint8_t outputs_line_of(struct pin pin) {
  for (uint8_t line = 0; line < MAX_OUTPUTS; line++)
    if (outputs_declared(line) && outputs[line].pin.port == pin.port && outputs[line].pin.mask == pin.mask) return line;
  return NO_LINE;
}

bool outputs_declare(uint8_t line, uint8_t number, struct output output) {
  if (line >= MAX_OUTPUTS || outputs_declared(line) || output.longest == 0 || output.longest > 60000) return false;
  if ((output.flags & LINE_DRAWS) && (output.flags >> ALLOWANCE_SHIFT) >= MAX_ALLOWANCES) return false;
  if (!pin_of(number, &output.pin) || outputs_line_of(output.pin) != NO_LINE) return false;
  output.longest = coarse_of_ms(output.longest);
  outputs[line] = output;
  declared |= 1 << line;
  outputs_allowed = declared;
  find_own();
  const uint8_t wave = wave_on(output.pin);
  if (wave != NO_WAVE) wave_hold(wave, 0); // bench mode may have used the pin
  outputs_connect(line);
  return true;
}

void outputs_connect(uint8_t line) {
  const struct pin pin = outputs[line].pin;
  outputs_set_pin(pin, ((outputs_word >> line) & 1) != ((outputs[line].flags & LINE_ACTIVE_LOW) != 0));
  *port_direction(pin.port) |= pin.mask;
}

void outputs_set_pin(struct pin pin, bool level) {
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    if (level) shadow[pin.port] |= pin.mask;
    else shadow[pin.port] &= (uint8_t)~pin.mask;
    *port_out(pin.port) = shadow[pin.port];
  }
}

bool outputs_safe(uint16_t word) {
  if (word & (~declared | outputs_own)) return false;
  uint8_t seen = 0;
  for (uint8_t line = 0; word; word >>= 1, line++) {
    if (!(word & 1)) continue;
    if (seen & outputs[line].groups) return false;
    seen |= outputs[line].groups;
  }
  return true;
}

static void toggle(uint16_t lines, uint8_t ports[PORTS]) {
  lines &= ~handed_over;
  for (struct output *output = outputs; lines; lines >>= 1, output++)
    if (lines & 1) ports[output->pin.port] ^= output->pin.mask;
}

void outputs_settle(void) { ports_write(shadow); }

static void drive(uint16_t word) {
  const uint16_t changed = word ^ outputs_word;
  toggle(changed, shadow);
  outputs_word = word;
  ports_write(shadow);
  if (changed & handed_over) wave_follow(word);
}

// The allowance it draws on, or NULL.
static struct allowance *allowance_of(const struct output *output) {
  return output->flags & LINE_DRAWS ? &allowances[output->flags >> ALLOWANCE_SHIFT] : NULL;
}

// A line that is on, or goes off, pays for its time since it last did. Interrupts off, or from the engine.
static void pay(const struct output *output, uint16_t bit, uint16_t now) {
  struct allowance *from = allowance_of(output);
  int16_t units = (int16_t)(now - (unpaid & bit ? paid_before : paid));
  unpaid &= ~bit;
  if (!from) return;
  const int16_t on = (int16_t)(now - output->on_since);
  if (on < units) units = on;
  if (units <= 0) return;
  const uint32_t cost = units == 1 ? output->cost : (uint32_t)output->cost * (uint16_t)units;
  from->left = cost < from->left ? from->left - cost : 0;
}

uint16_t outputs_write(uint16_t word, uint32_t ticks) {
  word &= outputs_allowed & ~outputs_own;
  if (word == outputs_word) return word;
  const uint16_t now = (uint16_t)(ticks >> 11);
  uint16_t falling = outputs_word & ~word;
  if (falling) {
    drive(outputs_word & word);
    uint16_t bit = 1;
    for (const struct output *output = outputs; falling; falling &= ~bit, bit <<= 1, output++)
      if (falling & bit) pay(output, bit, now);
  }
  uint16_t rising = word & ~outputs_word;
  if (!rising) return word;
  drive(word);
  for (struct output *output = outputs; rising; rising >>= 1, output++)
    if (rising & 1) output->on_since = now;
  return word;
}

void outputs_drive_own(uint8_t line, bool on) {
  const struct pin pin = outputs[line].pin;
  const bool level = on != ((outputs[line].flags & LINE_ACTIVE_LOW) != 0);
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    outputs_set_pin(pin, level);
    // Answers prepared ahead hold whole ports. The engine, which prepares them, never runs below the main loop.
    edges_patch(pin, level);
  }
  *port_direction(pin.port) |= pin.mask;
}

void outputs_preview(uint16_t word, uint8_t ports[PORTS]) {
  for (uint8_t port = 0; port < PORTS; port++) ports[port] = shadow[port];
  toggle((word & outputs_allowed & ~outputs_own) ^ outputs_word, ports);
}

bool outputs_shape(uint8_t line, const struct wave_form *form) {
  if (!outputs_declared(line) || form->shape > WAVE_SINE) return false;
  const uint8_t wave = wave_on(outputs[line].pin);
  if (wave == NO_WAVE) return false;
  edges_cool();
  handed_over |= 1 << line;
  wave_shape(wave, line, outputs[line].flags & LINE_ACTIVE_LOW, form);
  edges_wake();
  return true;
}

void outputs_bar(uint8_t line) {
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    barred |= 1 << line;
    outputs_allowed &= ~(1 << line);
  }
}

bool outputs_barred(void) { return barred != 0; }

bool outputs_allow(uint8_t index, uint32_t left, uint32_t capacity, uint16_t refill) {
  if (index >= MAX_ALLOWANCES || left > capacity) return false;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    allowances[index] = (struct allowance){left, capacity, refill};
    for (uint8_t line = 0; line < MAX_OUTPUTS; line++)
      if (outputs_declared(line) && left && allowance_of(&outputs[line]) == &allowances[index]) outputs_allowed |= (1 << line) & ~barred;
  }
  return true;
}

uint32_t outputs_water_left(void) { return allowances[0].left; }

// A line that went on after `now` was read has been on for less than nothing; 67 s less this is beyond any limit.
enum { JUST_ON = 0xff00 };

// Has the line been on too long, or spent its allowance? The end reason, or END_COMPLETED. Interrupts off.
static uint8_t judge(const struct output *output, uint16_t bit, uint16_t now, uint16_t *next) {
  const struct allowance *from = allowance_of(output);
  pay(output, bit, now);
  const uint16_t on = now - output->on_since;
  if (on > output->longest && on < JUST_ON) return END_ON_TIME_LIMIT;
  if (from && from->left == 0) return END_ALLOWANCE_SPENT;
  const uint16_t left = from ? 1 : output->longest - on + 1;
  if (left < *next) *next = left;
  return END_COMPLETED;
}

uint8_t outputs_overdue(uint16_t now, uint16_t *next, uint8_t *why) {
  uint8_t found = NO_LINE;
  uint16_t word;
  *next = UINT16_MAX;
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
    word = unpaid = outputs_word;
    paid_before = paid;
    paid = now;
  }
  uint16_t bit = 1;
  for (uint8_t line = 0; word; word &= ~bit, bit <<= 1, line++) {
    if (!(word & bit)) continue;
    uint8_t reason = END_COMPLETED;
    ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
      if (outputs_word & bit) reason = judge(&outputs[line], bit, now, next);
    }
    if (reason == END_COMPLETED) continue;
    found = line;
    *why = reason;
  }
  const uint16_t units = now - paid_before;
  for (struct allowance *each = allowances; each < allowances + MAX_ALLOWANCES; each++) {
    if (!each->refill || each->left == each->capacity) continue;
    const uint32_t back = (uint32_t)each->refill * units;
    ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
      each->left = back < each->capacity - each->left ? each->left + back : each->capacity;
    }
  }
  return found;
}

void outputs_arm(void) {
  uint16_t ports = 0;
  // Pins of bench mode that are no line of the session are let go.
  for (uint8_t port = 0; port < PORTS; port++) {
    uint8_t lines = 0;
    for (uint8_t line = 0; line < MAX_OUTPUTS; line++)
      if (outputs_declared(line) && outputs[line].pin.port == port) lines |= outputs[line].pin.mask;
    *port_direction(port) &= lines | (uint8_t)~port_usable(port);
    if (lines) ports |= 1 << port;
  }
  answers_aim(ports);
  keep();
  barred = 0;
  outputs_allowed = 0;
  memset(allowances, 0, sizeof allowances);
  for (uint8_t line = 0; line < MAX_OUTPUTS; line++)
    if (outputs_declared(line) && !(outputs[line].flags & LINE_DRAWS)) outputs_allowed |= 1 << line;
}
