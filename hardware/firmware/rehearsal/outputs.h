// Output lines: pins, groups, longest on-times, allowances. Every write of a pin goes through here, masked by `allowed`.
#ifndef OUTPUTS_H
#define OUTPUTS_H

#include <stdbool.h>
#include <stdint.h>

#include "board.h"

enum { NO_LINE = 0xff };

struct output {
  struct pin pin;
  uint8_t flags;
  uint8_t groups;
  uint16_t longest;  // coarse units
  uint16_t on_since; // coarse units
  uint16_t cost;     // drawn on the allowance in a coarse unit
};

// Levels now, bit = line.
extern uint16_t outputs_word;

// Lines that may be on. Only the envelope changes it.
extern uint16_t outputs_allowed;

// Lines the board drives by itself: the fault lamp, sync pulses. Never in `word`.
extern uint16_t outputs_own;

// The line table as the last session left it, so that groups and limits hold for Firmata too. Drives nothing.
void outputs_restore(void);

// Forgets all lines; every pin becomes an input.
void outputs_reset(void);

// From here on a session may drive the lines. Keeps the table in EEPROM.
void outputs_arm(void);

// False: the pin cannot be an output, or the numbers are out of range. `longest` in ms, the rest as it will be kept.
bool outputs_declare(uint8_t line, uint8_t pin, struct output output);

bool outputs_declared(uint8_t line);
bool outputs_is_lamp(uint8_t line);

// The line on this pin, or NO_LINE.
uint8_t outputs_line_of(struct pin pin);

// The off level first, then the driver, so that the pin never shows the on level.
void outputs_connect(uint8_t line);

// True if these levels use declared lines only and open at most one line of every exclusive group.
bool outputs_safe(uint16_t word);

// Drives the lines; what goes off goes off before anything goes on. Interrupts off, or from the engine.
// Returns what was driven: `word` without the lines that are not allowed.
uint16_t outputs_write(uint16_t word, uint32_t ticks);

// Drives one of the board's own lines. Main loop.
void outputs_drive_own(uint8_t line, bool on);

// A pin that is no line: an input's pull-up, a level of bench mode.
void outputs_set_pin(struct pin pin, bool level);

// The port bytes that `word` would give, for writing ahead of the book-keeping.
void outputs_preview(uint16_t word, uint8_t ports[PORTS]);

// Brings the ports back to what the lines are, whatever was written ahead. Interrupts off.
void outputs_settle(void);

// Gives the line's pin to its wave. False: the line is not declared, or its pin has none.
struct wave_form;
bool outputs_shape(uint8_t line, const struct wave_form *form);

// The line may not be on until a session is armed anew.
void outputs_bar(uint8_t line);
bool outputs_barred(void);

// Fills an allowance. False: there is no such one.
bool outputs_allow(uint8_t index, uint32_t left, uint32_t capacity, uint16_t refill);
uint32_t outputs_water_left(void);

// Draws on the allowances. The first line that must go off, with the end reason in `why`, or NO_LINE. Sets `next` to the
// time, in coarse units, until it must be asked again. Main loop.
uint8_t outputs_overdue(uint16_t now, uint16_t *next, uint8_t *why);

#endif
