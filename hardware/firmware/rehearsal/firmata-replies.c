#include <avr/pgmspace.h>

#include "firmata-state.h"
#include "link.h"
#include "serial.h"
#include "wave.h"

enum { SYSEX_START = 0xf0, SYSEX_END = 0xf7, DIGITAL_MESSAGE = 0x90, PROTOCOL_VERSION = 0xf9 };
enum {
  ANALOG_MAPPING = 0x6a,
  CAPABILITIES = 0x6c,
  PIN_STATE = 0x6e,
  STRING_DATA = 0x71,
  FIRMWARE = 0x79,
};

// A pin's entry of the capabilities: four modes of two bytes, and its end; the last one is followed by the sysex's.
enum { CAPABILITY_ROOM = 10 };

// Refusals, behind "pin 12: "; with it at most 30 characters, so that one fits the send ring whole.
enum { PREFIX = 8 };
static const char texts[][23] PROGMEM = {
    [TEXT_NO_MODE - TEXT_NO_MODE] = "no such mode",
    [TEXT_OWN - TEXT_NO_MODE] = "the board's own line",
    [TEXT_INPUT - TEXT_NO_MODE] = "an input line",
    [TEXT_PULL_UP - TEXT_NO_MODE] = "a line: no pull-up",
    [TEXT_EXCLUDED - TEXT_NO_MODE] = "excluded by its group",
    [TEXT_BARRED - TEXT_NO_MODE] = "shut until armed",
    [TEXT_SHUT - TEXT_NO_MODE] = "shut by the envelope",
};

static const char firmware_name[] PROGMEM = "Rehearsal";
enum { NAME_LENGTH = sizeof firmware_name - 1 };

void replies_add(uint8_t kind, uint8_t argument) {
  if ((uint8_t)(bench->end - bench->first) == REPLIES) {
    link_bad_frames++;
    return;
  }
  bench->replies[bench->end++ & (REPLIES - 1)] = (struct reply){kind, argument};
}

bool replies_waiting(void) { return bench->first != bench->end; }

static void put14(uint16_t value) {
  serial_write(value & 0x7f);
  serial_write((value >> 7) & 0x7f);
}

static void put_text(const char *text) {
  for (char letter; (letter = (char)pgm_read_byte(text)); text++) put14((uint8_t)letter);
}

bool replies_send_value(uint8_t command, uint16_t value) {
  if (serial_room() < 3) return false;
  serial_write(command);
  put14(value);
  return true;
}

static void put_capability(uint8_t mode, uint8_t bits) {
  serial_write(mode);
  serial_write(bits);
}

// False: there is more to come.
static bool send_capabilities(void) {
  if (bench->capabilities_pin == NONE) {
    if (serial_room() < 2) return false;
    serial_write(SYSEX_START);
    serial_write(CAPABILITIES);
    bench->capabilities_pin = 0;
  }
  for (; bench->capabilities_pin < PINS; bench->capabilities_pin++) {
    if (serial_room() < CAPABILITY_ROOM) return false;
    struct pin pin;
    if (pin_of(bench->capabilities_pin, &pin)) {
      put_capability(MODE_INPUT, 1);
      put_capability(MODE_OUTPUT, 1);
      put_capability(MODE_PULL_UP, 1);
      if (bench->capabilities_pin >= FIRST_ANALOG) put_capability(MODE_ANALOG, 10);
      if (wave_on(pin) != NO_WAVE) put_capability(MODE_PWM, 8);
    }
    serial_write(0x7f);
  }
  serial_write(SYSEX_END);
  bench->capabilities_pin = NONE;
  return true;
}

static uint8_t length_of(uint8_t kind) {
  switch (kind) {
  case REPLY_VERSION:
  case REPLY_PORT:
    return 3;
  case REPLY_FIRMWARE:
    return 5 + 2 * NAME_LENGTH;
  case REPLY_MAPPING:
    return 3 + PINS;
  case REPLY_PIN_STATE:
    return 7;
  default:
    return 3 + 2 * (PREFIX + (uint8_t)strlen_P(texts[kind - TEXT_NO_MODE]));
  }
}

// False: the line has no room for it, or not for all of it.
static bool send(uint8_t kind, uint8_t argument) {
  if (kind == REPLY_CAPABILITIES) return send_capabilities();
  if (serial_room() < length_of(kind)) return false;
  switch (kind) {
  case REPLY_VERSION:
    serial_write(PROTOCOL_VERSION);
    serial_write(2);
    serial_write(5);
    return true;
  case REPLY_PORT:
    bench->shown[argument] = pins_levels(argument);
    return replies_send_value(DIGITAL_MESSAGE | argument, bench->shown[argument]);
  }
  serial_write(SYSEX_START);
  switch (kind) {
  case REPLY_FIRMWARE:
    serial_write(FIRMWARE);
    serial_write(FIRMWARE_MAJOR);
    serial_write(FIRMWARE_MINOR);
    put_text(firmware_name);
    break;
  case REPLY_MAPPING:
    serial_write(ANALOG_MAPPING);
    for (uint8_t pin = 0; pin < PINS; pin++) serial_write(pin < FIRST_ANALOG ? 0x7f : pin - FIRST_ANALOG);
    break;
  case REPLY_PIN_STATE:
    serial_write(PIN_STATE);
    serial_write(argument);
    serial_write(bench->mode[argument]);
    put14(pins_state(argument));
    break;
  default:
    serial_write(STRING_DATA);
    put_text(PSTR("pin "));
    if (argument > 9) put14('0' + argument / 10);
    put14('0' + argument % 10);
    put_text(PSTR(": "));
    put_text(texts[kind - TEXT_NO_MODE]);
  }
  serial_write(SYSEX_END);
  return true;
}

void replies_send(void) {
  while (replies_waiting()) {
    const struct reply *reply = &bench->replies[bench->first & (REPLIES - 1)];
    if (!send(reply->kind, reply->argument)) return;
    bench->first++;
  }
}
