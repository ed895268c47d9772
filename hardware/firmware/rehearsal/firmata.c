#include "firmata.h"

#include <avr/io.h>
#include <stddef.h>
#include <string.h>

#include "clock.h"
#include "firmata-state.h"
#include "link.h"
#include "outputs.h"
#include "program.h"

// Messages of Firmata 2.5: with the channel in the low bits, whole bytes, sysex commands.
enum { DIGITAL_MESSAGE = 0x90, REPORT_ANALOG = 0xc0, REPORT_DIGITAL = 0xd0, ANALOG_MESSAGE = 0xe0 };
enum { SET_PIN_MODE = 0xf4, SET_DIGITAL_PIN_VALUE = 0xf5, REPORT_VERSION = 0xf9, SYSTEM_RESET = 0xff };
enum {
  ANALOG_MAPPING_QUERY = 0x69,
  CAPABILITY_QUERY = 0x6b,
  PIN_STATE_QUERY = 0x6d,
  EXTENDED_ANALOG = 0x6f,
  REPORT_FIRMWARE = 0x79,
  SAMPLING_INTERVAL = 0x7a,
};

enum { DEFAULT_INTERVAL_MS = 19 };

struct bench *bench;
_Static_assert(sizeof(struct bench) <= PROGRAM_BYTES, "bench mode lives in the program slot");

static void reset(void) {
  pins_reset();
  bench->command = 0;
  bench->ports = bench->channels = bench->due = 0;
  bench->converting = NONE;
  bench->interval = coarse_of_ms(DEFAULT_INTERVAL_MS);
  ADCSRA = 0;
}

void firmata_begin(void) {
  bench = program_lend();
  memset(bench, 0, sizeof *bench);
  bench->capabilities_pin = NONE;
  reset();
}

void firmata_greet(void) {
  replies_add(REPLY_VERSION, 0);
  replies_add(REPLY_FIRMWARE, 0);
}

void firmata_stop(void) {
  if (!bench) return;
  pins_hand_over();
  ADCSRA = 0;
  bench = NULL;
}

bool firmata_sending(void) { return bench && bench->capabilities_pin != NONE; }

static bool active(void) { return replies_waiting() || bench->ports || bench->channels || bench->due || outputs_word; }

// What can be sent goes at once; the rest, and the envelope's limits of what has just gone on, a millisecond later.
static void settle(void) {
  replies_send();
  if (active()) clock_wake_in(1);
}

static void report_analog(uint8_t channel, bool on) {
  if (channel >= PINS - FIRST_ANALOG) return;
  const bench_bits bit = 1 << channel;
  if (on) {
    bench->channels |= bit;
    bench->due |= bit;
  } else {
    bench->channels &= (bench_bits)~bit;
  }
}

static void report_digital(uint8_t port, bool on) {
  if (port >= FIRMATA_PORTS) return;
  if (on) {
    bench->ports |= 1 << port;
    replies_add(REPLY_PORT, port);
  } else {
    bench->ports &= (bench_bits)~(1 << port);
  }
}

static void set_mode(uint8_t number, uint8_t mode) {
  pins_set_mode(number, mode);
  if (number >= FIRST_ANALOG && number < PINS) report_analog(number - FIRST_ANALOG, bench->mode[number] == MODE_ANALOG);
}

static void run(void) {
  const uint8_t low = bench->data[0], high = bench->data[1];
  switch (bench->command) {
  case DIGITAL_MESSAGE:
    if (bench->channel < FIRMATA_PORTS) pins_write(bench->channel * 8, 8, (uint8_t)(low | (high << 7)));
    return;
  case ANALOG_MESSAGE:
    pins_write_duty(bench->channel, low | ((uint16_t)high << 7));
    return;
  case REPORT_ANALOG:
    report_analog(bench->channel, low);
    return;
  case REPORT_DIGITAL:
    report_digital(bench->channel, low);
    return;
  case SET_PIN_MODE:
    set_mode(low, high);
    return;
  default:
    pins_write(low, 1, high != 0);
  }
}

