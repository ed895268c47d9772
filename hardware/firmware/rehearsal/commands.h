// The host's commands: each checked, done once, and answered.
#ifndef COMMANDS_H
#define COMMANDS_H

#include <stdbool.h>
#include <stdint.h>

// A whole payload whose CRC was right: type, id, fields.
// A session holds the board; Firmata is deaf.
bool commands_armed(void);

void commands_run(const uint8_t *payload, uint8_t length);

#endif
