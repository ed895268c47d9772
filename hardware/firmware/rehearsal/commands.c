#include "commands.h"

#include <avr/eeprom.h>
#include <stdbool.h>

#include "boot.h"
#include "clock.h"
#include "engine.h"
#include "envelope.h"
#include "events.h"
#include "firmata.h"
#include "link.generated.h"
#include "link.h"
#include "outputs.h"
#include "serial.h"
#include "sync.h"
#include "wave.h"

static bool armed;
static uint32_t session_token __attribute__((section(".noinit"))); // what was given outlives a reset under this name

bool commands_armed(void) { return armed; }

// A command sent again because its reply was lost is answered again, not done again.
static uint8_t last_id;
static uint8_t last_type;
static uint8_t last_status;

static uint16_t get16(const uint8_t *bytes) { return bytes[0] | ((uint16_t)bytes[1] << 8); }
static uint32_t get32(const uint8_t *bytes) { return get16(bytes) | ((uint32_t)get16(bytes + 2) << 16); }

static uint8_t arm(const uint8_t *fields) {
  const uint32_t token = get32(fields);
  const uint16_t silence_ms = get16(fields + 4);
  if (armed) return token == session_token ? STATUS_OK : STATUS_BAD_TOKEN;
  if (silence_ms == 0 || silence_ms > 10000) return STATUS_BAD_ARGUMENT;
  firmata_stop();
  engine_shut();
  outputs_arm();
  session_token = token;
  armed = true;
  events_reset();
  envelope_agree(silence_ms);
  envelope_heard();
  engine_watch(true);
  return STATUS_OK;
}

static uint8_t disarm(void) {
  engine_end(END_ABORTED);
  sync_stop();
  engine_shut();
  engine_watch(false);
  armed = false;
  firmata_begin();
  return STATUS_OK;
}

static uint8_t run(uint8_t type, const uint8_t *fields, uint8_t length) {
  switch (type) {
  case COMMAND_RESET:
    // A session whose host is gone must not hold the board for ever.
    if (armed && !envelope_silent()) return STATUS_WRONG_MODE;
    if (armed) disarm();
    engine_reset();
    outputs_reset();
    firmata_begin();
    return STATUS_OK;
  case COMMAND_OUTPUT:
    if (armed) return STATUS_WRONG_MODE;
    if (length < COMMAND_OUTPUT_LENGTH) return STATUS_BAD_ARGUMENT;
    return outputs_declare(fields[0], fields[1],
                           (struct output){.flags = fields[2],
                                           .groups = fields[3],
                                           .longest = get16(fields + 4),
                                           .cost = get16(fields + 6)})
               ? STATUS_OK
               : STATUS_BAD_ARGUMENT;
  case COMMAND_INPUT:
    if (armed) return STATUS_WRONG_MODE;
    if (length < COMMAND_INPUT_LENGTH) return STATUS_BAD_ARGUMENT;
    return engine_declare_input(fields[0], fields[1], fields[2], fields[3]) ? STATUS_OK : STATUS_BAD_ARGUMENT;
  case COMMAND_NAME:
    if (armed) return STATUS_WRONG_MODE;
    if (length < COMMAND_NAME_LENGTH || get32(fields) == UINT32_MAX) return STATUS_BAD_ARGUMENT;
    boot_name(get32(fields));
    return STATUS_OK;
  case COMMAND_ARM:
    return length < COMMAND_ARM_LENGTH ? STATUS_BAD_ARGUMENT : arm(fields);
  }

  // All others belong to a session.
  if (type < COMMAND_LOAD || type > COMMAND_TIMING) return STATUS_UNKNOWN;
  if (!armed) return STATUS_WRONG_MODE;
  if (length < 4 || get32(fields) != session_token) return STATUS_BAD_TOKEN;
  envelope_heard();
  fields += 4;
  length -= 4;
  switch (type) {
  case COMMAND_PING:
    return STATUS_OK;
  case COMMAND_ACK:
    if (length < COMMAND_ACK_LENGTH) return STATUS_BAD_ARGUMENT;
    events_acknowledge(get16(fields));
    return STATUS_OK;
  case COMMAND_LOAD:
    if (length < COMMAND_LOAD_LENGTH) return STATUS_BAD_ARGUMENT;
    if (engine_running()) return STATUS_BUSY;
    return engine_load(get16(fields), fields + 2, length - 2) ? STATUS_OK : STATUS_BAD_ARGUMENT;
  case COMMAND_COMMIT:
    if (length < COMMAND_COMMIT_LENGTH) return STATUS_BAD_ARGUMENT;
    return engine_commit(get16(fields), get32(fields + 2));
  case COMMAND_START:
    if (length < COMMAND_START_LENGTH) return STATUS_BAD_ARGUMENT;
    if (engine_running()) return STATUS_BUSY;
    events_tend(); // the digest of the trial before goes before the start of this one
    return engine_start(get16(fields), get32(fields + 2), fields[6], get32(fields + 7));
  case COMMAND_WAVE:
    if (length < COMMAND_WAVE_LENGTH) return STATUS_BAD_ARGUMENT;
    if (engine_running()) return STATUS_BUSY;
    return outputs_shape(fields[0], &(struct wave_form){.shape = fields[1],
                                                        .amplitude = fields[2],
                                                        .duty = fields[3],
                                                        .step = get16(fields + 4),
                                                        .up = get16(fields + 6),
                                                        .down = get16(fields + 8)})
               ? STATUS_OK
               : STATUS_BAD_ARGUMENT;
  case COMMAND_ALLOW:
    if (length < COMMAND_ALLOW_LENGTH) return STATUS_BAD_ARGUMENT;
    return outputs_allow(fields[0], get32(fields + 1), get32(fields + 5), get16(fields + 9)) ? STATUS_OK
                                                                                            : STATUS_BAD_ARGUMENT;
  case COMMAND_SYNC:
    if (length < COMMAND_SYNC_LENGTH) return STATUS_BAD_ARGUMENT;
    if (engine_running()) return STATUS_BUSY;
    return sync_start(fields[0], get16(fields + 1), get16(fields + 3), get16(fields + 5), get16(fields + 7))
               ? STATUS_OK
               : STATUS_BAD_ARGUMENT;
  case COMMAND_TIMING:
    return STATUS_OK;
  case COMMAND_ABORT:
    engine_end(END_ABORTED);
    return STATUS_OK;
  default:
    return disarm();
  }
}

