#include <util/atomic.h>

#include "clock.h"
#include "engine.h"
#include "firmata-state.h"
#include "outputs.h"
#include "wave.h"

// Whose a pin is. Lines are driven by the word only, and only if the envelope has nothing against it.
enum { NOBODYS, PLAIN, LINE, OWN, INPUT_LINE };

struct place {
  struct pin pin;
  uint16_t bit; // of the line in the word
};

static uint8_t look(uint8_t number, struct place *place) {
  if (!pin_of(number, &place->pin)) return NOBODYS;
  const uint8_t line = outputs_line_of(place->pin);
  if (line == NO_LINE) return engine_is_input(place->pin) ? INPUT_LINE : PLAIN;
  place->bit = 1 << line;
  return place->bit & outputs_own ? OWN : LINE;
}

static void drive(uint16_t word) {
  ATOMIC_BLOCK(ATOMIC_RESTORESTATE) { bench->word = outputs_write(word, clock_now()); }
}

static void release(struct pin pin) { *port_direction(pin.port) &= (uint8_t)~pin.mask; }

// Lets go of a pin that is no line.
static void let_go(struct pin pin) {
  const uint8_t wave = wave_on(pin);
  if (wave != NO_WAVE) wave_hold(wave, 0);
  release(pin);
  outputs_set_pin(pin, false);
}

// Says this of every pin whose line is among these.
static void tell(uint16_t lines, uint8_t text) {
  if (!lines) return;
  for (uint8_t number = FIRST_PIN; number < PINS; number++) {
    struct place place;
    if (look(number, &place) == LINE && (place.bit & lines)) replies_add(text, number);
  }
}

// False: refused, nothing has changed.
static bool apply(uint16_t word) {
  if (!outputs_safe(word)) {
    tell(word & ~outputs_word, TEXT_EXCLUDED);
    return false;
  }
  drive(word);
  tell(word & ~outputs_word, TEXT_BARRED);
  return true;
}

void pins_reset(void) {
  for (uint8_t number = 0; number < PINS; number++) {
    bench->mode[number] = number < FIRST_PIN ? MODE_NONE : number < FIRST_ANALOG ? MODE_INPUT : MODE_ANALOG;
  }
  for (uint8_t wave = 0; wave < MAX_WAVES; wave++) bench->duty[wave] = 0;
  bench->word = outputs_word;
}

void pins_release(void) {
  drive(0);
  wave_cut();
  for (uint8_t number = FIRST_PIN; number < PINS; number++) {
    struct place place;
    const uint8_t kind = look(number, &place);
    // The level stays: a weak hold at what is off for an active-low line.
    if (kind == LINE) release(place.pin);
    else if (kind == PLAIN) let_go(place.pin);
  }
}

void pins_hand_over(void) {
  drive(0);
  for (uint8_t number = FIRST_PIN; number < PINS; number++) {
    struct place place;
    const uint8_t kind = look(number, &place);
    if (kind == LINE) outputs_connect(outputs_line_of(place.pin));
    else if (kind == PLAIN) let_go(place.pin);
  }
}

static bool can(uint8_t number, struct pin pin, uint8_t mode) {
  switch (mode) {
  case MODE_INPUT:
  case MODE_OUTPUT:
  case MODE_PULL_UP:
    return true;
  case MODE_ANALOG:
    return number >= FIRST_ANALOG;
  default:
    return mode == MODE_PWM && wave_on(pin) != NO_WAVE;
  }
}

static void set_line_mode(const struct place *place, uint8_t *mode, uint8_t number) {
  if (*mode == MODE_OUTPUT || *mode == MODE_PWM) {
    outputs_connect(outputs_line_of(place->pin));
    return;
  }
  drive(outputs_word & ~place->bit);
  release(place->pin);
  if (*mode != MODE_PULL_UP) return;
  // It might be enough to open the valve.
  replies_add(TEXT_PULL_UP, number);
  *mode = MODE_INPUT;
}

