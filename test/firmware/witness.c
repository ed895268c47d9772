// Stands between the parts of the firmware (the linker's --wrap): what a command does is checked against what it may do,
// and what it did is remembered for watch.c.
#include "fuzz.h"

#include <avr/interrupt.h>
#include <string.h>

#include "chip.h"
#include "commands.h"
#include "engine.h"
#include "envelope.h"
#include "events.h"
#include "outputs.h"
#include "program.h"
#include "serial.h"

struct told_line told[MAX_OUTPUTS];
uint8_t told_inputs;
struct pin told_input_pins[MAX_INPUTS];
uint16_t told_waves;
uint64_t told_heard, told_silence;
bool told_new_session;

enum { COARSE_TICKS = 2048, OWED = 64 };

static uint32_t token; // of the session, as `arm` was seen to set it
static bool running_command, permitted;
static uint8_t last_id, last_type;
static uint8_t *image;
static bool committed;
static uint32_t committed_crc;
static struct {
  uint8_t id, type;
} owed[OWED];
static unsigned owed_first, owed_end;

void witness_reset(void) {
  running_command = committed = told_new_session = false;
  last_id = last_type = 0;
  told_inputs = 0;
  told_waves = 0;
  owed_first = owed_end;
}

bool witness_owed(uint8_t *id, uint8_t *type) {
  if (owed_first == owed_end) return false;
  *id = owed[owed_first % OWED].id;
  *type = owed[owed_first++ % OWED].type;
  return true;
}

static bool may(uint8_t type, const uint8_t *fields, uint8_t length) {
  const bool armed = commands_armed();
  uint32_t named;
  memcpy(&named, fields, sizeof named);
  if (type == COMMAND_RESET) return !armed || chip_now - told_heard + COARSE_TICKS > told_silence;
  if (type < COMMAND_LOAD || type == COMMAND_NAME) return !armed;
  return armed && length >= 4 && named == token;
}

void __real_commands_run(const uint8_t *payload, uint8_t length);
void __wrap_commands_run(const uint8_t *payload, uint8_t length) {
  if (!frames_sent(payload, length)) fuzz_fail("a command ran that nobody sent: type %u, %u bytes", payload[0], length);
  counts[COMMANDS_RUN]++;
  const uint8_t type = payload[0], id = payload[1];
  const bool numbered = type != COMMAND_ACK && type != COMMAND_HELLO;
  const bool repeated = numbered && id == last_id && type == last_type;
  permitted = !repeated && may(type, payload + 2, length - 2);
  counts[REPEATED] += repeated;
  counts[TAKEN_OVER] += permitted && type == COMMAND_RESET && commands_armed();
  if (permitted && type == COMMAND_ARM && length >= 8) {
    memcpy(&token, payload + 2, sizeof token);
    uint16_t silence_ms;
    memcpy(&silence_ms, payload + 6, sizeof silence_ms);
    told_silence = (uint64_t)silence_ms * TICKS_PER_MS;
  }
  if (numbered) {
    last_id = id;
    last_type = type;
  }
  if (type != COMMAND_ACK) {
    owed[owed_end % OWED].id = id;
    owed[owed_end++ % OWED].type = type;
  }
  running_command = true;
  __real_commands_run(payload, length);
  running_command = false;
}

static void acts(const char *what) {
  if (running_command && !permitted)
    fuzz_fail("%s by a command of the wrong session, in the wrong mode, or done before (type %u)", what, last_type);
}

#define WRAPPED(type, name, parameters, arguments) \
  type __real_##name parameters; \
  type __wrap_##name parameters; \
  type __wrap_##name parameters { \
    acts(#name); \
    return __real_##name arguments; \
  }
WRAPPED(bool, outputs_allow, (uint8_t index, uint32_t left, uint32_t capacity, uint16_t refill), (index, left, capacity, refill))
WRAPPED(bool, sync_start, (uint8_t line, uint16_t least, uint16_t spread, uint16_t width, uint16_t seed),
        (line, least, spread, width, seed))
WRAPPED(void, events_acknowledge, (uint16_t next), (next))
WRAPPED(void, boot_name, (uint32_t board_id), (board_id))

void __real_envelope_heard(void);
void __wrap_envelope_heard(void) {
  acts("a sign of life taken");
  told_heard = chip_now;
  __real_envelope_heard();
}

void __real_outputs_arm(void);
void __wrap_outputs_arm(void) {
  acts("arming");
  counts[ARMED]++;
  told_new_session = true;
  told_heard = chip_now;
  __real_outputs_arm();
}

