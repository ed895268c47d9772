// The host's commands: each checked, done once, and answered.
#ifndef COMMANDS_H
#define COMMANDS_H

#include <stdint.h>

// A whole payload whose CRC was right: type, id, fields.
void commands_run(const uint8_t *payload, uint8_t length);

#endif