static void set_plain_mode(struct pin pin, uint8_t mode, uint8_t before) {
  const bool drives = mode == MODE_OUTPUT || mode == MODE_PWM;
  if (drives && mode == before) return;
  let_go(pin);
  if (mode == MODE_PULL_UP) outputs_set_pin(pin, true);
  if (drives) *port_direction(pin.port) |= pin.mask;
}

void pins_set_mode(uint8_t number, uint8_t mode) {
  if (number >= PINS) return;
  struct place place;
  const uint8_t kind = look(number, &place);
  if (kind == NOBODYS || !can(number, place.pin, mode)) {
    replies_add(TEXT_NO_MODE, number);
    return;
  }
  if (kind == OWN) {
    replies_add(TEXT_OWN, number);
    return;
  }
  if (kind == LINE) {
    set_line_mode(&place, &mode, number);
  } else if (kind == PLAIN) {
    set_plain_mode(place.pin, mode, bench->mode[number]);
  } else if (mode == MODE_OUTPUT || mode == MODE_PWM || (mode == MODE_PULL_UP && !pins_state(number))) {
    // An input line may be read; its pull-up is as the rig file has it.
    replies_add(TEXT_INPUT, number);
    return;
  }
  const uint8_t wave = wave_on(place.pin);
  if (wave != NO_WAVE) bench->duty[wave] = 0;
  bench->mode[number] = mode;
}

void pins_write(uint8_t first, uint8_t count, uint8_t levels) {
  struct place place;
  uint16_t word = outputs_word;
  for (uint8_t i = 0; i < count; i++) {
    const uint8_t number = first + i;
    if (number >= PINS || bench->mode[number] != MODE_OUTPUT || look(number, &place) != LINE) continue;
    if (levels & (1 << i)) word |= place.bit;
    else word &= ~place.bit;
  }
  // All of it or nothing.
  if (!apply(word)) return;
  for (uint8_t i = 0; i < count; i++) {
    const uint8_t number = first + i;
    if (number >= PINS || look(number, &place) != PLAIN) continue;
    const bool level = levels & (1 << i);
    // A high level written to an input is the pull-up, as it was before there was a mode for that.
    if (bench->mode[number] == MODE_OUTPUT || (level && count > 1 && bench->mode[number] == MODE_INPUT))
      outputs_set_pin(place.pin, level);
  }
}

void pins_write_duty(uint8_t number, uint16_t value) {
  struct place place;
  if (number >= PINS || bench->mode[number] != MODE_PWM) return;
  const uint8_t kind = look(number, &place);
  const uint8_t wave = wave_on(place.pin), duty = value > 255 ? 255 : (uint8_t)value;
  if (kind == LINE) {
    if (!apply(duty ? outputs_word | place.bit : outputs_word & ~place.bit)) return;
  } else if (kind == PLAIN) {
    wave_hold(wave, duty);
  } else {
    return;
  }
  bench->duty[wave] = duty;
}

uint8_t pins_state(uint8_t number) {
  struct place place;
  const uint8_t kind = look(number, &place), mode = bench->mode[number];
  if (kind == NOBODYS || mode == MODE_ANALOG) return 0;
  const bool drives = mode == MODE_OUTPUT || mode == MODE_PWM;
  if (kind == LINE && drives && !(outputs_word & place.bit)) return 0;
  if (mode == MODE_PWM) return bench->duty[wave_on(place.pin)];
  if (kind == LINE) return drives;
  return (*port_out(place.pin.port) & place.pin.mask) != 0;
}

uint8_t pins_levels(uint8_t port) {
  uint8_t levels = 0;
  for (uint8_t i = 0; i < 8; i++) {
    const uint8_t number = port * 8 + i;
    struct pin pin;
    if (number >= PINS || !pin_of(number, &pin)) continue;
    const uint8_t mode = bench->mode[number];
    if ((mode == MODE_INPUT || mode == MODE_PULL_UP) && (*port_in(pin.port) & pin.mask)) levels |= 1 << i;
  }
  return levels;
}

void pins_tend(void) {
  const uint16_t shut = bench->word & ~outputs_word;
  bench->word = outputs_word;
  tell(shut, TEXT_SHUT);
}