bool __real_outputs_declare(uint8_t line, uint8_t pin, struct output output);
bool __wrap_outputs_declare(uint8_t line, uint8_t number, struct output output) {
  acts("a line declared");
  struct told_line now = {.declared = true,
                          .active_low = output.flags & LINE_ACTIVE_LOW,
                          .lamp = output.flags & LINE_LAMP,
                          .number = number,
                          .groups = output.groups,
                          .longest = (uint64_t)output.longest * TICKS_PER_MS};
  const bool done = __real_outputs_declare(line, number, output);
  if (!done) return false;
  if (!pin_of(number, &now.pin)) fuzz_fail("a line was declared on pin %u", number);
  for (uint8_t other = 0; other < MAX_OUTPUTS; other++)
    if (told[other].declared && told[other].pin.port == now.pin.port && told[other].pin.mask == now.pin.mask)
      fuzz_fail("two lines on pin %u", number);
  told[line] = now;
  watch_reset();
  return true;
}

bool __real_engine_declare_input(uint8_t line, uint8_t pin, uint8_t flags, uint8_t refractory_ms);
bool __wrap_engine_declare_input(uint8_t line, uint8_t number, uint8_t flags, uint8_t refractory_ms) {
  acts("an input declared");
  const bool done = __real_engine_declare_input(line, number, flags, refractory_ms);
  if (done) pin_of(number, &told_input_pins[told_inputs++]);
  return done;
}

void __real_outputs_reset(void);
void __wrap_outputs_reset(void) {
  acts("lines forgotten");
  memset(told, 0, sizeof told);
  told_inputs = 0;
  told_waves = 0;
  __real_outputs_reset();
}

struct wave_form;
bool __real_outputs_shape(uint8_t line, const struct wave_form *form);
bool __wrap_outputs_shape(uint8_t line, const struct wave_form *form) {
  acts("a wave shaped");
  const bool done = __real_outputs_shape(line, form);
  if (done) told_waves |= 1 << line;
  return done;
}

void *__real_program_lend(void);
void *__wrap_program_lend(void) {
  committed = false;
  return image = __real_program_lend();
}

bool __real_engine_load(uint16_t offset, const uint8_t *bytes, uint8_t length);
bool __wrap_engine_load(uint16_t offset, const uint8_t *bytes, uint8_t length) {
  acts("a program loaded");
  const bool done = __real_engine_load(offset, bytes, length);
  if (done) committed = false;
  return done;
}

uint8_t __real_engine_commit(uint16_t length, uint32_t crc);
uint8_t __wrap_engine_commit(uint16_t length, uint32_t crc) {
  acts("a program committed");
  const uint8_t status = __real_engine_commit(length, crc);
  if (status == STATUS_BUSY) return status;
  committed = status == STATUS_OK;
  committed_crc = crc;
  if (committed && ~crc32_by_bits(UINT32_MAX, image, length) != crc) fuzz_fail("a damaged program was accepted");
  return status;
}

uint8_t __real_engine_start(uint16_t trial, uint32_t crc, bool now, uint32_t at);
uint8_t __wrap_engine_start(uint16_t trial, uint32_t crc, bool now, uint32_t at) {
  acts("a trial started");
  const uint8_t status = __real_engine_start(trial, crc, now, at);
  if (status == STATUS_OK && (!committed || crc != committed_crc)) fuzz_fail("a stale program was started");
  return status;
}

static uint8_t barring;
void __real_outputs_bar(uint8_t line);
void __wrap_outputs_bar(uint8_t line) {
  barring = line;
  __real_outputs_bar(line);
}

void __real_engine_end(uint8_t reason);
void __wrap_engine_end(uint8_t reason) {
  acts("a trial ended");
  if (reason == END_ON_TIME_LIMIT) watch_barred(barring);
  const bool was = engine_running();
  __real_engine_end(reason);
  if (engine_running()) fuzz_fail("a trial went on after its end (%u)", reason);
  if (was) watch_dark();
}

void __real_firmata_take(uint8_t byte);
void __wrap_firmata_take(uint8_t byte) {
  if (commands_armed()) fuzz_fail("an armed board took a byte for Firmata");
  __real_firmata_take(byte);
}

void __real_firmata_sysex(const uint8_t *bytes, uint8_t length);
void __wrap_firmata_sysex(const uint8_t *bytes, uint8_t length) {
  if (commands_armed()) fuzz_fail("an armed board took a sysex for Firmata");
  __real_firmata_sysex(bytes, length);
}

void __real_serial_write(uint8_t byte);
void __wrap_serial_write(uint8_t byte) {
  if (serial_room() == 0) fuzz_fail("a byte was written that the line had no room for");
  __real_serial_write(byte);
}
