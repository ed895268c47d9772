#include "link.h"

#include <util/crc16.h>

#include "commands.h"
#include "crc.h"
#include "firmata.h"
#include "link.generated.h"
#include "serial.h"

enum { SYSEX_START = 0xf0, SYSEX_END = 0xf7 };

// Receiving: seven bits at a time into bytes.
enum { OUTSIDE, TYPE, INSIDE, FOREIGN };
static uint8_t state;
static uint8_t frame[FRAME_BYTES];
static uint8_t length;
static uint16_t bits;
static uint8_t bit_count;

uint16_t link_bad_frames;

static void run(void) {
  // Type, id and CRC-32 at least; what is left over of the last seven bits must be padding.
  if (length < 6) {
    link_bad_frames++;
    return;
  }
  const uint8_t body = length - 4;
  const uint32_t crc = frame[body] | ((uint32_t)frame[body + 1] << 8) | ((uint32_t)frame[body + 2] << 16) |
                       ((uint32_t)frame[body + 3] << 24);
  if (crc != crc32_of(frame, body)) {
    link_bad_frames++;
    return;
  }
  commands_run(frame, body);
}

static void take(uint8_t byte) {
  if (byte == SYSEX_START) {
    if (state != OUTSIDE) link_bad_frames++;
    state = TYPE;
    return;
  }
  switch (state) {
  case OUTSIDE:
    if (commands_armed()) link_bad_frames++;
    else firmata_take(byte);
    return;
  case TYPE:
    length = 0;
    if (byte != LINK_SYSEX) {
      if (commands_armed() || byte == SYSEX_END) {
        link_bad_frames++;
        state = OUTSIDE;
        return;
      }
      state = FOREIGN;
      frame[length++] = byte;
      return;
    }
    state = INSIDE;
    bits = 0;
    bit_count = 0;
    return;
  case FOREIGN:
    if (byte == SYSEX_END) {
      state = OUTSIDE;
      firmata_sysex(frame, length);
    } else if (byte & 0x80 || length == FRAME_BYTES) {
      link_bad_frames++;
      state = OUTSIDE;
    } else {
      frame[length++] = byte;
    }
    return;
  default:
    if (byte == SYSEX_END) {
      state = OUTSIDE;
      run();
      return;
    }
    if (byte & 0x80) {
      link_bad_frames++;
      state = OUTSIDE;
      return;
    }
    bits |= (uint16_t)byte << bit_count;
    bit_count += 7;
    if (bit_count < 8) return;
    if (length == FRAME_BYTES) {
      link_bad_frames++;
      state = OUTSIDE;
      return;
    }
    frame[length++] = (uint8_t)bits;
    bits >>= 8;
    bit_count -= 8;
  }
}

void link_poll(void) {
  // A command's reply needs room on the line; until there is, its bytes wait in the ring.
  while (serial_waiting() && serial_room() >= REPLY_ROOM) {
    take((uint8_t)serial_read());
  }
}

// Sending.
static uint16_t out_bits;
static uint8_t out_count;
static uint16_t out_crc;

static uint8_t encoded(uint8_t bytes) { return (uint8_t)((bytes * 8 + 6) / 7); }

static void put_raw(uint8_t byte) {
  out_bits |= (uint16_t)byte << out_count;
  out_count += 8;
  while (out_count >= 7) {
    serial_write(out_bits & 0x7f);
    out_bits >>= 7;
    out_count -= 7;
  }
}

bool link_begin(uint8_t type, uint8_t bytes) {
  // No frame breaks into a reply of Firmata's that goes out in pieces; it is tried again.
  if (firmata_sending() || serial_room() < encoded(bytes + 3) + 3) return false;
  serial_write(SYSEX_START);
  serial_write(LINK_SYSEX);
  out_bits = 0;
  out_count = 0;
  out_crc = CRC16_START;
  link_put(type);
  return true;
}

void link_put(uint8_t byte) {
  out_crc = _crc_ccitt_update(out_crc, byte);
  put_raw(byte);
}

void link_put16(uint16_t value) {
  link_put((uint8_t)value);
  link_put((uint8_t)(value >> 8));
}

void link_put32(uint32_t value) {
  link_put16((uint16_t)value);
  link_put16((uint16_t)(value >> 16));
}

void link_end(void) {
  const uint16_t crc = out_crc;
  put_raw((uint8_t)crc);
  put_raw((uint8_t)(crc >> 8));
  if (out_count) serial_write(out_bits & 0x7f);
  serial_write(SYSEX_END);
}