static void begin(uint8_t byte) {
  bench->count = 0;
  bench->channel = byte & 0x0f;
  bench->command = byte < 0xf0 ? byte & 0xf0 : byte;
  switch (bench->command) {
  case DIGITAL_MESSAGE:
  case ANALOG_MESSAGE:
  case REPORT_ANALOG:
  case REPORT_DIGITAL:
  case SET_PIN_MODE:
  case SET_DIGITAL_PIN_VALUE:
    return;
  case REPORT_VERSION:
    replies_add(REPLY_VERSION, 0);
    break;
  case SYSTEM_RESET:
    pins_release();
    reset();
    break;
  default:
    link_bad_frames++;
  }
  bench->command = 0;
}

void firmata_take(uint8_t byte) {
  if (!bench) return;
  if (byte & 0x80) {
    begin(byte);
  } else if (!bench->command) {
    link_bad_frames++;
  } else {
    bench->data[bench->count++] = byte;
    const bool one = bench->command == REPORT_ANALOG || bench->command == REPORT_DIGITAL;
    if (bench->count < (one ? 1 : 2)) return;
    run();
    bench->command = 0;
  }
  settle();
}

void firmata_sysex(const uint8_t *bytes, uint8_t length) {
  if (!bench) return;
  bench->command = 0;
  switch (bytes[0]) {
  case REPORT_FIRMWARE:
    replies_add(REPLY_FIRMWARE, 0);
    break;
  case CAPABILITY_QUERY:
    replies_add(REPLY_CAPABILITIES, 0);
    break;
  case ANALOG_MAPPING_QUERY:
    replies_add(REPLY_MAPPING, 0);
    break;
  case PIN_STATE_QUERY:
    if (length > 1 && bytes[1] < PINS) replies_add(REPLY_PIN_STATE, bytes[1]);
    break;
  case EXTENDED_ANALOG:
    // Whatever is beyond 14 bits is more than any PWM can show.
    if (length > 4) pins_write_duty(bytes[1], UINT16_MAX);
    else if (length > 2) pins_write_duty(bytes[1], bytes[2] | (length > 3 ? (uint16_t)bytes[3] << 7 : 0));
    break;
  case SAMPLING_INTERVAL:
    if (length > 2) bench->interval = coarse_of_ms(bytes[1] | ((uint16_t)bytes[2] << 7));
    break;
  }
  settle();
}

// A channel a millisecond: started at one call, fetched at a later one.
static void tend_analog(uint16_t now) {
  if (bench->converting != NONE) {
    if (ADCSRA & _BV(ADSC)) return;
    if ((bench->channels & (1 << bench->converting)) && bench->mode[FIRST_ANALOG + bench->converting] == MODE_ANALOG &&
        !replies_send_value(ANALOG_MESSAGE | bench->converting, ADC))
      return;
    bench->converting = NONE;
  }
  if ((uint16_t)(now - bench->sampled) >= bench->interval) {
    bench->sampled = now;
    bench->due = bench->channels;
  }
  for (uint8_t channel = 0; channel < PINS - FIRST_ANALOG; channel++) {
    const bench_bits bit = 1 << channel;
    if (!(bench->due & bit)) continue;
    bench->due &= (bench_bits)~bit;
    bench->converting = channel;
    adc_select(channel);
    ADCSRA = _BV(ADEN) | _BV(ADSC) | _BV(ADPS2) | _BV(ADPS1) | _BV(ADPS0); // 125 kHz: 10 bits need at most 200 (24.4)
    return;
  }
}

uint16_t firmata_tend(uint16_t now) {
  if (!bench) return UINT16_MAX;
  pins_tend();
  replies_send();
  // Reports come behind the replies, so that a client's question is answered before the news that follows it.
  if (!replies_waiting()) {
    for (uint8_t port = 0; port < FIRMATA_PORTS; port++) {
      if (!(bench->ports & (1 << port))) continue;
      const uint8_t levels = pins_levels(port);
      if (levels != bench->shown[port] && replies_send_value(DIGITAL_MESSAGE | port, levels)) bench->shown[port] = levels;
    }
    tend_analog(now);
  }
  return active() ? 1 : UINT16_MAX;
}