static void put_lateness(uint8_t cause) {
  const struct engine_lateness *late = engine_lateness_of(cause);
  link_put16(late->count);
  link_put32(late->sum);
  link_put16(late->worst);
}

static void reply(uint8_t id, uint8_t type, uint8_t status) {
  const uint8_t body = status != STATUS_OK      ? 0
                       : type == COMMAND_HELLO ? COMMAND_HELLO_REPLY_LENGTH
                       : type == COMMAND_PING  ? COMMAND_PING_REPLY_LENGTH
                       : type == COMMAND_ARM   ? COMMAND_ARM_REPLY_LENGTH
                       : type == COMMAND_TIMING ? COMMAND_TIMING_REPLY_LENGTH
                                                : 0;
  // link_poll has made sure that there is room.
  if (!link_begin(REPORT_REPLY, 3 + body)) return;
  link_put(id);
  link_put(type);
  link_put(status);
  if (body && type == COMMAND_HELLO) {
    link_put(LINK_MAJOR);
    link_put(LINK_MINOR);
    link_put(FIRMWARE_MAJOR);
    link_put(FIRMWARE_MINOR);
    link_put16(boot_id);
    link_put32(boot_board_id);
    link_put(envelope_reset_cause);
    link_put16(PROGRAM_BYTES);
    link_put(MAX_OUTPUTS);
    link_put(MAX_INPUTS);
    link_put(MAX_TIMERS);
    link_put(armed);
    link_put16(boot_stack_free());
    link_put(BOARD_KIND);
    link_put32(session_token);
    link_put32(outputs_water_left());
  } else if (body && type == COMMAND_TIMING) {
    put_lateness(CAUSE_TIMER);
    put_lateness(CAUSE_INPUT);
  } else if (body) {
    link_put32(clock_now());
    if (type == COMMAND_PING) {
      link_put16(link_bad_frames);
      link_put16(serial_overruns);
    }
  }
  link_end();
}

void commands_run(const uint8_t *payload, uint8_t length) {
  const uint8_t type = payload[0], id = payload[1];
  if (type == COMMAND_ACK) {
    run(type, payload + 2, length - 2);
    return;
  }
  // A greeting is asked by whoever opens the line; it must not make a session's command look new.
  if (type == COMMAND_HELLO) {
    reply(id, type, STATUS_OK);
    return;
  }
  if (id != last_id || type != last_type) {
    last_status = run(type, payload + 2, length - 2);
    last_id = id;
    last_type = type;
  }
  reply(id, type, last_status);
}
